/** Reads and validates the `name` of a pool: what `@auth(pools:)` calls it. */
import { AuthConfigurationError } from '../errors.js';
import { describe, MISSING_TEXT } from '../settings.js';

// As in a rule: in one string, `["customers, staff"]`, several names look like one.
const NAME = /^[^\s,;|"'`\p{C}]{1,128}$/u;

/** Whether a rule can call a pool this. */
export function isPoolName(value: unknown): value is string {
  return typeof value === 'string' && NAME.test(value) && !MISSING_TEXT.test(value);
}

/** @throws {AuthConfigurationError} when it is not a name. */
export function readPoolName(where: string, value: unknown, userPoolId: string): string {
  if (value === undefined) return userPoolId;
  if (isPoolName(value)) return value;
  const found = typeof value === 'string' && MISSING_TEXT.test(value) ? 'the text of a missing value' : describe(value);
  throw new AuthConfigurationError(
    `Expected \`${where}.name\` to be 1 to 128 characters without white space, commas and quotation marks, got ${found}. ` +
      "Write name: 'customers', or leave it out: a rule then calls the pool by its id.",
  );
}

interface NamedPool {
  readonly userPoolId: string;
  readonly name: string;
}

/**
 * A pool may not have the id of another one as its name either: a rule that was written for that id would mean this pool.
 *
 * @throws {AuthConfigurationError} when a name could mean two pools.
 */
export function assertDistinctNames(pools: readonly NamedPool[]): void {
  const clashes = pools.some((pool) =>
    pools.some((other) => other !== pool && (other.name === pool.name || other.userPoolId === pool.name)),
  );
  if (!clashes) return;
  throw new AuthConfigurationError(
    'Expected `pools` to have a different `name` for each pool, got the name or the id of one for another. Write `name` for ' +
      'each pool; the default is its `userPoolId`.',
  );
}
