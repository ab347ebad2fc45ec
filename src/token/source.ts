/** Token sources: where in a request the token stands, and that there is exactly one. */
import { AuthConfigurationError, TokenRejectedError } from '../errors.js';
import { describe, readSettings } from '../settings.js';
import {
  assertHttpName,
  declareHeaders,
  headersOf,
  isHttpName,
  isOtherScheme,
  malformed,
  otherScheme,
  stripBlanks,
} from './credential.js';
import type { TokenRequest, TokenSource } from './credential.js';

export { cookieToken } from './cookie.js';
export type { TokenRequest, TokenSource } from './credential.js';

// An empty value is no credential: web clients that are signed out commonly send the header all the same.
function singleValue(request: TokenRequest, name: string): string | undefined {
  const [value, ...others] = request.header(name);
  if (others.length > 0) throw malformed(`The request has more than one "${name}" header.`);
  if (value === undefined) return undefined;
  const stripped = stripBlanks(value);
  return stripped === '' ? undefined : stripped;
}

const BEARER = 'bearer';

/**
 * The bearer token of the `authorization` header (RFC 6750, section 2.1): the scheme in any case (RFC 9110, section
 * 11.1), exactly one value. Another scheme, and a header that was sent twice, are malformed; an empty header is no
 * credential, and neither is `Bearer` with nothing after it.
 *
 * @param options.allowBare Whether a value without a scheme is taken as the token, which is what AWS Amplify sends to
 *   some APIs. Default: false.
 * @throws {AuthConfigurationError} on an unknown option, or one of another type.
 */
export function bearerToken(options: { readonly allowBare?: boolean } = {}): TokenSource {
  const { allowBare = false } = readSettings('bearerToken(): options', options, ['allowBare']);
  if (typeof allowBare !== 'boolean') {
    throw new AuthConfigurationError(
      `Expected \`allowBare\` of bearerToken() to be true or false, got ${describe(allowBare)}. Write: bearerToken({ allowBare: true }).`,
    );
  }
  return declareHeaders(
    (request) => {
      const value = singleValue(request, 'authorization');
      return value === undefined ? undefined : readCredential(value, allowBare);
    },
    ['authorization'],
  );
}

function readCredential(value: string, allowBare: boolean): string | undefined {
  if (value.slice(0, BEARER.length).toLowerCase() === BEARER) {
    if (value.length === BEARER.length) return undefined;
    if (value[BEARER.length] === ' ') return stripBlanks(value.slice(BEARER.length));
    if (!allowBare && !isHttpName(value.charAt(BEARER.length))) {
      throw malformed('The "authorization" header has no space after Bearer.');
    }
  }
  const hasScheme = value.includes(' ');
  if (allowBare && !hasScheme) return value;
  // Fetch and API Gateway join a second header to the first with a comma.
  if (hasSecondCredential(value)) throw malformed('The request has more than one "authorization" header.');
  throw otherScheme(`The "authorization" header has ${hasScheme ? 'another scheme than Bearer' : 'no scheme'}.`);
}

/**
 * RFC 9110, section 11.4: what stands between the commas of one credential is parameters, `name=value`. So anything else
 * after a comma is another credential. A comma in a quoted value separates nothing.
 */
function hasSecondCredential(value: string): boolean {
  let isQuoted = false;
  for (let index = 0; index < value.length; index += 1) {
    const character = value[index];
    if (character === '"') isQuoted = !isQuoted;
    else if (isQuoted && character === '\\') index += 1;
    else if (!isQuoted && character === ',' && !startsWithParameter(value, index + 1)) return true;
  }
  return false;
}

function startsWithParameter(value: string, start: number): boolean {
  const end = value.indexOf('=', start);
  return end !== -1 && isHttpName(stripBlanks(value.slice(start, end)));
}

/**
 * The whole value of a header of its own, such as `x-id-token`. A header that was sent twice is malformed; an empty one
 * is no credential.
 *
 * @throws {AuthConfigurationError} when the name is not a header's (RFC 9110, section 5.1).
 */
export function headerToken(name: string): TokenSource {
  assertHttpName('headerToken', name);
  const header = name.toLowerCase();
  return declareHeaders((request) => singleValue(request, header), [header]);
}

/**
 * The token of the first source that finds one. Every source is asked: two that find different tokens are malformed,
 * because which of two callers this is must not depend on an order. Credentials of another scheme than Bearer, such as the
 * `Basic` of a proxy in front of a test system, count only when no source finds a token.
 *
 * @throws {AuthConfigurationError} without a source.
 */
export function firstToken(...sources: readonly TokenSource[]): TokenSource {
  if (sources.length === 0)
    throw new AuthConfigurationError('firstToken() needs at least one token source: firstToken(bearerToken()).');
  for (const source of sources as readonly unknown[]) {
    if (typeof source !== 'function') {
      throw new AuthConfigurationError(
        `Expected each argument of firstToken() to be a token source, got ${describe(source)}. Write: firstToken(bearerToken(), cookieToken('__Host-token')).`,
      );
    }
  }
  const find: TokenSource = (request) => {
    const tokens = new Set<string>();
    let passedOver: TokenRejectedError | undefined;
    for (const source of sources) {
      try {
        const token = source(request);
        if (token !== undefined) tokens.add(token);
      } catch (error) {
        if (!(error instanceof TokenRejectedError) || !isOtherScheme(error)) throw error;
        passedOver ??= error;
      }
    }
    if (tokens.size > 1) throw malformed('The request has different tokens in different places.');
    if (tokens.size === 0 && passedOver !== undefined) throw passedOver;
    return tokens.values().next().value;
  };
  const headers = sources.map(headersOf);
  return headers.every((names) => names !== undefined) ? declareHeaders(find, headers.flat()) : find;
}
