/** How long fetched keys are used, and when they are fetched again. */
import { describe, expect, it } from 'vitest';
import { KeysUnavailableError } from '../../../src/errors.js';
import { createTestUserPool } from '../../../src/testing/index.js';
import { createCognitoVerifier } from '../../../src/token/verifier.js';
import { createKeyLife, down, later, settle } from '../../support/key-life.js';
import { createForeignPool } from '../../support/foreign-pool.js';
import { rejectionOf } from '../../support/rejection.js';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const INVALID = { status: 'rejected', reason: 'invalid' };

describe('the first use of a pool', () => {
  it('fetches the key set of the token’s issuer alone', async () => {
    const { pool, verifier, fetches } = createKeyLife();
    await verifier.verify(pool.accessToken());
    await verifier.verify(pool.accessToken());
    expect(fetches).toEqual([`https://cognito-idp.eu-west-1.amazonaws.com/${pool.userPoolId}/.well-known/jwks.json`]);
  });

  it('fetches the key set of the updated issuer for a token of that issuer', async () => {
    const { pool, verifier, fetches } = createKeyLife();
    const issuer = `https://issuer-cognito-idp.eu-west-1.amazonaws.com/${pool.userPoolId}`;
    const auth = await verifier.verify(pool.accessToken({ iss: issuer }));
    expect(auth.userPoolId).toBe(pool.userPoolId);
    expect(fetches).toEqual([`${issuer}/.well-known/jwks.json`]);
  });

  it('makes one fetch for each issuer of 1,000 simultaneous operations, and answers them all', async () => {
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

describe('keys', () => {
  it('are fetched again in the background before maxAge, and no request waits', async () => {
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

  it('stop working within maxAge on a busy server when the pool withdraws them', async () => {
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

  it('stop working with the first request after maxAge on an idle server', async () => {
    const { pool, verifier, pass } = createKeyLife({ keys: { maxAge: MINUTE } });
    const seen = pool.accessToken();
    const unseen = pool.accessToken();
    await verifier.verify(seen);
    pool.rotateKeys({ withdraw: true });
    pass(MINUTE + 1);
    expect(await Promise.all([verifier.authenticate(seen), verifier.authenticate(unseen)])).toEqual([INVALID, INVALID]);
  });

  it('are as old as their request, because a key can be withdrawn while the response is on its way', async () => {
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

  it('stop working when another key takes their kid, also for remembered tokens', async () => {
    const { pool, verifier, pass, answerWith } = createKeyLife({ keys: { maxAge: MINUTE } });
    const token = pool.accessToken();
    await verifier.verify(token);
    const [theirs] = createForeignPool().jwks.keys;
    answerWith(() => Response.json({ keys: [{ ...theirs, kid: pool.jwks.keys[0]?.kid }] }));
    pass(MINUTE + 1);
    expect(await verifier.authenticate(token)).toEqual(INVALID);
    expect(await verifier.authenticate(pool.accessToken())).toEqual(INVALID);
  });

  it('keep their remembered tokens when they are fetched again', async () => {
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

  it('work without a wait during an outage, while the endpoint is tried again', async () => {
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

  it('are fetched again before they are used as stale ones, when the last failure is long past', async () => {
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

  it('stay when the response is not a key set', async () => {
    const { pool, verifier, pass, answerWith } = createKeyLife();
    await verifier.verify(pool.accessToken());
    for (const body of ['{}', '{"keys":[]}', '{"keys":[{"kty":"RSA"}]}', '<html>', '']) {
      answerWith(() => new Response(body));
      pass(11 * MINUTE);
      expect(await verifier.authenticate(pool.accessToken())).toMatchObject({ status: 'authenticated' });
    }
  });
});

describe('keys past their age when they arrive', () => {
  it('work for the requests that waited for them', async () => {
    const { pool, verifier, fetches, pass, answerWith } = createKeyLife({ keys: { maxAge: 1 } });
    answerWith(() => {
      pass(2);
      return fetches.length === 1 ? Response.json(pool.jwks) : down();
    });
    expect(await verifier.authenticate(pool.accessToken())).toMatchObject({ status: 'authenticated' });
    expect(fetches).toHaveLength(1);
  });
});
