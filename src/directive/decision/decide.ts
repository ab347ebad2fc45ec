/** Decides whether an `Auth` meets a rule: pure, synchronous, and once for each pair. */
import { authStateOf, isOfAnotherCopy } from '../../auth.js';
import type { Auth, AuthState } from '../../auth.js';
import { AuthConfigurationError, denials } from '../../errors.js';
import type { Denial } from '../../errors.js';
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
const FIRST_DENIAL = 2;
const codedDenials: readonly Denial[] = Object.values(denials);

/** The decision about a rule, remembered in the `Auth`. */
export function decide(state: AuthState, rule: Rule): Denial | undefined {
  let code = state.decisions[rule.number];
  if (code === undefined || code === 0) {
    const denial = evaluate(state.auth, rule.clauses);
    code = denial === undefined ? ALLOWED : codedDenials.indexOf(denial) + FIRST_DENIAL;
    if (rule.number >= state.decisions.length) {
      const grown = new Uint8Array(countRules());
      grown.set(state.decisions);
      state.decisions = grown;
    }
    state.decisions[rule.number] = code;
  }
  return code === ALLOWED ? undefined : (codedDenials[code - FIRST_DENIAL] ?? denials.misconfigured);
}

/** The decision itself: first whether there is a verified token, then what kind of token it is, then what it says. */
export function evaluate(auth: Auth, clauses: readonly Clause[]): Denial | undefined {
  if (auth.status === 'anonymous') return denials.missing;
  if (auth.status === 'rejected') return denials[auth.reason];
  if (clauses.some(({ tokenUse }) => tokenUse !== undefined && tokenUse !== auth.tokenUse)) return denials['token-use'];
  if (clauses.some(({ groups }) => groups && !groups.some((group) => auth.groups.includes(group))))
    return denials.group;
  if (clauses.some(({ scopes }) => scopes && !scopes.some((scope) => auth.scopes.includes(scope))))
    return denials.scope;
  return undefined;
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
