/**
 * What can go wrong, by name: the denials that a client is told of, the errors that carry them, and the misuse error for the
 * developer. The one place that knows codes, reasons and messages; `server/http-answer.ts` knows HTTP.
 *
 * Codes are upper-case words, as GraphQL servers use them. Those of `AuthErrorCode` reach clients; `AUTH_MISCONFIGURED` is
 * for the developer alone, and reaches clients as `INTERNAL_SERVER_ERROR`.
 */

/**
 * Why a credential was not accepted; the client's fault. RFC 6750, section 3.1 calls all of them `invalid_token`.
 *
 * @example
 * const canRefresh = (reason: TokenRejectionReason) => reason === 'expired';
 */
export type TokenRejectionReason = 'expired' | 'malformed' | 'invalid' | 'revoked';

/**
 * Why a token could not be checked at all: the server's fault, worth trying again.
 *
 * @example
 * const reason: UnavailableReason = 'keys-unavailable';
 */
export type UnavailableReason = 'keys-unavailable' | 'revocation-unavailable';

/**
 * Why a request with credentials has no claims: the client's fault, or the server's when they cannot be checked.
 *
 * @example
 * const auth = await verifier.authenticate(token);
 * const reason: RejectionReason | undefined = auth.status === 'rejected' ? auth.reason : undefined;
 */
export type RejectionReason = TokenRejectionReason | UnavailableReason;

/**
 * Why a verified token is not enough.
 *
 * @example
 * const hints: Partial<Record<ForbiddenReason, string>> = { group: 'Ask an administrator to add you to the group.' };
 */
export type ForbiddenReason = 'pool' | 'token-use' | 'group' | 'scope' | 'policy';

/**
 * `extensions.reason` of an error in a response. `step-up`: the caller has to sign in again, more strongly or just now;
 * `acrValues` and `maxAge` beside it say how (RFC 9470).
 *
 * @example
 * const reason = error.extensions.reason as DenialReason | undefined;
 * if (reason === 'expired') await refreshToken();
 */
export type DenialReason = 'missing' | 'step-up' | RejectionReason | ForbiddenReason;

/**
 * `extensions.code` of an error in a response.
 *
 * @example
 * const code = error.extensions.code as AuthErrorCode;
 * if (code === 'UNAUTHENTICATED') showSignIn();
 */
export type AuthErrorCode = 'UNAUTHENTICATED' | 'FORBIDDEN' | 'AUTH_UNAVAILABLE' | 'INTERNAL_SERVER_ERROR';

/** What rules ask for that another token of the same caller could have: other scopes, or another sign-in. */
export interface Demand {
  /** One scope of each list. */
  readonly scopes: readonly (readonly string[])[];
  /** Authentication levels, of which one is enough; undefined for any. */
  readonly acrValues: readonly string[] | undefined;
  /** Seconds since the sign-in; undefined for any time. */
  readonly maxAge: number | undefined;
}

/**
 * A refusal, as a constant: nothing of the request is in it, so nothing of the request can leak through it.
 * Only `INTERNAL_SERVER_ERROR` (the server is misconfigured) has no reason.
 */
export interface Denial {
  readonly code: AuthErrorCode;
  readonly reason: DenialReason | undefined;
  readonly message: string;
  /** Of the rules that refuse, for the reasons `scope` and `step-up`. */
  readonly demand?: Demand;
}

function denial(code: AuthErrorCode, reason: DenialReason | undefined, message: string): Denial {
  return Object.freeze({ code, reason, message });
}

/** Every denial there is, without demands, by its reason; `misconfigured` is the one without. */
export const denials = Object.freeze({
  missing: denial('UNAUTHENTICATED', 'missing', 'Authentication is required.'),
  expired: denial('UNAUTHENTICATED', 'expired', 'The token has expired.'),
  malformed: denial('UNAUTHENTICATED', 'malformed', 'The credentials are malformed.'),
  invalid: denial('UNAUTHENTICATED', 'invalid', 'The token is not valid.'),
  revoked: denial('UNAUTHENTICATED', 'revoked', 'The token has been revoked.'),
  'step-up': denial('UNAUTHENTICATED', 'step-up', 'A stronger or more recent sign-in is required.'),
  pool: denial('FORBIDDEN', 'pool', 'Access is denied.'),
  group: denial('FORBIDDEN', 'group', 'Access is denied.'),
  'token-use': denial('FORBIDDEN', 'token-use', 'Access is denied.'),
  scope: denial('FORBIDDEN', 'scope', 'Access is denied.'),
  policy: denial('FORBIDDEN', 'policy', 'Access is denied.'),
  'keys-unavailable': denial('AUTH_UNAVAILABLE', 'keys-unavailable', 'Authentication is temporarily unavailable.'),
  'revocation-unavailable': denial(
    'AUTH_UNAVAILABLE',
    'revocation-unavailable',
    'Authentication is temporarily unavailable.',
  ),
  misconfigured: denial('INTERNAL_SERVER_ERROR', undefined, 'Internal server error.'),
});

