/** A verifier and a token source: what it takes to authenticate a request. */
import type { TokenSource } from '../token/source.js';
import type { CognitoVerifier } from '../token/verifier.js';

/**
 * Options of `createAuthContext()` and `authOf()`.
 *
 * @example
 * const options: AuthContextOptions = { verifier, tokenSource: cookieToken('session') };
 */
export interface AuthContextOptions<Claims = unknown> {
  readonly verifier: CognitoVerifier<Claims>;
  /** Finds the token in the request. Default: `bearerToken()`. */
  readonly tokenSource?: TokenSource | undefined;
}
