/** How a connection ends: with its token, quietly or in mid-stream, and without leaving anything behind. */
import { createHook } from 'node:async_hooks';
import type { AsyncHook } from 'node:async_hooks';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { execute } from 'graphql';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { cognitoAuthWebSocket } from '../../src/graphql-ws/index.js';
import type { CognitoAuthWebSocketOptions } from '../../src/graphql-ws/index.js';
import { authDirective } from '../../src/index.js';
import { createTestUserPool } from '../../src/testing/index.js';
import { logInto } from '../support/serve.js';
import { createTenants } from '../support/tenants.js';
import { ask, closeOf, createRun, serveWebSocket, until } from '../support/web-socket.js';
import type { Run, WebSocketTestServer } from '../support/web-socket.js';

const pool = createTestUserPool();
const EXPIRED = [4403, 'The token is no longer valid.'];

let server: WebSocketTestServer | undefined;
afterEach(async () => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  await server?.stop();
  server = undefined;
});

async function open(options: Partial<CognitoAuthWebSocketOptions> = {}): Promise<Run & WebSocketTestServer> {
  const run = createRun();
  server = await serveWebSocket({
    schema: run.schema,
    ...cognitoAuthWebSocket({ verifier: pool.verifier(), ...options }),
  });
  return { ...run, ...server };
}

let hook: AsyncHook | undefined;
afterEach(() => {
  hook?.disable();
});

/** The timers of this package that are live. */
function countTimers(): ReadonlySet<number> {
  const live = new Set<number>();
  hook = createHook({
    init(id, type) {
      if (type === 'Timeout' && /\/src\/(expiry|graphql-ws\/)/.test(new Error().stack ?? '')) live.add(id);
    },
    destroy(id) {
      live.delete(id);
    },
  }).enable();
  return live;
}

/** A token that is good for so many seconds more. */
function tokenFor(seconds: number): Record<string, unknown> {
  const now = Date.now() / 1000;
  return { authorization: `Bearer ${pool.accessToken({ iat: now - 300, exp: now + seconds })}` };
}

describe('a connection whose token expires', () => {
  it('is closed with 4403 within a second while its stream is quiet, and the source is closed', async () => {
    const { client, feed } = await open();
    const started = Date.now();
    const stream = closeOf(ask(client({ connectionParams: tokenFor(0.6) }), 'subscription { ticks }'));
    await until(() => feed.open() === 1);
    expect(await stream).toEqual(EXPIRED);
    expect(Date.now() - started).toBeLessThan(1600);
    await until(() => feed.open() === 0);
  });

  it.each(['ticks', 'news'])('is closed in mid-stream, and no event of %s comes after the expiry', async (field) => {
    const { client, feed } = await open();
    const expiresAt = Date.now() + 500;
    const seen: number[] = [];
    const iterate = async () => {
      const results = client({ connectionParams: tokenFor(0.5) }).iterate({ query: `subscription { ${field} }` });
      for await (const { data, errors } of results) {
        expect(errors).toBeUndefined();
        expect(data).toEqual({ [field]: 1 });
        seen.push(Date.now());
      }
    };
    const ended = closeOf(iterate());
    await until(() => feed.open() === 1);
    const publishing = setInterval(() => {
      feed.publish(1);
    }, 5);
    try {
      expect(await ended).toEqual(EXPIRED);
      expect(seen.length).toBeGreaterThan(10);
      // What was sent just before may arrive a moment later.
      expect(Math.max(...seen)).toBeLessThan(expiresAt + 100);
      await until(() => feed.open() === 0);
    } finally {
      clearInterval(publishing);
    }
  });

  it('is closed while it is idle', async () => {
    const { speak } = await open();
    const { code, received } = await speak([
      { type: 'connection_init', payload: tokenFor(0.4) },
      // A ping is not answered with the next message, so the connection stays open.
      { type: 'pong' },
    ]);
    expect([code, received]).toEqual([4403, [{ type: 'connection_ack' }]]);
  });

  it('comes back with a fresh token and goes on, without an error and without the end of its stream', async () => {
    const { client, feed } = await open();
    const closes: unknown[] = [];
    let connections = 0;
    const returning = client({
      retryAttempts: 3,
      retryWait: () => sleep(1),
      connectionParams: () => {
        connections += 1;
        return tokenFor(connections === 1 ? 0.5 : 60);
      },
      on: { closed: (event) => closes.push((event as { code: number }).code) },
    });
    const seen: unknown[] = [];
    const iterate = async () => {
      for await (const { data } of returning.iterate({ query: 'subscription { ticks }' })) {
        seen.push(data?.['ticks']);
        if (seen.length === 2) break;
      }
    };
    const done = iterate();
    await until(() => feed.open() === 1);
    feed.publish(1);
    await until(() => connections === 2 && feed.open() === 1 && seen.length === 1);
    feed.publish(2);
    await done;
    expect([seen, closes, connections]).toEqual([[1, 2], [4403], 2]);
  });

  it('runs nothing that the client sends while the socket closes', async () => {
    const asked: number[] = [];
    const begun: number[] = [];
    const { ran, url } = await open({
      onSubscribe: () => void asked.push(Date.now()),
      execute: (args) => {
        begun.push(Date.now());
        return execute(args);
      },
    });
    const payload = tokenFor(1.5);
    const expiresAt = Date.now() + 1500;
    const socket = new WebSocket(url, 'graphql-transport-ws');
    const closed = once(socket, 'close');
    socket.on('open', () => {
      socket.send(JSON.stringify({ type: 'connection_init', payload }));
    });
    let sent = 0;
    let sentLate = 0;
    socket.once('message', () => {
      const sending = setInterval(() => {
        if (socket.readyState !== 1) clearInterval(sending);
        if (Date.now() > expiresAt) sentLate += 1;
        sent += 1;
        socket.send(JSON.stringify({ id: `m${sent}`, type: 'subscribe', payload: { query: 'mutation { open }' } }));
      }, 5);
    });
    // It reads nothing more, and so does not learn that it is to close.
    await until(() => begun.length > 5);
    socket.pause();
    await until(() => sentLate > 30);
    const ranBefore = ran.length;
    socket.resume();
    await closed;
    expect(ran.length).toBe(ranBefore);
    expect(Math.max(...asked, ...begun)).toBeLessThan(expiresAt + 50);
  });
});

