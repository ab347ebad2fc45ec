import { describe, expect, it } from 'vitest';
import { KeysUnavailableError, TokenRejectedError } from '../../../src/errors.js';
import type { AuthEvent } from '../../../src/events.js';
import { createTestUserPool } from '../../../src/testing/index.js';
import type { KeySet } from '../../../src/token/keys/key-set.js';
import { KeyStore } from '../../../src/token/keys/key-store.js';
import { createCognitoVerifier } from '../../../src/token/verifier.js';
import { createKeyLife, down, later, settle } from '../../support/key-life.js';
import { createForeignPool } from '../../support/foreign-pool.js';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const INVALID = { status: 'rejected', reason: 'invalid' };
const rejectionOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    (value) => value,
    (error: unknown) => error,
  );

describe('the first use of a pool', () => {
  it('fetches the key set of the issuer that the token has, and no other', async () => {
    const { pool, verifier, fetches } = createKeyLife();
    await verifier.verify(pool.accessToken());
    await verifier.verify(pool.accessToken());
    expect(fetches).toEqual([`https://cognito-idp.eu-west-1.amazonaws.com/${pool.userPoolId}/.well-known/jwks.json`]);
  });

  it('accepts the other form of the issuer by that issuer’s own keys', async () => {
    const { pool, verifier, fetches } = createKeyLife();
    const issuer = `https://issuer-cognito-idp.eu-west-1.amazonaws.com/${pool.userPoolId}`;
    const auth = await verifier.verify(pool.accessToken({ iss: issuer }));
    expect(auth.userPoolId).toBe(pool.userPoolId);
    expect(fetches).toEqual([`${issuer}/.well-known/jwks.json`]);
  });

  it('makes one fetch per issuer of 1,000 operations that come at once, and refuses none', async () => {
    const first = createTestUserPool();
    const second = createTestUserPool();
    const fetches: string[] = [];
    const pools = [first, second];
    const verifier = createCognitoVerifier(
      pools.map(({ userPoolId, clientId }) => ({ userPoolId, clientId })),
      {
        keys: {
          fetch: async (input) => {
            const url = input instanceof Request ? input.url : String(input);
            fetches.push(url);
            await settle();
            return Response.json(pools.find(({ userPoolId }) => url.includes(userPoolId))?.jwks);
          },
        },
      },
    );
    const tokens = Array.from({ length: 100 }, (_, index) => (index % 2 === 0 ? first : second).accessToken());
    const auths = await Promise.all(
      Array.from({ length: 1_000 }, (_, index) => verifier.authenticate(tokens[index % tokens.length])),
    );
    expect(auths.filter(({ status }) => status !== 'authenticated')).toEqual([]);
    expect(new Set(auths).size).toBe(tokens.length);
    expect(fetches).toHaveLength(2);
  });
});

