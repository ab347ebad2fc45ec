/** What token sources share: the request that they see, how they refuse it, and the characters of HTTP. */
import { AuthConfigurationError, TokenRejectedError } from '../errors.js';
import { once } from '../once.js';

/** A request as a token source sees it. */
export interface TokenRequest {
  /**
   * Every value that the request has for a header (its name in any case), one element for each time the header was
   * sent: whether a credential was sent twice must be visible here.
   */
  header(name: string): readonly string[];
}

/**
 * Finds the token of a request: the token, or undefined when the request has no credentials. The headers that it asks
 * for are named in `Vary`.
 *
 * @throws {TokenRejectedError} reason `malformed`, when there are credentials that are not exactly one token.
 */
export type TokenSource = (request: TokenRequest) => string | undefined;

/** @internal */
export function malformed(detail: string): TokenRejectedError {
  const cause = new Error(detail);
  ofSources.add(cause);
  return new TokenRejectedError('malformed', { cause });
}

const ofSources = once('sentences of token sources', () => new WeakSet<Error>());

/**
 * Whether the sentence is one of this package's sources: a constant, which may be logged.
 *
 * @internal
 */
export function isOfSource(cause: Error): boolean {
  return ofSources.has(cause);
}

const withoutToken = once('rejections of other schemes', () => new WeakSet<TokenRejectedError>());

/**
 * The rejection of credentials that hold no bearer token, good or bad.
 *
 * @internal
 */
export function otherScheme(detail: string): TokenRejectedError {
  const rejection = malformed(detail);
  withoutToken.add(rejection);
  return rejection;
}

/**
 * Whether the request had credentials of another scheme and no bearer token. RFC 6750, section 3: an "unsupported
 * authentication method" is challenged without an error code.
 *
 * @internal
 */
export function isOtherScheme(rejection: TokenRejectedError): boolean {
  return withoutToken.has(rejection);
}

const headersRead = once('headers of token sources', () => new WeakMap<TokenSource, readonly string[]>());

/** @internal */
export function declareHeaders(source: TokenSource, headers: readonly string[]): TokenSource {
  headersRead.set(source, headers);
  return source;
}

/**
 * The headers in which one of this package's sources looks for a token; undefined for a source of another author.
 *
 * @internal
 */
export function headersOf(source: TokenSource): readonly string[] | undefined {
  return headersRead.get(source);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/**
 * RFC 9110, section 5.6.3: the white space around a value is SP and HTAB. `trim` also takes away U+00A0 and others, which
 * are part of a value: a browser lets a page set a cookie named U+00A0 and `__Host-token`, without the rules of `__Host-`.
 *
 * @internal
 */
export function stripBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start += 1;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

// RFC 9110, section 5.6.2: what a header's name consists of; RFC 6265, section 4.1.1: a cookie's name is the same.
const HTTP_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** @internal */
export function isHttpName(name: unknown): name is string {
  return typeof name === 'string' && HTTP_NAME.test(name);
}

/** @internal */
export function assertHttpName(factory: string, name: unknown): asserts name is string {
  if (!isHttpName(name)) throw new AuthConfigurationError(`${factory}() expects a name such as "x-id-token".`);
}
