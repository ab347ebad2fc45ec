/** The token source that reads a cookie, and refuses it in a request that another site can make a browser send. */
import { AuthConfigurationError } from '../errors.js';
import { describe, readSettings } from '../settings.js';
import { assertHttpName, cookieRuleOf, declareHeaders, isHttpName, malformed, stripBlanks } from './credential.js';
import type { TokenRequest, TokenSource } from './credential.js';

/**
 * Apollo Server's CSRF prevention requires one of these headers in a request that a browser would send without a
 * preflight.
 */
export const PREFLIGHT_HEADERS: readonly string[] = ['x-apollo-operation-name', 'apollo-require-preflight'];

// The content types that a browser sends across origins without a preflight (Fetch standard, "CORS-safelisted
// request-header").
const SIMPLE_CONTENT_TYPES = ['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain'];

/** Whether a browser has asked the server before it sent this request for another site. */
function wasPreflighted(request: TokenRequest, preflightHeaders: readonly string[]): boolean {
  if (preflightHeaders.some((name) => request.header(name).some((value) => value !== ''))) return true;
  const [contentType, ...others] = request.header('content-type');
  if (contentType === undefined || others.length > 0) return false;
  const essence = stripBlanks(contentType.split(';', 1)[0] ?? '').toLowerCase();
  const [type, subtype, ...rest] = essence.split('/');
  // Anything but a type and a subtype is no media type, and a browser can send it without a preflight.
  return isHttpName(type) && isHttpName(subtype) && rest.length === 0 && !SIMPLE_CONTENT_TYPES.includes(essence);
}

/**
 * A token source that reads a cookie (RFC 6265, section 5.4). A cookie sent twice is malformed, because one of the two can
 * be planted.
 *
 * A browser attaches cookies to requests that other sites make. Apollo Server's CSRF prevention, which is on by default,
 * stops these requests before they reach the context. One that arrives here all the same is malformed, so a server without
 * the prevention fails closed. Give the cookie a name with the prefix `__Host-`, and set it with
 * `Secure; HttpOnly; SameSite=Lax`.
 *
 * @param name The name of the cookie.
 * @param options.preflightHeaders The same list as Apollo Server's `csrfPrevention.requestHeaders`. Default: Apollo
 *   Server's default, `x-apollo-operation-name` and `apollo-require-preflight`.
 * @throws {AuthConfigurationError} when the name cannot be one of a cookie, or on an option that is unknown or no list of
 *   headers.
 * @example
 * createAuthContext({ verifier, tokenSource: cookieToken('__Host-token') });
 */
export function cookieToken(
  name: string,
  options: { readonly preflightHeaders?: readonly string[] | undefined } = {},
): TokenSource {
  assertHttpName('cookieToken', name, '__Host-token');
  const settings = readSettings('cookieToken(): options', options, ['preflightHeaders']);
  const preflightHeaders = readPreflightHeaders(settings['preflightHeaders']);
  return declareHeaders(
    (request) => {
      const rule = cookieRuleOf(request);
      const [value, ...others] = readCookies(rule?.values() ?? request.header('cookie'), name);
      if (value === undefined || (value === '' && others.length === 0)) return undefined;
      if (others.length > 0) throw malformed('The request has more than one cookie with the token.');
      if (rule) rule.assertAllowed();
      else if (!wasPreflighted(request, preflightHeaders)) {
        throw malformed(
          'The request has a cookie, and a browser can send it for another site. ' +
            "Keep Apollo Server's csrfPrevention on, and let the client send the header `apollo-require-preflight: true`.",
        );
      }
      return value;
    },
    // The other headers only decide whether a request with the cookie is refused, and no cache stores that response.
    ['cookie'],
  );
}

function readPreflightHeaders(value: unknown): readonly string[] {
  if (value === undefined) return PREFLIGHT_HEADERS;
  const names: readonly unknown[] = Array.isArray(value) ? value : [undefined];
  if (names.every(isHttpName)) return names.map((name) => name.toLowerCase());
  throw new AuthConfigurationError(
    `Expected \`preflightHeaders\` of cookieToken() to be a list of header names, got ${describe(value)}. Write: { preflightHeaders: ['x-my-header'] }.`,
  );
}

// HTTP/2 can split the header into several (RFC 9113, section 8.2.3), which are not several cookies yet.
function readCookies(headers: readonly string[], name: string): readonly string[] {
  const values: string[] = [];
  for (const pair of headers.flatMap((header) => header.split(';'))) {
    const equals = pair.indexOf('=');
    if (equals === -1 || stripBlanks(pair.slice(0, equals)) !== name) continue;
    values.push(unquote(stripBlanks(pair.slice(equals + 1))));
  }
  return values;
}

// RFC 6265, section 4.1.1: a value can stand in double quotes.
function unquote(value: string): string {
  return value.length > 1 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
}
