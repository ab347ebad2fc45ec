/** The package under the tools of its users: Jest with its defaults, and a bundler. */
import { execFileSync } from 'node:child_process';
import { basename, join, resolve } from 'node:path';
import { build } from 'esbuild';
import type { BuildOptions } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createConsumer } from './consumer.js';
import type { Consumer } from './consumer.js';

/** Of this package's own code, minified: what a program that verifies needs, and with `authOf` and all token sources. */
const MOST_VERIFIER_BYTES = 53_000;
const MOST_BYTES_OF_ALL = 67_000;

let consumer: Consumer;
beforeAll(() => {
  consumer = createConsumer();
  consumer.write('package.json', '{ "name": "consumer", "private": true }');
});
afterAll(() => {
  consumer.remove();
});

/** A query with a guarded field, as an anonymous caller and as one with a token, through Apollo Server. */
const ASK = `
  async function ask() {
    const { authDirectiveTypeDefs, authDirectiveTransformer } = authDirective();
    const schema = buildSchema(authDirectiveTypeDefs + 'type Query { f: Int @auth(groups: ["admin"]) }');
    schema.getQueryType().getFields().f.resolve = () => 1;
    const pool = createTestUserPool();
    const verifier = pool.verifier();
    const guarded = authDirectiveTransformer(schema);
    const server = new ApolloServer({
      schema: guarded,
      plugins: [cognitoAuthPlugin({ verifier })],
    });
    const context = createAuthContext({ verifier });
    const token = pool.accessToken({ 'cognito:groups': ['admin'] });
    const answers = [];
    for (const headers of [{}, { authorization: 'Bearer ' + token }]) {
      const contextValue = await context({ req: { headers, rawHeaders: [] } });
      const { body } = await server.executeOperation({ query: '{ f }' }, { contextValue });
      const { data, errors = [] } = body.singleResult;
      answers.push([data.f, ...errors.map(({ extensions }) => extensions.code)]);
    }
    const contextValue = { auth: authenticatedAs({ groups: ['admin'] }) };
    const { data } = await graphql({ schema: guarded, source: '{ f }', contextValue });
    return [...answers, data.f];
  }`;
const ANSWERS = [[null, 'UNAUTHENTICATED'], [1], 1];

describe('Jest with its defaults', () => {
  it('requires the package and ./testing, and runs a test with them', () => {
    consumer.write(
      'program.test.js',
      `
      const { ApolloServer } = require('@apollo/server');
      const { authDirective, cognitoAuthPlugin, createAuthContext } = require('apollo-cognito-auth');
      const { authenticatedAs, createTestUserPool } = require('apollo-cognito-auth/testing');
      const { buildSchema, graphql } = require('graphql');
      ${ASK}
      test('it enforces', async () => {
        expect(await ask()).toEqual(${JSON.stringify(ANSWERS)});
      });`,
    );
    const jest = resolve(import.meta.dirname, '../../node_modules/jest/bin/jest.js');
    const output = execFileSync(process.execPath, [jest, '--json'], {
      cwd: consumer.folder,
      encoding: 'utf8',
      stdio: 'pipe',
    });
    expect(JSON.parse(output)).toMatchObject({ success: true, numPassedTests: 1 });
  }, 60_000);
});

async function bundle(name: string, code: string, options: Pick<BuildOptions, 'format' | 'banner'>) {
  const outfile = join(consumer.folder, 'bundled', name);
  const { metafile } = await build({
    absWorkingDir: consumer.folder,
    stdin: { contents: code, resolveDir: consumer.folder },
    outfile,
    bundle: true,
    minify: true,
    platform: 'node',
    metafile: true,
    logLevel: 'error',
    ...options,
  });
  const run = (): unknown => JSON.parse(execFileSync(process.execPath, [outfile], { encoding: 'utf8', stdio: 'pipe' }));
  const [output] = Object.values(metafile.outputs);
  // The bytes of each file that is in the bundle, by its path.
  const files = Object.entries(output?.inputs ?? {}).map(([path, { bytesInOutput }]) => ({
    path,
    bytes: bytesInOutput,
  }));
  return { files, run };
}

