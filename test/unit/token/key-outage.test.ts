/** How a key endpoint is tried that is down from the start, and what is reported of it. */
import { describe, expect, it } from 'vitest';
import { KeysUnavailableError, outageOf, TokenRejectedError } from '../../../src/errors.js';
import type { AuthEvent } from '../../../src/events.js';
import { createTestUserPool } from '../../../src/testing/index.js';
import { createKeyLife, down } from '../../support/key-life.js';
import { rejectionOf } from '../../support/rejection.js';

const INVALID = { status: 'rejected', reason: 'invalid' };

const MINUTE = 60;

describe('an endpoint that is down from the start', () => {
  it('gets at most 8 requests in the first minute, and every operation is answered at once', async () => {
    const { pool, verifier, fetches, pass, answerWith } = createKeyLife();
    answerWith(down);
    const token = pool.accessToken();
    const expired = pool.accessToken({ exp: Math.floor(Date.now() / 1000) - 1 });
    const foreign = createTestUserPool().accessToken();
    for (let tick = 0; tick < 60 * 20; tick += 1) {
      const errors = await Promise.all([1, 2, 3].map(() => rejectionOf(verifier.verify(token))));
      for (const error of errors) {
        expect(error).toBeInstanceOf(KeysUnavailableError);
        expect(error).toHaveProperty(
          'retryAfterSeconds',
          expect.toSatisfy((s: number) => s >= 1 && s <= 30),
        );
      }
      pass(0.05);
    }
    expect(await verifier.authenticate('garbage')).toEqual({ status: 'rejected', reason: 'malformed' });
    expect(await verifier.authenticate(expired)).toEqual({ status: 'rejected', reason: 'expired' });
    expect(await verifier.authenticate(foreign)).toEqual(INVALID);
    expect(fetches.length).toBeGreaterThanOrEqual(6);
    expect(fetches.length).toBeLessThanOrEqual(8);
  });

  it('is tried at intervals that double from half a second to half a minute, less a jitter', async () => {
    const { pool, verifier, fetches, pass, answerWith } = createKeyLife();
    answerWith(down);
    const token = pool.accessToken();
    const intervals: number[] = [];
    let elapsed = 0;
    while (intervals.length < 9) {
      const before = fetches.length;
      await rejectionOf(verifier.verify(token));
      if (fetches.length > before) {
        intervals.push(elapsed);
        elapsed = 0;
      }
      pass(0.01);
      elapsed += 0.01;
    }
    const expected = [0, 0.5, 1, 2, 4, 8, 16, 30, 30];
    for (const [index, longest] of expected.entries()) {
      expect(intervals[index]).toBeLessThanOrEqual(longest + 0.02);
      expect(intervals[index]).toBeGreaterThanOrEqual(longest * 0.8 - 0.02);
    }
    const sum = (seconds: readonly number[]) => seconds.reduce((total, each) => total + each, 0);
    expect(sum(intervals)).toBeLessThan(sum(expected) * 0.995);
  });

  it('works as soon as it has recovered and the interval has passed', async () => {
    const { pool, verifier, pass, answerWith } = createKeyLife();
    answerWith(down);
    expect(await rejectionOf(verifier.verify(pool.accessToken()))).toBeInstanceOf(KeysUnavailableError);
    answerWith(undefined);
    pass(0.5);
    expect(await verifier.verify(pool.accessToken())).toMatchObject({ status: 'authenticated' });
  });
});

describe('an outage', () => {
  it('is one from the first failure to the next success, by which the log knows it', async () => {
    const { pool, verifier, pass, answerWith } = createKeyLife();
    const outageAfter = async (seconds: number) => {
      pass(seconds);
      const error = await rejectionOf(verifier.verify(pool.accessToken()));
      return error instanceof KeysUnavailableError ? outageOf(error) : undefined;
    };
    answerWith(down);
    const first = await outageAfter(0);
    expect(first).toEqual({ userPoolId: pool.userPoolId });
    for (const seconds of [0, 0.1, 1, 30, 90]) expect(await outageAfter(seconds)).toBe(first);
    answerWith(undefined);
    expect(await outageAfter(30)).toBeUndefined();
    answerWith(down);
    const second = await outageAfter(25 * 60 * MINUTE);
    expect(second).toEqual(first);
    expect(second).not.toBe(first);
  });
});

describe('the events of keys', () => {
  it('report each fetch, each failure and the time to the next try', async () => {
    const events: AuthEvent[] = [];
    const { pool, verifier, pass, answerWith } = createKeyLife({ onEvent: (event) => events.push(event) });
    answerWith(down);
    const error = await rejectionOf(verifier.verify(pool.accessToken()));
    expect(error).toMatchObject({ name: 'KeysUnavailableError', code: 'AUTH_UNAVAILABLE', retryAfterSeconds: 1 });
    expect((error as KeysUnavailableError).cause).toEqual(new Error('The key endpoint responded with status 500.'));
    answerWith(undefined);
    pass(1);
    await verifier.verify(pool.accessToken());
    const issuer = pool.issuer;
    expect(events).toEqual([
      {
        type: 'keys.failed',
        userPoolId: pool.userPoolId,
        issuer,
        cause: new Error('The key endpoint responded with status 500.'),
        retryAfterSeconds: 1,
        durationMs: 0,
      },
      { type: 'keys.fetched', userPoolId: pool.userPoolId, issuer, keyCount: 1, durationMs: 0 },
      { type: 'token.verified', tokenUse: 'access', cached: false, durationMs: expect.any(Number) as number },
    ]);
  });

  it('do not report a rejected token when the keys are unavailable', async () => {
    const types: string[] = [];
    const { pool, verifier, answerWith } = createKeyLife({ onEvent: ({ type }) => types.push(type) });
    answerWith(down);
    const error = await rejectionOf(verifier.verify(pool.accessToken()));
    expect(error).not.toBeInstanceOf(TokenRejectedError);
    expect(types).toEqual(['keys.failed']);
  });
});
