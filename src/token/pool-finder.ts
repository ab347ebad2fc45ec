/** Reads the options of a verifier that finds its pools at run time, and asks `find` for one pool. */
import { withDeadline } from '../deadline.js';
import { AuthConfigurationError } from '../errors.js';
import { describe, readNumber, readSettings } from '../settings.js';
import { regionOf } from './issuers.js';
import { readPool, readPools } from './pool.js';
import type { CognitoPool, ResolvedPool } from './pool.js';

/**
 * What `find` is asked about: the issuer that a token names, and the user pool that has this issuer on AWS. The token is not
 * verified yet, so any caller can name any pool.
 *
 * @example
 * const find = ({ userPoolId }: CognitoPoolRequest) => tenants.get(userPoolId);
 */
export interface CognitoPoolRequest {
  /** The exact `iss`, such as `https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf123`. */
  readonly issuer: string;
  readonly userPoolId: string;
}

/**
 * User pools that are found at run time, such as one for each tenant: what `createCognitoVerifier` takes instead of pools.
 *
 * @example
 * const tenants: CognitoPoolFinder = {
 *   find: async ({ userPoolId }) => {
 *     const tenant = await database.tenantOf(userPoolId);
 *     return tenant && { userPoolId, clientId: tenant.clientId };
 *   },
 *   maxPools: 10_000,
 * };
 * const verifier = createCognitoVerifier(tenants);
 */
export interface CognitoPoolFinder {
  /**
   * Returns the user pool with this id when it is one of yours, as `createCognitoVerifier` takes it; otherwise undefined: the
   * token is then `invalid`. While it throws, does not answer within 5 s or returns a wrong pool, tokens of the pool get 503
   * (`keys-unavailable`), and it is asked again after 0.5 s, doubling to 30 s. It is asked for at most 20 unknown pools a
   * second; above that, their tokens get 503. `endpoint` cannot be used here: an emulator is configured.
   */
  find(request: CognitoPoolRequest): CognitoPool | undefined | Promise<CognitoPool | undefined>;
  /**
   * How many pools are kept, with their keys, of which a token was verified. The pool used least recently goes first, and is
   * looked up again when its next token comes. From 1 to 1,000,000. Default: 1,000.
   */
  readonly maxPools?: number | undefined;
  /**
   * Seconds for which an answer of `find` counts, a pool and undefined alike. A pool in use is looked up again before, in the
   * background. When it has changed or gone, its keys and remembered tokens are forgotten; while `find` fails, its tokens get
   * 503 after this time. From 1 to 86,400. Default: 300.
   */
  readonly ttl?: number | undefined;
}

/** The options after all checks. */
export interface PoolFinder {
  readonly find: (request: CognitoPoolRequest) => unknown;
  readonly maxPools: number;
  readonly ttlMs: number;
}

/** Where the pools of a verifier come from: they are configured, or found. */
export interface PoolSource {
  readonly configured: readonly ResolvedPool[];
  readonly finder: PoolFinder | undefined;
}

const DEFAULT_POOLS = 1_000;
const DEFAULT_TTL_SECONDS = 300;

/** @throws {AuthConfigurationError} when it is not pools or one finder, or when anything in it is unsafe. */
export function readPoolSource(pools: unknown): PoolSource {
  if (hasFind(pools)) return { configured: [], finder: readFinder(pools) };
  if (Array.isArray(pools) && pools.some(hasFind)) {
    throw new AuthConfigurationError(
      'Expected `pools` to have user pools alone, got `find` in one. Write: createCognitoVerifier({ find }), without a list.',
    );
  }
  return { configured: readPools(pools), finder: undefined };
}

function hasFind(value: unknown): boolean {
  try {
    return typeof value === 'object' && value !== null && Object.hasOwn(value, 'find');
  } catch {
    // A revoked Proxy.
    return false;
  }
}

function readFinder(value: unknown): PoolFinder {
  if (Object.hasOwn(value as object, 'userPoolId')) {
    throw new AuthConfigurationError(
      'Expected `pool` to have `userPoolId` or `find`, got both. Write one pool, or { find }, which returns each pool with its ' +
        '`userPoolId`.',
    );
  }
  const { find, maxPools, ttl } = readSettings('pool', value, ['find', 'maxPools', 'ttl']);
  if (typeof find !== 'function') {
    throw new AuthConfigurationError(
      'Expected `pool.find` to be a function, async ({ issuer, userPoolId }) => pool | undefined, got ' +
        `${describe(find)}. Write: find: ({ userPoolId }) => tenants.get(userPoolId).`,
    );
  }
  const number = (name: string, given: unknown, fallback: number, max: number, unit: string) =>
    readNumber(`pool.${name}`, given, { fallback, min: 1, max, unit });
  return {
    // Bound, because it can use `this`.
    find: find.bind(value) as PoolFinder['find'],
    maxPools: Math.floor(number('maxPools', maxPools, DEFAULT_POOLS, 1_000_000, 'pools')),
    ttlMs: 1000 * number('ttl', ttl, DEFAULT_TTL_SECONDS, 86_400, 'seconds'),
  };
}

const TIMEOUT_MS = 5_000;

/**
 * The pool of an issuer; undefined when there is none.
 *
 * @throws {AuthConfigurationError} as a rejection, when `find` returns anything but a pool with this issuer.
 * @throws what `find` throws, also as a rejection.
 */
export async function askForPool(
  { find }: PoolFinder,
  request: CognitoPoolRequest,
  signal: AbortSignal,
): Promise<ResolvedPool | undefined> {
  const late = `find() did not answer within ${TIMEOUT_MS} ms.`;
  const answer = await withDeadline(find(request), TIMEOUT_MS, late, signal);
  if (answer === undefined) return undefined;
  if (answer === null) {
    throw new AuthConfigurationError(
      'Expected `find()` to be the user pool of the issuer, got null. Return undefined for a pool that is not yours.',
    );
  }
  const pool = readPool('find()', answer);
  // As among configured pools: a rule that was written for that id would mean this pool.
  if (pool.name !== pool.userPoolId && regionOf(pool.name) !== undefined) {
    throw new AuthConfigurationError(
      'Expected `find().name` to be a name of its own, got the id of another user pool. Leave it out: a rule then calls the ' +
        'pool by its id.',
    );
  }
  if (pool.issuers.some(({ issuer }) => issuer === request.issuer)) return pool;
  // Any token can name another region for a pool that is not replicated there.
  if (pool.userPoolId === request.userPoolId && pool.isAws) return undefined;
  throw new AuthConfigurationError(
    'Expected the answer of `find()` to be the user pool with the issuer that it was asked about, got a pool with another ' +
      'issuer. Return a pool with this `userPoolId` and without `endpoint`, or undefined.',
  );
}
