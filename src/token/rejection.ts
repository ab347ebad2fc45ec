/** Why a token is not accepted: the one place that turns what went wrong, and whatever a library threw, into a reason. */
import { JwtExpiredError, JwtParseError } from 'aws-jwt-verify/error';
import { KeysUnavailableError, TokenRejectedError } from '../errors.js';
import type { TokenRejectionReason } from '../errors.js';

// Each refusal that is known in advance is one error, made once: a stack says nothing about junk, and capturing two of
// them would cost several times what all checks of it do. They stay inside; whoever calls `verify` gets one of his own.
const known = new Map<string, TokenRejectedError>();

function refusal(reason: TokenRejectionReason, detail: string): TokenRejectedError {
  let error = known.get(detail);
  if (error === undefined) {
    error = new TokenRejectedError(reason, { cause: new Error(detail) });
    known.set(detail, error);
  }
  return error;
}

/**
 * Not a token of this kind at all: size, encoding, JSON, header, or claims of the wrong type. `detail` is for the log, and
 * has nothing of the token in it.
 */
export function malformed(detail: string): TokenRejectedError {
  return refusal('malformed', detail);
}

/** A token, but not one for us, or not one that Cognito made. `detail` as above. */
export function invalid(detail: string): TokenRejectedError {
  return refusal('invalid', detail);
}

/** `exp` and the grace after it have passed. */
export function expired(): TokenRejectedError {
  return refusal('expired', 'The time of the claim exp has passed.');
}

/** Revoked, or there is no telling: `cause` is then what went wrong in asking. */
export function revoked(cause: unknown): TokenRejectedError {
  return new TokenRejectedError('revoked', { cause });
}

/** The outcome for a token that is not accepted: the client's fault. `cause` is for the log. */
export interface Refusal {
  readonly status: 'refused';
  readonly reason: TokenRejectionReason;
  readonly cause: unknown;
}

/**
 * Whatever was thrown on the way from a token to its claims, as a reason.
 *
 * The errors of `aws-jwt-verify` all have the name `Error`, so `instanceof` alone tells them apart. What it throws that
 * is not listed (wrong signature, wrong client, a `ParameterValidationError`, a `RangeError` from a date) and any other
 * surprise means that nobody vouched for the token: it is `invalid`.
 *
 * @throws {KeysUnavailableError} when it is that: the server's fault.
 */
export function toRefusal(error: unknown): Refusal {
  if (error instanceof KeysUnavailableError) throw error;
  if (error instanceof TokenRejectedError) return { status: 'refused', reason: error.reason, cause: error.cause };
  if (error instanceof JwtParseError) return { status: 'refused', reason: 'malformed', cause: error };
  if (error instanceof JwtExpiredError) return { status: 'refused', reason: 'expired', cause: error };
  return { status: 'refused', reason: 'invalid', cause: error };
}
