/** From a request to the `Auth` of its caller: what the context builder, `authOf` and WebSocket connections share. */
import { createRejectedAuth } from '../auth.js';
import type { Auth, AuthServices } from '../auth.js';
import { AuthConfigurationError, TokenRejectedError } from '../errors.js';
import { asError, describe, readFunction } from '../settings.js';
import { isOtherScheme } from '../token/credential.js';
import { bearerToken } from '../token/source.js';
import type { TokenRequest, TokenSource } from '../token/source.js';

/** @throws {AuthConfigurationError} when the option is neither undefined nor a function. */
export function readTokenSource(called: string, value: unknown): TokenSource {
  return readFunction<TokenSource>(`${called}: options.tokenSource`, value, 'such as bearerToken()', bearerToken());
}

/** @throws {AuthConfigurationError} when `extend` is neither undefined nor a function. */
export function assertExtend(called: string, extend: unknown): void {
  readFunction<unknown>(`${called}: extend`, extend, 'such as (auth) => ({ … })', undefined);
}

/**
 * @throws {TokenRejectedError} when the credentials are not exactly one token.
 * @throws {AuthConfigurationError} for what a custom token source must not return, such as a promise.
 */
export function findToken(tokenSource: TokenSource, request: TokenRequest): string | undefined {
  const token: unknown = tokenSource(request);
  if (token === undefined || typeof token === 'string') return token;
  // An `async` source may fail later, and an unhandled rejection ends the process.
  if (token instanceof Promise) token.catch(() => {});
  throw new AuthConfigurationError(
    `Expected \`tokenSource\` to return a string or undefined, got ${describe(token)}. ` +
      "Write a function that is not async: (request) => request.header('x-token')[0].",
  );
}

/**
 * The `Auth` of a caller whose credentials a token source refused.
 *
 * @param origin The services of the verifier.
 * @throws the error, when it is not the client's fault.
 */
export function toRejectedAuth(error: unknown, origin: AuthServices): Auth {
  if (!(error instanceof TokenRejectedError)) throw isOfAnotherCopy(error) ? otherCopy(error) : error;
  origin.emit({ type: 'token.rejected', reason: error.reason, cause: error.cause, durationMs: 0 });
  return createRejectedAuth(error.reason, origin, undefined, !isOtherScheme(error));
}

/** Whether a token source of another copy of this package threw it. That is a fault of the server, not of the client. */
function isOfAnotherCopy(error: unknown): boolean {
  return asError(error).name === 'TokenRejectedError';
}

function otherCopy(cause: unknown): AuthConfigurationError {
  return new AuthConfigurationError(
    'Expected `tokenSource` to throw the TokenRejectedError of this copy of apollo-cognito-auth, got that of another copy. ' +
      '`npm ls apollo-cognito-auth` shows the copies: install one version for all.',
    { cause },
  );
}
