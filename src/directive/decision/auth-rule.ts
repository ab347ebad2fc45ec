/** `AuthRule`: a rule of `@auth` that is written in code. */
import type { TokenUse } from '../../cognito-claims.js';
import { isPlainObject } from '../../settings.js';
import type { Clause } from '../rules/rule.js';

/**
 * What `requireAuth()` requires of the token, and what `anyOf()` can allow by, in the words of `@auth`. Every member must hold. A list means any of its
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
}

/** The rule as a clause; undefined when it cannot be read. Own properties alone: nothing on `Object.prototype` changes it. */
export function readAuthRule(rule: unknown): Clause | undefined {
  const own = ownOf(rule);
  if (own === undefined || !Object.entries(own).every(([name, value]) => isGoodOption(name, value))) return undefined;
  // Each option that is there is good.
  const { tokenUse, groups, scopes } = own as AuthRule;
  return { tokenUse, groups, scopes };
}

function ownOf(rule: unknown): Record<string, unknown> | undefined {
  try {
    return isPlainObject(rule) ? Object.assign(Object.create(null) as Record<string, unknown>, rule) : undefined;
  } catch {
    // A getter that throws: its message is not for the client.
    return undefined;
  }
}

// Undefined is no value for an option: a variable that was never set must not weaken a rule.
function isGoodOption(name: string, value: unknown): boolean {
  if (name === 'tokenUse') return value === 'id' || value === 'access';
  if (name !== 'groups' && name !== 'scopes') return false;
  return Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === 'string');
}
