/** A sign-in that is too old for one field, and the client that signs in again because the response says so. */
import { print } from 'graphql';
import { bankAccount } from '../operations/ledger.js';
import type { RunningExample } from '../src/server.js';
import { ask } from './answers.js';
import type { UserPoolClock } from './callers.js';
import { signIn } from './sign-in.js';
import { withoutAddress } from './table.js';

const FIVE_MINUTES_MS = 5 * 60 * 1000;

export const EXPECTED_STEP_UP: readonly string[] = [
  'anaya signed in 5 minutes ago, and asks for the bank account: A stronger or more recent sign-in is required.',
  'Its challenge: Bearer error="insufficient_user_authentication", max_age="60", resource_metadata="…"',
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
  const askAsAnaya = async (): Promise<{ readonly body: Body; readonly challenge?: string }> => {
    const { accessToken } = await signIn(userPool, anaya);
    const answer = await ask(url, query, { name: 'anaya', token: accessToken });
    // What the server sends for this query.
    return { ...answer, body: answer.body as Body };
  };

  clock.behind = FIVE_MINUTES_MS;
  const tooOld = await askAsAnaya();
  clock.behind = 0;
  const [error] = tooOld.body.errors ?? [];
  const lines = [
    `anaya signed in 5 minutes ago, and asks for the bank account: ${String(error?.message)}`,
    `Its challenge: ${withoutAddress(tooOld.challenge ?? 'none')}`,
  ];
  const { reason, maxAge } = error?.extensions ?? {};
  if (reason !== 'step-up' || maxAge === undefined) return lines;
  lines.push(`The response asks for a sign-in of the last ${maxAge} seconds. anaya signs in again, and asks again:`);
  const { body } = await askAsAnaya();
  return [...lines, String(body.data?.bankAccount)];
}
