/** The verifier: from a token to the `Auth` of its bearer. */
import { createAnonymousAuth, createRejectedAuth } from '../auth.js';
import type { Auth, AuthenticatedAuth, AuthServices } from '../auth.js';
import { AuthConfigurationError, TokenRejectedError } from '../errors.js';
import { createEmitter } from '../events.js';
import { safeWall } from './keys/age.js';
import type { Emitter } from '../events.js';
import { once } from '../once.js';
import { describe } from '../settings.js';
import { describeMisuse } from './misused-token.js';
import type { ClaimsSchema } from './claims-schema.js';
import { readPoolSource } from './pool-finder.js';
import type { CognitoPoolFinder } from './pool-finder.js';
import type { CognitoPool } from './pool.js';
import { createTokenCheck } from './verification.js';
import type { TokenCheck } from './verification.js';
import { readOptions } from './verifier-options.js';
import type { CognitoVerifierOptions } from './verifier-options.js';

export type { CognitoVerifierOptions, KeyOptions, Revocation } from './verifier-options.js';
export type { ClaimsSchema } from './claims-schema.js';
export type { CognitoPool } from './pool.js';
export type { CognitoPoolFinder, CognitoPoolRequest } from './pool-finder.js';
export type { JsonWebKey, JsonWebKeySet } from './keys/key-set.js';

/**
 * Verifies the tokens of one or several user pools, locally, with their public keys. `Claims` are those that its
 * `claimsSchema` promises.
 *
 * @example
 * const auth = await verifier.authenticate(token);
 * const isStaff = auth.status === 'authenticated' && auth.groups.includes('staff');
 */
export interface CognitoVerifier<Claims = unknown> {
  /**
   * Resolves to the `Auth` of a token. A token seen before gives the same object.
   *
   * @param token The token alone, without `Bearer`.
   * @throws {TokenRejectedError} when the token is not accepted; `reason` says why. When something else was passed, such as
   *   a whole header, `cause` says what to pass.
   * @throws {KeysUnavailableError} when the token cannot be verified, because the public keys are unavailable, or because
   *   its pool cannot be looked up (`find`).
   * @throws {RevocationUnavailableError} when `revocation` throws, answers no boolean, or does not answer within 5 s.
   * @example
   * const { sub, groups } = await verifier.verify(token);
   */
  verify(token: string): Promise<AuthenticatedAuth<Claims>>;
  /**
   * Resolves to the `Auth` of a caller who sent this token: `anonymous` for undefined, `rejected` for a token that is not
   * accepted. Never rejects for what a client, a key endpoint, a revocation store or `find` does: a token that cannot be checked
   * is `rejected` too, for the reason `keys-unavailable` or `revocation-unavailable`, which is not the client's fault.
   *
   * @example
   * const auth = await verifier.authenticate(token);
   * if (auth.status === 'rejected') response.statusCode = auth.reason.endsWith('-unavailable') ? 503 : 401;
   */
  authenticate(token: string | undefined): Promise<Auth<Claims>>;
  /**
   * Fetches the keys of all pools, so that the first request does not wait for them. Young keys are not fetched again. For
   * each pool, the keys of one of its issuers are enough, so it does not wait for a region that is down while another of the
   * pool has keys; the event `keys.failed` and the log of a starting server tell of it. With `find`, there is nothing to fetch
   * yet.
   *
   * @throws {KeysUnavailableError} when the keys of a pool are unavailable; those of the other pools are kept.
   * @example
   * await verifier.hydrate();
   */
  hydrate(): Promise<void>;
  /** Ends fetches and look-ups in flight, and forgets fetched keys, found pools and verified tokens. A later call starts afresh. */
  close(): Promise<void>;
}

/** What a verifier shows to this package alone. */
export interface VerifierInternals {
  /** For each `Auth` that is made on behalf of the verifier. */
  readonly origin: AuthServices;
  readonly emitter: Emitter;
  /** Seconds between two checks of a token in long use; undefined when only its expiry can end it. */
  readonly recheckSeconds: number | undefined;
  /** Written at each start of a server. */
  readonly warnings: readonly string[];
  /** What rules call the pools; undefined when pools are found at run time. */
  readonly poolNames: readonly string[] | undefined;
  /** The first issuer of each pool: of one in AWS, that which every pool starts with. Undefined when pools are found at run time. */
  readonly issuers: readonly string[] | undefined;
  /** `hydrate()` with a listener for each region without keys. */
  readonly hydrate: TokenCheck['hydrate'];
}

// Of a `revocation` of the user's own, whose cost is not known, and of a pool that can go.
const RECHECK_SECONDS = 30;

const internals = once('verifiers', () => new WeakMap<object, VerifierInternals>());

/**
 * @internal
 * @throws {AuthConfigurationError} when `createCognitoVerifier` did not make this object.
 */
export function internalsOf(verifier: CognitoVerifier): VerifierInternals {
  const candidate: unknown = verifier;
  const found = typeof candidate === 'object' && candidate !== null ? internals.get(candidate) : undefined;
  if (found !== undefined) return found;
  throw new AuthConfigurationError(
    isOfAnotherCopy(candidate)
      ? 'Expected `verifier` to be of this copy of apollo-cognito-auth, got one of another copy. ' +
          '`npm ls apollo-cognito-auth` shows the copies: install one version for all, and import it once.'
      : 'Expected `verifier` to be the object that createCognitoVerifier() returned, not a copy, got ' +
          `${describe(candidate)}. Write: const verifier = createCognitoVerifier({ userPoolId, clientId }), and pass it on.`,
  );
}