describe('keys that grow old', () => {
  it('are fetched again in the background before their age, and nobody waits', async () => {
    const { pool, verifier, fetches, pass, answerWith } = createKeyLife();
    await verifier.hydrate();
    const before = fetches.length;
    const slow = later();
    answerWith(slow.answer);
    pass(9 * MINUTE);
    for (let index = 0; index < 20; index += 1) {
      expect(await verifier.authenticate(pool.accessToken())).toMatchObject({ status: 'authenticated' });
    }
    expect(fetches).toHaveLength(before + 1);
    slow.send(Response.json(pool.jwks));
    await settle();
    // The new set counts from when it was asked for: it serves for another eight minutes.
    pass(7 * MINUTE);
    await verifier.verify(pool.accessToken());
    expect(fetches).toHaveLength(before + 1);
  });

  it('stop working within maxAge when the pool withdraws them, on a busy server', async () => {
    const { pool, verifier, pass } = createKeyLife();
    const token = pool.accessToken();
    await verifier.verify(token);
    pool.rotateKeys({ withdraw: true });
    const other = pool.accessToken();
    let refusedAfter = 0;
    for (let seconds = 0; seconds <= 10 * MINUTE && refusedAfter === 0; seconds += 15) {
      if ((await verifier.authenticate(token)).status === 'rejected') refusedAfter = seconds;
      await settle();
      pass(15);
    }
    expect(refusedAfter).toBeGreaterThan(0);
    expect(refusedAfter).toBeLessThanOrEqual(10 * MINUTE);
    expect(await verifier.authenticate(other)).toMatchObject({ status: 'authenticated' });
  });

  it('stop working after maxAge on a server that had nothing to do, with the first request', async () => {
    const { pool, verifier, pass } = createKeyLife({ keys: { maxAge: MINUTE } });
    const seen = pool.accessToken();
    const unseen = pool.accessToken();
    await verifier.verify(seen);
    pool.rotateKeys({ withdraw: true });
    pass(MINUTE + 1);
    expect(await Promise.all([verifier.authenticate(seen), verifier.authenticate(unseen)])).toEqual([INVALID, INVALID]);
  });

  it('count their age from when they were asked for, since a key may be withdrawn while they are on their way', async () => {
    const { pool, verifier, pass, answerWith } = createKeyLife({ keys: { maxAge: MINUTE } });
    const token = pool.accessToken();
    const slow = later();
    answerWith(slow.answer);
    const first = verifier.authenticate(token);
    pass(30);
    slow.send(Response.json(pool.jwks));
    expect(await first).toMatchObject({ status: 'authenticated' });
    answerWith(undefined);
    pool.rotateKeys({ withdraw: true });
    pass(31);
    expect(await verifier.authenticate(token)).toEqual(INVALID);
  });

  it('stop working when another key takes their kid, and so do the tokens that were verified by them', async () => {
    const { pool, verifier, pass, answerWith } = createKeyLife({ keys: { maxAge: MINUTE } });
    const token = pool.accessToken();
    await verifier.verify(token);
    const [theirs] = createForeignPool().jwks.keys;
    answerWith(() => Response.json({ keys: [{ ...theirs, kid: pool.jwks.keys[0]?.kid }] }));
    pass(MINUTE + 1);
    expect(await verifier.authenticate(token)).toEqual(INVALID);
    expect(await verifier.authenticate(pool.accessToken())).toEqual(INVALID);
  });

  it('keep the tokens that were verified by them when they come again', async () => {
    const { pool, verifier, fetches, pass } = createKeyLife({ keys: { maxAge: MINUTE } });
    const token = pool.accessToken();
    const auth = await verifier.verify(token);
    pool.rotateKeys();
    pass(MINUTE + 1);
    expect(await verifier.verify(token)).toBe(auth);
    expect(fetches).toHaveLength(2);
  });

  it('work for staleFor while the endpoint is down, and no longer', async () => {
    const { pool, verifier, pass, answerWith } = createKeyLife();
    await verifier.verify(pool.accessToken());
    answerWith(down);
    pass(10 * MINUTE + 1);
    for (let hours = 0; hours < 24; hours += 1) {
      expect(await verifier.authenticate(pool.accessToken())).toMatchObject({ status: 'authenticated' });
      pass(HOUR - 1);
    }
    pass(MINUTE);
    const error = await rejectionOf(verifier.verify(pool.accessToken()));
    expect(error).toBeInstanceOf(KeysUnavailableError);
    answerWith(undefined);
    pass(MINUTE);
    expect(await verifier.authenticate(pool.accessToken())).toMatchObject({ status: 'authenticated' });
  });

  it('stop working at the end of staleFor on a busy server too', async () => {
    const { pool, verifier, pass, answerWith } = createKeyLife({ keys: { maxAge: MINUTE, staleFor: MINUTE } });
    const token = pool.accessToken();
    await verifier.verify(token);
    answerWith(down);
    for (let seconds = 0; seconds <= 180; seconds += 1) {
      const outcome = await rejectionOf(verifier.verify(token));
      if (seconds <= 120) expect([seconds, outcome]).toMatchObject([seconds, { status: 'authenticated' }]);
      else expect(outcome).toBeInstanceOf(KeysUnavailableError);
      pass(1);
    }
  });

  it('serve without a wait during an outage, while the endpoint is tried now and then', async () => {
    const { pool, verifier, fetches, pass, answerWith } = createKeyLife();
    await verifier.verify(pool.accessToken());
    answerWith(down);
    pass(10 * MINUTE + 1);
    const token = pool.accessToken();
    for (let tenth = 0; tenth < 600; tenth += 1) {
      expect(await verifier.authenticate(token)).toMatchObject({ status: 'authenticated' });
      await Promise.resolve();
      pass(0.1);
    }
    expect(fetches.length).toBeGreaterThan(5);
    expect(fetches.length).toBeLessThanOrEqual(1 + 8);
    const hanging = later();
    answerWith(hanging.answer);
    const before = fetches.length;
    const serve = async () => {
      expect(await verifier.authenticate(token)).toMatchObject({ status: 'authenticated' });
      pass(1);
    };
    for (let seconds = 0; seconds < 40 && fetches.length === before; seconds += 1) await serve();
    for (let seconds = 0; seconds < 4; seconds += 1) await serve();
    expect(fetches).toHaveLength(before + 1);
    // When the endpoint is back, a key that it does not have any more is gone at once.
    pool.rotateKeys({ withdraw: true });
    answerWith(undefined);
    hanging.send(Response.json(pool.jwks));
    await settle();
    expect(await verifier.authenticate(token)).toEqual(INVALID);
  });

  it('are asked for again when the last failure is long past, although they would serve as stale ones', async () => {
    const { pool, verifier, pass, answerWith } = createKeyLife();
    const token = pool.accessToken();
    await verifier.verify(token);
    answerWith(down);
    pass(11 * MINUTE);
    expect(await verifier.authenticate(token)).toMatchObject({ status: 'authenticated' });
    answerWith(undefined);
    pool.rotateKeys({ withdraw: true });
    pass(2 * HOUR);
    expect(await verifier.authenticate(token)).toEqual(INVALID);
  });

  it('stay when what comes in their place is no key set', async () => {
    const { pool, verifier, pass, answerWith } = createKeyLife();
    await verifier.verify(pool.accessToken());
    for (const body of ['{}', '{"keys":[]}', '{"keys":[{"kty":"RSA"}]}', '<html>', '']) {
      answerWith(() => new Response(body));
      pass(11 * MINUTE);
      expect(await verifier.authenticate(pool.accessToken())).toMatchObject({ status: 'authenticated' });
    }
  });
});

