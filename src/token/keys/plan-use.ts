/** Decides what a request does with the keys that a store has: serve, refresh, wait, or give up. */
import { elapsed } from './age.js';
import type { Moment } from './age.js';

/**
 * - `serve`: use the keys.
 * - `serve-and-refresh`: use the keys, and fetch newer ones in the background.
 * - `wait`: wait for a fetch; without its keys there is nothing to use.
 * - `wait-or-stale`: wait for a fetch; use the old keys if it fails.
 * - `unavailable`: there is nothing to use, and the next fetch is not due yet.
 */
export type KeyUse = 'serve' | 'serve-and-refresh' | 'wait' | 'wait-or-stale' | 'unavailable';

/** How long keys are used. In milliseconds. */
export interface KeyAges {
  readonly maxAgeMs: number;
  /** After `maxAgeMs`, while the endpoint is down. */
  readonly staleForMs: number;
}

/** A fetch that failed. */
export interface FailedFetch {
  readonly at: Moment;
  /** From `at` to the next fetch. */
  readonly retryDelayMs: number;
}

export interface KeyState {
  /** When the fetch that brought the keys began; undefined without keys. A key withdrawn before then is not among them. */
  readonly fetchedAt: Moment | undefined;
  /** The newest fetch, if it failed. */
  readonly failure: FailedFetch | undefined;
  readonly isFetching: boolean;
}

/** The longest time between two fetches of an endpoint that is down. */
const MAX_RETRY_MS = 30_000;
const FIRST_RETRY_MS = 500;
// Spreads the retries of many servers. Downwards only: 30 s is the longest delay, and 8 tries the most in the first minute.
const JITTER = 0.2;

// Refreshing before the end of their age means that no request waits on a busy server.
const REFRESH_AT = 0.8;
// A busy server tries an endpoint that is down at least every 30 s, so an older failure says nothing about now.
const OUTAGE_MEMORY_MS = 2 * MAX_RETRY_MS;

export function planUse({ fetchedAt, failure, isFetching }: KeyState, now: Moment, ages: KeyAges): KeyUse {
  const age = elapsed(fetchedAt, now);
  if (isYoung(age, ages)) return 'serve';
  const isRetryDue = msToRetry(failure, now) <= 0;
  const isUsable = age <= ages.maxAgeMs + ages.staleForMs;
  // While the endpoint is known to be down, old keys serve at once: no request waits to learn it again.
  const isDown = failure !== undefined && elapsed(failure.at, now) <= OUTAGE_MEMORY_MS;
  if (age <= ages.maxAgeMs || (isUsable && isDown)) return isRetryDue ? 'serve-and-refresh' : 'serve';
  if (!isFetching && !isRetryDue) return 'unavailable';
  return isUsable ? 'wait-or-stale' : 'wait';
}

/** Whether keys of this age need no refresh yet. */
export function isYoung(ageMs: number, { maxAgeMs }: KeyAges): boolean {
  return ageMs < maxAgeMs * REFRESH_AT;
}

/** Milliseconds to the next fetch; 0 or less when it is due. */
export function msToRetry(failure: FailedFetch | undefined, now: Moment): number {
  return failure === undefined ? 0 : failure.retryDelayMs - elapsed(failure.at, now);
}

/** @param failures How many tries have failed before this one, since the last good one. */
export function nextRetryMs(failures: number): number {
  return Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** failures) * (1 - JITTER * Math.random());
}
