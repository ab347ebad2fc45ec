import { afterEach, describe, expect, it, vi } from 'vitest';
import { authStateOf } from '../../../src/auth.js';
import { RevocationUnavailableError, TokenRejectedError } from '../../../src/errors.js';
import type { AuthEvent } from '../../../src/events.js';
import { createTestUserPool } from '../../../src/testing/index.js';
import type { CognitoVerifierOptions } from '../../../src/token/verifier.js';

const pool = createTestUserPool();
const UNAVAILABLE = { status: 'rejected', reason: 'revocation-unavailable' };
const broken = new Error('the store is down');
const NO_BOOLEAN = new Error('isRevoked() answered neither true nor false.');

function verifierWith(isRevoked: () => unknown, options: CognitoVerifierOptions = {}) {
  return pool.verifier({ ...options, revocation: { isRevoked: isRevoked as () => boolean } });
}

afterEach(() => {
  vi.useRealTimers();
});

const revokedProxy = () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};
const answers: [string, () => unknown, unknown][] = [
  ['nothing', () => undefined, NO_BOOLEAN],
  ['null', () => null, NO_BOOLEAN],
  ['0', () => 0, NO_BOOLEAN],
  ['an empty text', () => '', NO_BOOLEAN],
  ['the text "false"', () => 'false', NO_BOOLEAN],
  ['NaN', () => NaN, NO_BOOLEAN],
  ['a Boolean object', () => new Boolean(false), NO_BOOLEAN],
  ['an object', () => ({ revoked: false }), NO_BOOLEAN],
  ['a function', () => () => false, NO_BOOLEAN],
  ['a promise of nothing', () => Promise.resolve(undefined), NO_BOOLEAN],
  ['a promise of 0', () => Promise.resolve(0), NO_BOOLEAN],
  [
    'a thenable that rejects',
    () => ({
      then: (_: unknown, no: (e: Error) => void) => {
        no(broken);
      },
    }),
    broken,
  ],
  [
    'a thenable that throws',
    () => ({
      then: () => {
        throw broken;
      },
    }),
    broken,
  ],
  [
    'a thenable that cannot be read',
    () => ({
      get then() {
        throw broken;
      },
    }),
    broken,
  ],
  [
    'a promise that cannot be read',
    () =>
      Object.defineProperty(Promise.resolve(false), 'constructor', {
        get: () => {
          throw broken;
        },
      }),
    broken,
  ],
  ['a revoked Proxy', revokedProxy, expect.any(TypeError)],
  [
    'an error that it throws',
    () => {
      throw broken;
    },
    broken,
  ],
  ['a rejection', () => Promise.reject(broken), broken],
  [
    'a rejection with this package’s own refusal',
    () => Promise.reject(new TokenRejectedError('expired')),
    new TokenRejectedError('expired'),
  ],
  [
    'a text that it throws',
    () => {
      throw 'down' as unknown as Error;
    },
    'down',
  ],
  [
    'a thenable that rejects with nothing',
    () => ({
      then: (_: unknown, no: () => void) => {
        no();
      },
    }),
    undefined,
  ],
];

describe('a revocation check that answers', () => {
  it.each(answers)('with %s is unavailable: the token is neither accepted nor revoked', async (_, answer, cause) => {
    const events: AuthEvent[] = [];
    const verifier = verifierWith(answer, { onEvent: (event) => events.push(event) });
    const token = pool.accessToken();
    for (let time = 0; time < 2; time += 1) {
      const auth = await verifier.authenticate(token);
      expect(auth).toEqual(UNAVAILABLE);
      const state = authStateOf(auth)?.cause;
      expect(state).toBeInstanceOf(RevocationUnavailableError);
      expect(state?.cause).toEqual(cause);
      await expect(verifier.verify(token)).rejects.toMatchObject({
        name: 'RevocationUnavailableError',
        code: 'AUTH_UNAVAILABLE',
        reason: 'revocation-unavailable',
        retryAfterSeconds: 5,
        message: 'Authentication is temporarily unavailable.',
      });
    }
    expect(events).toEqual([]);
  });

  it.each([
    ['true', () => true],
    ['a promise of true', () => Promise.resolve(true)],
    [
      'a thenable of true',
      () => ({
        then: (yes: (value: boolean) => void) => {
          yes(true);
        },
      }),
    ],
  ])('with %s refuses the token as revoked', async (_, answer) => {
    expect(await verifierWith(answer).authenticate(pool.accessToken())).toEqual({
      status: 'rejected',
      reason: 'revoked',
    });
  });

  it('with false, at once or later, accepts the token', async () => {
    for (const answer of [() => false, () => Promise.resolve(false)]) {
      expect(await verifierWith(answer).authenticate(pool.accessToken())).toMatchObject({ status: 'authenticated' });
    }
  });
});

