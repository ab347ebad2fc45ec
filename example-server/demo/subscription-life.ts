/** A subscription that outlives its token: events, the expiry, and the client that comes back by itself. */
import { print } from 'graphql';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { orderShipped } from '../operations/orders.js';
import type { RunningExample } from '../src/server.js';
import type { UserPoolClock } from './callers.js';
import { signIn } from './sign-in.js';

const TOKEN_LIFE_MS = 60 * 60 * 1000;
const FIRST_TOKEN_MS = 2_000;

export const EXPECTED_LIFE: readonly string[] = [
  'ben subscribes with a token that expires in 2 seconds.',
  'An event: order-3 was shipped.',
  'The server closed the connection: 4403 The token is no longer valid.',
  'The client connects again with a fresh token.',
  'An event: order-3 was shipped.',
];

/**
 * What happened, line by line.
 *
 * @param cause Makes an event happen.
 */
export async function watchThroughExpiry(
  { url, userPool }: RunningExample,
  clock: UserPoolClock,
  cause: () => Promise<unknown>,
): Promise<readonly string[]> {
  const ben = userPool.people.find(({ username }) => username === 'ben');
  if (ben === undefined) throw new Error('The user pool lacks ben.');
  clock.behind = TOKEN_LIFE_MS - FIRST_TOKEN_MS;
  const { accessToken: shortLived } = await signIn(userPool, ben);
  clock.behind = 0;

  const lines: string[] = [];
  let connections = 0;
  const client = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    // Called for each connection: an app returns its token here, refreshed if need be.
    connectionParams: async () => {
      connections += 1;
      const token = connections === 1 ? shortLived : (await signIn(userPool, ben)).accessToken;
      lines.push(
        connections === 1
          ? 'ben subscribes with a token that expires in 2 seconds.'
          : 'The client connects again with a fresh token.',
      );
      return { authorization: `Bearer ${token}` };
    },
    retryWait: () => Promise.resolve(),
    on: {
      closed: (event) => {
        // The type of an event is the WebSocket's own.
        const { code, reason } = event as { readonly code: number; readonly reason: string };
        if (code !== 1000) lines.push(`The server closed the connection: ${code} ${reason}`);
      },
    },
  });
  let seenOn = 0;
  const state = { isOver: false };
  const end = () => {
    state.isOver = true;
  };
  client.subscribe<{ readonly orderShipped: { readonly id: string } }>(
    { query: print(orderShipped) },
    {
      next: ({ data, errors }) => {
        if (errors !== undefined) lines.push(JSON.stringify(errors));
        // One of each connection tells all.
        if (seenOn === connections) return;
        seenOn = connections;
        lines.push(`An event: ${String(data?.orderShipped.id)} was shipped.`);
      },
      error: (error) => {
        lines.push(`The subscription failed: ${JSON.stringify(error)}`);
        end();
      },
      complete: end,
    },
  );
  // The protocol does not say when a subscription has begun: orders are shipped all the time.
  while (!state.isOver && seenOn < 2) {
    await cause();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await client.dispose();
  return lines;
}
