/**
 * What can go wrong, by name: the denials that a client may be told of, the errors that carry them, and the
 * misuse error for the developer. This is the one place that knows codes, reasons and messages; HTTP is the
 * business of `server/challenge.ts`.
 */
import { GraphQLError, responsePathAsArray } from 'graphql';
import type { FieldNode, GraphQLResolveInfo, Source, SourceLocation } from 'graphql';

/** Why a credential was not accepted; the client's fault. RFC 6750, section 3.1 calls all of them `invalid_token`. */
export type TokenRejectionReason = 'expired' | 'malformed' | 'invalid' | 'revoked';

/** Why a token could not be checked at all: the server's fault, worth trying again. */
export type UnavailableReason = 'keys-unavailable' | 'revocation-unavailable';

/** Why a request has credentials and yet no claims: the client's fault, or the server's when they cannot be checked. */
export type RejectionReason = TokenRejectionReason | UnavailableReason;

/** Why a verified token is not enough. */
export type ForbiddenReason = 'group' | 'token-use' | 'scope' | 'policy';

/** `extensions.reason` of an answer. */
export type DenialReason = 'missing' | RejectionReason | ForbiddenReason;

/** `extensions.code` of an answer. */
export type AuthErrorCode = 'UNAUTHENTICATED' | 'FORBIDDEN' | 'AUTH_UNAVAILABLE' | 'INTERNAL_SERVER_ERROR';

/**
 * A refusal, as a constant: nothing of the request is in it, so nothing of the request can leak through it.
 * Only `INTERNAL_SERVER_ERROR` (the server is put together wrongly) has no reason.
 */
export interface Denial {
  readonly code: AuthErrorCode;
  readonly reason: DenialReason | undefined;
  readonly message: string;
}

function denial(code: AuthErrorCode, reason: DenialReason | undefined, message: string): Denial {
  return Object.freeze({ code, reason, message });
}

/** Every denial there is, by its reason; `misconfigured` is the one without. */
export const denials = Object.freeze({
  missing: denial('UNAUTHENTICATED', 'missing', 'Authentication is required.'),
  expired: denial('UNAUTHENTICATED', 'expired', 'The token has expired.'),
  malformed: denial('UNAUTHENTICATED', 'malformed', 'The credentials are malformed.'),
  invalid: denial('UNAUTHENTICATED', 'invalid', 'The token is not valid.'),
  revoked: denial('UNAUTHENTICATED', 'revoked', 'The token has been revoked.'),
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
 * A token that is not accepted. Nothing of the token is in it, except that `cause` may hold what a library said, for
 * the log alone.
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

/** A token that could not be checked: the server's fault, worth trying again. */
abstract class UnavailableError extends Error {
  readonly code = 'AUTH_UNAVAILABLE';
  abstract readonly reason: UnavailableReason;
  /** Whole seconds until another try makes sense, at least 1: the value of `Retry-After` (RFC 9110, section 10.2.3). */
  readonly retryAfterSeconds: number;

  constructor(reason: UnavailableReason, retryAfterSeconds: number, options?: { readonly cause?: unknown }) {
    super(denials[reason].message, options);
    this.retryAfterSeconds = Math.max(1, Math.ceil(retryAfterSeconds));
  }
}

/** The token could not be verified: its pool's public keys are unavailable, or the cryptography failed. `cause` says why. */
export class KeysUnavailableError extends UnavailableError {
  override readonly name = 'KeysUnavailableError';
  readonly reason = 'keys-unavailable';

  constructor(retryAfterSeconds: number, options?: { readonly cause?: unknown }) {
    super('keys-unavailable', retryAfterSeconds, options);
  }
}

/** The `revocation` check threw, gave no boolean, or did not answer in time. `cause` says which. */
export class RevocationUnavailableError extends UnavailableError {
  override readonly name = 'RevocationUnavailableError';
  readonly reason = 'revocation-unavailable';

  constructor(retryAfterSeconds: number, options?: { readonly cause?: unknown }) {
    super('revocation-unavailable', retryAfterSeconds, options);
  }
}

/** Either of the two: why a token could not be checked. */
export type AuthUnavailableError = KeysUnavailableError | RevocationUnavailableError;

export function isUnavailable(error: unknown): error is AuthUnavailableError {
  return error instanceof KeysUnavailableError || error instanceof RevocationUnavailableError;
}

/** From the first failure of a key endpoint to its next success. Its identity tells one outage from the next. */
export interface KeyOutage {
  readonly userPoolId: string;
}

// Beside the errors and not in them: an error that is serialised by whoever catches it must not name the pool.
const outages = new WeakMap<KeysUnavailableError, KeyOutage>();

/** Notes which outage an error is part of, for the log. */
export function withOutage(error: KeysUnavailableError, outage: KeyOutage | undefined): KeysUnavailableError {
  if (outage !== undefined) outages.set(error, outage);
  return error;
}

/** Undefined when no endpoint has failed: the error is then about one token, such as one of a flood of unknown keys. */
export function outageOf(error: KeysUnavailableError): KeyOutage | undefined {
  return outages.get(error);
}

/** The package is used wrongly. The message says what was expected, what was found and what to write instead. */
export class AuthConfigurationError extends Error {
  override readonly name = 'AuthConfigurationError';
  readonly code = 'ERR_AUTH_CONFIGURATION';
}

/** What a client reads in `extensions` of a denial. A new object each time, because hooks like to add to it. */
export function denialExtensions(denial: Denial): { code: AuthErrorCode; reason?: DenialReason } {
  return denial.reason === undefined ? { code: denial.code } : { code: denial.code, reason: denial.reason };
}

// graphql-js' `getLocation` reads the document from its beginning for each node: a document of nothing but denied
// selections would cost its length squared.
const lineStartsOf = new WeakMap<Source, readonly number[]>();

function lineStarts(source: Source): readonly number[] {
  let starts = lineStartsOf.get(source);
  if (starts === undefined) {
    // GraphQL specification, section 2.1.2: what ends a line.
    starts = [0, ...[...source.body.matchAll(/\r\n|[\n\r]/g)].map((end) => end.index + end[0].length)];
    lineStartsOf.set(source, starts);
  }
  return starts;
}

function locateInSource(source: Source, position: number): SourceLocation {
  const starts = lineStarts(source);
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= position) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: position - (starts[low] ?? 0) + 1 };
}

