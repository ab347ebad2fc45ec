/** The README's first program in a project of its own: under every way to resolve modules, as ES modules and as CommonJS. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestUserPool } from '../../src/testing/index.js';
import { createConsumer } from './consumer.js';
import type { Consumer } from './consumer.js';

const readme = readFileSync(resolve(import.meta.dirname, '../../README.md'), 'utf8');
const [, program = ''] = /^```ts\n(.*?)^```$/ms.exec(readme) ?? [];
// The default port may be taken on the machine that runs the tests.
const [, imports = '', body = ''] =
  /^((?:import [^;]+;\n)+)(.*)$/s.exec(program.replace('{ context:', '{ listen: { port: 0 }, context:')) ?? [];

// What one entry makes has the type that another one asks for.
const ENTRIES_TOGETHER = `
  import type { Auth } from 'apollo-cognito-auth';
  import { authSchemaPass } from 'apollo-cognito-auth/codegen';
  import { authenticatedAs } from 'apollo-cognito-auth/testing';
  import { createCognitoVerifier as createVerifier, TokenRejectedError } from 'apollo-cognito-auth/verifier';
  export const auth: Auth = authenticatedAs({ groups: ['admin'] });
  export const context = createAuthContext({
    verifier: createVerifier({ userPoolId: 'eu-west-1_AbCdEf123', clientId: 'web' }),
  });
  export const pass = authSchemaPass();
  export const isRejection = (error: unknown): boolean => error instanceof TokenRejectedError;
`;
const FORMATS = {
  'ES modules': `${imports}${body}`,
  // \`await\` at the top is for ES modules alone.
  CommonJS: `${imports}async function main(): Promise<void> {\n${body}}\nvoid main();\n`,
};

let consumer: Consumer;
beforeAll(() => {
  consumer = createConsumer({
    packages: [
      '@apollo/server',
      '@graphql-tools/schema',
      '@graphql-tools/utils',
      'graphql-tag',
      '@types/node',
      'aws-jwt-verify',
      'dataloader',
      'graphql',
    ],
  });
});
afterAll(() => {
  consumer.remove();
});

const { ModuleKind, ModuleResolutionKind } = ts;

/** Compiles under the strictest settings, declarations of the packages included, and tells what is wrong. */
function compile(files: readonly string[], options: ts.CompilerOptions): readonly string[] {
  const compiled = ts.createProgram(files, {
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2023.d.ts'],
    types: ['node'],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: false,
    ...options,
  });
  const { diagnostics } = compiled.emit();
  return [...ts.getPreEmitDiagnostics(compiled), ...diagnostics].map(
    ({ file, messageText }) => `${file?.fileName ?? ''}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
  );
}

describe("the README's first program", () => {
  it.each([
    ['nodenext', { module: ModuleKind.NodeNext }],
    ['node16', { module: ModuleKind.Node16 }],
  ])(
    'compiles in both formats under %s, and the types of both are the same',
    (name, options) => {
      const files = [
        consumer.write(`${name}/modules.mts`, FORMATS['ES modules'] + ENTRIES_TOGETHER),
        consumer.write(`${name}/commonjs.cts`, FORMATS.CommonJS + ENTRIES_TOGETHER),
        consumer.write(
          `${name}/mixed.mts`,
          `import { requireAuth } from 'apollo-cognito-auth';
           import { auth, context } from './commonjs.cjs';
           export const sub: string = requireAuth({ auth }).sub;
           export const next: ReturnType<typeof context> = Promise.resolve({ auth });`,
        ),
      ];
      expect(compile(files, options)).toEqual([]);
    },
    60_000,
  );

  it.each([
    ['node10', 'ES modules', { module: ModuleKind.ES2022, moduleResolution: ModuleResolutionKind.Node10 }],
    ['node10', 'CommonJS', { module: ModuleKind.CommonJS, moduleResolution: ModuleResolutionKind.Node10 }],
    ['bundler', 'ES modules', { module: ModuleKind.ESNext, moduleResolution: ModuleResolutionKind.Bundler }],
  ] as const)(
    'compiles under %s as %s',
    (name, format, options) => {
      const path = consumer.write(`${name}/${format.replace(' ', '-')}.ts`, FORMATS[format] + ENTRIES_TOGETHER);
      expect(compile([path], options)).toEqual([]);
    },
    60_000,
  );

  it.each([
    ['ES modules', 'mts', 'mjs'],
    ['CommonJS', 'cts', 'cjs'],
  ] as const)(
    'serves and enforces as %s',
    async (format, source, output) => {
      const pool = createTestUserPool({ userPoolId: 'eu-west-1_AbCdEf123', clientId: 'web' });
      // The program fetches the keys of a pool at Amazon; here they come from this test.
      const keys = consumer.write(
        'keys.cjs',
        `globalThis.fetch = async () => new Response(${JSON.stringify(JSON.stringify(pool.jwks))});`,
      );
      const path = consumer.write(`server.${source}`, FORMATS[format]);
      expect(compile([path], { module: ModuleKind.NodeNext, skipLibCheck: true })).toEqual([]);
      const server = spawn(process.execPath, ['--require', keys, join(consumer.folder, `server.${output}`)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      try {
        const [line] = (await once(createInterface(server.stdout), 'line')) as [string];
        const ask = async (token: string) => {
          const response = await fetch(line.replace('Ready at ', ''), {
            method: 'POST',
            headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
            body: JSON.stringify({ query: '{ motd me }' }),
          });
          return [response.status, await response.json()];
        };
        expect(await ask(pool.accessToken())).toEqual([200, { data: { motd: 'hello', me: 'test-user' } }]);
        expect(await ask('nonsense')).toMatchObject([401, {}]);
      } finally {
        server.kill();
        await once(server, 'exit');
      }
    },
    60_000,
  );
});