/**
 * The token is rejected; `reason` says why. It holds nothing of the token, except that `cause` may quote a library, for the
 * log alone.
 *
 * @example
 * try {
 *   const auth = await verifier.verify(token);
 * } catch (error) {
 *   if (error instanceof TokenRejectedError && error.reason === 'expired') return new Response(null, { status: 401 });
 *   throw error;
 * }
 */
export class TokenRejectedError extends Error {
  override readonly name = 'TokenRejectedError';
  readonly code = 'UNAUTHENTICATED';
  readonly reason: TokenRejectionReason;

  constructor(reason: TokenRejectionReason, options?: { readonly cause?: unknown }) {
    super(denials[reason].message, options);
    this.reason = reason;
  }
}

/** The token could not be checked: the server's fault, worth trying again. */
abstract class UnavailableError extends Error {
  readonly code = 'AUTH_UNAVAILABLE';
  abstract readonly reason: UnavailableReason;
  /** Whole seconds until another try makes sense, at least 1: for `Retry-After` (RFC 9110, section 10.2.3). */
  readonly retryAfterSeconds: number;

  constructor(reason: UnavailableReason, retryAfterSeconds: number, options?: { readonly cause?: unknown }) {
    super(denials[reason].message, options);
    this.retryAfterSeconds = Math.max(1, Math.ceil(retryAfterSeconds));
  }
}

/**
 * The token could not be verified: its pool's public keys are unavailable, its pool could not be looked up (`find`), or the
 * cryptography failed. `cause` says why.
 *
 * @example
 * if (error instanceof KeysUnavailableError) {
 *   return new Response(null, { status: 503, headers: { 'retry-after': String(error.retryAfterSeconds) } });
 * }
 */
export class KeysUnavailableError extends UnavailableError {
  override readonly name = 'KeysUnavailableError';
  readonly reason = 'keys-unavailable';

  constructor(retryAfterSeconds: number, options?: { readonly cause?: unknown }) {
    super('keys-unavailable', retryAfterSeconds, options);
  }
}

/**
 * The `revocation` check threw, returned no boolean, or took longer than 5 seconds. `cause` says which.
 *
 * @example
 * if (error instanceof RevocationUnavailableError) {
 *   return new Response(null, { status: 503, headers: { 'retry-after': String(error.retryAfterSeconds) } });
 * }
 */
export class RevocationUnavailableError extends UnavailableError {
  override readonly name = 'RevocationUnavailableError';
  readonly reason = 'revocation-unavailable';

  constructor(retryAfterSeconds: number, options?: { readonly cause?: unknown }) {
    super('revocation-unavailable', retryAfterSeconds, options);
  }
}

/** Either error that says a token could not be checked. */
export type AuthUnavailableError = KeysUnavailableError | RevocationUnavailableError;

export function isUnavailable(error: unknown): error is AuthUnavailableError {
  return error instanceof KeysUnavailableError || error instanceof RevocationUnavailableError;
}

/** The time from a key endpoint's first failure to its next success. Each outage is an object of its own. */
export interface KeyOutage {
  readonly userPoolId: string;
  /** Of a pool with several regions. */
  readonly region?: string | undefined;
}

// Beside the errors and not in them: a serialised error must not name the pool.
const outages = new WeakMap<KeysUnavailableError, KeyOutage>();

/** Notes which outage an error is part of, for the log. */
export function withOutage(error: KeysUnavailableError, outage: KeyOutage | undefined): KeysUnavailableError {
  if (outage !== undefined) outages.set(error, outage);
  return error;
}

/** Undefined when no endpoint has failed: the error is about one token, such as one of a flood with unknown keys. */
export function outageOf(error: KeysUnavailableError): KeyOutage | undefined {
  return outages.get(error);
}

/**
 * The package is misused: a wrong option, or a schema whose rules cannot be enforced. The message says what was expected,
 * what was found and what to write instead.
 *
 * @example
 * try {
 *   authDirectiveTransformer(schema);
 * } catch (error) {
 *   if (error instanceof AuthConfigurationError) for (const problem of error.problems) logger.error(problem);
 *   throw error;
 * }
 */
export class AuthConfigurationError extends Error {
  override readonly name = 'AuthConfigurationError';
  readonly code = 'AUTH_MISCONFIGURED';
  /** What is wrong, a sentence each. The message has them all, a line each. */
  readonly problems: readonly string[];

  constructor(problems: string | readonly string[], options?: { readonly cause?: unknown }) {
    const list = typeof problems === 'string' ? [problems] : [...problems];
    super(list.join('\n'), options);
    this.problems = Object.freeze(list);
  }
}
