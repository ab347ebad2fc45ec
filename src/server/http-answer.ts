/** What a denial looks like in HTTP: status, `WWW-Authenticate` (RFC 6750, section 3) and `Retry-After`. */
import { HeaderMap } from '@apollo/server';
import type { GraphQLError } from 'graphql';
import { isUnavailable } from '../errors.js';
import type { AuthErrorCode } from '../errors.js';
import { rootCauseOf } from './fault-log.js';

const statuses: Readonly<Record<AuthErrorCode, number>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  AUTH_UNAVAILABLE: 503,
  INTERNAL_SERVER_ERROR: 500,
};

/**
 * The header that an answer with this error asks for, by the error's `extensions`, so that a resolver's own
 * `UNAUTHENTICATED` is challenged too.
 *
 * RFC 6750, section 3: a challenge has no error code when the request had no token, or credentials of another scheme;
 * section 3.1: `insufficient_scope` for the one denial that another token of the same caller could lift.
 *
 * @param hasToken Whether a token came with the request, good or bad.
 */
function headerFor(error: GraphQLError, hasToken: boolean): readonly [name: string, value: string] | undefined {
  const { code, reason } = extensionsOf(error);
  switch (code) {
    case 'UNAUTHENTICATED':
      return challenge(hasToken && reason !== 'missing' ? 'invalid_token' : undefined);
    case 'FORBIDDEN':
      return reason === 'scope' ? challenge(hasToken ? 'insufficient_scope' : undefined) : undefined;
    case 'AUTH_UNAVAILABLE':
      return retryAfter(rootCauseOf(error));
    default:
      return undefined;
  }
}

function extensionsOf(error: GraphQLError): Readonly<Record<string, unknown>> {
  // graphql-js' types promise extensions, and yet it answers a few faults (too deep variables) with a plain Error.
  return (error as Partial<GraphQLError>).extensions ?? {};
}

function challenge(errorCode: string | undefined): readonly [name: string, value: string] {
  return ['www-authenticate', errorCode === undefined ? 'Bearer' : `Bearer error="${errorCode}"`];
}

function retryAfter(fault: Error | undefined): readonly [name: string, value: string] | undefined {
  return isUnavailable(fault) ? ['retry-after', String(fault.retryAfterSeconds)] : undefined;
}

const DENIALS: readonly unknown[] = ['UNAUTHENTICATED', 'FORBIDDEN', 'AUTH_UNAVAILABLE'] satisfies AuthErrorCode[];
const NO_STORE = ['cache-control', 'no-store'] as const;

/**
 * Gives a response with these errors the header that the first of them asks for, unless it has it. The status stays. An
 * answer in which something was denied is not stored, whatever the hints and the plugins of the server say.
 */
export function addChallenge(headers: Map<string, string>, errors: readonly GraphQLError[], hasToken: boolean): void {
  if (errors.some((error) => DENIALS.includes(extensionsOf(error)['code']))) headers.set(...NO_STORE);
  for (const error of errors) {
    const header = headerFor(error, hasToken);
    if (header === undefined) continue;
    if (!headers.has(header[0])) headers.set(...header);
    return;
  }
}

/** Makes the error one of a whole operation: it decides the status and the headers of the response. */
export function refuseOperation(error: GraphQLError, code: AuthErrorCode, hasToken: boolean): GraphQLError {
  const header = headerFor(error, hasToken);
  // `HeaderMap` and no plain object: with another kind of `headers` Apollo Server sends all of `extensions.http` to the
  // client and no header.
  const headers = new HeaderMap(header ? [NO_STORE, header] : [NO_STORE]);
  error.extensions['http'] = { status: statuses[code], headers };
  return error;
}
