/** When a token expires: whether it has, and the moment at which it does. */
import type { AuthState } from './auth.js';
import { once } from './once.js';

/**
 * Whether the `exp` of a token, and the grace after it, have passed (RFC 7519, section 4.1.4: not "on or after" it).
 *
 * @param expiresAt Seconds since the epoch.
 * @param now Milliseconds since the epoch.
 */
export function hasExpired(expiresAt: number, graceSeconds: number, now: number): boolean {
  // "Not before", so that a clock that answers NaN lets no token live for ever.
  return !(now < (expiresAt + graceSeconds) * 1000);
}

/** Whether the token behind this state has expired, by the verifier's clock. */
export function isExpired({ auth, origin }: AuthState): boolean {
  return auth.status === 'authenticated' && hasExpired(auth.expiresAt, origin.graceSeconds, origin.clock());
}

// A wall clock can be set, which a timer does not notice: it looks again after a minute at the latest.
const LONGEST_MS = 60_000;

/**
 * Calls back once the token and the grace after it have expired, by the verifier's clock; for a caller without a token,
 * never. The timer does not keep the process alive.
 *
 * @returns a function that stops the wait.
 */
export function onExpiry({ auth, origin }: AuthState, callback: () => void): () => void {
  if (auth.status !== 'authenticated') return () => {};
  const end = (auth.expiresAt + origin.graceSeconds) * 1000;
  let timer: NodeJS.Timeout | undefined;

  function wait(): void {
    timer = setTimeout(look, Math.min(millisecondsLeft(), LONGEST_MS)).unref();
  }

  function look(): void {
    if (millisecondsLeft() === 0) callback();
    else wait();
  }

  /** 0 once it has expired, and with a clock that fails: no token may live for ever. */
  function millisecondsLeft(): number {
    try {
      const left = end - origin.clock();
      return left > 0 ? left : 0;
    } catch {
      return 0;
    }
  }

  wait();
  return () => {
    clearTimeout(timer);
  };
}

const endings = once('what ends with a token', () => new WeakMap<object, () => void>());

/**
 * Lets a transport end the streams of an operation when the token expires, by closing the connection: a client that hears
 * of the end of a stream has no reason to come back. Guards call back when an event comes first.
 */
export function endStreamsBy(contextValue: object, closeConnection: () => void): void {
  endings.set(contextValue, closeConnection);
}

/** What ends the streams of this operation; undefined when they end by themselves. */
export function endingOf(contextValue: unknown): (() => void) | undefined {
  return typeof contextValue === 'object' && contextValue !== null ? endings.get(contextValue) : undefined;
}
