/** `requireAuth()`: the directive's decision for code that has no field of its own, such as a data source. */
import type { GraphQLError } from 'graphql';
import { authStateOf } from '../auth.js';
import type { Auth, AuthContext, AuthenticatedAccessAuth, AuthenticatedAuth, AuthenticatedIdAuth } from '../auth.js';
import type { TokenUse } from '../cognito-claims.js';
import { createDenialError } from '../denial-error.js';
import { AuthConfigurationError, denials } from '../errors.js';
import { isExpired } from '../expiry.js';
import { readAuthRule } from './decision/auth-rule.js';
import type { AuthRule } from './decision/auth-rule.js';
import { authIn, evaluate, misconfigured, toRefusal } from './decision/decide.js';
import { markContextPrivate } from './decision/private-context.js';

/**
 * The type that `requireAuth()` returns for a rule with this `tokenUse`; of both kinds for a rule without one.
 *
 * @example
 * const auth: AuthOfTokenUse<'id'> = requireAuth(contextValue, { tokenUse: 'id' });
 * sendReceipt(auth.claims.email);
 */
export type AuthOfTokenUse<Use, Claims = unknown> = [Use] extends ['id']
  ? AuthenticatedIdAuth<Claims>
  : [Use] extends ['access']
    ? AuthenticatedAccessAuth<Claims>
    : AuthenticatedAuth<Claims>;

/**
 * Returns the caller's `Auth` if it meets the rule. Without a rule, any verified token does. It decides and denies as
 * `@auth` does, and the plugin keeps the response private to caches. The names in a rule may come from anywhere, even from
 * the caller: a group or scope that no token can have is denied.
 *
 * @example
 * async function loadPayroll(contextValue: AuthContext) {
 *   const { sub } = requireAuth(contextValue, { tokenUse: 'access', groups: ['admin'] });
 *   return database.payrollFor(sub);
 * }
 *
 * @throws {GraphQLError} as a guarded field does: `UNAUTHENTICATED`, `FORBIDDEN` or `AUTH_UNAVAILABLE`. A context without
 *   an `auth` of this package gives `INTERNAL_SERVER_ERROR`, and so does a rule with an unknown option, an empty list or a
 *   value of the wrong type; the log says what to write instead.
 */
export function requireAuth<Use extends TokenUse = TokenUse, Claims = unknown>(
  contextValue: AuthContext<Auth<Claims>>,
  ...given: readonly [rule?: AuthRule & { readonly tokenUse?: Use }]
): AuthOfTokenUse<Use, Claims> {
  // An explicit `undefined` is refused: a misspelt name in a table of rules must not ask for less.
  const clause = readAuthRule(given.length === 0 ? {} : given[0]);
  if (typeof clause === 'string') throw misuse(clause);
  markContextPrivate(contextValue, clause.maxAge !== undefined);
  const auth = authIn(contextValue);
  const state = authStateOf(auth);
  // Decided each time, and without a number: a rule that is made up while serving must not leave anything behind.
  const denial = state && (isExpired(state) ? denials.expired : evaluate(state, [clause]));
  if (state !== undefined && denial === undefined) {
    // Met, so authenticated, with a token of the kind that was asked for.
    return state.auth as AuthOfTokenUse<Use, Claims>;
  }
  const refusal = state && denial ? toRefusal(state, denial) : misconfigured(auth);
  throw createDenialError(refusal.denial, refusal.cause);
}

// One for each phrase of `readAuthRule`. Made once: a misconfigured server must not pay for a stack at each request.
const ruleMisuses = new Map<string, AuthConfigurationError>();

/** Thrown by itself, the sentence would be sent to the client: Apollo Server shows the message of a plain error. */
function misuse(got: string): GraphQLError {
  let error = ruleMisuses.get(got);
  if (error === undefined) {
    error = new AuthConfigurationError(
      "requireAuth(): Expected `rule` to be { tokenUse: 'id' or 'access', groups: [...], scopes: [...], pools: [...], " +
        `acr: [...], maxAge: seconds } with lists of at least one name, got ${got}. Write only what the token has to have.`,
    );
    ruleMisuses.set(got, error);
  }
  return createDenialError(denials.misconfigured, error);
}