describe('keys that are past their age when they arrive', () => {
  it('serve those who waited for them', async () => {
    const { pool, verifier, fetches, pass, answerWith } = createKeyLife({ keys: { maxAge: 1 } });
    answerWith(() => {
      pass(2);
      return fetches.length === 1 ? Response.json(pool.jwks) : down();
    });
    expect(await verifier.authenticate(pool.accessToken())).toMatchObject({ status: 'authenticated' });
    expect(fetches).toHaveLength(1);
  });
});

describe('a token of a key that is not in the set', () => {
  it('is accepted at once when the key is a new one', async () => {
    const { pool, verifier, fetches } = createKeyLife();
    const before = pool.accessToken();
    await verifier.verify(before);
    pool.rotateKeys();
    const tokens = Array.from({ length: 50 }, () => pool.accessToken());
    const auths = await Promise.all(tokens.map((token) => verifier.authenticate(token)));
    expect(auths.every(({ status }) => status === 'authenticated')).toBe(true);
    expect(await verifier.authenticate(before)).toMatchObject({ status: 'authenticated' });
    expect(fetches).toHaveLength(2);
  });

  it('costs at most one fetch in 10 s, whatever the flood, and good tokens are all accepted', async () => {
    const { pool, verifier, fetches, pass } = createKeyLife();
    await verifier.hydrate();
    const before = fetches.length;
    const good = pool.accessToken();
    const payload = good.split('.')[1] ?? '';
    const junk = (kid: string) =>
      `${Buffer.from(JSON.stringify({ kid, alg: 'RS256' })).toString('base64url')}.${payload}.AAAA`;
    let rotated = '';
    let acceptedAfter = Infinity;
    for (let tenth = 0; tenth < 600; tenth += 1) {
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, index) => verifier.authenticate(junk(`${String(tenth)}-${String(index)}`))),
      );
      expect(answers).toEqual(Array(10).fill(INVALID));
      expect((await verifier.authenticate(good)).status).toBe('authenticated');
      if (tenth === 305) {
        pool.rotateKeys();
        rotated = pool.accessToken();
      }
      if (rotated !== '' && acceptedAfter === Infinity) {
        if ((await verifier.authenticate(rotated)).status === 'authenticated') acceptedAfter = tenth - 305;
      }
      pass(0.1);
    }
    expect(acceptedAfter).toBeLessThanOrEqual(100);
    expect(fetches.length - before).toBeLessThanOrEqual(6);
  });

  it('is refused without a second fetch when it was the first token of all', async () => {
    const { pool, verifier, fetches } = createKeyLife();
    const stranger = pool.sign({ kid: 'stranger', alg: 'RS256' }, { ...claimsOf(pool.accessToken()) });
    expect(await verifier.authenticate(stranger)).toEqual(INVALID);
    expect(fetches).toHaveLength(1);
  });

  it('is nobody’s fault when the endpoint is down: it may be a good token', async () => {
    const { pool, verifier, fetches, pass, answerWith } = createKeyLife();
    await verifier.verify(pool.accessToken());
    pool.rotateKeys();
    answerWith(down);
    const token = pool.accessToken();
    expect(await rejectionOf(verifier.verify(token))).toBeInstanceOf(KeysUnavailableError);
    const again = await rejectionOf(verifier.verify(token));
    expect(again).toMatchObject({ name: 'KeysUnavailableError', retryAfterSeconds: 10 });
    expect(fetches).toHaveLength(2);
    answerWith(undefined);
    pass(10);
    expect(await verifier.authenticate(token)).toMatchObject({ status: 'authenticated' });
    // From then on the set is the newest there is, and what it does not have does not exist.
    const stranger = pool.sign({ kid: 'stranger', alg: 'RS256' }, { ...claimsOf(token) });
    expect(await verifier.authenticate(stranger)).toEqual(INVALID);
  });

  it('is nobody’s fault either when old keys serve, because the endpoint is down', async () => {
    const { pool, verifier, pass, answerWith } = createKeyLife();
    const known = pool.accessToken();
    await verifier.verify(known);
    pool.rotateKeys();
    const token = pool.accessToken();
    answerWith(down);
    pass(11 * MINUTE);
    expect(await rejectionOf(verifier.verify(token))).toBeInstanceOf(KeysUnavailableError);
    expect(await verifier.authenticate(known)).toMatchObject({ status: 'authenticated' });
    answerWith(undefined);
    pass(1);
    expect(await verifier.authenticate(token)).toMatchObject({ status: 'authenticated' });
  });

  it('waits in company of at most 2,000, while tokens of known keys go on', async () => {
    const { pool, verifier, pass, answerWith } = createKeyLife();
    const good = pool.accessToken();
    await verifier.verify(good);
    const slow = later();
    answerWith(slow.answer);
    const stranger = pool.sign({ kid: 'stranger', alg: 'RS256' }, { ...claimsOf(good) });
    const waiting = Array.from({ length: 2_000 }, () => verifier.authenticate(stranger));
    expect(await rejectionOf(verifier.verify(stranger))).toBeInstanceOf(KeysUnavailableError);
    expect(await verifier.authenticate(good)).toMatchObject({ status: 'authenticated' });
    slow.send(Response.json(pool.jwks));
    expect(new Set((await Promise.all(waiting)).map((auth) => JSON.stringify(auth)))).toEqual(
      new Set([JSON.stringify(INVALID)]),
    );
    // They have gone: there is room for others.
    answerWith(undefined);
    pass(10);
    expect(await verifier.authenticate(stranger)).toEqual(INVALID);
  });
});

