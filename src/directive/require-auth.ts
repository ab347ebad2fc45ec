/** `requireAuth()`: the directive's decision for code that has no field of its own, such as a data source. */
import { authStateOf, isExpired } from '../auth.js';
import type {
  AuthContext,
  AuthenticatedAccessAuth,
  AuthenticatedAuth,
  AuthenticatedIdAuth,
  TokenUse,
} from '../auth.js';
import { AuthConfigurationError, createDenialError, denials } from '../errors.js';
import { authIn, evaluate, misconfigured, refusalOf } from './decide.js';
import { isCognitoName } from './options.js';
import { markContextPrivate } from './private-context.js';

/** What to ask of the token. All that is given must hold; a list means any of it. */
export interface AuthRule {
  readonly tokenUse?: TokenUse;
  readonly groups?: readonly string[];
  readonly scopes?: readonly string[];
}

/** The `Auth` of a token of this kind. */
export type AuthOfTokenUse<Use> = [Use] extends ['id']
  ? AuthenticatedIdAuth
  : [Use] extends ['access']
    ? AuthenticatedAccessAuth
    : AuthenticatedAuth;

/**
 * The caller's `Auth`, if it meets the rule: any verified token when there is none. The decision and the errors are
 * those of `@auth`, and the plugin keeps the answer private to caches.
 *
 * @throws {GraphQLError} as a guarded field does: `UNAUTHENTICATED`, `FORBIDDEN`, `AUTH_UNAVAILABLE`, or
 *   `INTERNAL_SERVER_ERROR` when the context has no `auth` that this package made, or the rule is one that nobody could
 *   meet or says something unknown; the log says what to write instead.
 */
export function requireAuth<Use extends TokenUse = TokenUse>(
  contextValue: AuthContext,
  rule: AuthRule & { readonly tokenUse?: Use } = {},
): AuthOfTokenUse<Use> {
  assertRule(rule);
  markContextPrivate(contextValue);
  const auth = authIn(contextValue);
  const state = authStateOf(auth);
  const { tokenUse, groups, scopes } = rule;
  // Decided each time, and numbered by nobody: a rule that is made up while serving must not leave anything behind.
  const clause = { tokenUse, groups, scopes };
  const denial = state && (isExpired(state) ? denials.expired : evaluate(state.auth, [clause]));
  if (state !== undefined && denial === undefined) {
    // Met, so authenticated, with a token of the kind that was asked for.
    return state.auth as AuthOfTokenUse<Use>;
  }
  const refusal = state && denial ? refusalOf(state, denial) : misconfigured(auth);
  throw createDenialError(refusal.denial, refusal.cause);
}

function assertRule(rule: AuthRule): void {
  for (const [key, value] of Object.entries(rule) as [string, unknown][]) {
    const isGood =
      key === 'tokenUse'
        ? value === 'id' || value === 'access'
        : (key === 'groups' || key === 'scopes') &&
          Array.isArray(value) &&
          value.length > 0 &&
          value.every(isCognitoName);
    if (isGood) continue;
    // Thrown by itself, the sentence would be sent to the client: Apollo Server shows the message of a plain error.
    throw createDenialError(
      denials.misconfigured,
      new AuthConfigurationError(
        `requireAuth(): expected { tokenUse: 'id' or 'access', groups: [...], scopes: [...] } without empty lists, found ` +
          `${JSON.stringify(key)}: ${JSON.stringify(value)}.`,
      ),
    );
  }
}
