/** Why a token is not accepted: the one place that turns what went wrong, and whatever a library threw, into a reason. */
import { isOfSource } from './credential.js';
import {
  CognitoJwtInvalidClientIdError,
  CognitoJwtInvalidTokenUseError,
  JwtExpiredError,
  JwtInvalidClaimError,
  JwtInvalidSignatureError,
  JwtParseError,
} from 'aws-jwt-verify/error';
import { isUnavailable, KeysUnavailableError, TokenRejectedError } from '../errors.js';
import type { AuthUnavailableError, TokenRejectionReason } from '../errors.js';
import { once } from '../once.js';
import { asError } from '../settings.js';

// Each refusal that is known in advance is one error, made once: a stack says nothing about junk, and capturing two of
// them would cost several times what all checks of it do. They stay inside; `verify` throws another one each time.
const known = once('refusals', () => new Map<string, TokenRejectedError>());

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

/** `revocation` said so. */
export function revoked(): TokenRejectedError {
  return refusal('revoked', 'The token was revoked.');
}

/** The outcome for a token that is not accepted: the client's fault. `cause` is for the log. */
export interface Refusal {
  readonly status: 'refused';
  readonly reason: TokenRejectionReason;
  readonly cause: unknown;
}

/** The outcome for a token that could not be checked: the server's fault. */
export interface Unavailable {
  readonly status: 'unavailable';
  readonly error: AuthUnavailableError;
}

const FAULT_RETRY_SECONDS = 30;

/** The reason in what `aws-jwt-verify` says of the token itself. Its errors all have the name `Error`: `instanceof` alone tells. */
function reasonOf(error: Error): TokenRejectionReason | undefined {
  if (error instanceof JwtInvalidSignatureError) return 'invalid';
  if (error instanceof JwtExpiredError) return 'expired';
  if (error instanceof JwtInvalidClaimError) return 'invalid';
  return error instanceof JwtParseError ? 'malformed' : undefined;
}

/** Whether this is how the library refuses a signature. */
export function isSignatureRefusal(error: unknown): boolean {
  return error instanceof JwtInvalidSignatureError;
}

/**
 * Whatever was thrown on the way from a token to its claims, as an outcome.
 *
 * What is neither a refusal of this package nor one of the library's own is a fault of the server (a platform without
 * RSA, a library whose internals differ): to call a good token invalid for it would sign its bearer out.
 */
export function toOutcome(thrown: unknown): Refusal | Unavailable {
  const error = asError(thrown);
  if (error instanceof TokenRejectedError) return { status: 'refused', reason: error.reason, cause: error.cause };
  if (isUnavailable(error)) return { status: 'unavailable', error };
  const reason = reasonOf(error);
  if (reason !== undefined) return { status: 'refused', reason, cause: error };
  return { status: 'unavailable', error: new KeysUnavailableError(FAULT_RETRY_SECONDS, { cause: error }) };
}

/**
 * The cause of a rejection as a constant sentence. The library's own messages, and those of a token source that is not
 * this package's, may have claims in them.
 */
export function describeRejection(cause: unknown): string | undefined {
  if (cause instanceof CognitoJwtInvalidClientIdError) return 'The app client is not one that is configured.';
  if (cause instanceof CognitoJwtInvalidTokenUseError) return 'The kind of token is not the one that is configured.';
  if (cause instanceof JwtInvalidSignatureError) return 'The signature is not one of the key that the token names.';
  if (!(cause instanceof Error)) return undefined;
  return known.get(cause.message)?.cause === cause || isOfSource(cause) ? cause.message : undefined;
}
