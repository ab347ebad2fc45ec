import { once } from 'node:events';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { ask, askForFirstEvent } from '../demo/answers.js';
import { signIn } from '../demo/sign-in.js';
import { startExample } from '../src/server.js';
import type { RunningExample } from '../src/server.js';

const SUBSCRIPTION = 'subscription { orderShipped { id customer { name } } }';
const clock = { behind: 0 };
const tokens = new Map<string, string>();
const statements: string[] = [];
let example: RunningExample;

beforeAll(async () => {
  example = await startExample(
    { port: 0, userPool: undefined, databaseUrl: undefined },
    { userPoolClock: () => Date.now() - clock.behind, onQuery: (sql) => statements.push(sql) },
  );
  for (const person of example.userPool.people) {
    tokens.set(person.username, (await signIn(example.userPool, person)).accessToken);
  }
  const [admin = { username: '', password: '' }] = example.userPool.people;
  clock.behind = 2 * 60 * 60 * 1000;
  tokens.set('expired', (await signIn(example.userPool, admin)).accessToken);
  clock.behind = 0;
});

afterAll(() => example.stop());

const caller = (name: string) => ({ name, token: tokens.get(name) });
const ship = () => ask(example.url, 'mutation { shipOrder(id: "order-4") { id } }', caller('anaya'));

it('sends each shipped order to a subscriber of the group', async () => {
  expect(await askForFirstEvent(example.url, SUBSCRIPTION, caller('ben'), ship)).toEqual({
    status: 101,
    body: { data: { orderShipped: { id: 'order-4', customer: { name: 'Northwind Traders' } } } },
  });
});

it.each([
  ['chidi', 'Access is denied.', { code: 'FORBIDDEN', reason: 'group' }],
  ['an anonymous caller', 'Authentication is required.', { code: 'UNAUTHENTICATED', reason: 'missing' }],
])('denies the subscription of %s', async (name, message, extensions) => {
  expect(await askForFirstEvent(example.url, SUBSCRIPTION, caller(name), ship)).toEqual({
    status: 101,
    body: { errors: [{ message, locations: [{ line: 1, column: 16 }], path: ['orderShipped'], extensions }] },
  });
});

it('closes the connection of a token that is not accepted with 4401, and of an expired one with 4403', async () => {
  const garbage = { name: '', token: 'open-sesame' };
  const closed = (reason: string) => ({ status: 101, closed: reason });
  expect(await askForFirstEvent(example.url, '{ motd }', garbage, ship)).toEqual(
    closed('4401 The credentials are not accepted.'),
  );
  expect(await askForFirstEvent(example.url, '{ motd }', caller('expired'), ship)).toEqual(
    closed('4403 The token is no longer valid.'),
  );
});

it('reads the token under a name in any case, and refuses two different ones', async () => {
  const authorization = `Bearer ${String(tokens.get('chidi'))}`;
  expect(await firstMessage({ Authorization: authorization })).toEqual({
    data: { me: null, myOrders: [{ id: 'order-5' }, { id: 'order-2' }] },
    errors: [expect.objectContaining({ path: ['me'] })],
  });
  const other = `Bearer ${String(tokens.get('ben'))}`;
  expect(await firstMessage({ authorization, Authorization: other })).toMatchObject({ code: 4401 });
});

function firstMessage(connectionParams: Record<string, unknown>): Promise<unknown> {
  const url = `${example.url.replace('http', 'ws')}/graphql`;
  const client = createClient({ url, webSocketImpl: WebSocket, connectionParams, retryAttempts: 0 });
  return new Promise((resolve) => {
    client.subscribe({ query: '{ me { id } myOrders { id } }' }, { next: resolve, error: resolve, complete: () => {} });
  }).finally(() => client.dispose());
}

it('reads a customer again for each event of a long subscription', async () => {
  const url = `${example.url.replace('http', 'ws')}/graphql`;
  const connectionParams = { authorization: `Bearer ${String(tokens.get('ben'))}` };
  const client = createClient({ url, webSocketImpl: WebSocket, connectionParams, retryAttempts: 0 });
  let events = 0;
  client.subscribe({ query: SUBSCRIPTION }, { next: () => (events += 1), error: () => {}, complete: () => {} });
  // The protocol does not say when a subscription has begun: ship until there are two events.
  statements.length = 0;
  await expect.poll(() => ship().then(() => events), { interval: 20 }).toBeGreaterThanOrEqual(2);
  await client.dispose();
  expect(statements.filter((sql) => sql.includes('from shop.customers')).length).toBeGreaterThanOrEqual(2);
});

// Last: it stops the server that the tests above have used.
it('stops at once with a client that never says goodbye', async () => {
  const socket = new WebSocket(`${example.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  await once(socket, 'open');
  // A client that has gone to sleep: it reads nothing more, so it does not answer the close frame.
  socket.pause();
  const asked = performance.now();
  await example.stop();
  expect(performance.now() - asked).toBeLessThan(1500);
  socket.terminate();
  await expect(fetch(example.url)).rejects.toThrow('fetch failed');
});
