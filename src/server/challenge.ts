/** What a denial looks like in HTTP: status, `WWW-Authenticate` (RFC 6750, section 3) and `Retry-After`. */
import { HeaderMap } from '@apollo/server';
import type { GraphQLError } from 'graphql';
import { isUnavailable } from '../errors.js';
import type { AuthErrorCode } from '../errors.js';
import { faultBehind } from './fault-log.js';

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
 * RFC 6750, section 3: a challenge has no error code when the request had no credentials; section 3.1:
 * `insufficient_scope` for the one denial that another token of the same caller could lift.
 */
function headerFor(error: GraphQLError): readonly [name: string, value: string] | undefined {
  // graphql-js' types promise extensions, and yet it answers a few faults (too deep variables) with a plain Error.
  const extensions = (error as Partial<GraphQLError>).extensions ?? {};
  switch (extensions['code']) {
    case 'UNAUTHENTICATED':
      return ['www-authenticate', extensions['reason'] === 'missing' ? 'Bearer' : 'Bearer error="invalid_token"'];
    case 'FORBIDDEN':
      return extensions['reason'] === 'scope' ? ['www-authenticate', 'Bearer error="insufficient_scope"'] : undefined;
    case 'AUTH_UNAVAILABLE':
      return retryAfter(faultBehind(error));
    default:
      return undefined;
  }
}

function retryAfter(fault: Error | undefined): readonly [name: string, value: string] | undefined {
  return isUnavailable(fault) ? ['retry-after', String(fault.retryAfterSeconds)] : undefined;
}

/** Gives a response with these errors the header that the first of them asks for, unless it has it. The status stays. */
export function addChallenge(headers: Map<string, string>, errors: readonly GraphQLError[]): void {
  for (const error of errors) {
    const header = headerFor(error);
    if (header === undefined) continue;
    if (!headers.has(header[0])) headers.set(...header);
    return;
  }
}

/** Makes the error one of a whole operation: it decides the status and the headers of the response. */
export function refuseOperation(error: GraphQLError, code: AuthErrorCode): GraphQLError {
  const header = headerFor(error);
  // `HeaderMap` and no plain object: with another kind of `headers` Apollo Server sends all of `extensions.http` to the
  // client and no header.
  error.extensions['http'] = { status: statuses[code], headers: new HeaderMap(header ? [header] : []) };
  return error;
}
