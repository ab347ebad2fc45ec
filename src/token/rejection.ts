/** Why a token is not accepted: refusals as values, and the one place that maps what a library throws to them. */
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

/** A token that is not accepted, or a request whose credentials are not one token: the client's fault. */
export class Refusal {
  readonly status = 'refused';
  readonly reason: TokenRejectionReason;
  /** For the log. */
  readonly cause: unknown;

  constructor(reason: TokenRejectionReason, cause: unknown) {
    this.reason = reason;
    this.cause = cause;
  }

  /** The refusal as an error, for callers that expect one. */
  toError(): TokenRejectedError {
    return new TokenRejectedError(this.reason, { cause: this.cause });
  }
}

/** A token that cannot be checked: the server's fault. */
export interface Unavailable {
  readonly status: 'unavailable';
  readonly error: AuthUnavailableError;
}

// Constant sentences of this package, which can be logged.
const sentences = once('sentences of refusals', () => new WeakSet<Error>());

/**
 * A refusal that is known in advance. Each of a token is made once, because to capture a stack costs several times what
 * all checks of a malformed token do.
 *
 * @param detail A constant sentence for the log. It holds nothing of the token.
 */
export function refusal(reason: TokenRejectionReason, detail: string): Refusal {
  const cause = new Error(detail);
  sentences.add(cause);
  return new Refusal(reason, cause);
}

/** `exp` and the grace after it have passed. */
export const EXPIRED = refusal('expired', 'The exp claim is in the past.');

/**
 * The refusal that an error of `aws-jwt-verify` stands for; undefined when it says nothing about the token. All its errors
 * have the name `Error`, so only `instanceof` tells them apart.
 */
export function refusalBy(thrown: unknown): Refusal | undefined {
  const error = asError(thrown);
  if (error instanceof JwtExpiredError) return new Refusal('expired', error);
  if (error instanceof JwtInvalidSignatureError || error instanceof JwtInvalidClaimError) {
    return new Refusal('invalid', error);
  }
  return error instanceof JwtParseError ? new Refusal('malformed', error) : undefined;
}

/** Whether this is how the library refuses a signature. */
export function isSignatureRefusal({ cause }: Refusal): boolean {
  return cause instanceof JwtInvalidSignatureError;
}

const FAULT_RETRY_SECONDS = 30;

/**
 * What a check throws is a fault of the server (keys that cannot be fetched, a platform without RSA, a library with other
 * internals). To call a good token invalid for it would sign its bearer out.
 */
export function unavailableBy(thrown: unknown): Unavailable {
  const cause = asError(thrown);
  const error = isUnavailable(cause) ? cause : new KeysUnavailableError(FAULT_RETRY_SECONDS, { cause });
  return { status: 'unavailable', error };
}

/**
 * The cause of a rejection as a constant sentence; undefined when there is none. The messages of the library, and of a
 * token source that is not this package's, can hold claims.
 */
export function describeRejection(cause: unknown): string | undefined {
  if (cause instanceof CognitoJwtInvalidClientIdError) return 'The app client is not a configured one.';
  if (cause instanceof CognitoJwtInvalidTokenUseError) return 'The token_use claim is not the configured one.';
  if (cause instanceof JwtInvalidSignatureError) return 'The signature does not match the key that kid names.';
  return cause instanceof Error && sentences.has(cause) ? cause.message : undefined;
}
