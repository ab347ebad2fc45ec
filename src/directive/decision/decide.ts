/** Decides whether an `Auth` meets a rule: pure, synchronous, and once for each pair. */
import { authStateOf, isOfAnotherCopy } from '../../auth.js';
import type { Auth, AuthState } from '../../auth.js';
import { AuthConfigurationError, denials } from '../../errors.js';
import type { Denial } from '../../errors.js';
import { countRules } from '../rules/rule.js';
import type { Clause, Rule } from '../rules/rule.js';

/** What `AuthState.decisions` holds for a rule that is met. 0 is "not decided yet", what is above is a denial. */
const ALLOWED = 1;

const codedDenials: readonly Denial[] = Object.values(denials);

/** A denial, and what the log should say about it besides. */
export interface Refusal {
  readonly denial: Denial;
  readonly cause: Error | undefined;
}

/** Any value but null may be asked for a property; what it answers is checked by its brand. */
export type MaybeContext = { readonly auth?: unknown } | null | undefined;

/** What stands at `contextValue.auth`; undefined for a context that is nothing. */
export function authIn(contextValue: unknown): unknown {
  return (contextValue as MaybeContext)?.auth;
}

/** Why this rule refuses the `auth` of a context; undefined when it is met. Fails closed on anything but an `Auth`. */
export function refusalBy(auth: unknown, rule: Rule): Refusal | undefined {
  const state = authStateOf(auth);
  if (state === undefined) return misconfigured(auth);
  const denial = decide(state, rule);
  return denial && refusalOf(state, denial);
}

// Made once for each denial: a denied row must cost little.
const refusals = new Map<Denial, Refusal>(codedDenials.map((denial) => [denial, { denial, cause: undefined }]));

/** The denial with its cause, when the keys could not be had. */
export function refusalOf(state: AuthState, denial: Denial): Refusal {
  const plain = state.cause === undefined ? refusals.get(denial) : undefined;
  return plain ?? { denial, cause: state.cause };
}

/** The decision about a rule, remembered in the `Auth`. */
export function decide(state: AuthState, rule: Rule): Denial | undefined {
  let code = state.decisions[rule.number];
  if (code === undefined || code === 0) {
    const denial = evaluate(state.auth, rule.clauses);
    code = denial === undefined ? ALLOWED : codedDenials.indexOf(denial) + ALLOWED + 1;
    if (rule.number >= state.decisions.length) {
      const grown = new Uint8Array(countRules());
      grown.set(state.decisions);
      state.decisions = grown;
    }
    state.decisions[rule.number] = code;
  }
  return code === ALLOWED ? undefined : (codedDenials[code - ALLOWED - 1] ?? denials.misconfigured);
}

/** The decision itself. Who is asking comes first, then what kind of token it is, then what the token says. */
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

// Made once: a server put together wrongly must not pay for a stack at each field of each request.
let missingAuth: Refusal | undefined;
let foreignAuth: Refusal | undefined;
let otherCopy: Refusal | undefined;

/** The refusal of a context that has no `Auth` in it: nobody can be let in, and the log says which line to add. */
export function misconfigured(auth: unknown): Refusal {
  if (auth === undefined || auth === null) {
    return (missingAuth ??= misuse(
      '`contextValue.auth` is missing. Pass `context: createAuthContext({ verifier })` to the server.',
    ));
  }
  if (isOfAnotherCopy(auth)) {
    return (otherCopy ??= misuse(
      '`contextValue.auth` was created by another copy of apollo-cognito-auth. ' +
        '`npm ls apollo-cognito-auth` shows the copies: install one version for all, and import it once.',
    ));
  }
  return (foreignAuth ??= misuse(
    '`contextValue.auth` was not created by apollo-cognito-auth, or is a copy. Pass the original object, as ' +
      '`context: createAuthContext({ verifier })` gives it; in tests use authenticatedAs() from apollo-cognito-auth/testing.',
  ));
}

function misuse(sentence: string): Refusal {
  return { denial: denials.misconfigured, cause: new AuthConfigurationError(sentence) };
}
