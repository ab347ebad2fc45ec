import { ApolloClient, ApolloLink, gql, InMemoryCache } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { createCognitoVerifier } from 'apollo-cognito-auth';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createWebSocketClient } from './samples/websocket-client.js';
import { Session } from './samples/session.js';
import { expiredSession, pool, serve } from './server.js';
import type { Served } from './server.js';

let server: Served;

beforeAll(async () => {
  const { userPoolId, clientId, jwks } = pool;
  server = await serve(createCognitoVerifier({ userPoolId, clientId, jwks, graceSeconds: 0 }));
});
afterAll(() => server.stop());

/** The first results of a subscription by Apollo Client over connections of this caller. */
async function ticks(session: Session, isEnough: (found: readonly unknown[]) => boolean): Promise<unknown> {
  const socket = createWebSocketClient(server.webSocketUrl, session, { webSocketImpl: WebSocket });
  const link = ApolloLink.from([new GraphQLWsLink(socket)]);
  const client = new ApolloClient({ cache: new InMemoryCache(), link });
  const found: unknown[] = [];
  try {
    await new Promise<void>((resolve) => {
      const subscription = client.subscribe<{ ticks: number }>({ query: gql('subscription { ticks }') }).subscribe({
        next: ({ data, error }) => {
          found.push(error === undefined ? data?.ticks : error.message);
          if (isEnough(found)) {
            subscription.unsubscribe();
            resolve();
          }
        },
        error: resolve,
        complete: resolve,
      });
    });
    return found;
  } finally {
    await socket.dispose();
    client.stop();
  }
}

const isOne = ({ length }: readonly unknown[]) => length === 1;
const isTwo = ({ length }: readonly unknown[]) => length === 2;

describe('Apollo Client over graphql-ws', () => {
  it('subscribes with the token of the caller', async () => {
    expect(await ticks(new Session(pool.accessToken(), () => Promise.reject(new Error())), isTwo)).toEqual([1, 2]);
  });

  it('gets the denial of a subscription', async () => {
    expect(await ticks(new Session(undefined, () => Promise.reject(new Error())), isOne)).toEqual([
      'Authentication is required.',
    ]);
  });

  it('refreshes once and connects again when the token has expired', async () => {
    const { session, count } = expiredSession();
    expect(await ticks(session, isTwo)).toEqual([1, 2]);
    expect(count()).toBe(1);
  });

  it('refreshes once and subscribes again when the token expires while the connection is open', async () => {
    let count = 0;
    const session = new Session(pool.accessToken({ exp: Math.floor(Date.now() / 1000) + 2 }), async () => {
      count += 1;
      return pool.accessToken();
    });
    // The second connection counts from one again.
    const isAgain = (found: readonly unknown[]) => found.filter((tick) => tick === 1).length === 2;
    expect(await ticks(session, isAgain)).toEqual(expect.arrayContaining([1, 2]));
    expect(count).toBe(1);
  });
});