// A short document can mention a field thousands of times, and each row of a list repeats them all.
const MOST_LOCATIONS = 10;

function locate(nodes: readonly FieldNode[]): readonly SourceLocation[] {
  const locations: SourceLocation[] = [];
  for (let index = 0; index < nodes.length && index < MOST_LOCATIONS; index += 1) {
    const loc = nodes[index]?.loc;
    if (loc) locations.push(locateInSource(loc.source, loc.start));
  }
  return locations;
}

/** Where a denial belongs in the request's document and in the response. */
interface DenialPlace {
  readonly nodes: readonly FieldNode[];
  readonly path: readonly (string | number)[];
}

// A GraphQLError by its prototype, without the constructor: a stack says nothing about a denial, and capturing one is
// nearly all that a GraphQLError costs, which would make a thousand denied rows the cheap way to hurt a server.
function GraphQLErrorWithoutStack(): void {}
GraphQLErrorWithoutStack.prototype = GraphQLError.prototype;

// A function can be called with `new`; the compiler knows that of classes alone.
const Base = GraphQLErrorWithoutStack as unknown as new () => object;

/**
 * A denial as graphql-js and Apollo Server read it. What can be enumerated is what a `GraphQLError` shows: a `formatError`
 * that spreads the error must not send the document or a cause to the client.
 */
class DenialError extends Base {
  readonly message: string;
  readonly path: readonly (string | number)[] | undefined;
  readonly locations: readonly SourceLocation[] | undefined;
  readonly extensions: ReturnType<typeof denialExtensions>;
  #nodes: unknown;

  constructor(denial: Denial, place: DenialPlace | undefined, cause: Error | undefined) {
    super();
    this.message = denial.message;
    this.path = place?.path;
    this.locations = place && locate(place.nodes);
    this.extensions = denialExtensions(denial);
    this.#nodes = place?.nodes;
    if (cause !== undefined) hide(this, 'originalError', cause);
  }

  get nodes(): unknown {
    return this.#nodes;
  }

  // As in a GraphQLError: hooks of others may set it.
  set nodes(nodes: unknown) {
    this.#nodes = nodes;
  }
}

function hide(error: object, name: string, value: unknown): void {
  Object.defineProperty(error, name, { value, writable: true, configurable: true });
}

Object.defineProperties(DenialError.prototype, {
  constructor: { value: GraphQLError },
  name: { value: 'GraphQLError', writable: true },
  source: { value: undefined, writable: true },
  positions: { value: undefined, writable: true },
  originalError: { value: undefined, writable: true },
  // One constant line: a `formatError` may take it apart.
  stack: { value: 'GraphQLError: The stack of a denial is not captured.', writable: true },
});

/**
 * The denial as an error without a stack. With a place it is located already: graphql-js passes an error that has a
 * `path` through as it is (`locatedError`), so that neither it nor Apollo builds another.
 */
export function createLocatedDenialError(denial: Denial, place: DenialPlace | undefined, cause?: Error): GraphQLError {
  // Every property that graphql-js and Apollo read of a GraphQLError is there.
  return new DenialError(denial, place, cause) as unknown as GraphQLError;
}

/**
 * The denial as an error to throw where graphql-js adds the path: in a resolver, a data source, the context function.
 * Without a stack too: Apollo Server shows stacks outside production, and that of the cause may say anything.
 */
export function createDenialError(denial: Denial, cause?: unknown): GraphQLError {
  return createLocatedDenialError(denial, undefined, cause instanceof Error ? cause : undefined);
}

/**
 * The denial as the error of one field. Not for `resolveType`, where graphql-js adds the index of the list item to the
 * path itself: that takes `createDenialError`.
 */
export function createFieldDenialError(
  denial: Denial,
  info: Pick<GraphQLResolveInfo, 'fieldNodes' | 'path'>,
  cause?: Error,
): GraphQLError {
  return createLocatedDenialError(denial, { nodes: info.fieldNodes, path: responsePathAsArray(info.path) }, cause);
}
