/** What a denial looks like in HTTP: status, `WWW-Authenticate`, `Retry-After` and `Cache-Control`. */
import type { GraphQLError } from 'graphql';
import type { AuthState } from '../auth.js';
import { isUnavailable } from '../errors.js';
import type { AuthErrorCode } from '../errors.js';
import { createChallenge } from './challenge.js';
import type { ChallengeError, ChallengeOptions } from './challenge.js';
import { rootCauseOf } from './fault-log.js';

/** Whether a denial has a status and headers too, or is in the body alone, for a gateway that drops the body of a 401. */
export type AnswerStyle = 'http' | 'graphql';

type Header = readonly [name: string, value: string];

/** By the code of the error, so that a resolver's own `UNAUTHENTICATED` is answered like a guard's. */
const statuses: ReadonlyMap<unknown, number> = new Map<AuthErrorCode, number>([
  ['UNAUTHENTICATED', 401],
  ['FORBIDDEN', 403],
  ['AUTH_UNAVAILABLE', 503],
]);

function retryAfter(fault: Error | undefined): Header | undefined {
  return isUnavailable(fault) ? ['retry-after', String(fault.retryAfterSeconds)] : undefined;
}

function extensionsOf(error: GraphQLError): Readonly<Record<string, unknown>> {
  // graphql-js' types promise extensions, and yet it answers a few faults (too deep variables) with a plain Error.
  return (error as Partial<GraphQLError>).extensions ?? {};
}

/** What a challenge calls the denial; undefined when it names no error. */
function challengeErrorOf(code: unknown, reason: unknown): ChallengeError | undefined {
  if (code === 'FORBIDDEN') return 'insufficient_scope';
  if (reason === 'step-up') return 'insufficient_user_authentication';
  return reason === 'missing' ? undefined : 'invalid_token';
}

const NO_STORE: Header = ['cache-control', 'no-store'];

/** How the denials of a response are answered. */
export interface HttpAnswers {
  /**
   * Gives a response with denials among its errors the header of the first one that asks for one, unless the response has
   * that header. The status stays. Such a response is not stored, even where cache hints allow it.
   */
  addHeaders(headers: Map<string, string>, errors: readonly GraphQLError[], caller: AuthState | undefined): void;
  /** Makes the first of the errors one of a whole operation: it decides the status and the headers of the response. */
  refuseOperation(errors: readonly [GraphQLError, ...GraphQLError[]], caller: AuthState | undefined): GraphQLError;
}

export function createHttpAnswers(style: AnswerStyle, options: ChallengeOptions): HttpAnswers {
  const challenge = createChallenge(options);

  /** The header that a response with this error gets, whose parameters are about all errors like it. */
  function headerOf(error: GraphQLError, errors: readonly GraphQLError[], caller: AuthState | undefined) {
    if (style === 'graphql') return undefined;
    const { code, reason } = extensionsOf(error);
    if (code === 'AUTH_UNAVAILABLE') return retryAfter(rootCauseOf(error));
    // Of what is forbidden, a scope is the one thing that another token of the same caller could have (RFC 6750, section 3.1).
    if (code === 'FORBIDDEN' && reason !== 'scope') return undefined;
    // A challenge names an error only when a bearer token came, good or bad (RFC 6750, section 3).
    const name = caller?.hasToken === true ? challengeErrorOf(code, reason) : undefined;
    const alike = errors.filter((each) => extensionsOf(each)['reason'] === reason);
    return ['www-authenticate', challenge(name, alike, caller)] as const;
  }

  return {
    addHeaders(headers, errors, caller) {
      for (const error of errors) {
        if (!statuses.has(extensionsOf(error)['code'])) continue;
        headers.set(...NO_STORE);
        const header = headerOf(error, errors, caller);
        if (header === undefined) continue;
        if (!headers.has(header[0])) headers.set(...header);
        return;
      }
    },
    refuseOperation(errors, caller) {
      const [error] = errors;
      const status = statuses.get(extensionsOf(error)['code']);
      const header = headerOf(error, errors, caller);
      // A `Map` and not a plain object, with which Apollo Server sends all of `extensions.http` to the client and no header.
      const headers = new Map(header ? [NO_STORE, header] : [NO_STORE]);
      error.extensions['http'] = { status: style === 'http' ? (status ?? 500) : 200, headers };
      return error;
    },
  };
}
