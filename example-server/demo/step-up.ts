/** A sign-in that is too old for one field, and the client that signs in again because the response says so. */
import { print } from 'graphql';
import { bankAccount } from '../operations/ledger.js';
import type { RunningExample } from '../src/server.js';
import { ask } from './answers.js';
import type { UserPoolClock } from './callers.js';
import { signIn } from './sign-in.js';

const FIVE_MINUTES_MS = 5 * 60 * 1000;

export const EXPECTED_STEP_UP: readonly string[] = [
  'anaya signed in 5 minutes ago, and asks for the bank account: A stronger or more recent sign-in is required.',
  'The response asks for a sign-in of the last 60 seconds. anaya signs in again, and asks again:',
  'DE02 1203 0000 0000 2020 51',
];

interface Body {
  readonly data?: { readonly bankAccount: string | null };
  readonly errors?: readonly {
    readonly message: string;
    readonly extensions: { readonly reason?: string; readonly maxAge?: number };
  }[];
}

/** What happened, line by line. */
export async function stepUp({ url, userPool }: RunningExample, clock: UserPoolClock): Promise<readonly string[]> {
  const anaya = userPool.people.find(({ username }) => username === 'anaya');
  if (anaya === undefined) throw new Error('The user pool lacks anaya.');
  const query = print(bankAccount);
  const askAsAnaya = async (): Promise<Body> => {
    const { accessToken } = await signIn(userPool, anaya);
    const { body } = await ask(url, query, { name: 'anaya', token: accessToken });
    // What the server sends for this query.
    return body as Body;
  };

  clock.behind = FIVE_MINUTES_MS;
  const { errors: [error] = [] } = await askAsAnaya();
  clock.behind = 0;
  const lines = [`anaya signed in 5 minutes ago, and asks for the bank account: ${String(error?.message)}`];
  const { reason, maxAge } = error?.extensions ?? {};
  if (reason !== 'step-up' || maxAge === undefined) return lines;
  lines.push(`The response asks for a sign-in of the last ${maxAge} seconds. anaya signs in again, and asks again:`);
  const { data } = await askAsAnaya();
  return [...lines, String(data?.bankAccount)];
}
