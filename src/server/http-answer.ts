/** What a denial looks like in HTTP: status, `WWW-Authenticate` (RFC 6750, section 3), `Retry-After` and `Cache-Control`. */
import type { GraphQLError } from 'graphql';
import { isUnavailable } from '../errors.js';
import type { AuthErrorCode } from '../errors.js';
import { rootCauseOf } from './fault-log.js';

/** Whether a denial has a status and headers too, or is in the body alone, for a gateway that drops the body of a 401. */
export type AnswerStyle = 'http' | 'graphql';

type Header = readonly [name: string, value: string];

interface HttpAnswer {
  readonly status: number;
  /**
   * The header that a response with this error gets.
   *
   * @param hasToken Whether a token came with the request, good or bad.
   */
  header(error: GraphQLError, hasToken: boolean): Header | undefined;
}

/**
 * How each kind of denial is answered. By the code of the error, so that a resolver's own `UNAUTHENTICATED` is challenged
 * too. A challenge names an error only when a bearer token came (RFC 6750, section 3).
 */
const answers: ReadonlyMap<unknown, HttpAnswer> = new Map<AuthErrorCode, HttpAnswer>([
  [
    'UNAUTHENTICATED',
    {
      status: 401,
      header: (error, hasToken) =>
        challenge(hasToken && extensionsOf(error)['reason'] !== 'missing' ? 'invalid_token' : undefined),
    },
  ],
  [
    'FORBIDDEN',
    {
      status: 403,
      // The one denial that another token of the same caller could lift (RFC 6750, section 3.1).
      header: (error, hasToken) =>
        extensionsOf(error)['reason'] === 'scope' ? challenge(hasToken ? 'insufficient_scope' : undefined) : undefined,
    },
  ],
  ['AUTH_UNAVAILABLE', { status: 503, header: (error) => retryAfter(rootCauseOf(error)) }],
]);

function challenge(errorCode: string | undefined): Header {
  return ['www-authenticate', errorCode === undefined ? 'Bearer' : `Bearer error="${errorCode}"`];
}

function retryAfter(fault: Error | undefined): Header | undefined {
  return isUnavailable(fault) ? ['retry-after', String(fault.retryAfterSeconds)] : undefined;
}

function extensionsOf(error: GraphQLError): Readonly<Record<string, unknown>> {
  // graphql-js' types promise extensions, and yet it answers a few faults (too deep variables) with a plain Error.
  return (error as Partial<GraphQLError>).extensions ?? {};
}

const NO_STORE: Header = ['cache-control', 'no-store'];

/**
 * Gives a response with denials among its errors the header of the first one that asks for one, unless the response has
 * that header. The status stays. Such a response is not stored, even where cache hints allow it.
 */
export function addHeaders(
  headers: Map<string, string>,
  errors: readonly GraphQLError[],
  hasToken: boolean,
  style: AnswerStyle,
): void {
  for (const error of errors) {
    const answer = answers.get(extensionsOf(error)['code']);
    if (answer === undefined) continue;
    headers.set(...NO_STORE);
    const header = style === 'http' ? answer.header(error, hasToken) : undefined;
    if (header === undefined) continue;
    if (!headers.has(header[0])) headers.set(...header);
    return;
  }
}

/** Makes the error one of a whole operation: it decides the status and the headers of the response. */
export function refuseOperation(error: GraphQLError, hasToken: boolean, style: AnswerStyle): GraphQLError {
  const answer = answers.get(extensionsOf(error)['code']);
  const header = style === 'http' ? answer?.header(error, hasToken) : undefined;
  // A `Map` and not a plain object, with which Apollo Server sends all of `extensions.http` to the client and no header.
  const headers = new Map(header ? [NO_STORE, header] : [NO_STORE]);
  error.extensions['http'] = { status: style === 'http' ? (answer?.status ?? 500) : 200, headers };
  return error;
}