describe('an operation whose context is made when the connection ends', () => {
  it('runs nothing, whether the token expired or was revoked', async () => {
    const { schema, ran } = createRun();
    let revoked = false;
    let made = 0;
    const verifier = pool.verifier({ revocation: { isRevoked: () => revoked } });
    const extend = async (_auth: unknown, _connection: unknown, id: string) => {
      if (id !== 'slow') return {};
      await sleep(300);
      made += 1;
      return {};
    };
    server = await serveWebSocket({ schema, ...cognitoAuthWebSocket({ verifier }, extend) });
    const slow = { id: 'slow', type: 'subscribe', payload: { query: 'mutation { open }' } };
    const init = (seconds: number) => ({ type: 'connection_init', payload: tokenFor(seconds) });
    const expired = await server.speak([init(0.15), slow]);
    expect(expired.code).toBe(4403);
    const socket = new WebSocket(server.url, 'graphql-transport-ws');
    const closed = once(socket, 'close');
    socket.on('open', () => {
      socket.send(JSON.stringify(init(600)));
    });
    socket.on('message', () => {
      socket.send(JSON.stringify(slow));
      revoked = true;
      socket.send(JSON.stringify({ ...slow, id: 'quick' }));
    });
    expect((await closed)[0]).toBe(4403);
    await until(() => made === 2);
    await sleep(20);
    expect(ran).toEqual([]);
  });
});

describe('a connection whose token is revoked while it is open', () => {
  const revoked = { value: false as boolean | Error };
  afterEach(() => {
    revoked.value = false;
  });
  const verifier = () =>
    pool.verifier({
      revocation: {
        isRevoked: async () => {
          if (revoked.value instanceof Error) throw revoked.value;
          return revoked.value;
        },
      },
    });

  it('is closed with 4403 within 30 s, although its stream is quiet', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const { client, feed } = await open({ verifier: verifier() });
    const stream = closeOf(ask(client({ connectionParams: tokenFor(600) }), 'subscription { ticks }'));
    await until(() => feed.open() === 1);
    await vi.advanceTimersByTimeAsync(30_000);
    feed.publish(1);
    revoked.value = true;
    await vi.advanceTimersByTimeAsync(30_000);
    expect(await stream).toEqual(EXPIRED);
    await until(() => feed.open() === 0);
  });

  it('is closed with 4403 at its next operation, which does not run', async () => {
    const { client, ran } = await open({ verifier: verifier() });
    const one = client({ connectionParams: tokenFor(600), lazy: false });
    expect(await ask(one, '{ motd }')).toEqual([{ data: { motd: 'motd' } }]);
    revoked.value = true;
    expect(await closeOf(ask(one, 'mutation { open }'))).toEqual(EXPIRED);
    expect(ran).toEqual(['motd']);
  });

  it('is closed with 1013 when it cannot be asked, and the log says why', async () => {
    const log: string[] = [];
    const { client } = await open({ verifier: verifier(), logger: logInto(log) });
    const one = client({ connectionParams: tokenFor(600), lazy: false });
    await ask(one, '{ motd }');
    revoked.value = new Error('store down');
    expect(await closeOf(ask(one, '{ motd }'))).toEqual([1013, 'Try again later.']);
    expect(log).toEqual([expect.stringContaining('store down')]);
  });
});

