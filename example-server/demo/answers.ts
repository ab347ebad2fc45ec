/** Asks the server and takes the whole answer: over HTTP, and over WebSocket for a subscription. */
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { Caller } from './callers.js';

export interface Answer {
  /** The HTTP status; 101 (switching protocols) over WebSocket. */
  readonly status: number;
  /** The header `WWW-Authenticate`. */
  readonly challenge?: string;
  /** Why the server closed the WebSocket: code and reason. */
  readonly closed?: string;
  /** The body over HTTP, the first message over WebSocket. */
  readonly body?: unknown;
}

function authorization({ token }: Caller): { authorization?: string } {
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}

export async function ask(url: string, query: string, caller: Caller): Promise<Answer> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...authorization(caller) },
    body: JSON.stringify({ query }),
  });
  const challenge = response.headers.get('www-authenticate');
  const body: unknown = await response.json();
  return { status: response.status, ...(challenge !== null && { challenge }), body };
}

/**
 * Subscribes and takes the first message.
 *
 * @param cause Makes the event happen; called again until there is an answer, because the protocol does not say when a
 *   subscription has begun.
 */
export async function askForFirstEvent(
  url: string,
  query: string,
  caller: Caller,
  cause: () => Promise<unknown>,
): Promise<Answer> {
  const client = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: authorization(caller),
    retryAttempts: 0,
  });
  const state = { answered: false };
  const answer = new Promise<Answer>((resolve) => {
    const settle = (rest: Partial<Answer>): void => {
      state.answered = true;
      resolve({ status: 101, ...rest });
    };
    client.subscribe(
      { query },
      {
        next: (body) => {
          settle({ body });
        },
        error: (error) => {
          settle(isClose(error) ? { closed: `${error.code} ${error.reason}` } : { body: { errors: error } });
        },
        complete: () => {
          settle({});
        },
      },
    );
  });
  while (!state.answered) {
    await cause();
    await Promise.race([answer, new Promise((resolve) => setTimeout(resolve, 20))]);
  }
  await client.dispose();
  return answer;
}

function isClose(error: unknown): error is { readonly code: number; readonly reason: string } {
  return typeof error === 'object' && error !== null && 'code' in error && 'reason' in error;
}