describe('an endpoint that is down from the start', () => {
  it('is fetched from at most 8 times in the first minute, and every operation is answered at once', async () => {
    const { pool, verifier, fetches, pass, answerWith } = createKeyLife();
    answerWith(down);
    const token = pool.accessToken();
    const expired = pool.accessToken({ exp: Math.floor(Date.now() / 1000) - 1 });
    const foreign = createForeignPool().accessToken();
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

  it('is tried at intervals that double from half a second to half a minute, a little less each time', async () => {
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

  it('works as soon as it is back and the wait is over', async () => {
    const { pool, verifier, pass, answerWith } = createKeyLife();
    answerWith(down);
    expect(await rejectionOf(verifier.verify(pool.accessToken()))).toBeInstanceOf(KeysUnavailableError);
    answerWith(undefined);
    pass(0.5);
    expect(await verifier.verify(pool.accessToken())).toMatchObject({ status: 'authenticated' });
  });
});

describe('hydrate', () => {
  it('fetches the keys of all pools at once, and not again while they are young', async () => {
    const { pool, verifier, fetches, pass } = createKeyLife();
    await Promise.all([verifier.hydrate(), verifier.hydrate()]);
    await settle();
    expect(new Set(fetches).size).toBe(2);
    expect(fetches).toHaveLength(2);
    pass(MINUTE);
    await verifier.hydrate();
    await verifier.verify(pool.accessToken());
    expect(fetches).toHaveLength(2);
  });

  it('is content with one of the two issuers of a pool, since most pools have only one', async () => {
    const { pool, verifier, fetches, answerWith } = createKeyLife();
    answerWith(() =>
      fetches.at(-1)?.includes('//issuer-cognito-idp.') === true
        ? new Response('', { status: 403 })
        : Response.json(pool.jwks),
    );
    await expect(verifier.hydrate()).resolves.toBeUndefined();
    expect(await verifier.verify(pool.accessToken())).toMatchObject({ status: 'authenticated' });
  });

  it('fails when the keys of a pool cannot be had, and keeps those of the others', async () => {
    const good = createTestUserPool();
    const bad = createTestUserPool();
    const fetches: string[] = [];
    const verifier = createCognitoVerifier(
      [good, bad].map(({ userPoolId }) => ({ userPoolId, clientId: 'test-client' })),
      {
        keys: {
          fetch: async (input) => {
            const url = input instanceof Request ? input.url : String(input);
            fetches.push(url);
            return url.includes(good.userPoolId) ? Response.json(good.jwks) : down();
          },
        },
      },
    );
    await expect(verifier.hydrate()).rejects.toThrow(KeysUnavailableError);
    const before = fetches.length;
    expect(await verifier.verify(good.accessToken())).toMatchObject({ status: 'authenticated' });
    expect(fetches).toHaveLength(before);
  });
});

describe('close', () => {
  it('ends the fetch in flight, tells those who wait, and lets a later call start afresh', async () => {
    const { pool, verifier, fetches, answerWith } = createKeyLife();
    let ended = false;
    answerWith(
      (signal) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            ended = true;
            reject(new Error('aborted'));
          });
        }),
    );
    const waiting = rejectionOf(verifier.verify(pool.accessToken()));
    await settle();
    await verifier.close();
    await verifier.close();
    expect(await waiting).toBeInstanceOf(KeysUnavailableError);
    expect(ended).toBe(true);
    answerWith(undefined);
    expect(await verifier.authenticate(pool.accessToken())).toMatchObject({ status: 'authenticated' });
    expect(fetches).toHaveLength(2);
  });

  it('tells those who waited for younger keys, and does not give them the old ones', async () => {
    const { pool, verifier, pass, answerWith } = createKeyLife();
    const token = pool.accessToken();
    await verifier.verify(token);
    answerWith(later().answer);
    pass(11 * MINUTE);
    const waiting = rejectionOf(verifier.verify(pool.accessToken()));
    await verifier.close();
    answerWith(undefined);
    expect(await waiting).toBeInstanceOf(KeysUnavailableError);
    expect(await verifier.authenticate(token)).toMatchObject({ status: 'authenticated' });
  });

  it('forgets that the endpoint was down', async () => {
    const { pool, verifier, answerWith } = createKeyLife();
    answerWith(down);
    expect(await rejectionOf(verifier.verify(pool.accessToken()))).toBeInstanceOf(KeysUnavailableError);
    await verifier.close();
    answerWith(undefined);
    expect(await verifier.verify(pool.accessToken())).toMatchObject({ status: 'authenticated' });
  });

  it('does not take the answer of a fetch that it ended, when that comes all the same', async () => {
    const { pool, verifier, fetches, answerWith } = createKeyLife();
    const late = later();
    answerWith(late.answer);
    const token = pool.accessToken();
    const waiting = rejectionOf(verifier.verify(token));
    await verifier.close();
    answerWith(undefined);
    late.send(Response.json(pool.jwks));
    pool.rotateKeys({ withdraw: true });
    expect(await waiting).toBeInstanceOf(KeysUnavailableError);
    await settle();
    expect(await verifier.authenticate(token)).toEqual(INVALID);
    expect(fetches).toHaveLength(2);
  });

  it('holds also for a source of keys that does not look at its signal', async () => {
    let send: (keys: KeySet) => void = () => {};
    const seen: KeySet[] = [];
    const store = new KeyStore({
      maxAgeMs: 1_000,
      staleForMs: 0,
      clocks: { monotonic: () => 0, wall: () => 0 },
      userPoolId: 'pool',
      fetchKeys: () => new Promise((resolve) => (send = resolve)),
      onKeys: (keys) => seen.push(keys),
      onFetched: () => {},
      onFailed: () => {},
    });
    const waiting = rejectionOf(store.hydrate());
    store.close();
    send(new Map([['late', { kty: 'RSA', kid: 'late', use: 'sig', alg: 'RS256', n: 'n', e: 'AQAB' }]]));
    expect(await waiting).toBeInstanceOf(KeysUnavailableError);
    expect(store.get('late')).toBeUndefined();
    expect(seen).toEqual([new Map()]);
  });

  it('forgets keys and tokens', async () => {
    const { pool, verifier, fetches } = createKeyLife();
    const token = pool.accessToken();
    const auth = await verifier.verify(token);
    await verifier.close();
    expect(await verifier.verify(token)).not.toBe(auth);
    expect(fetches).toHaveLength(2);
  });

  it('leaves static keys, which nobody could fetch', async () => {
    const pool = createTestUserPool();
    const verifier = pool.verifier();
    const token = pool.accessToken();
    const auth = await verifier.verify(token);
    await verifier.close();
    const again = await verifier.verify(token);
    expect(again).toEqual(auth);
    expect(again).not.toBe(auth);
  });
});

describe('events of the keys', () => {
  it('tell what was fetched, what failed and when it is tried again', async () => {
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

  it('do not count what is the server’s fault as a token that was refused', async () => {
    const types: string[] = [];
    const { pool, verifier, answerWith } = createKeyLife({ onEvent: ({ type }) => types.push(type) });
    answerWith(down);
    const error = await rejectionOf(verifier.verify(pool.accessToken()));
    expect(error).not.toBeInstanceOf(TokenRejectedError);
    expect(types).toEqual(['keys.failed']);
  });
});

function claimsOf(token: string): object {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as object;
}