describe('a connection whose pool was found and goes', () => {
  it('is closed with 4403 within `ttl` and 30 s, although its stream is quiet', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const tenants = createTenants({ ttl: 300 });
    const tenant = tenants.add();
    const { client, feed } = await open({ verifier: tenants.verifier });
    const connectionParams = { authorization: `Bearer ${tenant.accessToken()}` };
    const stream = closeOf(ask(client({ connectionParams }), 'subscription { ticks }'));
    await until(() => feed.open() === 1);
    tenants.set(tenant, undefined);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(feed.open()).toBe(1);
    tenants.pass(301);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(await stream).toEqual(EXPIRED);
    await until(() => feed.open() === 0);
  });
});

describe('a connection whose client leaves while a source waits', () => {
  it.each<[string, () => Promise<unknown>]>([
    ['closes at its next event, as a generator does', () => new Promise(() => {})],
    ['fails to close', () => Promise.reject(new Error('source stuck'))],
    [
      'throws',
      () => {
        throw new Error('source stuck');
      },
    ],
  ])('ends at once, and leaves no timer behind, although its source %s', async (_, close) => {
    const live = countTimers();
    const log: string[] = [];
    const ended: string[] = [];
    let isWaiting = false;
    const source = {
      next: () => {
        isWaiting = true;
        return new Promise(() => {});
      },
      return: close,
      [Symbol.asyncIterator]: () => source,
    };
    const { authDirectiveTypeDefs, authDirectiveTransformer } = authDirective();
    const schema = authDirectiveTransformer(
      makeExecutableSchema({
        typeDefs: [authDirectiveTypeDefs, 'type Query { a: Int } type Subscription { ticks: Int @auth }'],
        resolvers: { Subscription: { ticks: { subscribe: () => source } } },
      }),
    );
    server = await serveWebSocket({
      schema,
      ...cognitoAuthWebSocket({
        verifier: pool.verifier({ revocation: { isRevoked: () => false } }),
        logger: logInto(log),
        onDisconnect: () => void ended.push('onDisconnect'),
        onClose: () => void ended.push('onClose'),
      }),
    });
    const one = server.client({ connectionParams: tokenFor(600) });
    const stream = one.iterate({ query: 'subscription { ticks }' });
    const next = closeOf(stream.next());
    await until(() => isWaiting && live.size === 2);
    server.terminate();
    await next;
    await until(() => live.size === 0 && ended.length === 2);
    expect(ended).toEqual(['onDisconnect', 'onClose']);
    expect(log).toEqual(close.toString().includes('stuck') ? [expect.stringContaining('source stuck')] : []);
  });
});

describe('1,000 sockets', () => {
  it('leave no timer behind, however they end', async () => {
    // graphql-ws writes of each socket that breaks.
    vi.spyOn(console, 'error').mockImplementation(() => {});
    const live = countTimers();
    let connected = 0;
    const { url, feed, sockets } = await open({
      // Slow enough that some leave before their credentials are checked.
      verifier: pool.verifier({ revocation: { isRevoked: () => sleep(20).then(() => false) } }),
      // Some leave while they are asked.
      onConnect: async ({ extra }) => {
        await sleep(1);
        connected += 1;
        if (connected % 10 === 0) (extra as { socket: { terminate(): void } }).socket.terminate();
      },
    });
    const authorization = `Bearer ${pool.accessToken()}`;
    const all = Array.from({ length: 1000 }, (_, index) => {
      const socket = new WebSocket(url, 'graphql-transport-ws', { headers: { authorization } });
      socket.on('error', () => {});
      socket.on('open', () => {
        socket.send('{"type":"connection_init"}');
        // Before it is answered.
        if (index % 7 === 0) socket.terminate();
      });
      socket.on('message', () => {
        socket.removeAllListeners('message');
        const query = index % 3 === 0 ? 'subscription { ticks }' : '{ me }';
        socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
      });
      return socket;
    });
    // One for the expiry and one for revocations each.
    await until(() => live.size > 1400 && feed.open() > 200);
    all.forEach((socket, index) => {
      if (index % 2 === 0) socket.terminate();
      else socket.close();
    });
    await until(() => sockets() === 0 && feed.open() === 0);
    await until(() => live.size === 0);
  }, 60_000);
});
