/** `AuthRule`: a rule of `@auth` that is written in code. */
import type { TokenUse } from '../../cognito-claims.js';
import { isPlainObject } from '../../settings.js';
import { EMPTY_CLAUSE, isMaxAge } from '../rules/requirement.js';
import type { Clause } from '../rules/rule.js';

/**
 * What `requireAuth()` requires of the token, or a member of `anyOf()`, in the words of `@auth`. Every property must hold;
 * one that is left out requires nothing. A list means any of its names, and has at least one. `undefined` is refused,
 * because a variable that was never set must not weaken a rule.
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
 * The rule as a clause, or what is wrong with it: one of a few phrases, because what was written may be the caller's text. Own
 * properties alone: nothing on `Object.prototype` changes it.
 */
export function readAuthRule(rule: unknown): Clause | string {
  const own = ownOf(rule);
  if (own === undefined) return 'no plain object';
  const wrong = Object.keys(own).find((name) => !isGoodOption(name, own[name]));
  // Each option that is there is good.
  if (wrong === undefined) return { ...EMPTY_CLAUSE, ...(own as AuthRule) };
  return wrong === 'tokenUse' || wrong === 'maxAge' || LISTS.includes(wrong)
    ? `a wrong \`${wrong}\``
    : 'an unknown option';
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

function isGoodOption(name: string, value: unknown): boolean {
  if (name === 'tokenUse') return value === 'id' || value === 'access';
  if (name === 'maxAge') return isMaxAge(value);
  if (!LISTS.includes(name)) return false;
  return Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === 'string');
}
