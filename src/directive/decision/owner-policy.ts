/** `ownerPolicy()`: the caller is named by an argument of the field, or by a property of its parent. */
import { AuthConfigurationError } from '../../errors.js';
import { isText, print, readSettings } from '../../settings.js';
import { createComparison, readComparedValue } from './claim-comparison.js';
import type { PolicyCheck } from './policies.js';

/**
 * What names the caller, and by which claim.
 *
 * @example
 * const byArgument: OwnerPolicyOptions = { argument: 'userId' };
 * const byField: OwnerPolicyOptions = { field: 'ownerEmail', claim: 'email' };
 */
export type OwnerPolicyOptions = (
  | {
      /** The argument of the field that has to name the caller. */
      readonly argument: string;
    }
  | {
      /** The property of the field's parent that has to name the caller. */
      readonly field: string;
    }
) & {
  /**
   * A claim of the token that says who the caller is, or `username`, which reads the claim of either token. `email` and
   * `phone_number` count only when the token says that they are verified (`email_verified`, `phone_number_verified`).
   * Default: `sub`.
   */
  readonly claim?: string;
};

/**
 * The most common policy: an argument of the field, or a property of its parent, equals the caller's `sub` or another
 * claim. Only strings are compared, exactly. When the schema is built, an argument that the field does not have is
 * refused, and an argument or field whose type is not text.
 *
 * @example
 * const { authDirectiveTransformer } = authDirective({
 *   policies: { isSelf: ownerPolicy({ argument: 'userId' }), isOwner: ownerPolicy({ field: 'ownerId' }) },
 * });
 *
 * @throws {AuthConfigurationError} on an unknown option, and unless exactly one of `argument` and `field` is given.
 */
export function ownerPolicy(options: OwnerPolicyOptions): PolicyCheck {
  const settings = readSettings('ownerPolicy(): options', options, ['argument', 'field', 'claim']);
  const { claim = 'sub' } = settings;
  const value = readComparedValue(settings);
  if (value === undefined) {
    throw new AuthConfigurationError(
      'Expected `options` of ownerPolicy() to be an object with either `argument` or `field`, got ' +
        `${print(options)}. Write ownerPolicy({ field: 'ownerId' }).`,
    );
  }
  const { kind, path } = value;
  if (path.includes('.')) {
    throw new AuthConfigurationError(
      `Expected \`${kind}\` of ownerPolicy() to be a name, got the path ${print(path)}. Write claimPolicy({ claim: 'sub', ` +
        `equals: { ${kind}: ${print(path)} } }).`,
    );
  }
  if (!isText(claim)) {
    throw new AuthConfigurationError(
      `Expected \`claim\` of ownerPolicy() to be the name of a claim, got ${print(claim)}. Leave it out for \`sub\`.`,
    );
  }
  return createComparison({ kind, path, claim, isClaimList: false, isValueList: false, isTextOnly: true });
}
