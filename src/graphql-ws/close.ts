/** How a connection is closed: a code of graphql-ws' protocol, and a sentence that says nothing of the token. */
import type { RejectionReason } from '../errors.js';
import { isObject, member } from '../server/headers.js';

export type Close = readonly [code: number, reason: string];

/** The client comes back with fresh parameters. */
export const EXPIRED: Close = [4403, 'The token is no longer valid.'];
/** Final for a graphql-ws client. */
const REFUSED: Close = [4401, 'The credentials are not accepted.'];
/** "Try again later" in the registry of close codes of RFC 6455: the client connects again by itself. */
const UNAVAILABLE: Close = [1013, 'Try again later.'];
/** As graphql-ws closes after an internal error. */
export const FAULT: Close = [4500, 'Internal server error.'];

/** @param isOpen Whether the token was accepted when the connection began. Then a fresh token helps, whichever the reason. */
export function closeOf(reason: RejectionReason, isOpen: boolean): Close {
  if (reason === 'keys-unavailable' || reason === 'revocation-unavailable') return UNAVAILABLE;
  return isOpen || reason === 'expired' ? EXPIRED : REFUSED;
}

/** Closes the socket of a graphql-ws context; without one that can be closed, graphql-ws does so itself, with 4403. */
export function closeSocket(extra: unknown, close: Close): void {
  const socket = isObject(extra) ? member(extra, 'socket') : undefined;
  if (!isObject(socket)) return;
  // uWebSockets.js' `close` takes no code.
  for (const name of ['end', 'close']) {
    const method = member(socket, name);
    if (typeof method !== 'function') continue;
    try {
      method.apply(socket, [...close]);
    } catch {
      // It is closed already.
    }
    return;
  }
}
