/** `authSchemaPass` under GraphQL Code Generator itself, and resolvers that are compiled against what it generates. */
import { generate } from '@graphql-codegen/cli';
import type { CodegenConfig } from '@graphql-codegen/cli';
import { authDirective } from 'apollo-cognito-auth';
import { authSchemaPass } from 'apollo-cognito-auth/codegen';
import { buildSchema } from 'graphql';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const { authDirectiveTypeDefs } = authDirective();

// In the project, so that what is generated finds this package by its name.
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(import.meta.dirname, '.codegen-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const CONTEXT = `
  import type { AuthContext } from 'apollo-cognito-auth';
  export interface MyContext extends AuthContext { readonly requestId: string; }
  export type Mine<Context> = Context & { readonly mine: true };
`;

const CONFIG = { contextType: './context.js#MyContext', enumsAsTypes: true, useTypeImports: true };

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

async function generateFrom(schema: NonNullable<CodegenConfig['schema']>, output: object = {}): Promise<string> {
  const [file] = (await generate(
    {
      schema,
      silent: true,
      generates: {
        [join(folder, 'generated.ts')]: {
          preset: authSchemaPass(),
          plugins: ['typescript', 'typescript-resolvers'],
          config: CONFIG,
          ...output,
        },
      },
    },
    false,
  )) as [{ readonly content: string }];
  return file.content;
}

/** What the compiler says of the file, under the strictest settings. */
function compile(name: string, text: string): readonly string[] {
  write('context.ts', CONTEXT);
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path)) as {
    config: unknown;
  };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  return ts
    .getPreEmitDiagnostics(ts.createProgram([write(name, text)], options))
    .map(({ file, messageText }) => `${file?.fileName ?? ''}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`);
}

describe('authSchemaPass as a preset', () => {
  it('gives each resolver a context of which its rule is true', async () => {
    const files = [
      write('orders.graphql', 'type Query { open: String, any: String @auth, id: String @auth(tokenUse: ID) }'),
      write(
        'payroll.graphql',
        `extend type Query { payroll: Payroll, access: String @auth(tokenUse: ACCESS) }
         type Payroll @auth(tokenUse: ID) { total: String }
         type Subscription { shipped: String @auth(tokenUse: ACCESS) }`,
      ),
    ];
    write('generated.ts', await generateFrom([authDirectiveTypeDefs, ...files]));
    const resolvers = `
      import type { Resolvers } from './generated.js';
      export const resolvers: Resolvers = {
        Query: {
          // @ts-expect-error a field without a rule can have an anonymous caller
          open: (_, __, { auth }) => auth.sub,
          any: (_, __, { auth, requestId }) => auth.sub + requestId,
          id: (_, __, { auth }) => auth.claims.email ?? null,
          access: (_, __, { auth }) => auth.claims.client_id,
          payroll: (_, __, { auth }) => ({ total: auth.claims['cognito:username'] }),
        },
        Payroll: {
          total: (_, __, { auth }) => auth.claims['cognito:username'],
        },
        Subscription: {
          shipped: { subscribe: async function* (_, __, { auth }) { yield { shipped: auth.claims.client_id }; } },
        },
      };`;
    expect(compile('resolvers.ts', resolvers)).toEqual([]);
  }, 120_000);

  it('keeps the context types of the configuration, in the common part and in that of the plugin', async () => {
    const schema = [
      authDirectiveTypeDefs,
      'directive @mine on FIELD_DEFINITION type Query { f: String @mine @auth(tokenUse: ID) }',
    ];
    const directiveContextTypes = ['mine#./context.js#Mine'];
    const context = 'Mine<WithIdAuth<ContextType>>';
    expect(await generateFrom(schema, { config: { ...CONFIG, directiveContextTypes } })).toContain(context);
    const plugins = ['typescript', { 'typescript-resolvers': { directiveContextTypes } }];
    expect(await generateFrom(schema, { plugins })).toContain(context);
  }, 60_000);

  it('reads the schema of a subgraph, and one that is given as an object', async () => {
    const subgraph =
      'type Query { f: String @auth(tokenUse: ID) } type User @key(fields: "id") { id: ID!, g: Int @auth }';
    const generated = await generateFrom([authDirectiveTypeDefs, subgraph], {
      config: { ...CONFIG, federation: true },
    });
    expect(generated).toContain('WithIdAuth<ContextType>');
    expect(generated).toContain('WithAuth<ContextType>');
    const schema = buildSchema(`${authDirectiveTypeDefs} type Query { f: String @auth(tokenUse: ID) }`);
    expect(await generateFrom(schema)).toContain('WithIdAuth<ContextType>');
  }, 60_000);
});

describe('authSchemaPass as a transform', () => {
  it('gives a schema and its context types for an output without the preset', async () => {
    const original = buildSchema(`${authDirectiveTypeDefs} type Query { f: String @auth(tokenUse: ID), g: String }`);
    const { schema, directiveContextTypes } = authSchemaPass().transform(original);
    const config = { ...CONFIG, directiveContextTypes };
    write('generated.ts', await generateFrom(schema, { preset: undefined, config }));
    const resolvers = `
      import type { QueryResolvers } from './generated.js';
      export const f: QueryResolvers['f'] = (_, __, { auth }) => auth.claims.email ?? null;
      // @ts-expect-error a field without a rule can have an anonymous caller
      export const g: QueryResolvers['g'] = (_, __, { auth }) => auth.sub;`;
    expect(compile('transformed.ts', resolvers)).toEqual([]);
  }, 120_000);
});