function isOwn({ path }: { readonly path: string }): boolean {
  return path.includes('node_modules/apollo-cognito-auth/');
}

describe('a bundle', () => {
  it.each([
    [
      'program.mjs',
      {
        format: 'esm',
        // What esbuild's users write for CommonJS dependencies in a bundle of ES modules.
        banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
      },
    ],
    ['program.cjs', { format: 'cjs' }],
  ] as const)(
    'enforces as %s, also where one part of the program imports the package and another requires it',
    async (name, options) => {
      const code = `
      import { ApolloServer } from '@apollo/server';
      import { authDirective, cognitoAuthPlugin, createAuthContext } from 'apollo-cognito-auth';
      import { buildSchema, graphql } from 'graphql';
      const { authenticatedAs, createTestUserPool } = require('apollo-cognito-auth/testing');
      ${ASK}
      ask().then((answers) => console.log(JSON.stringify(answers)));`;
      const { files, run } = await bundle(name, code, options);
      expect(
        files
          .filter(isOwn)
          .map(({ path }) => basename(path))
          .sort(),
      ).toEqual(['index.js', 'shared.cjs', 'testing.cjs']);
      expect(run()).toEqual(ANSWERS);
    },
    60_000,
  );
});

describe('apollo-cognito-auth/verifier', () => {
  const VERIFY = `
    (async () => {
      const pool = createTestUserPool();
      const verifier = createCognitoVerifier({ userPoolId: pool.userPoolId, clientId: pool.clientId, jwks: pool.jwks });
      const { tokenUse } = await verifier.verify(pool.idToken());
      console.log(JSON.stringify(tokenUse));
    })();`;

  it.each([
    [
      'the verifier alone',
      'esm',
      MOST_VERIFIER_BYTES,
      "import { createCognitoVerifier } from 'apollo-cognito-auth/verifier'; const all = { createCognitoVerifier };",
    ],
    ['all names', 'esm', MOST_BYTES_OF_ALL, "import * as all from 'apollo-cognito-auth/verifier';"],
    ['all names', 'cjs', MOST_BYTES_OF_ALL, "const all = require('apollo-cognito-auth/verifier');"],
  ] as const)('adds little to a minified bundle: %s (%s)', async (_, format, most, load) => {
    const code = `${load} console.log(JSON.stringify(Object.keys(all).length));`;
    const { files, run } = await bundle(`verifier.${format === 'esm' ? 'mjs' : 'cjs'}`, code, { format });
    expect(run()).toBeGreaterThan(0);
    const bytes = files.filter(isOwn).reduce((sum, file) => sum + file.bytes, 0);
    expect(bytes).toBeGreaterThan(0);
    expect(bytes).toBeLessThanOrEqual(most);
    const others = files.filter((file) => file.bytes > 0 && !isOwn(file));
    expect(others.filter(({ path }) => !path.includes('node_modules/aws-jwt-verify/') && path !== '<stdin>')).toEqual(
      [],
    );
  });

  it('verifies in a project that has neither graphql nor Apollo Server installed', () => {
    const alone = createConsumer({ packages: ['aws-jwt-verify'] });
    try {
      const modules = `
        import { createCognitoVerifier } from 'apollo-cognito-auth/verifier';
        import { createTestUserPool } from 'apollo-cognito-auth/testing';`;
      const commonJs = `
        const { createCognitoVerifier } = require('apollo-cognito-auth/verifier');
        const { createTestUserPool } = require('apollo-cognito-auth/testing');`;
      expect(alone.run('verify.mjs', modules + VERIFY)).toBe('id');
      expect(alone.run('verify.cjs', commonJs + VERIFY)).toBe('id');
    } finally {
      alone.remove();
    }
  });
});