/** Whether this looks like a verifier of another copy of this package. For the message alone: it is refused all the same. */
function isOfAnotherCopy(candidate: unknown): boolean {
  try {
    const methods = ['verify', 'authenticate', 'hydrate', 'close'];
    return Object.isFrozen(candidate) && methods.every((name) => Object.hasOwn(candidate as object, name));
  } catch {
    return false;
  }
}

/**
 * Makes a verifier for the tokens of one or several user pools. Fetches nothing yet.
 *
 * @param pool One pool, a list, or `{ find }`, which finds each pool at run time. The exact `iss` of a token decides which
 *   pool it is of; nothing that a token names is ever fetched, unless `find` returns it.
 * @param options All times are in seconds, except the `clock`. Default: `{}`.
 * @throws {AuthConfigurationError} on anything malformed, unknown, empty, given twice or unsafe.
 * @example
 * const verifier = createCognitoVerifier({ userPoolId: 'eu-west-1_AbCdEf123', clientId: ['web', 'mobile'] });
 *
 * @example
 * const find = ({ userPoolId }: CognitoPoolRequest) => database.poolOf(userPoolId);
 * const verifier = createCognitoVerifier({ find, maxPools: 10_000 });
 *
 * @example
 * const claimsSchema = v.object({ 'custom:tenant': v.string() });
 * const verifier = createCognitoVerifier({ userPoolId: 'eu-west-1_AbCdEf123', clientId: 'web' }, { claimsSchema });
 */
// Claims have a type only beside the schema that makes it true. A finder has overloads of its own, and the last ones, whose
// faults the compiler tells: a list has a `find` too, with which it would compare that of a finder.
export function createCognitoVerifier<Claims>(
  pool: CognitoPool | readonly CognitoPool[],
  options: CognitoVerifierOptions<Claims> & { readonly claimsSchema: ClaimsSchema<Claims> },
): CognitoVerifier<Claims>;
export function createCognitoVerifier(
  pool: CognitoPool | readonly CognitoPool[],
  options?: CognitoVerifierOptions,
): CognitoVerifier;

/* eslint-disable @typescript-eslint/unified-signatures -- said above */
export function createCognitoVerifier<Claims>(
  finder: CognitoPoolFinder,
  options: CognitoVerifierOptions<Claims> & { readonly claimsSchema: ClaimsSchema<Claims> },
): CognitoVerifier<Claims>;
export function createCognitoVerifier(finder: CognitoPoolFinder, options?: CognitoVerifierOptions): CognitoVerifier;
/* eslint-enable @typescript-eslint/unified-signatures */
export function createCognitoVerifier(
  pool: CognitoPool | readonly CognitoPool[] | CognitoPoolFinder,
  options: CognitoVerifierOptions = {},
): CognitoVerifier {
  return createVerifier(pool, options, () => performance.now());
}

/**
 * `createCognitoVerifier` with the clock by which keys age, in milliseconds, for tests that cannot wait.
 *
 * @internal
 */
export function createVerifier(pool: unknown, options: unknown, monotonic: () => number): CognitoVerifier {
  const pools = readPoolSource(pool);
  const resolved = readOptions(options);
  const emitter = createEmitter(resolved.onEvent);
  const origin: AuthServices = {
    clock: safeWall(resolved.clock),
    graceSeconds: 0,
    emit: emitter.emit,
    poolName: undefined,
  };
  const tokens = createTokenCheck(pools, resolved, { emitter, monotonic });

  // One object each: nothing in it depends on the request, so decisions about it are made once.
  const anonymous = createAnonymousAuth(origin);
  const rejected = {
    expired: createRejectedAuth('expired', origin),
    malformed: createRejectedAuth('malformed', origin),
    invalid: createRejectedAuth('invalid', origin),
    revoked: createRejectedAuth('revoked', origin),
  };

  const verifier: CognitoVerifier = {
    async verify(token) {
      const checked = tokens.check(token);
      const outcome = checked instanceof Promise ? await checked : checked;
      if (outcome.status === 'authenticated') return outcome;
      if (outcome.status === 'unavailable') throw outcome.error;
      // The caller is the server's own code: to know what it passes helps more than what is wrong with it as a token.
      const misuse = outcome.reason === 'malformed' ? describeMisuse(token) : undefined;
      if (misuse === undefined) throw outcome.toError();
      throw new TokenRejectedError('malformed', { cause: new Error(misuse, { cause: outcome.cause }) });
    },
    async authenticate(token) {
      if (token === undefined) return anonymous;
      const checked = tokens.check(token);
      const outcome = checked instanceof Promise ? await checked : checked;
      if (outcome.status === 'authenticated') return outcome;
      if (outcome.status === 'refused') return rejected[outcome.reason];
      return createRejectedAuth(outcome.error.reason, origin, outcome.error);
    },
    hydrate: () => tokens.hydrate(),
    async close() {
      tokens.close();
    },
  };
  const recheckSeconds = (resolved.isRevoked ?? pools.finder) && RECHECK_SECONDS;
  internals.set(verifier, {
    origin,
    emitter,
    recheckSeconds,
    warnings: pools.configured.flatMap((each) => each.warnings),
    poolNames: pools.finder ? undefined : pools.configured.map(({ name }) => name),
    issuers: pools.finder ? undefined : pools.configured.flatMap(({ issuers: [first] }) => first?.issuer ?? []),
    hydrate: (onOutage) => tokens.hydrate(onOutage),
  });
  return Object.freeze(verifier);
}
