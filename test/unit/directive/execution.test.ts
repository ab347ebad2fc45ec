import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { execute, parse } from 'graphql';
import type { GraphQLResolveInfo, GraphQLSchema } from 'graphql';
import { describe, expect, it } from 'vitest';
import type { Auth } from '../../../src/auth.js';
import { anonymous, authenticatedAs, createTestUserPool, rejected } from '../../../src/testing/index.js';
import { guard } from '../../support/run.js';

const start = (schema: GraphQLSchema, source: string, contextValue: object) =>
  execute({ schema, document: parse(source), contextValue });

setFlagsFromString('--expose-gc');
// What the flag gives to a new context is the collector (documentation of `v8.setFlagsFromString`).
const collectGarbage = runInNewContext('gc') as () => void;

describe('a rule that was met', () => {
  it('is met for that Auth alone when the fields of two executions take turns', async () => {
    const turns: (() => void)[] = [];
    const schema = guard('type Query { row: Row } type Row { one: Int @auth later: Row two: Int @auth }', {
      Query: { row: () => ({ one: 1 }) },
      Row: {
        later: () =>
          new Promise((resolve) =>
            turns.push(() => {
              resolve({ two: 2 });
            }),
          ),
      },
    });
    const run = (auth: Auth) => Promise.resolve(start(schema, '{ row { one later { two } } }', { auth }));
    const answers = [authenticatedAs(), anonymous(), authenticatedAs({ groups: ['in'] }), anonymous()].map(run);
    for (const go of turns) go();
    const allowed = [{ row: { one: 1, later: { two: 2 } } }, undefined];
    const denied = [{ row: { one: null, later: { two: null } } }, 2];
    expect((await Promise.all(answers)).map(({ data, errors }) => [data, errors?.length])).toEqual([
      allowed,
      denied,
      allowed,
      denied,
    ]);
  });

  it('is decided again when a resolver has put another Auth in the context', async () => {
    const schema = guard('type Query { a: Int @auth leave: Int b: Int @auth }', {
      Query: {
        a: () => 1,
        leave: (_: unknown, __: unknown, context: { auth: Auth }) => {
          context.auth = anonymous();
          return 0;
        },
        b: () => 2,
      },
    });
    const { data, errors } = await start(schema, '{ a leave b }', { auth: authenticatedAs() });
    expect(data).toEqual({ a: 1, leave: 0, b: null });
    expect(errors?.map(({ path, extensions }) => [path, extensions['reason']])).toEqual([[['b'], 'missing']]);
  });

  it('is decided again for the very field that met it, when a resolver has put another Auth in the context', async () => {
    const schema = guard('type Query { a: Int @auth leave: Int enter: Int }', {
      Query: {
        a: () => 1,
        leave: (_: unknown, __: unknown, context: { auth: Auth }) => ((context.auth = anonymous()), 0),
        enter: (_: unknown, __: unknown, context: { auth: Auth }) => ((context.auth = member), 0),
      },
    });
    const member = authenticatedAs();
    const source = '{ a again: a leave denied: a other: a enter allowed: a }';
    const { data, errors } = await start(schema, source, { auth: member });
    expect(data).toEqual({ a: 1, again: 1, leave: 0, denied: null, other: null, enter: 0, allowed: 1 });
    expect(errors?.map(({ path }) => path)).toEqual([['denied'], ['other']]);
  });

  it('is decided again in the next execution, in which the token may have expired', async () => {
    let now = Date.now();
    const pool = createTestUserPool();
    const verifier = pool.verifier({ clock: () => now });
    const auth = await verifier.authenticate(pool.accessToken());
    const schema = guard('type Query { a: Int @auth }', { Query: { a: () => 1 } });
    const document = parse('{ a }');
    const run = () => execute({ schema, document, contextValue: { auth } });
    expect(run()).toEqual({ data: { a: 1 } });
    now += 2 * 3_600_000;
    expect(run()).toMatchObject({ data: { a: null }, errors: [{ extensions: { reason: 'expired' } }] });
  });

  it('keeps neither the Auth nor the variables alive once another execution has begun', async () => {
    const schema = guard('type Query { a(text: String): Int @auth(groups: ["in"]) b: Int @auth }', {
      Query: { a: () => 1, b: () => 2 },
    });
    const kept: WeakRef<object>[] = [];
    const { resolve } = schema.getQueryType()?.getFields()['a'] ?? {};
    const first = () => {
      const auth = authenticatedAs({ groups: ['in'] });
      const variableValues = { text: 'x'.repeat(1_000) };
      expect(resolve?.({}, {}, { auth }, { fieldName: 'a', variableValues } as unknown as GraphQLResolveInfo)).toBe(1);
      kept.push(new WeakRef(auth), new WeakRef(variableValues));
    };
    first();
    await start(schema, '{ b }', { auth: authenticatedAs() });
    // A WeakRef keeps what it refers to until the end of the task that made it.
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();
    expect(kept.map((each) => each.deref())).toEqual([undefined, undefined]);
  });

  it('is met for no other caller by a call without variables in between', () => {
    const { resolve } =
      guard('type Query { a: Int @auth }', { Query: { a: () => 1 } })
        .getQueryType()
        ?.getFields()['a'] ?? {};
    const path = { key: 'a', prev: undefined, typename: 'Query' };
    const call = (auth: Auth, variableValues?: object) =>
      resolve?.({}, {}, { auth }, {
        fieldName: 'a',
        fieldNodes: [],
        path,
        variableValues,
      } as unknown as GraphQLResolveInfo);
    const allowed = authenticatedAs();
    const variables = {};
    const refused = rejected('revoked');
    expect(() => call(refused, variables)).toThrow('The token has been revoked.');
    expect(call(allowed)).toBe(1);
    expect(() => call(refused, variables)).toThrow('The token has been revoked.');
  });

  it('is decided each time when nothing tells one execution from another', async () => {
    let now = Date.now();
    const pool = createTestUserPool();
    const auth = await pool.verifier({ clock: () => now }).authenticate(pool.accessToken());
    const { resolve } =
      guard('type Query { a: Int @auth }', { Query: { a: () => 1 } })
        .getQueryType()
        ?.getFields()['a'] ?? {};
    const call = () =>
      resolve?.({}, {}, { auth }, {
        fieldName: 'a',
        fieldNodes: [],
        path: { key: 'a', prev: undefined, typename: 'Query' },
      } as unknown as GraphQLResolveInfo);
    expect(call()).toBe(1);
    now += 2 * 3_600_000;
    expect(call).toThrow('The token has expired.');
  });
});
