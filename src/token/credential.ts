/** What token sources share: their view of a request, how they refuse it, and the characters of HTTP. */
import { AuthConfigurationError } from '../errors.js';
import type { TokenRejectedError } from '../errors.js';
import { once } from '../once.js';
import { describe } from '../settings.js';
import { refusal } from './rejection.js';

/**
 * A request as a token source sees it.
 *
 * @example
 * const [value, ...others] = request.header('x-id-token');
 */
export interface TokenRequest {
  /**
   * Every value of a header, by its name in any case: one element for each time that the request has it, so that a
   * credential sent twice shows.
   */
  header(name: string): readonly string[];
}

/**
 * Returns the token of a request; undefined when the request has no credentials. The response names the headers that it
 * reads in `Vary`.
 *
 * @throws {TokenRejectedError} for the reason `malformed`, when the credentials are not exactly one token.
 * @example
 * const tokenSource: TokenSource = (request) => {
 *   const [token, ...others] = request.header('x-token');
 *   if (others.length > 0) throw new TokenRejectedError('malformed');
 *   return token;
 * };
 */
export type TokenSource = (request: TokenRequest) => string | undefined;

/**
 * The error for credentials that are not exactly one token.
 *
 * @param detail A constant sentence for the log. It holds nothing of the request.
 * @internal
 */
export function malformed(detail: string): TokenRejectedError {
  return refusal('malformed', detail).toError();
}

const withoutToken = once('rejections of other schemes', () => new WeakSet<TokenRejectedError>());

/**
 * The error for credentials without a bearer token, good or bad.
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
 * The headers that a source of this package reads; undefined for any other source.
 *
 * @internal
 */
export function headersOf(source: TokenSource): readonly string[] | undefined {
  return headersRead.get(source);
}

/** How a cookie counts in a request that is not one of HTTP, such as the opening of a WebSocket connection. */
interface CookieRule {
  /** The values of the header `cookie`. */
  values(): readonly string[];
  /** @throws {TokenRejectedError} `malformed`, when another site may have made the browser send the cookie. */
  assertAllowed(): void;
}

const cookieRules = once('cookie rules', () => new WeakMap<TokenRequest, CookieRule>());

/** @internal */
export function setCookieRule(request: TokenRequest, rule: CookieRule): void {
  cookieRules.set(request, rule);
}

/** @internal */
export function cookieRuleOf(request: TokenRequest): CookieRule | undefined {
  return cookieRules.get(request);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/**
 * RFC 9110, section 5.6.3: the white space around a value is SP and HTAB. `trim` also removes U+00A0 and others, which are
 * part of a value: a browser lets a page set a cookie named U+00A0 and `__Host-token`, without the rules of `__Host-`.
 *
 * @internal
 */
export function stripBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  // Outside of the text, `charCodeAt` gives NaN, which is no blank.
  while (isBlank(text.charCodeAt(start))) start += 1;
  while (isBlank(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

// The characters of a header's name (RFC 9110, section 5.6.2), and of a cookie's (RFC 6265, section 4.1.1).
const HTTP_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** @internal */
export function isHttpName(name: unknown): name is string {
  return typeof name === 'string' && HTTP_NAME.test(name);
}

/** @internal */
export function assertHttpName(factory: string, name: unknown, example: string): asserts name is string {
  if (isHttpName(name)) return;
  throw new AuthConfigurationError(
    `Expected \`name\` of ${factory}() to be a name in HTTP, got ${describe(name)}` +
      `${typeof name === 'string' && name.trim() !== '' ? ' with other characters' : ''}. Write: ${factory}('${example}').`,
  );
}
