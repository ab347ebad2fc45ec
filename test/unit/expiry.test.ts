import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { authStateOf, createAnonymousAuth, createAuthenticatedAuth } from '../../src/auth.js';
import type { AuthServices, AuthState } from '../../src/auth.js';
import { onExpiry } from '../../src/expiry.js';
import { authenticatedAs } from '../../src/testing/index.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A token that expires at second 1000, with 10 s of grace. */
function stateAt(clock: () => number): AuthState {
  const { claims, ...fields } = authenticatedAs();
  if (fields.tokenUse !== 'access' || claims.token_use !== 'access') throw new Error('An access token was asked for.');
  const origin: AuthServices = { clock, graceSeconds: 10, emit: () => {}, poolName: undefined };
  const auth = createAuthenticatedAuth({ ...fields, tokenUse: 'access', claims, expiresAt: 1000 }, origin);
  const state = authStateOf(auth);
  if (state === undefined) throw new Error('It was made just now.');
  return state;
}

describe('the expiry of a token', () => {
  it('is told once, after the grace and not before', () => {
    const start = Date.now();
    let told = 0;
    onExpiry(
      stateAt(() => Date.now() - start),
      () => (told += 1),
    );
    vi.advanceTimersByTime(1_009_999);
    expect(told).toBe(0);
    vi.advanceTimersByTime(1);
    expect(told).toBe(1);
    vi.advanceTimersByTime(1_000_000);
    expect([told, vi.getTimerCount()]).toEqual([1, 0]);
  });

  it('is told within a minute when the clock is set forward, and later when it is set back', () => {
    let now = 0;
    let told = 0;
    onExpiry(
      stateAt(() => now),
      () => (told += 1),
    );
    now = 2_000_000;
    vi.advanceTimersByTime(60_000);
    expect(told).toBe(1);
    now = 1_009_000;
    onExpiry(
      stateAt(() => now),
      () => (told += 1),
    );
    now = 500_000;
    vi.advanceTimersByTime(1_000);
    expect(told).toBe(1);
  });

  it.each([
    ['fails', () => Number.NaN],
    [
      'throws',
      () => {
        throw new Error('no clock');
      },
    ],
  ])('is told at once when the clock %s, and never in the same turn', (_, clock) => {
    let told = 0;
    onExpiry(stateAt(clock), () => (told += 1));
    expect(told).toBe(0);
    vi.advanceTimersByTime(1);
    expect(told).toBe(1);
  });

  it('is not told after the wait was stopped, or of an anonymous caller', () => {
    let told = 0;
    const stop = onExpiry(
      stateAt(() => 0),
      () => (told += 1),
    );
    stop();
    const anonymous = authStateOf(
      createAnonymousAuth({ clock: () => 0, graceSeconds: 0, emit: () => {}, poolName: undefined }),
    );
    if (anonymous) onExpiry(anonymous, () => (told += 1))();
    vi.advanceTimersByTime(10_000_000);
    expect([told, vi.getTimerCount()]).toEqual([0, 0]);
  });

  it('does not keep the process alive', () => {
    vi.useRealTimers();
    const before = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const stop = onExpiry(
      stateAt(() => 0),
      () => {},
    );
    expect(process.getActiveResourcesInfo().filter((name) => name === 'Timeout')).toHaveLength(before);
    stop();
  });
});
