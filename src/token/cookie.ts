/** The token source that reads a cookie, and only of a request that another site cannot make a browser send. */
import { AuthConfigurationError } from '../errors.js';
import { describe, readSettings } from '../settings.js';
import { assertHttpName, declareHeaders, isHttpName, malformed, stripBlanks } from './credential.js';
import type { TokenRequest, TokenSource } from './credential.js';

/**
 * The headers of which Apollo Server's CSRF prevention asks for one, in a request that a browser would send without
 * asking first ("preflight").
 */
const PREFLIGHT_HEADERS = ['x-apollo-operation-name', 'apollo-require-preflight'];

// The content types that a browser sends across origins without a preflight (Fetch standard, "CORS-safelisted
// request-header").
const SIMPLE_CONTENT_TYPES = ['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain'];

function wasPreflighted(request: TokenRequest, preflightHeaders: readonly string[]): boolean {
  if (preflightHeaders.some((name) => request.header(name).some((value) => value !== ''))) return true;
  const [contentType, ...others] = request.header('content-type');
  if (contentType === undefined || others.length > 0) return false;
  const essence = stripBlanks(contentType.split(';', 1)[0] ?? '').toLowerCase();
  const [type, subtype, ...rest] = essence.split('/');
  // Without a type and a subtype it is no media type, and a browser may send it as it likes.
  return isHttpName(type) && isHttpName(subtype) && rest.length === 0 && !SIMPLE_CONTENT_TYPES.includes(essence);
}

/**
 * The value of a cookie (RFC 6265, section 5.4). A cookie that comes twice is malformed: one of them may be planted.
 *
 * A browser attaches cookies to requests that other sites make. Apollo Server's CSRF prevention (on by default) stops
 * those before they reach the context; a request that it would have stopped and that arrives here all the same is
 * malformed. So a server on which the prevention is off fails closed instead of acting for another site. Name the
 * cookie with the prefix `__Host-` and set it `Secure; HttpOnly; SameSite=Lax`.
 *
 * @param options.preflightHeaders The same list as Apollo Server's `csrfPrevention.requestHeaders`. Default: Apollo
 *   Server's default, `x-apollo-operation-name` and `apollo-require-preflight`.
 * @throws {AuthConfigurationError} when the name is not a cookie's, or on an option that is unknown or no list of headers.
 */
export function cookieToken(
  name: string,
  options: { readonly preflightHeaders?: readonly string[] } = {},
): TokenSource {
  assertHttpName('cookieToken', name);
  const settings = readSettings('cookieToken(): options', options, ['preflightHeaders']);
  const preflightHeaders = readPreflightHeaders(settings['preflightHeaders']);
  return declareHeaders(
    (request) => {
      const [value, ...others] = readCookies(request, name);
      if (value === undefined || (value === '' && others.length === 0)) return undefined;
      if (others.length > 0) throw malformed('The request has the cookie of the token more than once.');
      if (!wasPreflighted(request, preflightHeaders)) {
        throw malformed(
          'A cookie came with a request that a browser may send for another site. ' +
            "Keep Apollo Server's csrfPrevention on and let the client send the header `apollo-require-preflight: true`.",
        );
      }
      return value;
    },
    // What else it reads decides only whether a request with the cookie is refused, and such an answer is not stored.
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

// HTTP/2 may split the header into several (RFC 9113, section 8.2.3), so several headers are not yet several cookies.
function readCookies(request: TokenRequest, name: string): readonly string[] {
  const values: string[] = [];
  for (const pair of request.header('cookie').flatMap((header) => header.split(';'))) {
    const equals = pair.indexOf('=');
    if (equals === -1 || stripBlanks(pair.slice(0, equals)) !== name) continue;
    values.push(unquote(stripBlanks(pair.slice(equals + 1))));
  }
  return values;
}

// RFC 6265, section 4.1.1: a value may stand in double quotes.
function unquote(value: string): string {
  return value.length > 1 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
}
