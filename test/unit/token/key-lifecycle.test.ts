/** hydrate() and close(). */
import { describe, expect, it } from 'vitest';
import { KeysUnavailableError } from '../../../src/errors.js';
import { createTestUserPool } from '../../../src/testing/index.js';
import type { KeySet } from '../../../src/token/keys/key-set.js';
import { KeyStore } from '../../../src/token/keys/key-store.js';
import { createCognitoVerifier } from '../../../src/token/verifier.js';
import { createKeyLife, down, later, settle } from '../../support/key-life.js';
import { rejectionOf } from '../../support/rejection.js';
import { claimsOf } from '../../support/token-claims.js';

const MINUTE = 60;
const INVALID = { status: 'rejected', reason: 'invalid' };

describe('hydrate()', () => {
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

  it('needs the keys of one issuer of each pool, because most pools have only one', async () => {
    const { pool, verifier, fetches, answerWith } = createKeyLife();
    answerWith(() =>
      fetches.at(-1)?.includes('//issuer-cognito-idp.') === true
        ? new Response('', { status: 403 })
        : Response.json(pool.jwks),
    );
    await expect(verifier.hydrate()).resolves.toBeUndefined();
    expect(await verifier.verify(pool.accessToken())).toMatchObject({ status: 'authenticated' });
  });

  it('rejects when the keys of a pool are unavailable, and keeps those of the others', async () => {
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

  it('rejects without a fetch before the next try', async () => {
    const { verifier, fetches, pass, answerWith } = createKeyLife();
    answerWith(down);
    await expect(verifier.hydrate()).rejects.toThrow(KeysUnavailableError);
    await expect(verifier.hydrate()).rejects.toMatchObject({ name: 'KeysUnavailableError', retryAfterSeconds: 1 });
    expect(fetches).toHaveLength(2);
    answerWith(undefined);
    pass(1);
    await expect(verifier.hydrate()).resolves.toBeUndefined();
    expect(fetches).toHaveLength(4);
  });
});

describe('close()', () => {
  it('ends the fetch in flight and the requests that wait, and lets a later call start afresh', async () => {
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

  it('ends the requests that wait for younger keys, without giving them the old ones', async () => {
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

  it('makes a token unavailable, not invalid, when it comes at the moment the keys arrive', async () => {
    const life = createKeyLife({
      onEvent: ({ type }) => {
        if (type === 'keys.fetched') void life.verifier.close();
      },
    });
    expect(await rejectionOf(life.verifier.verify(life.pool.accessToken()))).toBeInstanceOf(KeysUnavailableError);
  });

  it('forgets that the endpoint was down', async () => {
    const { pool, verifier, answerWith } = createKeyLife();
    answerWith(down);
    expect(await rejectionOf(verifier.verify(pool.accessToken()))).toBeInstanceOf(KeysUnavailableError);
    await verifier.close();
    answerWith(undefined);
    expect(await verifier.verify(pool.accessToken())).toMatchObject({ status: 'authenticated' });
  });

  it('ignores a late response to a fetch that it ended', async () => {
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

  it('ignores a late response when the fetch ignores its signal', async () => {
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

  it('forgets when an unknown key was last fetched for', async () => {
    const { pool, verifier } = createKeyLife();
    const stranger = pool.sign({ kid: 'stranger', alg: 'RS256' }, claimsOf(pool.accessToken()));
    await verifier.hydrate();
    expect(await verifier.authenticate(stranger)).toEqual(INVALID);
    await verifier.close();
    await verifier.hydrate();
    pool.rotateKeys();
    expect(await verifier.authenticate(pool.accessToken())).toMatchObject({ status: 'authenticated' });
  });

  it('forgets keys and tokens', async () => {
    const { pool, verifier, fetches } = createKeyLife();
    const token = pool.accessToken();
    const auth = await verifier.verify(token);
    await verifier.close();
    expect(await verifier.verify(token)).not.toBe(auth);
    expect(fetches).toHaveLength(2);
  });

  it('keeps static keys', async () => {
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
