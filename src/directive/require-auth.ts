/** `requireAuth()`: the directive's decision for code that has no field of its own, such as a data source. */
import type { GraphQLError } from 'graphql';
import { authStateOf } from '../auth.js';
import { isExpired } from '../expiry.js';
import type { Auth, AuthContext, AuthenticatedAccessAuth, AuthenticatedAuth, AuthenticatedIdAuth } from '../auth.js';
import type { TokenUse } from '../cognito-claims.js';
import { createDenialError } from '../denial-error.js';
import { AuthConfigurationError, denials } from '../errors.js';
import { isPlainObject } from '../settings.js';
import { authIn, evaluate, misconfigured, toRefusal } from './decision/decide.js';
import { markContextPrivate } from './private-context.js';
import { ANY_TOKEN, isMaxAge } from './rules/requirement.js';
import type { Clause } from './rules/rule.js';

/**
 * What `requireAuth()` requires of the token, in the words of `@auth`. Every member must hold. A list means any of its
 * names, and has at least one. A member that is there has a value: `undefined` is refused, because a variable that was
 * never set must not weaken a rule.
 *
 * @example
 * const rule: AuthRule = { tokenUse: 'access', groups: ['support', 'admin'], scopes: ['orders/write'] };
 */
export interface AuthRule {
  readonly tokenUse?: TokenUse;
  /** Compared with `cognito:groups`, case-sensitively. */
  readonly groups?: readonly string[];
  /** Compared with `scope` of an access token, case-sensitively. */
  readonly scopes?: readonly string[];
  /** Compared with the `name` of the token's pool, which is its id by default. */
  readonly pools?: readonly string[];
  /** Authentication levels: compared with the `acr` claim (RFC 9470). */
  readonly acr?: readonly string[];
  /** Seconds since the caller signed in, by the `auth_time` claim. A whole number, 1 or more. */
  readonly maxAge?: number;
}

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
  // Undefined that is given is no rule: a misspelt name in a table of rules must not ask for less.
  const clause = readRule(given.length === 0 ? {} : given[0]);
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

/** The rule as a clause: own properties alone, so that nothing on `Object.prototype` changes it. */
function readRule(rule: unknown): Clause {
  const own = ownOf(rule);
  if (own === undefined || !Object.entries(own).every(([name, value]) => isGoodOption(name, value))) throw misuse();
  // Each option that is there is good.
  return { ...ANY_TOKEN, ...(own as AuthRule) };
}

function ownOf(rule: unknown): Record<string, unknown> | undefined {
  try {
    return isPlainObject(rule) ? Object.assign(Object.create(null) as Record<string, unknown>, rule) : undefined;
  } catch {
    // A getter that throws: its message is not for the client.
    return undefined;
  }
}

const LISTS = ['groups', 'scopes', 'pools', 'acr'];

// Undefined is no value for an option: a variable that was never set must not weaken a rule.
function isGoodOption(name: string, value: unknown): boolean {
  if (name === 'tokenUse') return value === 'id' || value === 'access';
  if (name === 'maxAge') return isMaxAge(value);
  if (!LISTS.includes(name)) return false;
  return Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === 'string');
}

// A constant sentence: what was written may be the caller's text, and the log says each sentence once.
let misuseError: AuthConfigurationError | undefined;

/** Thrown by itself, the sentence would be sent to the client: Apollo Server shows the message of a plain error. */
function misuse(): GraphQLError {
  misuseError ??= new AuthConfigurationError(
    "requireAuth(): Expected `rule` to be { tokenUse: 'id' or 'access', groups: [...], scopes: [...], pools: [...], " +
      'acr: [...], maxAge: seconds } with lists of at least one name, got another option or value.',
  );
  return createDenialError(denials.misconfigured, misuseError);
}
