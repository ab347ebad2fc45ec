/** The callers of the demo: one without a token, each person with either token, and tokens that must be rejected. */
import { OTHER_CLIENT_ID } from '../src/user-pool/local-user-pool.js';
import type { UserPool } from '../src/user-pool/user-pool.js';
import { signIn } from './sign-in.js';

export interface Caller {
  readonly name: string;
  readonly token: string | undefined;
}

export interface UserPoolClock {
  /** Milliseconds by which the user pool's clock is behind. */
  behind: number;
}

const TWO_HOURS = 2 * 60 * 60 * 1000;

export async function createCallers(userPool: UserPool, clock: UserPoolClock): Promise<readonly Caller[]> {
  const callers: Caller[] = [{ name: 'anonymous', token: undefined }];
  for (const person of userPool.people) {
    const { accessToken, idToken } = await signIn(userPool, person);
    callers.push(
      { name: `${person.username}, access token`, token: accessToken },
      { name: `${person.username}, ID token`, token: idToken },
    );
  }
  const admin = userPool.people.find(({ groups }) => groups.includes('admin'));
  const outsider = userPool.people.find(({ groups }) => groups.length === 0);
  if (admin === undefined || outsider === undefined) throw new Error('The user pool lacks an admin or an outsider.');

  clock.behind = TWO_HOURS;
  const expired = await signIn(userPool, admin);
  clock.behind = 0;
  const otherClient = await signIn({ ...userPool, clientId: OTHER_CLIENT_ID }, admin);
  const { accessToken } = await signIn(userPool, outsider);
  return [
    ...callers,
    { name: 'an expired token', token: expired.accessToken },
    { name: "another client's token", token: otherClient.accessToken },
    { name: 'a tampered token', token: withGroups(accessToken, ['admin']) },
    { name: 'a word that is not a token', token: 'open-sesame' },
  ];
}

/** The same token with other groups in its payload and the old signature, which no longer fits. */
function withGroups(token: string, groups: readonly string[]): string {
  const [header, payload = '', signature] = token.split('.');
  // A token of Cognito carries a JSON object.
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
  const changed = Buffer.from(JSON.stringify({ ...claims, 'cognito:groups': groups })).toString('base64url');
  return `${String(header)}.${changed}.${String(signature)}`;
}
