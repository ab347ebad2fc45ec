/** Random callers, each with a clock that the test turns, and the context value that each of them comes with. */
import { createAuthenticatedAuth } from '../../src/auth.js';
import { anonymous, authenticatedAs, rejected } from '../../src/testing/index.js';
import type { Choices } from './guard-choices.js';
import type { Caller, Json, Times } from './guard-model.js';
import { GROUPS, LEVELS, POOLS, SCOPES } from './guard-schema.js';

const REASONS = ['expired', 'malformed', 'invalid', 'revoked', 'keys-unavailable', 'revocation-unavailable'] as const;

/** When callers sign in, in seconds. */
const SIGN_IN = 1_000_000;
/** When things happen, in seconds after it: around the ends of the ages, with a grace and without, and of the skew. */
const MOMENTS = [
  0, 1, 29.999, 0, 30, 39.999, 1, 40, 60, 20, 69.999, 70, 299.999, 300, 309.999, 310, -60, -60.001, -500, 5000,
] as const;
const LEVEL_CLAIMS: readonly [Json | undefined, ...(Json | undefined)[]] = [
  ...LEVELS,
  ...LEVELS,
  undefined,
  'MFA',
  'mfa key',
  '',
  ['mfa', 'key', 'mfa-key'],
  1,
  null,
];

export function randomCaller(choices: Choices): Caller {
  const kind = choices.below(20);
  if (kind === 1) return { kind: 'no-auth' };
  if (kind === 2) return { kind: 'look-alike' };
  if (kind >= 3 && kind <= 5) return { kind: 'anonymous' };
  if (kind === 6 || kind === 7) return { kind: 'rejected', reason: choices.pick(REASONS) };
  const tokenUse = choices.pick(['ACCESS', 'ID', 'ACCESS'] as const);
  const scopes = tokenUse === 'ID' ? [] : choices.some(SCOPES, 0.6);
  return {
    kind: 'authenticated',
    tokenUse,
    groups: choices.some(GROUPS, 0.6),
    scopes,
    pool: choices.pick(POOLS),
    acr: choices.pick(LEVEL_CLAIMS),
    authTime: choices.chance(0.8)
      ? SIGN_IN
      : choices.pick([SIGN_IN + 0.5, SIGN_IN + 30, undefined, `${SIGN_IN}`, null]),
    graceSeconds: choices.pick([0, 10]),
  };
}

export function randomTimes(choices: Choices, events: number): Times {
  const moment = () => Math.round((SIGN_IN + choices.pick(MOMENTS)) * 1000);
  return { start: moment(), events: choices.times(events, moment), later: choices.chance(0.3) ? moment() : undefined };
}

/** A caller's context value, and the clock of the verifier that checked his token. */
export interface Seat {
  readonly context: { readonly auth?: unknown };
  readonly clock: { now: number };
}

export function seatOf(caller: Caller): Seat {
  const clock = { now: SIGN_IN * 1000 };
  return { context: contextOf(caller, () => clock.now), clock };
}

function contextOf(caller: Caller, clock: () => number): Seat['context'] {
  switch (caller.kind) {
    case 'no-auth':
      return {};
    case 'look-alike':
      // A spread copy has all that can be seen of an `Auth`.
      return { auth: { ...authenticatedAs({ groups: GROUPS, scopes: SCOPES, acr: 'mfa' }) } };
    case 'anonymous':
      return { auth: anonymous() };
    case 'rejected':
      return { auth: rejected(caller.reason) };
    case 'authenticated': {
      const { groups, scopes, pool, acr, authTime, graceSeconds } = caller;
      const auth =
        caller.tokenUse === 'ID' ? authenticatedAs({ tokenUse: 'id', groups }) : authenticatedAs({ groups, scopes });
      // A token holds JSON, which drops what is undefined.
      const claims: unknown = JSON.parse(JSON.stringify({ ...auth.claims, acr, auth_time: authTime }));
      const poolName = pool === auth.userPoolId ? undefined : pool;
      return {
        auth: createAuthenticatedAuth(
          { ...auth, claims: claims as never, expiresAt: 2 * SIGN_IN },
          { clock, graceSeconds, emit: () => {}, poolName },
        ),
      };
    }
  }
}
