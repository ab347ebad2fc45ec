/** The verifier: from a token to the `Auth` of its bearer. */
import { createAnonymousAuth, createRejectedAuth } from '../auth.js';
import type { Auth, AuthenticatedAuth, AuthServices } from '../auth.js';
import { AuthConfigurationError, TokenRejectedError } from '../errors.js';
import { createEmitter } from '../events.js';
import { once } from '../once.js';
import { describeMisuse } from './misused-token.js';
import type { Emitter } from '../events.js';
import { createTokenCheck } from './verification.js';
import { readOptions } from './verifier-options.js';
import type { CognitoVerifierOptions } from './verifier-options.js';
import { readPools } from './pool.js';
import type { CognitoPool } from './pool.js';

export type { CognitoVerifierOptions, KeyOptions, Revocation } from './verifier-options.js';
export type { CognitoPool } from './pool.js';
export type { JsonWebKey, JsonWebKeySet } from './keys/key-set.js';

/** Verifies the tokens of one or several user pools, with their public keys, locally. */
export interface CognitoVerifier {
  /**
   * The `Auth` of a token. A token seen before gives the same object.
   *
   * @param token The token alone, without `Bearer`.
   * @throws {TokenRejectedError} when the token is not accepted; `reason` says why. For what is no token at all, such as a
   *   whole header, `cause` says what to pass.
   * @throws {KeysUnavailableError} when the token could not be verified, because the public keys are unavailable.
   * @throws {RevocationUnavailableError} when `revocation` threw, gave no boolean, or did not answer within 5 s.
   */
  verify(token: string): Promise<AuthenticatedAuth>;
  /**
   * The `Auth` of a caller who sent this token, or none: `anonymous` for undefined, `rejected` for a token that is not
   * accepted. Never rejects for what a client, a key endpoint or a revocation store does: a token that could not be checked
   * is `rejected` too, with the reason `keys-unavailable` or `revocation-unavailable`, which is not the client's fault.
   */
  authenticate(token: string | undefined): Promise<Auth>;
  /**
   * Fetches the keys of all pools, so that the first request need not wait for them. Keys that are there and young are
   * not fetched again. A pool counts as served when the keys of one of its issuers came.
   *
   * @throws {KeysUnavailableError} when those of a pool cannot be had; those of the others are kept.
   */
  hydrate(): Promise<void>;
  /** Ends fetches in flight and forgets fetched keys and verified tokens. A later call starts afresh. */
  close(): Promise<void>;
}

/** What a verifier shows to this package alone. */
interface Inside {
  readonly origin: AuthServices;
  readonly emitter: Emitter;
  /** What to say at each start of a server. */
  readonly warnings: readonly string[];
}

const insides = once('verifiers', () => new WeakMap<object, Inside>());

/**
 * What the verifier lends to an `Auth` that others make on its behalf.
 *
 * @internal
 * @throws {AuthConfigurationError} when `createCognitoVerifier` did not make it.
 */
export function verifierOrigin(verifier: CognitoVerifier): AuthServices {
  return insideOf(verifier).origin;
}

/**
 * @internal
 * @throws {AuthConfigurationError} as above.
 */
export function insideOf(verifier: CognitoVerifier): Inside {
  const candidate: unknown = verifier;
  const inside = typeof candidate === 'object' && candidate !== null ? insides.get(candidate) : undefined;
  if (inside === undefined) {
    throw new AuthConfigurationError(
      isOfAnotherCopy(candidate)
        ? 'The verifier was made by another copy of apollo-cognito-auth. `npm ls apollo-cognito-auth` shows the copies: ' +
            'install one version for all, and import it once.'
        : 'The verifier must be one that createCognitoVerifier() returned, itself and not a copy. ' +
            'Write: const verifier = createCognitoVerifier({ userPoolId, clientId }), and pass it as `verifier`.',
    );
  }
  return inside;
}

/** Whether it is what another copy of this package would return. For a message alone: it is refused all the same. */
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
 * @param pool What is accepted. Several pools are told apart by the exact `iss` of the token; what a token names is never
 *   fetched.
 * @throws {AuthConfigurationError} on anything that is malformed, unknown, empty, given twice or unsafe.
 */
export function createCognitoVerifier(
  pool: CognitoPool | readonly CognitoPool[],
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
  const pools = readPools(pool);
  const resolved = readOptions(options);
  const emitter = createEmitter(resolved.onEvent);
  const origin: AuthServices = { clock: resolved.clock, graceSeconds: 0, emit: emitter.emit };
  const tokens = createTokenCheck(pools, resolved, { emitter, monotonic });

  // One object for each, because nothing in it depends on the request: decisions about it are made once.
  const anonymous = createAnonymousAuth(origin);
  const rejected = {
    expired: createRejectedAuth('expired', origin),
    malformed: createRejectedAuth('malformed', origin),
    invalid: createRejectedAuth('invalid', origin),
    revoked: createRejectedAuth('revoked', origin),
  };

  const verifier: CognitoVerifier = {
    async verify(token) {
      const found = tokens.check(token);
      const outcome = found instanceof Promise ? await found : found;
      if (outcome.status === 'authenticated') return outcome;
      if (outcome.status === 'unavailable') throw outcome.error;
      // The caller is the server's own code: what it passed wrongly says more than what is wrong with a token like that.
      const misuse = outcome.reason === 'malformed' ? describeMisuse(token) : undefined;
      throw new TokenRejectedError(outcome.reason, {
        cause: misuse === undefined ? outcome.cause : new Error(misuse, { cause: outcome.cause }),
      });
    },
    async authenticate(token) {
      if (token === undefined) return anonymous;
      const found = tokens.check(token);
      const outcome = found instanceof Promise ? await found : found;
      if (outcome.status === 'authenticated') return outcome;
      if (outcome.status === 'refused') return rejected[outcome.reason];
      return createRejectedAuth(outcome.error.reason, origin, outcome.error);
    },
    hydrate: () => tokens.hydrate(),
    async close() {
      tokens.close();
    },
  };
  insides.set(verifier, { origin, emitter, warnings: pools.flatMap((each) => each.warnings) });
  return Object.freeze(verifier);
}
