/** Why a token is not accepted: the one place that turns what went wrong, and whatever a library threw, into a reason. */
import { JwtExpiredError, JwtParseError } from 'aws-jwt-verify/error';
import { KeysUnavailableError, TokenRejectedError } from '../errors.js';

/** Not a token of this kind at all: size, encoding, JSON, header, or claims of the wrong type. `detail` is for the log. */
export function malformed(detail: string): TokenRejectedError {
  return new TokenRejectedError('malformed', { cause: new Error(detail) });
}

/** A token, but not one for us, or not one that Cognito made. `detail` is for the log. */
export function invalid(detail: string): TokenRejectedError {
  return new TokenRejectedError('invalid', { cause: new Error(detail) });
}

/** `exp` and the grace after it have passed. */
export function expired(): TokenRejectedError {
  return new TokenRejectedError('expired', { cause: new Error('The time of `exp` has passed.') });
}

/** Revoked, or there is no telling: `cause` is then what went wrong in asking. */
export function revoked(cause: unknown): TokenRejectedError {
  return new TokenRejectedError('revoked', { cause });
}

/**
 * Whatever was thrown on the way from a token to its claims, as one of the two errors that may come out.
 *
 * The errors of `aws-jwt-verify` all have the name `Error`, so `instanceof` alone tells them apart. What it throws that
 * is not listed (wrong signature, wrong client, a `ParameterValidationError`, a `RangeError` from a date) and any other
 * surprise means that nobody vouched for the token: it is `invalid`.
 */
export function toRejection(error: unknown): TokenRejectedError | KeysUnavailableError {
  if (error instanceof TokenRejectedError || error instanceof KeysUnavailableError) return error;
  if (error instanceof JwtParseError) return new TokenRejectedError('malformed', { cause: error });
  if (error instanceof JwtExpiredError) return new TokenRejectedError('expired', { cause: error });
  return new TokenRejectedError('invalid', { cause: error });
}
