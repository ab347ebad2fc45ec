/** Token sources: where in a request the token stands, and that there is exactly one. */
import { AuthConfigurationError, TokenRejectedError } from '../errors.js';

/** A request as a token source sees it. */
export interface TokenRequest {
  /**
   * Every value that the request has for a header (its name in lower case), one element for each time the header was
   * sent: whether a credential was sent twice must be visible here.
   */
  header(name: string): readonly string[];
}

/**
 * Finds the token of a request: the token, or undefined when the request has no credentials.
 *
 * @throws {TokenRejectedError} reason `malformed`, when there are credentials that are not exactly one token.
 */
export type TokenSource = (request: TokenRequest) => string | undefined;

function malformed(detail: string): TokenRejectedError {
  return new TokenRejectedError('malformed', { cause: new Error(detail) });
}

// An empty value is no credential: web clients that are signed out commonly send the header all the same.
function singleValue(request: TokenRequest, name: string): string | undefined {
  const [value, ...others] = request.header(name);
  if (others.length > 0) throw malformed(`The request has more than one "${name}" header.`);
  return value === undefined || value.trim() === '' ? undefined : value.trim();
}

const BEARER = 'bearer';

/**
 * The bearer token of the `authorization` header (RFC 6750, section 2.1): the scheme in any case (RFC 9110, section
 * 11.1), exactly one value. Another scheme, and a header that was sent twice, are malformed; an empty header is no
 * credential.
 *
 * @param options.allowBare Whether a value without a scheme is taken as the token, which is what AWS Amplify sends to
 *   some APIs. Default: false.
 */
export function bearerToken(options: { readonly allowBare?: boolean } = {}): TokenSource {
  const allowBare = options.allowBare === true;
  return (request) => {
    const value = singleValue(request, 'authorization');
    if (value === undefined) return undefined;
    const space = value.indexOf(' ');
    if (space === -1) {
      if (allowBare && value.toLowerCase() !== BEARER) return value;
      throw malformed('The "authorization" header has no scheme.');
    }
    if (space !== BEARER.length || value.slice(0, space).toLowerCase() !== BEARER) {
      throw malformed('The "authorization" header has another scheme than Bearer.');
    }
    return value.slice(space).trimStart();
  };
}

/**
 * The whole value of a header of its own, such as `x-id-token`. A header that was sent twice is malformed; an empty one
 * is no credential.
 *
 * @throws {AuthConfigurationError} when the name is not a header's (RFC 9110, section 5.1).
 */
export function headerToken(name: string): TokenSource {
  assertToken('headerToken', name);
  const header = name.toLowerCase();
  return (request) => singleValue(request, header);
}

/**
 * The headers of which Apollo Server's CSRF prevention asks for one, in a request that a browser would send without
 * asking first ("preflight").
 */
const PREFLIGHT_HEADERS = ['x-apollo-operation-name', 'apollo-require-preflight'];

// The content types that a browser sends across origins without a preflight (Fetch standard, "CORS-safelisted
// request-header").
const SIMPLE_CONTENT_TYPES = ['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain'];

function needsPreflight(request: TokenRequest, preflightHeaders: readonly string[]): boolean {
  if (preflightHeaders.some((name) => request.header(name).some((value) => value !== ''))) return true;
  const [contentType] = request.header('content-type');
  if (contentType === undefined) return false;
  const essence = contentType.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  // Without a type and a subtype it is no media type, and a browser may send it as it likes.
  return /^[^\s/]+\/[^\s/]+$/.test(essence) && !SIMPLE_CONTENT_TYPES.includes(essence);
}

/**
 * The value of a cookie (RFC 6265, section 5.4). A cookie that comes twice is malformed: somebody planted one.
 *
 * A browser attaches cookies to requests that other sites make. Apollo Server's CSRF prevention (on by default) stops
 * those before they reach the context; a request that it would have stopped and that arrives here all the same is
 * malformed. So a server on which the prevention is off fails closed instead of acting for another site. Name the
 * cookie with the prefix `__Host-` and set it `Secure; HttpOnly; SameSite=Lax`.
 *
 * @param options.preflightHeaders The same list as Apollo Server's `csrfPrevention.requestHeaders`. Default: Apollo
 *   Server's default, `x-apollo-operation-name` and `apollo-require-preflight`.
 * @throws {AuthConfigurationError} when the name is not a cookie's.
 */
export function cookieToken(
  name: string,
  options: { readonly preflightHeaders?: readonly string[] } = {},
): TokenSource {
  assertToken('cookieToken', name);
  const preflightHeaders = (options.preflightHeaders ?? PREFLIGHT_HEADERS).map((header) => header.toLowerCase());
  return (request) => {
    const [value, ...others] = readCookies(request, name);
    if (value === undefined || (value === '' && others.length === 0)) return undefined;
    if (others.length > 0) throw malformed('The request has the cookie of the token more than once.');
    if (!needsPreflight(request, preflightHeaders)) {
      throw malformed(
        'A cookie came with a request that a browser may send for another site. ' +
          "Keep Apollo Server's csrfPrevention on and let the client send the header `apollo-require-preflight: true`.",
      );
    }
    return value;
  };
}

// HTTP/2 may split the header into several (RFC 9113, section 8.2.3), so several headers are not yet several cookies.
function readCookies(request: TokenRequest, name: string): readonly string[] {
  return request
    .header('cookie')
    .flatMap((header) => header.split(';'))
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1).replace(/^"(.*)"$/, '$1'));
}

/**
 * The token of the first source that finds one. Every source is asked: two that find different tokens are malformed,
 * because which of two callers this is must not depend on an order.
 *
 * @throws {AuthConfigurationError} without a source.
 */
export function firstToken(...sources: readonly TokenSource[]): TokenSource {
  if (sources.length === 0)
    throw new AuthConfigurationError('firstToken() needs at least one token source: firstToken(bearerToken()).');
  return (request) => {
    const tokens = new Set(sources.map((source) => source(request)).filter((token) => token !== undefined));
    if (tokens.size > 1) throw malformed('The request has different tokens in different places.');
    return tokens.values().next().value;
  };
}

// RFC 9110, section 5.6.2: what a header's name consists of; RFC 6265, section 4.1.1: a cookie's name is the same.
function assertToken(factory: string, name: unknown): void {
  if (typeof name !== 'string' || !/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name)) {
    throw new AuthConfigurationError(`${factory}() expects a name such as "x-id-token".`);
  }
}
