import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const consumer = mkdtempSync(join(tmpdir(), 'consumer-'));
const modules = join(consumer, 'node_modules');
const installed = join(modules, 'apollo-cognito-auth');

const names = [
  'AuthConfigurationError',
  'KeysUnavailableError',
  'RevocationUnavailableError',
  'TokenRejectedError',
  'authCacheKey',
  'authDirective',
  'authSessionId',
  'batchPolicy',
  'bearerToken',
  'cognitoAuthPlugin',
  'cookieToken',
  'createAuthContext',
  'createCognitoVerifier',
  'decideOperation',
  'firstToken',
  'headerToken',
  'isAuthenticated',
  'ownerPolicy',
  'requireAuth',
];
const testingNames = ['anonymous', 'authenticatedAs', 'createTestUserPool', 'rejected'];

function node(file: string, code: string): unknown {
  writeFileSync(join(consumer, file), code);
  return JSON.parse(execFileSync(process.execPath, [join(consumer, file)], { encoding: 'utf8', cwd: consumer }));
}

// What a consumer's `npm install` would lay out, without a network: the packed files, and beside them the package's
// dependencies and peers and nothing else, so that an undeclared one is missed.
beforeAll(() => {
  execFileSync('npm', ['pack', '--silent', '--pack-destination', consumer], { cwd: root });
  const [tarball] = readdirSync(consumer).filter((name) => name.endsWith('.tgz'));
  mkdirSync(installed, { recursive: true });
  execFileSync('tar', ['-xzf', join(consumer, tarball ?? ''), '-C', installed, '--strip-components=1']);
  const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as {
    dependencies: object;
    peerDependencies: object;
  };
  for (const name of Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })) {
    mkdirSync(join(modules, name, '..'), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), join(modules, name), 'dir');
  }
}, 60_000);
afterAll(() => {
  rmSync(consumer, { recursive: true, force: true });
});

describe('the packed tarball', () => {
  it('holds the code, its types and the documents, and nothing else', () => {
    const files = readdirSync(installed, { recursive: true, encoding: 'utf8' });
    const strangers = files.filter(
      (file) =>
        !/^dist(\/|$)|^docs(\/[a-z]+\.md|\/README\.md)?$|^(package\.json|README\.md|LICENSE|CHANGELOG\.md|SECURITY\.md)$/.test(
          file,
        ),
    );
    expect(strangers).toEqual([]);
    expect(files).toEqual(expect.arrayContaining(['README.md', 'LICENSE', 'CHANGELOG.md', 'SECURITY.md']));
  });

  it('is imported as ESM, with these names and no others', () => {
    const code = `
      import * as main from 'apollo-cognito-auth';
      import * as testing from 'apollo-cognito-auth/testing';
      console.log(JSON.stringify([Object.keys(main).sort(), Object.keys(testing).sort()]));`;
    expect(node('esm.mjs', code)).toEqual([names, testingNames]);
  });

  it('is required by CommonJS, and is the same instance', () => {
    const code = `
      const main = require('apollo-cognito-auth');
      const { authenticatedAs } = require('apollo-cognito-auth/testing');
      import('apollo-cognito-auth').then((esm) => console.log(JSON.stringify([
        Object.keys(main).sort(),
        esm.requireAuth === main.requireAuth,
        main.requireAuth({ auth: authenticatedAs({ groups: ['admin'] }) }, { groups: ['admin'] }).groups,
      ])));`;
    expect(node('cjs.cjs', code)).toEqual([names, true, ['admin']]);
  });

  it('keeps what is inside inside', () => {
    const code = `
      import('apollo-cognito-auth/dist/auth.js').then(
        () => console.log('"reachable"'), (error) => console.log(JSON.stringify(error.code)));`;
    expect(node('inside.mjs', code)).toBe('ERR_PACKAGE_PATH_NOT_EXPORTED');
  });

  it('leaves no timer and no handle: a program that only imports it ends', () => {
    expect(node('ends.mjs', `import 'apollo-cognito-auth'; console.log('"ended"');`)).toBe('ended');
  });
});
