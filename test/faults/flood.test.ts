import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { createTestUserPool } from '../../src/testing/index.js';
import type { CognitoVerifier } from '../../src/token/verifier.js';
import { createVerifier } from '../../src/token/verifier.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

async function heapAfterCollection(): Promise<number> {
  // What a turn of the event loop still holds on to goes with the next one.
  for (let turn = 0; turn < 3; turn += 1) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return process.memoryUsage().heapUsed;
}

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('a flood of tokens that nobody signed', () => {
  it(
    'of 1,000,000 distinct ones, with distinct kid and iss, leaves less than 1 MB behind',
    { timeout: 120_000 },
    async () => {
      const pool = createTestUserPool();
      let fetches = 0;
      const fetch = () => {
        fetches += 1;
        return Promise.resolve(Response.json(pool.jwks));
      };
      const verifier = createVerifier(
        { userPoolId: pool.userPoolId, clientId: 'test-client' },
        { keys: { fetch } },
        () => 0,
      );
      const good = pool.accessToken();
      await verifier.verify(good);
      const claims = JSON.parse(Buffer.from(good.split('.')[1] ?? '', 'base64url').toString()) as object;
      const signature = 'A'.repeat(342);
      // Half of them name the issuer that is configured, so that they get as far as the keys.
      const junk = (index: number) => {
        const iss = index % 2 === 0 ? pool.issuer : `https://issuer-${String(index)}.example`;
        return `${encode({ kid: `kid-${String(index)}`, alg: 'RS256' })}.${encode({ ...claims, iss })}.${signature}`;
      };
      const flood = async (from: number, to: number) => {
        for (let index = from; index < to; index += 1) {
          const auth = await verifier.authenticate(junk(index));
          if (auth.status !== 'rejected' || auth.reason !== 'invalid') throw new Error(`junk was ${auth.status}`);
        }
      };
      // Compiled code and the like are there before the count begins.
      await flood(0, 20_000);
      const before = await heapAfterCollection();
      await flood(20_000, 1_020_000);
      const after = await heapAfterCollection();
      expect(after - before).toBeLessThan(1024 * 1024);
      expect(fetches).toBe(2);
      expect(await verifier.authenticate(good)).toMatchObject({ status: 'authenticated' });
    },
  );
});

describe('a flood of good tokens', () => {
  const pool = createTestUserPool();
  const isCached = async (verifier: CognitoVerifier, token: string) =>
    (await verifier.verify(token)) === (await verifier.verify(token));

  it('leaves no more than the cache may hold, at about 1 KB each', { timeout: 60_000 }, async () => {
    const max = 2_000;
    const tokens = (count: number) =>
      Array.from({ length: count }, (_, index) => {
        const claims = { sub: crypto.randomUUID(), 'cognito:groups': ['admin', 'support'] };
        return index % 2 === 0 ? pool.accessToken(claims) : pool.idToken(claims);
      });
    const verifier = pool.verifier({ tokenCache: { max } });
    const fill = async (count: number) => {
      for (const token of tokens(count)) await verifier.verify(token);
    };
    // As many as fit, once, so that maps and code have their size; then what a full cache holds shows when it is emptied.
    await fill(max);
    const full = await heapAfterCollection();
    await fill(max);
    const fullAgain = await heapAfterCollection();
    await verifier.close();
    const empty = await heapAfterCollection();
    const perEntry = (fullAgain - empty) / max;
    expect(perEntry).toBeGreaterThan(400);
    expect(perEntry).toBeLessThan(1_200);
    expect(fullAgain - full).toBeLessThan(512 * 1024);
  });

  it('does not push out a token that is in use', async () => {
    const verifier = pool.verifier({ tokenCache: { max: 10 } });
    const inUse = pool.accessToken();
    const auth = await verifier.verify(inUse);
    for (let round = 0; round < 5; round += 1) {
      for (let index = 0; index < 9; index += 1) expect(await isCached(verifier, pool.accessToken())).toBe(true);
      expect(await verifier.verify(inUse)).toBe(auth);
    }
  });
});
