/** Which graphql this package can hold its promises with. */
import { versionInfo } from 'graphql';
import { AuthConfigurationError } from '../../errors.js';

/**
 * graphql 17 gives resolvers their variables in another shape, so that rules on arguments would let through what comes
 * in a variable. What was not tried is refused.
 *
 * @throws {AuthConfigurationError} unless the major version is 16.
 */
export function assertGraphqlVersion(where: string, { major, minor, patch } = versionInfo): void {
  if (major === 16) return;
  throw new AuthConfigurationError(
    `${where}: Expected \`graphql\` to be version 16, got ${major}.${minor}.${patch}. Install graphql@16: with another ` +
      'version, rules on arguments and on whole operations are not enforced.',
  );
}
