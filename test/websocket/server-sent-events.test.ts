/** Subscriptions over server-sent events: graphql-sse, put together as the documentation says. */
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { execute, subscribe } from 'graphql';
import type { ExecutionArgs } from 'graphql';
import { createHandler } from 'graphql-sse/lib/use/http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cookieToken, createAuthContext, decideOperation, firstToken, bearerToken } from '../../src/index.js';
import { createTestUserPool } from '../../src/testing/index.js';
import { denial } from '../support/run.js';
import { createRun, until } from '../support/web-socket.js';

const pool = createTestUserPool();
const { schema, feed, ran } = createRun();
const authContext = createAuthContext({
  verifier: pool.verifier(),
  tokenSource: firstToken(bearerToken(), cookieToken('token')),
});

function decided<Result>(run: (args: ExecutionArgs) => Result) {
  return (args: ExecutionArgs) => {
    const { document, operationName, variableValues, contextValue } = args;
    const errors = decideOperation({ schema, document, operationName, variableValues, contextValue });
    return errors.length > 0 ? { errors } : run(args);
  };
}

let server: Server;
let url: string;
beforeAll(async () => {
  const handler = createHandler({
    schema,
    context: async (request) => ({ ...(await authContext(request)) }),
    execute: decided(execute),
    subscribe: decided(subscribe),
  });
  server = createServer((request, response) => void handler(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A server that listens has a port.
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

interface Event {
  readonly event: string;
  readonly data: unknown;
}

/** The events of one operation until the server ends the stream. */
async function listen(query: string, headers: Readonly<Record<string, string>> = {}): Promise<Event[]> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { accept: 'text/event-stream', 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  });
  const text = await response.text();
  return [...text.matchAll(/^event: (\w+)\ndata:(.*)$/gm)].map(([, event = '', data = '']) => ({
    event,
    data: data.trim() === '' ? undefined : (JSON.parse(data, withoutLocations) as unknown),
  }));
}

function withoutLocations(key: string, value: unknown): unknown {
  return key === 'locations' ? undefined : value;
}

const bearer = (claims: Record<string, unknown> = {}) => ({ authorization: `Bearer ${pool.accessToken(claims)}` });
const complete: Event = { event: 'complete', data: undefined };

describe('graphql-sse', () => {
  it('answers a query in part, and refuses a denied mutation as a whole', async () => {
    expect(await listen('{ motd secret }', bearer())).toEqual([
      { event: 'next', data: { data: { motd: 'motd', secret: null }, errors: [denial('group', 'secret')] } },
      complete,
    ]);
    ran.length = 0;
    expect(await listen('mutation { open closed }', bearer())).toEqual([
      { event: 'next', data: { errors: [denial('group', 'closed')] } },
      complete,
    ]);
    expect(ran).toEqual([]);
  });

  it('refuses a bad token, and a cookie that another site may have made the browser send', async () => {
    const [bad] = await listen('{ motd }', { authorization: 'Bearer nonsense' });
    expect(bad?.data).toMatchObject({ errors: [{ extensions: { reason: 'malformed' } }] });
    // An `EventSource` sends cookies, and asks for no preflight.
    const response = await fetch(`${url}?query=${encodeURIComponent('{ motd }')}`, {
      headers: { accept: 'text/event-stream', cookie: `token=${pool.accessToken()}` },
    });
    expect(await response.text()).toContain('"reason":"malformed"');
  });

  it('delivers events until the token expires, and ends a quiet stream then', async () => {
    const now = Date.now() / 1000;
    const events = listen('subscription { ticks }', bearer({ iat: now - 300, exp: now + 0.5 }));
    await until(() => feed.open() === 1);
    feed.publish(7);
    expect(await events).toEqual([{ event: 'next', data: { data: { ticks: 7 } } }, complete]);
    expect(Date.now() / 1000 - now).toBeLessThan(1.5);
    await until(() => feed.open() === 0);
  });

  it('never makes the source of a denied subscription', async () => {
    expect(await listen('subscription { ticks }')).toEqual([
      { event: 'next', data: { errors: [denial('missing', 'ticks')] } },
      complete,
    ]);
    expect(feed.open()).toBe(0);
  });
});
