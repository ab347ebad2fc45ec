/** How a connection is closed: the codes of graphql-ws' protocol, with sentences that tell nothing about the token. */
import { AuthConfigurationError } from '../errors.js';
import type { RejectionReason } from '../errors.js';
import { isObject, member } from '../server/headers.js';

export type Close = readonly [code: number, reason: string];

/** The client comes back with fresh parameters. */
const EXPIRED: Close = [4403, 'The token is no longer valid.'];
/** Final for a graphql-ws client. */
const REFUSED: Close = [4401, 'The credentials are not accepted.'];
/** "Try again later" in the registry of close codes of RFC 6455: the client connects again by itself. */
const UNAVAILABLE: Close = [1013, 'Try again later.'];
/** As graphql-ws closes after an internal error. */
export const FAULT: Close = [4500, 'Internal server error.'];

/** @param isOpen Whether the token had been accepted before: then a fresh one is the remedy for all that can be wrong with it. */
export function closeOf(reason: RejectionReason, isOpen: boolean): Close {
  if (reason === 'keys-unavailable' || reason === 'revocation-unavailable') return UNAVAILABLE;
  return isOpen || reason === 'expired' ? EXPIRED : REFUSED;
}

/** Closes the socket of a graphql-ws context; without one that can be closed, graphql-ws does so itself, with 4403. */
export function closeSocket(extra: unknown, close: Close): void {
  try {
    closerOf(extra)?.(...close);
  } catch {
    // It is closed already.
  }
}

/** @throws {AuthConfigurationError} when the connection could not be closed once its token expires. */
export function assertClosable(extra: unknown): void {
  if (closerOf(extra) !== undefined) return;
  throw new AuthConfigurationError(
    'Expected the graphql-ws context to have the socket as `extra.socket`, with a method `close`, got none. ' +
      'Use graphql-ws/use/ws, or pass it: makeServer(…).opened(…, { socket, request }).',
  );
}

function closerOf(extra: unknown): ((...close: Close) => void) | undefined {
  const socket = isObject(extra) ? member(extra, 'socket') : undefined;
  if (!isObject(socket)) return undefined;
  // uWebSockets.js' `close` takes no code.
  const method = ['end', 'close'].map((name) => member(socket, name)).find((each) => typeof each === 'function');
  if (typeof method !== 'function') return undefined;
  return (...close) => {
    method.apply(socket, close);
  };
}
