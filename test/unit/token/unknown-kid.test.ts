/** What a token costs whose key is not in the set. */
import { describe, expect, it } from 'vitest';
import { KeysUnavailableError } from '../../../src/errors.js';
import { createKeyLife, down, later } from '../../support/key-life.js';
import { rejectionOf } from '../../support/rejection.js';
import { claimsOf } from '../../support/token-claims.js';

const MINUTE = 60;
const INVALID = { status: 'rejected', reason: 'invalid' };

describe('a token of an unknown key', () => {
  it('is accepted at once when the key is new', async () => {
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

  it('costs at most one fetch in 10 s in a flood of them, while every good token is accepted', async () => {
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

  it('is refused without a second fetch when it is the first token of all', async () => {
    const { pool, verifier, fetches } = createKeyLife();
    const stranger = pool.sign({ kid: 'stranger', alg: 'RS256' }, { ...claimsOf(pool.accessToken()) });
    expect(await verifier.authenticate(stranger)).toEqual(INVALID);
    expect(fetches).toHaveLength(1);
  });

  it('is unavailable while the endpoint is down, because the key can be new', async () => {
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

  it('is unavailable while old keys are used, because the endpoint is down', async () => {
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

  it('waits among at most 2,000, while tokens of known keys are accepted', async () => {
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
    // There is room for others again.
    answerWith(undefined);
    pass(10);
    expect(await verifier.authenticate(stranger)).toEqual(INVALID);
  });

  it('joins a fetch in flight, and can then still begin one of its own', async () => {
    const { pool, verifier, fetches, pass, answerWith } = createKeyLife();
    const good = pool.accessToken();
    await verifier.verify(good);
    const slow = later();
    answerWith(slow.answer);
    pass(9 * MINUTE);
    expect(await verifier.authenticate(good)).toMatchObject({ status: 'authenticated' });
    const stranger = verifier.authenticate(pool.sign({ kid: 'stranger', alg: 'RS256' }, claimsOf(good)));
    slow.send(Response.json(pool.jwks));
    expect(await stranger).toEqual(INVALID);
    expect(fetches).toHaveLength(2);
    answerWith(undefined);
    pool.rotateKeys();
    expect(await verifier.authenticate(pool.accessToken())).toMatchObject({ status: 'authenticated' });
    expect(fetches).toHaveLength(3);
  });
});
