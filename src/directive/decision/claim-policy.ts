/** `claimPolicy()`: a claim of the caller equals an argument of the field, or a property of its parent. */
import { AuthConfigurationError } from '../../errors.js';
import { isPlainObject, isText, oneOf, print, readSettings } from '../../settings.js';
import { createComparison, readComparedValue } from './claim-comparison.js';
import type { PolicyCheck } from './policies.js';

/**
 * Which claim has to equal what.
 *
 * @example
 * const ofTenant: ClaimPolicyOptions = { claim: 'custom:tenant', equals: { argument: 'input.tenantId' } };
 * const ofTenants: ClaimPolicyOptions = { claim: 'tenants', equals: { field: 'tenant.id' }, list: 'claim' };
 */
export interface ClaimPolicyOptions {
  /**
   * A claim of the token, or `username`, which reads the claim of either token. Dots lead into a claim that is an object,
   * unless a claim has exactly this name. `email` and `phone_number` count only when the token says that they are verified
   * (`email_verified`, `phone_number_verified`).
   */
  readonly claim: string;
  /** The argument of the field, or the property of its parent; dots lead into objects. */
  readonly equals: { readonly argument: string } | { readonly field: string };
  /**
   * What is a list. `claim`: one of the claim's items has to equal the value. `value`: all items of the value have to equal
   * the claim, and there has to be one. `both`: all items of the value have to be among the claim's. Default: neither is, and
   * a list denies.
   */
  readonly list?: 'claim' | 'value' | 'both' | undefined;
}

/** Claims that Cognito never writes as numbers. */
const TEXT_CLAIMS: readonly string[] = [
  'sub',
  'username',
  'cognito:username',
  'cognito:groups',
  'email',
  'phone_number',
];

/**
 * A policy for tenants: a claim of the token equals an argument of the field, or a property of its parent. Text equals the
 * same text, and a whole number the same number (up to 2^53 - 1, where JavaScript is exact); nothing is converted. A value
 * that is missing, empty or of another type denies. When the schema is built, an argument that the field does not have is
 * refused, and one of a type that could never equal the claim.
 *
 * @example
 * const { authDirectiveTransformer } = authDirective({
 *   policies: { sameTenant: claimPolicy({ claim: 'custom:tenant', equals: { argument: 'tenantId' } }) },
 * });
 *
 * @throws {AuthConfigurationError} on an unknown option, on a `claim` or path that is not text, on another `list`, and
 *   unless exactly one of `argument` and `field` is given.
 */
export function claimPolicy(options: ClaimPolicyOptions): PolicyCheck {
  const { claim, equals, list } = readSettings('claimPolicy(): options', options, ['claim', 'equals', 'list']);
  if (!isText(claim)) {
    throw new AuthConfigurationError(
      `Expected \`claim\` of claimPolicy() to be the name of a claim, got ${print(claim)}. Write claim: 'custom:tenant'.`,
    );
  }
  const value = isPlainObject(equals)
    ? readComparedValue(readSettings('claimPolicy(): equals', equals, ['argument', 'field']))
    : undefined;
  if (value === undefined) {
    throw new AuthConfigurationError(
      'Expected `equals` of claimPolicy() to be an object with either `argument` or `field`, a name or a path, got ' +
        `${print(equals)}. Write equals: { argument: 'tenantId' }.`,
    );
  }
  const lists = ['none', 'claim', 'value', 'both'] as const;
  const listed = list === undefined ? 'none' : oneOf('claimPolicy()', 'list', list, lists.slice(1), 'none');
  return createComparison({
    ...value,
    claim,
    isClaimList: listed === 'claim' || listed === 'both',
    isValueList: listed === 'value' || listed === 'both',
    isTextOnly: TEXT_CLAIMS.includes(claim),
  });
}
