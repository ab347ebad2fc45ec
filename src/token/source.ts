/** Token sources: read the token of a request, and make sure that there is exactly one. */
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

// An empty value is no credential: web clients often send the header when they are signed out.
function singleValue(request: TokenRequest, name: string): string | undefined {
  const [value, ...others] = request.header(name);
  if (others.length > 0) throw malformed(`The request has more than one "${name}" header.`);
  if (value === undefined) return undefined;
  const stripped = stripBlanks(value);
  return stripped === '' ? undefined : stripped;
}

const BEARER = 'bearer';

/**
 * A token source that reads the bearer token of the `authorization` header (RFC 6750, section 2.1), with the scheme in any
 * case (RFC 9110, section 11.1). Another scheme, and a header sent twice, are malformed. An empty header is no credential,
 * and neither is `Bearer` with nothing after it.
 *
 * @param options.allowBare Whether a value without a scheme counts as the token; AWS Amplify sends that to some APIs.
 *   Default: false.
 * @throws {AuthConfigurationError} on an unknown option, or one of another type.
 * @example
 * createAuthContext({ verifier, tokenSource: bearerToken({ allowBare: true }) });
 */
export function bearerToken(options: { readonly allowBare?: boolean | undefined } = {}): TokenSource {
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
  // Fetch and API Gateway append a second header to the first with a comma.
  if (hasSecondCredential(value)) throw malformed('The request has more than one "authorization" header.');
  throw otherScheme(`The "authorization" header has ${hasScheme ? 'a scheme other than Bearer' : 'no scheme'}.`);
}

/**
 * RFC 9110, section 11.4: the commas of one credential separate parameters, `name=value`. So anything else after a comma is
 * another credential. A comma in a quoted value separates nothing.
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
 * A token source that reads the whole value of a header, such as `x-id-token`. A header sent twice is malformed; an empty
 * one is no credential.
 *
 * @param name The name of the header, in any case.
 * @throws {AuthConfigurationError} when the name cannot be one of a header (RFC 9110, section 5.1).
 * @example
 * createAuthContext({ verifier, tokenSource: headerToken('x-id-token') });
 */
export function headerToken(name: string): TokenSource {
  assertHttpName('headerToken', name, 'x-id-token');
  const header = name.toLowerCase();
  return declareHeaders((request) => singleValue(request, header), [header]);
}

/**
 * A token source that combines several. All are read: two different tokens are malformed, because the order of the sources
 * must not decide which of two callers this is. Credentials of a scheme other than Bearer, such as the `Basic` of a proxy in
 * front of a test system, count only when no source finds a token.
 *
 * @param sources At least one.
 * @throws {AuthConfigurationError} without a source, or when one is no function.
 * @example
 * createAuthContext({ verifier, tokenSource: firstToken(bearerToken(), cookieToken('__Host-token')) });
 */
export function firstToken(...sources: readonly TokenSource[]): TokenSource {
  if (sources.length === 0) {
    throw new AuthConfigurationError(
      'Expected firstToken() to be given a token source, got nothing. Write: firstToken(bearerToken()).',
    );
  }
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
