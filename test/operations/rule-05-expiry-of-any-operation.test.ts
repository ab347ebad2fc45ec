import { graphql, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { createAuthenticatedAuth } from '../../src/auth.js';
import { decideOperation, requireAuth } from '../../src/index.js';
import { authenticatedAs, createTestUserPool } from '../../src/testing/index.js';
import { denial, guard, run, toAnswer } from '../support/run.js';

/** An access token that ends at second 1000 of a clock that the test turns. */
function expiring() {
  const clock = { now: 0, readings: 0 };
  const auth = createAuthenticatedAuth(
    { ...authenticatedAs({ groups: ['g'] }), expiresAt: 1000 },
    {
      clock: () => {
        clock.readings += 1;
        return clock.now * 1000;
      },
      graceSeconds: 10,
      emit: () => {},
      poolName: undefined,
    },
  );
  return { auth, clock };
}

const schema = guard(
  `type Query { open: Open guarded(x: Int @auth): Int @auth nodes: [Node] }
   type Open { leaf: Int @auth(groups: ["g"]) plain: Int }
   interface Node { id: Int } type Pay implements Node @auth { id: Int }
   type Mutation { pay: Int @auth }`,
  {
    Query: { open: () => ({ leaf: 1, plain: 2 }), guarded: () => 3, nodes: () => [{ __typename: 'Pay', id: 4 }] },
    Mutation: { pay: () => 5 },
  },
);

describe('rule 5: the expiry of a token during an operation', () => {
  it('ends a remembered decision', async () => {
    const { auth, clock } = expiring();
    const query = '{ open { leaf plain } guarded(x: 1) nodes { id } }';
    const allowed = { data: { open: { leaf: 1, plain: 2 }, guarded: 3, nodes: [{ id: 4 }] } };
    expect(await run(schema, query, auth)).toEqual(allowed);
    clock.now = 1009;
    expect(await run(schema, query, auth)).toEqual(allowed);
    clock.now = 1010;
    expect(await run(schema, query, auth)).toEqual({
      data: { open: { leaf: null, plain: 2 }, guarded: null, nodes: [null] },
      errors: [denial('expired', 'guarded'), denial('expired', 'nodes', 0), denial('expired', 'open', 'leaf')],
    });
  });

  it('refuses a mutation as a whole, and makes requireAuth throw', () => {
    const { auth, clock } = expiring();
    const document = parse('mutation { pay }');
    const denied = () => decideOperation({ schema, document, contextValue: { auth } });
    expect([denied(), requireAuth({ auth })]).toEqual([[], auth]);
    clock.now = 1010;
    expect(denied().map(({ path, extensions: { reason } }) => [path, reason])).toEqual([[['pay'], 'expired']]);
    expect(() => requireAuth({ auth })).toThrow('The token has expired.');
  });

  it('counts as passed while the clock fails, whose message no client sees', async () => {
    const clock = { fails: false };
    const pool = createTestUserPool();
    const verifier = pool.verifier({
      clock: () => {
        if (clock.fails) throw new Error('The clock of the host is down.');
        return Date.now();
      },
    });
    const auth = await verifier.verify(pool.accessToken());
    clock.fails = true;
    expect(await run(schema, '{ guarded }', auth)).toEqual({
      data: { guarded: null },
      errors: [denial('expired', 'guarded')],
    });
    expect(() => requireAuth({ auth })).toThrow('The token has expired.');
  });

  it('does not interrupt an execution that has begun', async () => {
    const { auth, clock } = expiring();
    const slow = guard('type Query { a: A @auth } type A { b: Int @auth }', {
      Query: {
        a: async () => {
          clock.now = 2000;
          return { b: 1 };
        },
      },
    });
    const answer = await graphql({ schema: slow, source: '{ a { b } }', contextValue: { auth } });
    expect(toAnswer(answer)).toEqual({ data: { a: { b: 1 } } });
  });

  it('is read from the clock once for an execution, not once for each field', async () => {
    const { auth, clock } = expiring();
    const rows = guard('type Query { rows: [Row] } type Row { a: Int @auth b: Int @auth(groups: ["g"]) }', {
      Query: { rows: () => Array.from({ length: 100 }, () => ({ a: 1, b: 2 })) },
    });
    await graphql({ schema: rows, source: '{ rows { a b } }', contextValue: { auth } });
    expect(clock.readings).toBe(1);
  });
});
