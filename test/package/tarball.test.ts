import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authDirective } from '../../src/index.js';
import { createConsumer } from './consumer.js';
import type { Consumer } from './consumer.js';

const NAMES = {
  'apollo-cognito-auth': [
    'AuthConfigurationError',
    'KeysUnavailableError',
    'RevocationUnavailableError',
    'TokenRejectedError',
    'anyOf',
    'authCacheKey',
    'authDirective',
    'authOf',
    'authSessionId',
    'batchPolicy',
    'bearerToken',
    'claimPolicy',
    'cognitoAuthPlugin',
    'cookieToken',
    'createAuthContext',
    'createCognitoVerifier',
    'decideOperation',
    'firstToken',
    'headerToken',
    'isAuthenticated',
    'ownerPolicy',
    'protectedResourceMetadata',
    'requireAuth',
  ],
  'apollo-cognito-auth/codegen': ['AuthConfigurationError', 'authSchemaPass'],
  'apollo-cognito-auth/graphql-ws': ['cognitoAuthWebSocket'],
  'apollo-cognito-auth/testing': ['anonymous', 'authenticatedAs', 'createTestUserPool', 'rejected'],
  'apollo-cognito-auth/verifier': [
    'AuthConfigurationError',
    'KeysUnavailableError',
    'RevocationUnavailableError',
    'TokenRejectedError',
    'authOf',
    'bearerToken',
    'cookieToken',
    'createCognitoVerifier',
    'firstToken',
    'headerToken',
  ],
};
const DOCUMENTS = ['README.md', 'CHANGELOG.md', 'SECURITY.md'];

let consumer: Consumer;
let files: readonly string[];
beforeAll(() => {
  consumer = createConsumer();
  files = readdirSync(consumer.installed, { recursive: true, encoding: 'utf8' });
});
afterAll(() => {
  consumer.remove();
});

const read = (file: string) => readFileSync(join(consumer.installed, file), 'utf8');

describe('the packed tarball', () => {
  it('holds the code, its types and the documents, and nothing else', () => {
    const expected =
      /^(dist|docs|dist\/(codegen|graphql-ws|index|testing|verifier)\.(js|cjs|d\.ts|d\.cts)|dist\/shared\.(cjs|d\.cts)|dist\/auth\.graphql|docs\/[\w-]+\.md|package\.json|LICENSE)$/;
    expect(files.filter((file) => !expected.test(file) && !DOCUMENTS.includes(file))).toEqual([]);
    expect(files).toEqual(expect.arrayContaining([...DOCUMENTS, 'LICENSE']));
  });

  it('has each page that its documents link to', () => {
    const links = DOCUMENTS.flatMap((document) => [...read(document).matchAll(/\]\((?!https?:|#)([^)#]+\.md)/g)]);
    expect(links.map(([, path = '']) => path).filter((path) => !files.includes(path.replace(/^\.\//, '')))).toEqual([]);
  });

  it('shows nothing internal in its types', () => {
    const types = files.filter((file) => /\.d\.c?ts$/.test(file));
    expect(types).toHaveLength(11);
    expect(types.filter((file) => /@internal|\b(AuthState|authStateOf|Stamped)\b|\bonce\(/.test(read(file)))).toEqual(
      [],
    );
  });

  it.each(Object.entries(NAMES))('has these names and no others in %s, in both formats', (entry, names) => {
    const list = (module: string) => `console.log(JSON.stringify(Object.keys(${module}).sort()));`;
    expect(consumer.run('names.mjs', `import * as module from '${entry}'; ${list('module')}`)).toEqual(names);
    expect(consumer.run('names.cjs', list(`require('${entry}')`))).toEqual(names);
  });

  it('shows its version to tools, and keeps what is inside inside', () => {
    const code = `
      const { name } = require('apollo-cognito-auth/package.json');
      import('apollo-cognito-auth/dist/shared.cjs').then(
        () => console.log('"reachable"'), (error) => console.log(JSON.stringify([name, error.code])));`;
    expect(consumer.run('inside.cjs', code)).toEqual(['apollo-cognito-auth', 'ERR_PACKAGE_PATH_NOT_EXPORTED']);
  });

  it('has the definition of the directives as a file, with the text of authDirectiveTypeDefs', () => {
    const code = `
      import { authDirective } from 'apollo-cognito-auth';
      import { readFileSync } from 'node:fs';
      import { createRequire } from 'node:module';
      const read = (path) => readFileSync(path, 'utf8');
      console.log(JSON.stringify([
        authDirective().authDirectiveTypeDefs,
        read(new URL(import.meta.resolve('apollo-cognito-auth/auth.graphql'))),
        read(createRequire(import.meta.url).resolve('apollo-cognito-auth/auth.graphql')),
      ]));`;
    const { authDirectiveTypeDefs } = authDirective();
    expect(consumer.run('sdl.mjs', code)).toEqual([
      authDirectiveTypeDefs,
      authDirectiveTypeDefs,
      authDirectiveTypeDefs,
    ]);
  });

  it('leaves no timer and no handle: a program that only imports it ends', () => {
    expect(consumer.run('ends.mjs', `import 'apollo-cognito-auth'; console.log('"ended"');`)).toBe('ended');
  });
});