describe('a revocation check without an answer', () => {
  it('is unavailable after 5 seconds, and a later answer counts for nothing', async () => {
    vi.useFakeTimers();
    const settle: ((answer: boolean) => void)[] = [];
    const verifier = verifierWith(() => new Promise<boolean>((resolve) => settle.push(resolve)));
    const token = pool.accessToken();
    const slow = verifier.authenticate(token);
    const quick = verifier.authenticate(token);
    await vi.advanceTimersByTimeAsync(4_999);
    settle[1]?.(false);
    expect(await quick).toMatchObject({ status: 'authenticated' });
    await vi.advanceTimersByTimeAsync(1);
    expect(await slow).toEqual(UNAVAILABLE);
    expect(authStateOf(await slow)?.cause?.cause).toEqual(new Error('isRevoked() did not answer within 5000 ms.'));
    settle[0]?.(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('does not end the process when it rejects later', async () => {
    vi.useFakeTimers();
    let fail: (cause: Error) => void = () => {};
    const verifier = verifierWith(() => new Promise((_, reject) => (fail = reject)));
    const waiting = verifier.authenticate(pool.accessToken());
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await waiting).toEqual(UNAVAILABLE);
    fail(broken);
    await vi.advanceTimersByTimeAsync(1);
  });

  it('holds at most 10,000 requests at once, and further ones are unavailable at once', async () => {
    const settle: ((answer: boolean) => void)[] = [];
    const verifier = verifierWith(() => new Promise<boolean>((resolve) => settle.push(resolve)));
    const token = pool.accessToken();
    const waiting = Array.from({ length: 10_100 }, () => verifier.authenticate(token));
    expect(await kindsOf(waiting.slice(10_000))).toEqual([UNAVAILABLE]);
    expect(settle).toHaveLength(10_000);
    for (const answer of settle) answer(true);
    expect(await kindsOf(waiting.slice(0, 10_000))).toEqual([{ status: 'rejected', reason: 'revoked' }]);
    const next = verifier.authenticate(token);
    settle.at(-1)?.(false);
    expect(settle).toHaveLength(10_001);
    expect(await next).toMatchObject({ status: 'authenticated' });
  });

  it('holds no more than that after late answers', async () => {
    vi.useFakeTimers();
    const settle: ((answer: boolean) => void)[] = [];
    const verifier = verifierWith(() => new Promise<boolean>((resolve) => settle.push(resolve)));
    const token = pool.accessToken();
    const late = Array.from({ length: 10 }, () => verifier.authenticate(token));
    await vi.advanceTimersByTimeAsync(5_000);
    for (const answer of settle.splice(0)) answer(false);
    expect(await kindsOf(late)).toEqual([UNAVAILABLE]);
    const waiting = Array.from({ length: 10_010 }, () => verifier.authenticate(token));
    expect(await kindsOf(waiting.slice(10_000))).toEqual([UNAVAILABLE]);
    expect(settle).toHaveLength(10_000);
    for (const answer of settle) answer(true);
    await Promise.all(waiting);
  });

  it('does not keep a process alive', () => {
    const verifier = verifierWith(() => new Promise(() => {}));
    const before = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    void verifier.authenticate(pool.accessToken());
    // Timers that were let go of are not counted among the resources that keep the process alive.
    expect(process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout')).toHaveLength(before);
  });
});

/** The different answers among so many. */
async function kindsOf(answers: readonly Promise<unknown>[]): Promise<unknown[]> {
  const kinds = new Set((await Promise.all(answers)).map((answer) => JSON.stringify(answer)));
  return [...kinds].map((kind) => JSON.parse(kind) as unknown);
}
