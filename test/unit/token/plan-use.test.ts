/** What a request does with keys of each age, while their endpoint is up, down, or being asked. */
import { describe, expect, it } from 'vitest';
import { isYoung, msToRetry, planUse } from '../../../src/token/keys/plan-use.js';
import type { KeyState, KeyUse } from '../../../src/token/keys/plan-use.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const NEVER = undefined;
const ages = { maxAgeMs: 10 * MINUTE, staleForMs: 24 * HOUR };

const NOW = { monotonic: 1_000 * HOUR, wall: 1_800_000_000_000 };
const before = (ms: number) => ({ monotonic: NOW.monotonic - ms, wall: NOW.wall - ms });

interface Situation {
  /** Milliseconds since the fetch that brought the keys began. */
  readonly age: number | undefined;
  /** Milliseconds since the newest fetch failed. */
  readonly failed?: number;
  readonly retryDelay?: number;
  readonly isFetching?: boolean;
}

function stateOf({ age, failed, retryDelay = 30 * SECOND, isFetching = false }: Situation): KeyState {
  return {
    fetchedAt: age === undefined ? undefined : before(age),
    failure: failed === undefined ? undefined : { at: before(failed), retryDelayMs: retryDelay },
    isFetching,
  };
}

const table: readonly (readonly [name: string, situation: Situation, use: KeyUse])[] = [
  ['new keys', { age: 0 }, 'serve'],
  ['keys just below 80 % of their age', { age: 8 * MINUTE - 1 }, 'serve'],
  ['keys just below 80 % of their age, after a failure', { age: 8 * MINUTE - 1, failed: 1 }, 'serve'],
  ['keys at 80 % of their age', { age: 8 * MINUTE }, 'serve-and-refresh'],
  ['keys at 80 % of their age, while they are fetched', { age: 8 * MINUTE, isFetching: true }, 'serve-and-refresh'],
  ['keys at their age', { age: 10 * MINUTE }, 'serve-and-refresh'],
  ['keys at their age, before the next try', { age: 10 * MINUTE, failed: 29 * SECOND }, 'serve'],
  ['keys at their age, at the next try', { age: 10 * MINUTE, failed: 30 * SECOND }, 'serve-and-refresh'],
  ['keys at their age, after an old failure', { age: 10 * MINUTE, failed: HOUR }, 'serve-and-refresh'],

  ['old keys', { age: 10 * MINUTE + 1 }, 'wait-or-stale'],
  ['old keys, while they are fetched', { age: 10 * MINUTE + 1, isFetching: true }, 'wait-or-stale'],
  ['old keys, before the next try', { age: 10 * MINUTE + 1, failed: 29 * SECOND }, 'serve'],
  ['old keys, at the next try', { age: 10 * MINUTE + 1, failed: 30 * SECOND }, 'serve-and-refresh'],
  [
    'old keys, while they are fetched after a failure',
    { age: 10 * MINUTE + 1, failed: 31 * SECOND, isFetching: true },
    'serve-and-refresh',
  ],
  ['old keys, a minute after the last failure', { age: 10 * MINUTE + 1, failed: MINUTE }, 'serve-and-refresh'],
  ['old keys, more than a minute after it', { age: 10 * MINUTE + 1, failed: MINUTE + 1 }, 'wait-or-stale'],
  ['the oldest keys that are usable', { age: 24 * HOUR + 10 * MINUTE }, 'wait-or-stale'],
  ['the oldest keys that are usable, in an outage', { age: 24 * HOUR + 10 * MINUTE, failed: 1 }, 'serve'],

  ['keys past use', { age: 24 * HOUR + 10 * MINUTE + 1 }, 'wait'],
  ['keys past use, in an outage', { age: 24 * HOUR + 10 * MINUTE + 1, failed: 1 }, 'unavailable'],
  ['no keys', { age: NEVER }, 'wait'],
  ['no keys, while they are fetched', { age: NEVER, isFetching: true }, 'wait'],
  ['no keys, before the next try', { age: NEVER, failed: 499, retryDelay: 500 }, 'unavailable'],
  ['no keys, at the next try', { age: NEVER, failed: 500, retryDelay: 500 }, 'wait'],
  [
    'no keys, before the next try, while they are fetched',
    { age: NEVER, failed: 1, retryDelay: 500, isFetching: true },
    'wait',
  ],
];

describe('planUse', () => {
  it.each(table)('plans for %s (%j): %s', (_, situation, use) => {
    expect(planUse(stateOf(situation), NOW, ages)).toBe(use);
  });

  it.each([
    ['stood still', { monotonic: NOW.monotonic, wall: NOW.wall - 11 * MINUTE }],
    ['went on', { monotonic: NOW.monotonic - 11 * MINUTE, wall: NOW.wall }],
    ['went on and the wall clock was set back', { monotonic: NOW.monotonic - 11 * MINUTE, wall: NOW.wall + HOUR }],
    ['went on and the wall clock is broken', { monotonic: NOW.monotonic - 11 * MINUTE, wall: NaN }],
  ])('takes the larger age when the monotonic clock %s', (_, fetchedAt) => {
    expect(planUse({ fetchedAt, failure: undefined, isFetching: false }, NOW, ages)).toBe('wait-or-stale');
  });

  it('plans no use of old keys without `staleFor`', () => {
    const strict = { ...ages, staleForMs: 0 };
    expect(planUse(stateOf({ age: 10 * MINUTE + 1 }), NOW, strict)).toBe('wait');
    expect(planUse(stateOf({ age: 10 * MINUTE + 1, failed: 1 }), NOW, strict)).toBe('unavailable');
    expect(planUse(stateOf({ age: 10 * MINUTE, failed: 1 }), NOW, strict)).toBe('serve');
  });
});

describe('the parts of a plan', () => {
  it('count keys as young below 80 % of their age', () => {
    expect([isYoung(8 * MINUTE - 1, ages), isYoung(8 * MINUTE, ages), isYoung(Infinity, ages)]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('count down to the next try, which is due at once without a failure', () => {
    const failure = { at: before(200), retryDelayMs: 500 };
    expect([msToRetry(failure, NOW), msToRetry(undefined, NOW)]).toEqual([300, 0]);
  });
});
