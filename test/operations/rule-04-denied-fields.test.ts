import { execute, graphql, GraphQLError, graphqlSync, parse } from 'graphql';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { describe, expect, it } from 'vitest';
import { authDirective } from '../../src/directive/auth-directive.js';
import { AuthConfigurationError } from '../../src/errors.js';
import { anonymous, authenticatedAs, rejected } from '../../src/testing/index.js';
import { denial, guard, run, toAnswer } from '../support/run.js';

describe('rule 4: a denied field', () => {
  it('never runs its resolver, nor the default one, nor what the default one would call', async () => {
    let ran = 0;
    const count = () => {
      ran += 1;
      return 7;
    };
    const schema = guard('type Query { own: Int @auth box: Box } type Box { method: Int @auth getter: Int @auth }', {
      Query: {
        own: count,
        box: () => ({
          method: count,
          get getter() {
            return count();
          },
        }),
      },
    });
    expect(await run(schema, '{ own box { method getter } }', anonymous())).toEqual({
      data: { own: null, box: { method: null, getter: null } },
      errors: [denial('missing', 'box', 'getter'), denial('missing', 'box', 'method'), denial('missing', 'own')],
    });
    expect(ran).toBe(0);
    await run(schema, '{ own box { method getter } }', authenticatedAs());
    expect(ran).toBe(6);
  });

  it('is null with one error at its path, and so is its parent if the field is non-null', async () => {
    const schema = guard('type Query { box: Box } type Box { open: Int! shut: Int! @auth }', {
      Query: { box: () => ({ open: 1, shut: 2 }) },
    });
    expect(await run(schema, '{ box { open again: shut shut } }', anonymous())).toEqual({
      data: { box: null },
      errors: [denial('missing', 'box', 'again')],
    });
  });

  it('gives an ordinary GraphQLError with its place in the document', async () => {
    const schema = guard('type Query { shut: Int @auth }');
    const { errors } = await graphql({
      schema,
      source: '{\n  shut\n  ...F\n}\nfragment F on Query { shut }',
      contextValue: { auth: anonymous() },
    });
    expect(errors?.map((error) => [error instanceof GraphQLError, error.toJSON(), error.name])).toEqual([
      [
        true,
        {
          message: 'Authentication is required.',
          locations: [
            { line: 2, column: 3 },
            { line: 5, column: 23 },
          ],
          path: ['shut'],
          extensions: { code: 'UNAUTHENTICATED', reason: 'missing' },
        },
        'GraphQLError',
      ],
    ]);
  });

  it('changes nothing for its neighbours, in lists too', async () => {
    const schema = guard('type Query { rows: [Row!] } type Row { open: Int shut: Int @auth(groups: ["g"]) }', {
      Query: {
        rows: () => [
          { open: 1, shut: 2 },
          { open: 3, shut: 4 },
        ],
      },
    });
    expect(await run(schema, '{ rows { open shut } }', authenticatedAs())).toEqual({
      data: {
        rows: [
          { open: 1, shut: null },
          { open: 3, shut: null },
        ],
      },
      errors: [denial('group', 'rows', 0, 'shut'), denial('group', 'rows', 1, 'shut')],
    });
  });

  it('keeps a synchronous schema synchronous', () => {
    const schema = guard('type Query { open: Int @auth shut: Int @auth(groups: ["g"]) }', {
      Query: { open: () => 1, shut: () => 2 },
    });
    expect(
      toAnswer(graphqlSync({ schema, source: '{ open shut }', contextValue: { auth: authenticatedAs() } })),
    ).toEqual({ data: { open: 1, shut: null }, errors: [denial('group', 'shut')] });
  });

  it('is denied when its resolver is asynchronous, before it starts', async () => {
    let started = false;
    const schema = guard('type Query { shut: Int @auth }', {
      Query: {
        shut: async () => {
          started = true;
          return 1;
        },
      },
    });
    expect(await run(schema, '{ shut }', rejected('expired'))).toEqual({
      data: { shut: null },
      errors: [denial('expired', 'shut')],
    });
    expect(started).toBe(false);
  });

  const misconfigured = [
    { message: 'Internal server error.', path: ['shut'], extensions: { code: 'INTERNAL_SERVER_ERROR' } },
  ];

  it.each([
    ['no auth', undefined],
    ['null', null],
    ['a copy of an Auth', { ...authenticatedAs() }],
    ['a look-alike', { status: 'authenticated', tokenUse: 'access', groups: [], scopes: [], sub: 'x' }],
    ['an object made from an Auth', Object.create(authenticatedAs()) as unknown],
    ['a proxy of an Auth', new Proxy(authenticatedAs(), {})],
  ])('is denied when the context has %s', async (_, auth) => {
    const schema = guard('type Query { shut: Int @auth }', { Query: { shut: () => 1 } });
    expect(await run(schema, '{ shut }', auth)).toEqual({ data: { shut: null }, errors: misconfigured });
  });

  it.each([undefined, null, 'auth', 7])('is denied when the context is %s', async (contextValue) => {
    const schema = guard('type Query { shut: Int @auth }', { Query: { shut: () => 1 } });
    const { data, errors } = await graphql({ schema, source: '{ shut }', contextValue });
    expect({
      data: { ...data },
      errors: errors?.map(({ message, path, extensions }) => ({ message, path, extensions })),
    }).toEqual({
      data: { shut: null },
      errors: misconfigured,
    });
  });

  it('tells the log alone which line to add, when the context has no auth', async () => {
    const lines: string[] = [];
    const logger = { warn: (line: string) => lines.push(line), error: (line: string) => lines.push(line) };
    const schema = guard('type Query { a: Int @auth b: Int @auth }', {}, { logger });
    const { errors } = await graphql({ schema, source: '{ a b }', contextValue: {} });
    expect(errors?.map(({ originalError }) => originalError instanceof AuthConfigurationError)).toEqual([true, true]);
    expect(lines).toEqual([
      'apollo-cognito-auth: `contextValue.auth` is missing. Pass `context: createAuthContext({ verifier })` to the server.',
    ]);
  });

  it.each([
    [undefined, '`contextValue.auth` is missing.'],
    [null, '`contextValue.auth` is missing.'],
    [{ ...authenticatedAs() }, '`contextValue.auth` was not created by apollo-cognito-auth, or is a copy.'],
    ['auth', '`contextValue.auth` was not created by apollo-cognito-auth, or is a copy.'],
    [Object.freeze({ status: 'anonymous' }), '`contextValue.auth` was created by another copy of apollo-cognito-auth.'],
  ])('has the cause for the log, when the auth is %s', async (auth, sentence) => {
    const schema = guard('type Query { shut: Int @auth }');
    const { errors } = await graphql({ schema, source: '{ shut }', contextValue: { auth } });
    expect(errors?.[0]?.originalError?.message).toContain(sentence);
  });

  it('keeps the cause of unavailable keys for the log', async () => {
    const schema = guard('type Query { shut: Int @auth }');
    const { errors } = await graphql({
      schema,
      source: '{ shut }',
      contextValue: { auth: rejected('keys-unavailable') },
    });
    expect(errors?.map(({ originalError }) => originalError?.name)).toEqual(['KeysUnavailableError']);
  });

  it('costs the same in a long document as in a short one', async () => {
    const schema = guard('type Query { shut: Int @auth }');
    const time = async (count: number) => {
      const source = `{\n${Array.from({ length: count }, (_, index) => `a${index}: shut`).join('\n')}\n}`;
      const document = parse(source);
      const began = performance.now();
      const { errors = [] } = await execute({ schema, document, contextValue: { auth: anonymous() } });
      const spent = performance.now() - began;
      expect(errors.length).toBe(count);
      expect(errors.at(-1)?.locations).toEqual([{ line: count + 1, column: 1 }]);
      return spent;
    };
    await time(2000);
    const small = await time(2000);
    // Sixteen times as much, and sixteen times that again if the cost were the square.
    expect(await time(32_000)).toBeLessThan(Math.max(20, small) * 100);
  });

  it('leaves the schema that was given unguarded and unchanged', async () => {
    const { authDirectiveTypeDefs, authDirectiveTransformer } = authDirective();
    const given = makeExecutableSchema({
      typeDefs: [authDirectiveTypeDefs, 'type Query { f: Int @auth }'],
      resolvers: { Query: { f: () => 1 } },
    });
    authDirectiveTransformer(given);
    expect(await run(given, '{ f }', undefined)).toEqual({ data: { f: 1 } });
  });

  it('uses the executor’s default resolver when it is given one', async () => {
    const fieldResolver = () => 42;
    const schema = guard('type Query { open: Int shut: Int @auth }', {}, { fieldResolver });
    const answer = await graphql({
      schema,
      source: '{ open shut }',
      contextValue: { auth: authenticatedAs() },
      fieldResolver,
    });
    expect({ ...answer.data }).toEqual({ open: 42, shut: 42 });
  });
});
