/** The verifier: from a token to the `Auth` of whoever sent it. */
import { createAnonymousAuth, createRejectedAuth } from '../auth.js';
import type { Auth, AuthenticatedAuth, AuthOrigin } from '../auth.js';
import { AuthConfigurationError, TokenRejectedError } from '../errors.js';
import { createEmitter } from '../events.js';
import { describeMisuse } from './misused-token.js';
import { createTokenCheck } from './token-check.js';
import { readOptions } from './options.js';
import type { CognitoVerifierOptions } from './options.js';
import { readPools } from './pool.js';
import type { CognitoPool } from './pool.js';

export type { CognitoVerifierOptions, KeyOptions, Revocation } from './options.js';
export type { CognitoPool } from './pool.js';
export type { JsonWebKey, JsonWebKeySet } from './key-set.js';

/** Verifies the tokens of one or several user pools, with their public keys, locally. */
export interface CognitoVerifier {
  /**
   * The `Auth` of a token. A token seen before gives the same object.
   *
   * @param token The token alone, without `Bearer`.
   * @throws {TokenRejectedError} when the token is not accepted; `reason` says why. For what is no token at all, such as a
   *   whole header, `cause` says what to pass.
   * @throws {KeysUnavailableError} when the public keys cannot be had, so that nobody can tell.
   */
  verify(token: string): Promise<AuthenticatedAuth>;
  /**
   * The `Auth` of whoever sent this token, or none: `anonymous` for undefined, `rejected` for a token that is not
   * accepted.
   *
   * @throws {KeysUnavailableError} when the public keys cannot be had: that is not the client's fault.
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

const origins = new WeakMap<object, AuthOrigin>();

/**
 * What the verifier lends to an `Auth` that others make on its behalf.
 *
 * @internal
 * @throws {AuthConfigurationError} when `createCognitoVerifier` did not make it.
 */
export function verifierOrigin(verifier: CognitoVerifier): AuthOrigin {
  const candidate: unknown = verifier;
  const origin = typeof candidate === 'object' && candidate !== null ? origins.get(candidate) : undefined;
  if (origin === undefined) {
    throw new AuthConfigurationError(
      'The verifier must be one that createCognitoVerifier() returned, itself and not a copy. ' +
        'Write: const verifier = createCognitoVerifier({ userPoolId, clientId }), and pass it as `verifier`.',
    );
  }
  return origin;
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
  const emit = createEmitter(resolved.onEvent);
  const origin: AuthOrigin = { clock: resolved.clock, graceSeconds: 0, emit };
  const tokens = createTokenCheck(pools, resolved, { emit, monotonic });

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
      return outcome.status === 'authenticated' ? outcome : rejected[outcome.reason];
    },
    hydrate: () => tokens.hydrate(),
    async close() {
      tokens.close();
    },
  };
  origins.set(verifier, origin);
  return Object.freeze(verifier);
}
