import { setTimeout as sleep } from 'node:timers/promises';
import { subscribe as toolsSubscribe } from '@graphql-tools/executor';
import { graphql, graphqlSync, parse, subscribe } from 'graphql';
import type { ExecutionResult } from 'graphql';
import { describe, expect, it } from 'vitest';
import { createAuthenticatedAuth } from '../../src/auth.js';
import type { AuthEvent } from '../../src/events.js';
import { batchPolicy, ownerPolicy } from '../../src/index.js';
import type { PolicyRequest } from '../../src/index.js';
import { anonymous, authenticatedAs } from '../../src/testing/index.js';
import { problemsOf } from '../support/refuse.js';
import { denial, guard, run, toAnswer } from '../support/run.js';
import type { Answer } from '../support/run.js';

const anaya = authenticatedAs({ sub: 'anaya', groups: ['g'] });
const denied = { data: { f: null }, errors: [denial('policy', 'f')] };
const allowed = { data: { f: 'ran' } };

function guardF(directive: string, policies: Parameters<typeof guard>[2]) {
  return guard(
    `type Query { f(id: ID, x: Int @auth(policies: ["no"])): String ${directive} }`,
    { Query: { f: () => 'ran' } },
    policies,
  );
}

describe('rule 8: policies', () => {
  it.each([
    ['allow', 'true', () => true],
    ['allow', 'a promise of true', async () => true],
    ['deny', 'false', () => false],
    ['deny', 'a promise of false', async () => false],
    ['deny', 'a truthy value other than true', () => 'yes' as never],
    ['deny', 'undefined', () => undefined as never],
    [
      'deny',
      'a throw',
      () => {
        throw new Error('postgres://secret');
      },
    ],
    ['deny', 'a rejection', async () => Promise.reject(new Error('postgres://secret'))],
    // A policy can throw anything.
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
    ['deny', 'a rejection without a reason', async () => Promise.reject()],
    [
      'deny',
      'a throw of null',
      () => {
        // eslint-disable-next-line @typescript-eslint/only-throw-error
        throw null;
      },
    ],
  ])('%s when the answer is %s', async (verdict, _, check) => {
    const schema = guardF('@auth(policies: ["p"])', { policies: { p: check, no: () => false } });
    expect(await run(schema, '{ f }', anaya)).toEqual(verdict === 'allow' ? allowed : denied);
  });

  it('get the caller, the parent, the arguments, the context and info', async () => {
    const seen: unknown[] = [];
    const policies = {
      p: ({ auth, source, args, context, info }: PolicyRequest) => {
        seen.push([auth.sub, source, { ...args }, (context as { auth: unknown }).auth === auth, info.fieldName]);
        return true;
      },
    };
    const schema = guard(
      'type Query { box: Box } type Box { f(id: ID, n: Int = 3): String @auth(policies: ["p"]) }',
      { Query: { box: () => ({ id: 7, f: 'ran' }) } },
      { policies },
    );
    await graphql({ schema, source: '{ box { f(id: "a") } }', contextValue: { auth: anaya } });
    expect(seen).toEqual([['anaya', { id: 7, f: 'ran' }, { id: 'a', n: 3 }, true, 'f']]);
  });

  it('are asked only if the token’s rules hold', async () => {
    let asked = 0;
    const policies = { p: () => (asked += 1) > 0 };
    const schema = guard(
      'type Query { f(x: Int @auth(groups: ["x"])): String @auth(groups: ["g"], policies: ["p"]) }',
      {},
      { policies },
    );
    expect(await run(schema, '{ f }', anonymous())).toEqual({ data: { f: null }, errors: [denial('missing', 'f')] });
    expect(await run(schema, '{ f }', authenticatedAs())).toEqual({
      data: { f: null },
      errors: [denial('group', 'f')],
    });
    expect(await run(schema, '{ f(x: 1) }', anaya)).toEqual({ data: { f: null }, errors: [denial('group', 'f')] });
    expect(asked).toBe(0);
    expect(await run(schema, '{ f }', anaya)).toEqual({ data: { f: null } });
    expect(asked).toBe(2);
  });

  it('allow with any of a list, and only with all of the directives', async () => {
    const policies = { yes: () => true, no: () => false, later: async () => true };
    expect(await run(guardF('@auth(policies: ["no", "later"])', { policies }), '{ f }', anaya)).toEqual(allowed);
    expect(await run(guardF('@auth(policies: ["yes"]) @auth(policies: ["no"])', { policies }), '{ f }', anaya)).toEqual(
      denied,
    );
    expect(
      await run(guardF('@auth(policies: ["yes"]) @auth(policies: ["later"])', { policies }), '{ f }', anaya),
    ).toEqual(allowed);
  });

  it('are asked for an argument when it is provided', async () => {
    const schema = guardF('', { policies: { no: () => false } });
    expect(await run(schema, '{ f }', anonymous())).toEqual(allowed);
    expect(await run(schema, '{ f(x: 1) }', anaya)).toEqual(denied);
  });

  it('hold for the implementers of an interface’s field', async () => {
    const schema = guard(
      'interface I { f: String @auth(policies: ["p"]) } type T implements I { f: String } type Query { t: T }',
      { Query: { t: () => ({ f: 'ran' }) } },
      { policies: { p: () => false } },
    );
    expect(await run(schema, '{ t { f } }', anaya)).toEqual({
      data: { t: { f: null } },
      errors: [denial('policy', 't', 'f')],
    });
  });

  it('deny when they do not answer in time, and no resolver runs before the answer', async () => {
    const ran: string[] = [];
    const schema = guard(
      'type Query { slow: String @auth(policies: ["slow"]) never: String @auth(policies: ["never"]) }',
      { Query: { slow: () => ran.push('slow'), never: () => ran.push('never') } },
      {
        policies: {
          slow: { timeout: 5, check: async () => sleep(20, ran.length === 0) },
          never: { timeout: 0.02, check: () => new Promise<boolean>(() => {}) },
        },
      },
    );
    const answer = await graphql({ schema, source: '{ slow never }', contextValue: { auth: anaya } });
    expect(toAnswer(answer)).toEqual({ data: { slow: '1', never: null }, errors: [denial('policy', 'never')] });
    expect(ran).toEqual(['slow']);
  });

  it.each([
    [
      'allow',
      'calls back with true',
      (resolve: (answer: unknown) => void) => {
        resolve(true);
      },
    ],
    ['deny', 'calls back with false and returns true', (resolve: (answer: unknown) => void) => (resolve(false), true)],
  ])('%s without a time limit when what looks like a promise %s', async (verdict, _, then) => {
    const check = { timeout: Infinity, check: () => ({ then }) as never };
    const schema = guardF('@auth(policies: ["p"])', { policies: { p: check, no: () => false } });
    expect(await run(schema, '{ f }', anaya)).toEqual(verdict === 'allow' ? allowed : denied);
  });

  it('all answer before the caller hears that one has denied', async () => {
    let answered = false;
    const slow = async () => {
      await sleep(30);
      answered = true;
      return true;
    };
    const schema = guardF('@auth(policies: ["no"]) @auth(policies: ["slow"])', { policies: { no: () => false, slow } });
    expect(toAnswer(await graphql({ schema, source: '{ f }', contextValue: { auth: anaya } }))).toEqual(denied);
    expect(answered).toBe(true);
  });

  const list = 'type Query { rows: [Row!] } type Row { id: Int secret: String @auth(policies: ["mine"]) deep: [Row!] }';
  const rows = Array.from({ length: 200 }, (_, id) => ({ id, secret: 's', deep: [{ id: id + 1000, secret: 'd' }] }));

  it('load a batch in one call for a level of a response, with each key once', async () => {
    const calls: (readonly number[])[] = [];
    const mine = batchPolicy({
      key: ({ source }: PolicyRequest<{ id: number }>) => source.id % 100,
      load: async (keys) => {
        calls.push(keys);
        return keys.map((key) => key !== 3);
      },
    });
    const schema = guard(list, { Query: { rows: () => rows } }, { policies: { mine } });
    const answer = await graphql({ schema, source: '{ rows { secret } }', contextValue: { auth: anaya } });
    expect(calls).toEqual([Array.from({ length: 100 }, (_, key) => key)]);
    expect(toAnswer(answer)).toEqual({
      data: { rows: rows.map(({ id }) => ({ secret: id % 100 === 3 ? null : 's' })) },
      errors: [denial('policy', 'rows', 103, 'secret'), denial('policy', 'rows', 3, 'secret')],
    });
  });

  it('load a batch in one call for the root fields of a query, and in calls of `maxBatchSize` keys', async () => {
    const calls: (readonly string[])[] = [];
    const load = async (keys: readonly string[]) => {
      calls.push(keys);
      // Longer than a thousandth of the time-out.
      await new Promise((resolve) => setTimeout(resolve, 20));
      return keys.map(() => true);
    };
    const key = ({ info }: PolicyRequest) => String(info.path.key);
    const fields = 'a: Int @auth(policies: ["p"]) b: Int @auth(policies: ["p"]) c: Int @auth(policies: ["p"])';
    const ask = (maxBatchSize?: number) =>
      graphql({
        schema: guard(`type Query { ${fields} }`, {}, { policies: { p: batchPolicy({ key, load, maxBatchSize }) } }),
        source: '{ a b c }',
        contextValue: { auth: anaya },
      });
    expect((await ask()).errors).toBeUndefined();
    expect((await ask(2)).errors).toBeUndefined();
    expect(calls).toEqual([['a', 'b', 'c'], ['a', 'b'], ['c']]);
  });

  it.each<[object, string]>([
    [
      { timeout: 0 },
      'Expected `timeout` of batchPolicy() to be a positive number, got 0. Write 5 for five seconds, or leave it out.',
    ],
    [
      { timeout: '5' },
      'Expected `timeout` of batchPolicy() to be a positive number, got "5". Write 5 for five seconds, or leave it out.',
    ],
    [
      { maxBatchSize: -1 },
      'Expected `maxBatchSize` of batchPolicy() to be a positive number, got -1. Write 100, or leave it out.',
    ],
    [
      { maxBatchSize: NaN },
      'Expected `maxBatchSize` of batchPolicy() to be a positive number, got NaN. Write 100, or leave it out.',
    ],
  ])('refuse the batch options %j', (options, sentence) => {
    expect(problemsOf(() => batchPolicy({ key: () => 1, load: () => [], ...options }))).toEqual([sentence]);
  });

  it('share nothing of a batch between operations, callers or events', async () => {
    const calls: string[] = [];
    const mine = batchPolicy({
      key: () => 1,
      load: (keys, { auth }) => {
        calls.push(auth.sub);
        return keys.map(() => true);
      },
    });
    const schema = guard(
      `${list} type Subscription { row: Row }`,
      {
        Query: { rows: () => rows },
        Subscription: {
          row: {
            async *subscribe() {
              yield { row: rows[0] };
              yield { row: rows[1] };
            },
          },
        },
      },
      { policies: { mine } },
    );
    // One context for all: it is no key.
    const contextValue = { auth: anaya };
    await graphql({ schema, source: '{ rows { secret } }', contextValue });
    await graphql({ schema, source: '{ rows { secret } }', contextValue });
    await graphql({ schema, source: '{ rows { secret } }', contextValue: { auth: authenticatedAs({ sub: 'ben' }) } });
    expect(calls).toEqual(['anaya', 'anaya', 'ben']);
    const stream = await subscribe({
      schema,
      document: parse('subscription { row { secret again: secret } }'),
      contextValue,
    });
    if (!(Symbol.asyncIterator in stream)) throw new Error('There is no stream.');
    for await (const event of stream) expect(toAnswer(event)).toEqual({ data: { row: { secret: 's', again: 's' } } });
    expect(calls).toEqual(['anaya', 'anaya', 'ben', 'anaya', 'anaya']);
  });

  it('load a batch for each event under an executor that shares the variables between events', async () => {
    let isOwner = true;
    const schema = guard(
      `${list} type Subscription { row: Row }`,
      {
        Subscription: {
          row: {
            async *subscribe() {
              yield { row: rows[0] };
              isOwner = false;
              yield { row: rows[1] };
            },
          },
        },
      },
      { policies: { mine: batchPolicy({ key: () => 1, load: (keys) => keys.map(() => isOwner) }) } },
    );
    const stream = await toolsSubscribe({
      schema,
      document: parse('subscription { row { secret } }'),
      contextValue: { auth: anaya },
    });
    if (!(Symbol.asyncIterator in stream)) throw new Error('There is no stream.');
    const events: Answer[] = [];
    for await (const event of stream) events.push(toAnswer(event as ExecutionResult));
    expect(events).toEqual([
      { data: { row: { secret: 's' } } },
      { data: { row: { secret: null } }, errors: [denial('policy', 'row', 'secret')] },
    ]);
  });

  it('load a batch again after a mutation’s root field has changed the facts', async () => {
    let owner = 'me';
    const own = batchPolicy({ key: () => 1, load: (keys) => keys.map(() => owner === 'me') });
    const schema = guard(
      'type Query { x: Int } type Mutation { touch: String @auth(policies: ["own"]) give: String @auth(policies: ["own"]) }',
      {
        Mutation: {
          touch: () => 'touched',
          give: () => {
            owner = 'ben';
            return 'given';
          },
        },
      },
      { policies: { own } },
    );
    const source = 'mutation { touch give again: touch }';
    expect(toAnswer(await graphql({ schema, source, contextValue: { auth: anaya } }))).toEqual({
      data: { touch: 'touched', give: 'given', again: null },
      errors: [denial('policy', 'again')],
    });
  });

  it('deny in a batch without a key, with too few answers, when the load fails, and when it never ends', async () => {
    const events: AuthEvent[] = [];
    const { claims, ...fields } = anaya;
    if (fields.tokenUse !== 'access' || claims.token_use !== 'access')
      throw new Error('An access token was asked for.');
    const auth = createAuthenticatedAuth(
      { ...fields, tokenUse: 'access', claims },
      { clock: Date.now, graceSeconds: 0, emit: (event) => events.push(event), poolName: undefined },
    );
    const cause = new Error('postgres://secret');
    const began = performance.now();
    const policies = {
      keyless: batchPolicy({ key: () => undefined, load: (keys) => keys.map(() => true) }),
      null: batchPolicy({ key: () => null, load: (keys) => keys.map(() => true) }),
      short: batchPolicy({ key: () => 1, load: () => [] }),
      failing: batchPolicy({ key: ({ info }) => String(info.path.key), load: () => Promise.reject(cause) }),
      endless: batchPolicy({ key: () => 1, timeout: 0.02, load: () => new Promise<boolean[]>(() => {}) }),
    };
    const names = Object.keys(policies);
    const schema = guard(
      `type Query { ${names.map((name) => `${name}: Int @auth(policies: ["${name}"])`).join(' ')} }`,
      {},
      { policies },
    );
    const answer = await graphql({
      schema,
      source: '{ keyless null short failing second: failing endless }',
      contextValue: { auth },
    });
    expect(toAnswer(answer)).toEqual({
      data: { keyless: null, null: null, short: null, failing: null, second: null, endless: null },
      errors: ['endless', 'failing', 'keyless', 'null', 'second', 'short'].map((path) => denial('policy', path)),
    });
    const failures = events.flatMap((event) => (event.type === 'policy.failed' ? [event] : []));
    // One for the batch that failed, although two items asked.
    expect(failures.map(({ policy }) => policy).sort()).toEqual(['endless', 'failing', 'short']);
    expect(failures.find(({ policy }) => policy === 'failing')?.cause).toBe(cause);
    expect(failures.find(({ policy }) => policy === 'endless')?.cause).toEqual(
      new Error('The policy did not answer within 20 ms.'),
    );
    for (const { durationMs } of failures) {
      expect(durationMs).toBeGreaterThanOrEqual(0);
      expect(durationMs).toBeLessThan(performance.now() - began + 1);
    }
    expect(JSON.stringify(answer)).not.toContain('postgres');
  });

  it('keep an execution synchronous when they are synchronous', () => {
    const schema = guardF('@auth(policies: ["p"])', { policies: { p: () => true, no: () => false } });
    expect(graphqlSync({ schema, source: '{ f }', contextValue: { auth: anaya } }).data).toEqual({ f: 'ran' });
  });

  describe('of ownership', () => {
    const orders = guard(
      `type Query { orders(ownerId: ID!): String @auth(policies: ["ownerOfArgument"]) order: Order }
       type Order { total: Int @auth(policies: ["ownsOrder"]) note: Int @auth(policies: ["byName"]) }`,
      { Query: { orders: () => 'o', order: () => ({ ownerId: 'anaya', ownerName: 'an', total: 1, note: 2 }) } },
      {
        policies: {
          ownerOfArgument: ownerPolicy({ argument: 'ownerId' }),
          ownsOrder: ownerPolicy({ field: 'ownerId' }),
          byName: ownerPolicy({ field: 'ownerName', claim: 'username' }),
        },
      },
    );
    const source = 'query ($id: ID!) { orders(ownerId: $id) order { total note } }';

    it('allow the owner', async () => {
      const auth = authenticatedAs({ sub: 'anaya', username: 'an' });
      expect(await run(orders, source, auth, { id: 'anaya' })).toEqual({
        data: { orders: 'o', order: { total: 1, note: 2 } },
      });
    });

    it('deny every other caller, by exact comparison', async () => {
      const auth = authenticatedAs({ sub: 'ben', username: undefined });
      expect(await run(orders, source, auth, { id: 'Ben' })).toEqual({
        data: { orders: null, order: { total: null, note: null } },
        errors: [denial('policy', 'order', 'note'), denial('policy', 'order', 'total'), denial('policy', 'orders')],
      });
    });
  });
});
