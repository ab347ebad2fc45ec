/** Two copies of graphql, or of this package, in one process: refused, with a sentence that tells them apart. */
import { buildSchema, graphql, GraphQLObjectType, GraphQLString, parse } from 'graphql';
import type { GraphQLSchema } from 'graphql';
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { authDirective, cognitoAuthPlugin, createAuthContext, decideOperation } from '../../src/index.js';
import { findUnguarded } from '../../src/directive/guard/coverage.js';
import { authenticatedAs } from '../../src/testing/index.js';
import type * as Testing from '../../src/testing/index.js';
import { guard } from '../support/run.js';

const { authDirectiveTypeDefs, authDirectiveTransformer } = authDirective();
const typeDefs = `${authDirectiveTypeDefs} type Query { f: Int @auth }`;
const ANOTHER = 'was made by another copy of graphql';

/** As another copy of graphql makes it, where no class of ours is in its prototypes. */
function disown(value: object, tag: string): unknown {
  return Object.assign(Object.create({ [Symbol.toStringTag]: tag }) as object, value);
}

describe('a schema of another copy of graphql', () => {
  it('is refused by the transformer, the start-up check and decideOperation', () => {
    const schema = disown(buildSchema(typeDefs), 'GraphQLSchema') as GraphQLSchema;
    expect(() => authDirectiveTransformer(schema)).toThrow(ANOTHER);
    expect(findUnguarded(schema)).toEqual([expect.stringContaining(ANOTHER)]);
    const [error] = decideOperation({ schema, document: parse('{ f }'), contextValue: { auth: authenticatedAs() } });
    expect(error?.originalError?.message).toContain('npm ls graphql');
  });

  it('is refused because of one foreign type', () => {
    const schema = buildSchema(typeDefs);
    const type = new GraphQLObjectType({ name: 'T', fields: { f: { type: GraphQLString } } });
    schema.getTypeMap()['T'] = disown(type, 'GraphQLObjectType') as GraphQLObjectType;
    expect(() => authDirectiveTransformer(schema)).toThrow(`The type T ${ANOTHER}`);
  });

  it.each([undefined, null, 'type Query { f: Int }', {}, 1n])(
    'is told from a value that is not a schema: %s',
    (value) => {
      expect(() => authDirectiveTransformer(value as GraphQLSchema)).toThrow('Expected a GraphQLSchema, got');
    },
  );

  it('is refused in production, where graphql itself does not check', () => {
    const code = `
      import { createRequire } from 'node:module';
      import { authDirective } from 'apollo-cognito-auth';
      // Node loads graphql's ES modules and its CommonJS build as two copies.
      const { buildSchema } = await import(new URL('index.mjs', 'file://' + createRequire(import.meta.url).resolve('graphql')));
      const { authDirectiveTypeDefs, authDirectiveTransformer } = authDirective();
      try {
        authDirectiveTransformer(buildSchema(authDirectiveTypeDefs + 'type Query { f: Int @auth }'));
        console.log('transformed');
      } catch (error) {
        console.log(error.message);
      }`;
    const output = execFileSync(process.execPath, ['--input-type=module', '--eval', code], {
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      env: { ...process.env, NODE_ENV: 'production' },
      encoding: 'utf8',
    });
    expect(output).toContain(ANOTHER);
  });
});

describe('an Auth of another copy of this package', () => {
  let other: typeof Testing;

  beforeAll(async () => {
    vi.resetModules();
    other = await import('../../src/testing/index.js');
  });

  it('is denied, and the log says that there are two copies', async () => {
    const lines: string[] = [];
    const logger = { warn: (line: string) => void lines.push(line), error: (line: string) => void lines.push(line) };
    const schema = guard('type Query { f: Int @auth }', { Query: { f: () => 1 } }, { logger });
    for (const auth of [other.authenticatedAs(), other.anonymous(), other.rejected('expired')]) {
      expect(await graphql({ schema, source: '{ f }', contextValue: { auth } })).toMatchObject({
        data: { f: null },
        errors: [{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }],
      });
    }
    expect(lines).toEqual([expect.stringContaining('npm ls apollo-cognito-auth')]);
    lines.length = 0;
    const copied = { ...authenticatedAs() };
    await graphql({ schema, source: '{ f }', contextValue: { auth: copied } });
    expect(lines).toEqual([expect.not.stringContaining('npm ls')]);
  });

  it('has a verifier that is refused, with a sentence about two copies', () => {
    const verifier = other.createTestUserPool().verifier();
    for (const use of [() => createAuthContext({ verifier }), () => cognitoAuthPlugin({ verifier })]) {
      expect(use).toThrow('npm ls apollo-cognito-auth');
    }
    expect(() => createAuthContext({ verifier: { ...verifier } })).toThrow(
      'createCognitoVerifier() returned, not a copy',
    );
  });
});
