/** Decides whether an `Auth` meets a rule: synchronously, and once for each pair, except for the age of the sign-in. */
import { authStateOf, isOfAnotherCopy } from '../../auth.js';
import type { AuthenticatedAuth, AuthState } from '../../auth.js';
import { AuthConfigurationError, denials } from '../../errors.js';
import type { Denial } from '../../errors.js';
import { isScopeToken, toDemand } from '../rules/demand.js';
import { countRules } from '../rules/rule.js';
import type { Clause, Rule } from '../rules/rule.js';

/** A denial, and what only the log should say about it. */
export interface Refusal {
  readonly denial: Denial;
  readonly cause: Error | undefined;
}

/** Any value but null and undefined has properties; what `auth` is, its brand tells. */
export type MaybeContext = { readonly auth?: unknown } | null | undefined;

/** The value of `contextValue.auth`; undefined for a context that is null or undefined. */
export function authIn(contextValue: unknown): unknown {
  return (contextValue as MaybeContext)?.auth;
}

/** Why the rule refuses the `auth` of a context; undefined when it is met. Anything but an `Auth` is refused. */
export function decideRule(auth: unknown, rule: Rule): Refusal | undefined {
  const state = authStateOf(auth);
  if (state === undefined) return misconfigured(auth);
  const denial = decide(state, rule);
  return denial && toRefusal(state, denial);
}

/** The denial with its cause: why the credentials could not be checked. */
export function toRefusal({ cause }: AuthState, denial: Denial): Refusal {
  return { denial, cause };
}

// What `AuthState.decisions` holds. 0 is "not decided yet".
const ALLOWED = 1;
/** Allowed as long as the sign-in is recent enough. */
const ALLOWED_FOR_A_TIME = 2;
const FIRST_DENIAL = 3;
const codedDenials: readonly Denial[] = Object.values(denials);

/**
 * The denial by a rule; undefined when it allows. Remembered in the `Auth`, except for `maxAge`, which is compared each time.
 *
 * @param at Milliseconds since the epoch. Default: now, by the verifier's clock.
 */
export function decide(state: AuthState, rule: Rule, at?: number): Denial | undefined {
  let code = state.decisions[rule.number];
  if (code === undefined || code === 0) {
    code = codeOf(state, rule);
    if (rule.number >= state.decisions.length) {
      const grown = new Uint8Array(countRules());
      grown.set(state.decisions);
      state.decisions = grown;
    }
    state.decisions[rule.number] = code;
  }
  if (code === ALLOWED) return undefined;
  if (code === ALLOWED_FOR_A_TIME) return isRecent(state, rule.maxAge, at) ? undefined : rule.denials['step-up'];
  return withDemand(codedDenials[code - FIRST_DENIAL] ?? denials.misconfigured, rule.denials);
}

function codeOf(state: AuthState, { clauses, maxAge }: Rule): number {
  const denial = evaluateClaims(state, clauses);
  if (denial !== undefined) return codedDenials.indexOf(denial) + FIRST_DENIAL;
  return maxAge === undefined ? ALLOWED : ALLOWED_FOR_A_TIME;
}

function withDemand(denial: Denial, { scope, 'step-up': stepUp }: Rule['denials']): Denial {
  if (denial === denials.scope) return scope;
  return denial === denials['step-up'] ? stepUp : denial;
}

/** The denial by clauses that are of no rule, at this moment; undefined when they allow. It is not remembered. */
export function evaluate(state: AuthState, clauses: readonly Clause[]): Denial | undefined {
  const isStale = ({ maxAge }: Clause) => maxAge !== undefined && !isRecent(state, maxAge);
  const denial = evaluateClaims(state, clauses) ?? (clauses.some(isStale) ? denials['step-up'] : undefined);
  const isRemediable = denial === denials.scope || denial === denials['step-up'];
  return isRemediable ? { ...denial, demand: toDemand(clauses) } : denial;
}

/**
 * First whether there is a verified token, then which pool it is of, then what kind of token it is, then what it says, and
 * last how strong the sign-in was: a caller without the group must not be told to sign in again.
 */
function evaluateClaims({ auth, origin }: AuthState, clauses: readonly Clause[]): Denial | undefined {
  if (auth.status === 'anonymous') return denials.missing;
  if (auth.status === 'rejected') return denials[auth.reason];
  const { poolName = auth.userPoolId } = origin;
  if (clauses.some(({ pools }) => pools && !pools.includes(poolName))) return denials.pool;
  if (clauses.some(({ tokenUse }) => tokenUse !== undefined && tokenUse !== auth.tokenUse)) return denials['token-use'];
  if (clauses.some(({ groups }) => groups && !groups.some((group) => auth.groups.includes(group))))
    return denials.group;
  if (clauses.some(({ scopes }) => scopes && !scopes.some((scope) => auth.scopes.includes(scope))))
    return denials.scope;
  const level = ownClaim(auth, 'acr');
  const isAt = (acr: readonly string[]) => isScopeToken(level) && acr.includes(level);
  if (clauses.some(({ acr }) => acr && !isAt(acr))) return denials['step-up'];
  return undefined;
}

function ownClaim({ claims }: AuthenticatedAuth, name: string): unknown {
  return Object.hasOwn(claims, name) ? claims[name] : undefined;
}

// How far the clock of the server that signs callers in can be ahead of this one.
const MAX_AHEAD_SECONDS = 60;

/**
 * Whether the caller signed in at most `maxAge` seconds ago, plus the grace of the pool (OpenID Connect Core, section 2,
 * `auth_time`).
 *
 * @param at Milliseconds since the epoch.
 */
function isRecent({ auth, origin }: AuthState, maxAge: number | undefined, at = origin.clock()): boolean {
  if (auth.status !== 'authenticated' || maxAge === undefined) return false;
  const signedInAt = ownClaim(auth, 'auth_time');
  if (typeof signedInAt !== 'number') return false;
  const seconds = at / 1000;
  // Both comparisons are false when the clock answers NaN: then no sign-in is recent.
  return signedInAt - MAX_AHEAD_SECONDS <= seconds && seconds < signedInAt + maxAge + origin.graceSeconds;
}

// Made once: a misconfigured server must not pay for a stack at each field of each request.
const missingAuth = misuse(
  '`contextValue.auth` is missing. Pass `context: createAuthContext({ verifier })` to the server.',
);
const otherCopy = misuse(
  '`contextValue.auth` was created by another copy of apollo-cognito-auth. ' +
    '`npm ls apollo-cognito-auth` shows the copies: install one version for all, and import it once.',
);
const foreignAuth = misuse(
  '`contextValue.auth` was not created by apollo-cognito-auth, or is a copy. Pass the original object, as ' +
    '`context: createAuthContext({ verifier })` gives it; in tests use authenticatedAs() from apollo-cognito-auth/testing.',
);

/** The refusal of a context without an `Auth`. Its cause tells the log what to write instead. */
export function misconfigured(auth: unknown): Refusal {
  if (auth === undefined || auth === null) return missingAuth;
  return isOfAnotherCopy(auth) ? otherCopy : foreignAuth;
}

function misuse(sentence: string): Refusal {
  return { denial: denials.misconfigured, cause: new AuthConfigurationError(sentence) };
}
