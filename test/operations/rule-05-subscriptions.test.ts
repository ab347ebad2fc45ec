import { setTimeout as sleep } from 'node:timers/promises';
import { parse, subscribe } from 'graphql';
import { describe, expect, it, vi } from 'vitest';
import { createAuthenticatedAuth } from '../../src/auth.js';
import type { AuthenticatedAuth } from '../../src/auth.js';
import { anonymous, authenticatedAs, rejected } from '../../src/testing/index.js';
import { collect, denial, guard } from '../support/run.js';

/** An access token that ends at second 1000 of a clock that the test turns. */
function expiring(groups: readonly string[] = []): { auth: AuthenticatedAuth; clock: { now: number } } {
  const clock = { now: 0 };
  const { claims, ...fields } = authenticatedAs({ groups });
  if (fields.tokenUse !== 'access' || claims.token_use !== 'access') throw new Error('An access token was asked for.');
  const auth = createAuthenticatedAuth(
    { ...fields, tokenUse: 'access', claims, expiresAt: 1000 },
    { clock: () => clock.now * 1000, graceSeconds: 10, emit: () => {}, poolName: undefined },
  );
  return { auth, clock };
}

describe('rule 5: a subscription', () => {
  function counting(sdl: string) {
    const sources: string[] = [];
    const schema = guard(`type Query { x: Int } ${sdl}`, {
      Subscription: {
        ticks: {
          async *subscribe() {
            sources.push('made');
            try {
              yield { ticks: 1 };
              yield { ticks: 2 };
            } finally {
              sources.push('closed');
            }
          },
        },
      },
    });
    return { schema, sources };
  }

  it('is denied before its source is made', async () => {
    const { schema, sources } = counting('type Subscription { ticks: Int @auth(groups: ["g"]) }');
    expect(await collect(schema, 'subscription { ticks }', anonymous())).toEqual({
      data: undefined,
      errors: [denial('missing', 'ticks')],
    });
    expect(await collect(schema, 'subscription { ticks }', rejected('revoked'))).toEqual({
      data: undefined,
      errors: [denial('revoked', 'ticks')],
    });
    expect(await collect(schema, 'subscription { t: ticks }', authenticatedAs())).toEqual({
      data: undefined,
      errors: [denial('group', 't')],
    });
    expect(sources).toEqual([]);
  });

  it('delivers its events to a caller that meets its rule', async () => {
    const { schema, sources } = counting('type Subscription { ticks: Int @auth(groups: ["g"]) }');
    expect(await collect(schema, 'subscription { ticks }', authenticatedAs({ groups: ['g'] }))).toEqual([
      { data: { ticks: 1 } },
      { data: { ticks: 2 } },
    ]);
    expect(sources).toEqual(['made', 'closed']);
  });

  it('is denied by the rule of its root type and by that of the type it returns', async () => {
    const root = counting('type Subscription @auth { ticks: Int }');
    expect(await collect(root.schema, 'subscription { ticks }', anonymous())).toEqual({
      data: undefined,
      errors: [denial('missing', 'ticks')],
    });
    const typed = counting('type Subscription { ticks: Tick } scalar Tick @auth');
    expect(await collect(typed.schema, 'subscription { ticks }', anonymous())).toEqual({
      data: undefined,
      errors: [denial('missing', 'ticks')],
    });
    expect([...root.sources, ...typed.sources]).toEqual([]);
  });

  it('is guarded without a `subscribe` of its own', async () => {
    const schema = guard('type Query { x: Int } type Subscription { ticks: Int @auth }');
    let made = false;
    const rootValue = {
      async *ticks() {
        made = true;
        yield { ticks: 1 };
      },
    };
    const document = parse('subscription { ticks }');
    const answer = await subscribe({ schema, document, rootValue, contextValue: { auth: anonymous() } });
    expect(JSON.parse(JSON.stringify(answer))).toMatchObject({ errors: [denial('missing', 'ticks')] });
    expect(made).toBe(false);
  });

  it.each([
    ['that has a rule', 'ticks: Int @auth'],
    ['that has none', 'ticks: Int'],
  ])('delivers no event after the token’s expiry and grace, and closes its source, on a field %s', async (_, field) => {
    const { auth, clock } = expiring();
    const sources: string[] = [];
    const schema = guard(`type Query { x: Int } type Subscription { ${field} }`, {
      Subscription: {
        ticks: {
          async *subscribe() {
            try {
              for (const now of [0, 1005, 1010, 1011]) {
                clock.now = now;
                yield { ticks: now };
              }
            } finally {
              sources.push('closed');
            }
          },
        },
      },
    });
    expect(await collect(schema, 'subscription { ticks }', auth)).toEqual([
      { data: { ticks: 0 } },
      { data: { ticks: 1005 } },
      { data: { ticks: null }, errors: [denial('expired', 'ticks')] },
    ]);
    expect(sources).toEqual(['closed']);
    expect(await collect(schema, 'subscription { ticks }', auth)).toEqual({
      data: undefined,
      errors: [denial('expired', 'ticks')],
    });
  });

  it('delivers nothing of a guarded type through an open field after expiry', async () => {
    const { auth, clock } = expiring(['g']);
    const schema = guard(
      `type Query { x: Int } interface Node { id: Int } type Pay implements Node @auth(groups: ["g"]) { id: Int }
       type Subscription { nodes: Node }`,
      {
        Subscription: {
          nodes: {
            async *subscribe() {
              yield { nodes: { __typename: 'Pay', id: 1 } };
              clock.now = 2000;
              yield { nodes: { __typename: 'Pay', id: 2 } };
            },
          },
        },
      },
    );
    expect(await collect(schema, 'subscription { nodes { id } }', auth)).toEqual([
      { data: { nodes: { id: 1 } } },
      { data: { nodes: null }, errors: [denial('expired', 'nodes')] },
    ]);
  });

  it('closes its source at once when the client leaves, even while it waits for an event', async () => {
    const closed: string[] = [];
    const source: AsyncIterableIterator<unknown> = {
      next: () => new Promise(() => {}),
      async return() {
        closed.push('closed');
        return { value: undefined, done: true };
      },
      [Symbol.asyncIterator]: () => source,
    };
    const schema = guard('type Query { x: Int } type Subscription { ticks: Int @auth }', {
      Subscription: { ticks: { subscribe: () => source } },
    });
    const stream = await subscribe({
      schema,
      document: parse('subscription { ticks }'),
      contextValue: { auth: authenticatedAs() },
    });
    if (!(Symbol.asyncIterator in stream)) throw new Error('There is no stream.');
    void stream.next();
    await Promise.race([stream.return(undefined), sleep(1000)]);
    expect(closed).toEqual(['closed']);
  });

  it.each(['returns', 'throws', 'hangs', 'rejects', 'nothing'])(
    'ends when the token expires, while it waits for an event, although closing its source %s',
    async (how) => {
      const { auth, clock } = expiring();
      const closes: Record<string, () => Promise<IteratorResult<unknown>>> = {
        returns: async () => ({ value: undefined, done: true }),
        throws: () => {
          throw new Error('closed');
        },
        hangs: () => new Promise(() => {}),
        rejects: () => Promise.reject(new Error('closed')),
      };
      let closed = 0;
      const close = closes[how];
      const source: AsyncIterableIterator<unknown> = {
        next: () => new Promise(() => {}),
        ...(close && {
          return: () => {
            closed += 1;
            return close();
          },
        }),
        [Symbol.asyncIterator]: () => source,
      };
      const schema = guard('type Query { x: Int } type Subscription { ticks: Int @auth }', {
        Subscription: { ticks: { subscribe: () => source } },
      });
      // 50 ms are left.
      clock.now = 1009.95;
      const collected = collect(schema, 'subscription { ticks }', auth);
      setTimeout(() => (clock.now = 1010), 20);
      expect(await Promise.race([collected, sleep(5000)])).toEqual([]);
      expect(closed).toBe(how === 'nothing' ? 0 : 1);
      await sleep(1);
    },
  );

  it('ends after expiry also when `subscribe` is asynchronous and its stream has neither return nor throw', async () => {
    const { auth, clock } = expiring();
    const times = [0, 1010, 1010, 1010];
    const source = {
      next: async () => {
        clock.now = times.shift() ?? 0;
        return { value: { ticks: clock.now }, done: false };
      },
      [Symbol.asyncIterator]: () => source,
    };
    const schema = guard('type Query { x: Int } type Subscription { ticks: Int }', {
      Subscription: { ticks: { subscribe: async () => source as AsyncIterableIterator<unknown> } },
    });
    expect(await collect(schema, 'subscription { ticks }', auth)).toEqual([
      { data: { ticks: 0 } },
      { data: { ticks: null }, errors: [denial('expired', 'ticks')] },
    ]);
    expect(times).toHaveLength(2);
  });

  it.each(['with', 'without'])('passes an error on to its source, which is %s `throw`', async (form) => {
    const fault = new Error('the transport broke');
    const thrown: unknown[] = [];
    const source: AsyncIterableIterator<unknown> = {
      next: () => new Promise(() => {}),
      ...(form === 'with' && {
        throw: async (error: unknown) => {
          thrown.push(error);
          return { value: undefined, done: true };
        },
      }),
      [Symbol.asyncIterator]: () => source,
    };
    const schema = guard('type Query { x: Int } type Subscription { ticks: Int }', {
      Subscription: { ticks: { subscribe: () => source } },
    });
    const document = parse('subscription { ticks }');
    const stream = await subscribe({ schema, document, contextValue: { auth: authenticatedAs() } });
    if (!(Symbol.asyncIterator in stream)) throw new Error('There is no stream.');
    if (form === 'with') expect(await stream.throw(fault)).toEqual({ value: undefined, done: true });
    else await expect(stream.throw(fault)).rejects.toBe(fault);
    expect(thrown).toEqual(form === 'with' ? [fault] : []);
  });

  it('delivers the events of an open field to a context without an auth', async () => {
    const { schema } = counting('type Subscription { ticks: Int }');
    expect(await collect(schema, 'subscription { ticks }', undefined)).toEqual([
      { data: { ticks: 1 } },
      { data: { ticks: 2 } },
    ]);
  });

  it('may have a source whose `next` answers without a promise, as without a guard', async () => {
    let count = 0;
    const source = {
      next: () => ({ value: { ticks: (count += 1) }, done: count > 2 }),
      [Symbol.asyncIterator]: () => source,
    };
    const schema = guard('type Query { x: Int } type Subscription { ticks: Int @auth }', {
      Subscription: { ticks: { subscribe: () => source } },
    });
    expect(await collect(schema, 'subscription { ticks }', authenticatedAs())).toEqual([
      { data: { ticks: 1 } },
      { data: { ticks: 2 } },
    ]);
  });

  it.each(['rejects', 'throws'])('leaves no timer behind when its source %s', async (how) => {
    vi.useFakeTimers();
    const fail = () => {
      throw new Error('source');
    };
    const source = {
      next: how === 'throws' ? fail : () => Promise.reject(new Error('source')),
      [Symbol.asyncIterator]: () => source,
    };
    const schema = guard('type Query { x: Int } type Subscription { ticks: Int @auth }', {
      Subscription: { ticks: { subscribe: () => source } },
    });
    try {
      await expect(collect(schema, 'subscription { ticks }', authenticatedAs())).rejects.toThrow('source');
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it('fails as it does without a guard when its source is no stream', async () => {
    const schema = guard('type Query { x: Int } type Subscription { ticks: Int @auth }', {
      Subscription: { ticks: { subscribe: () => 7 as never } },
    });
    const document = parse('subscription { ticks }');
    await expect(subscribe({ schema, document, contextValue: { auth: authenticatedAs() } })).rejects.toThrow(
      'Subscription field must return Async Iterable. Received: 7.',
    );
  });
});
