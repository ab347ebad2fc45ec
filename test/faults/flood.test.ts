import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { createTestUserPool } from '../../src/testing/index.js';
import type { CognitoVerifier } from '../../src/token/verifier.js';
import { createVerifier } from '../../src/token/verifier.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** About the size of each of these on the heap. */
async function sizeOf(tokens: readonly string[]): Promise<number> {
  const before = await heapAfterCollection();
  const claims = tokens.map(
    (token) => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as unknown,
  );
  const after = await heapAfterCollection();
  return Math.max(500, (after - before) / claims.length);
}

async function heapAfterCollection(): Promise<number> {
  // What one turn of the event loop still holds is freed in the next one.
  for (let turn = 0; turn < 3; turn += 1) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return process.memoryUsage().heapUsed;
}

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('a flood of forged tokens', () => {
  it(
    'leaves less than 1 MB behind after 1,000,000 distinct ones, with distinct kid and iss',
    { timeout: 120_000 },
    async () => {
      const pool = createTestUserPool();
      let fetches = 0;
      const fetch = () => {
        fetches += 1;
        return Promise.resolve(Response.json(pool.jwks));
      };
      const startedAt = Date.now();
      const verifier = createVerifier(
        { userPoolId: pool.userPoolId, clientId: 'test-client' },
        { keys: { fetch }, clock: () => startedAt },
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

  it('leaves no more than `max` of them, at about 1 KB each', { timeout: 60_000 }, async () => {
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

  // What an entry takes besides is small beside these.
  it.each<[string, (index: number) => Record<string, unknown>]>([
    ['1 KB', () => ({ 'cognito:groups': ['admin', 'support'], sub: crypto.randomUUID() })],
    ['15 KB of groups', () => ({ 'cognito:groups': Array.from({ length: 270 }, () => crypto.randomUUID()) })],
    [
      '15 KB of short groups',
      (index) => ({ 'cognito:groups': Array.from({ length: 900 }, (_, at) => `${index}.${at}`) }),
    ],
    ['15 KB of letters', () => ({ list: Array.from({ length: 2_500 }, () => 'x') })],
    ['15 KB of one text', (index) => ({ 'custom:text': `${index}${'x'.repeat(10_000)}` })],
    ['15 KB of Chinese', (index) => ({ 'custom:text': `${index}${'中'.repeat(3_500)}` })],
    ['15 KB of empty objects', () => ({ list: Array.from({ length: 3_500 }, () => ({})) })],
    ['15 KB of empty lists', () => ({ list: Array.from({ length: 3_500 }, () => []) })],
    ['15 KB of numbers', () => ({ list: Array.from({ length: 1_500 }, (_, at) => at + 0.5) })],
    [
      '15 KB of names',
      (index) => Object.fromEntries(Array.from({ length: 180 }, (_, at) => [`n${index}_${at}`, crypto.randomUUID()])),
    ],
  ])(
    'takes `maxBytes` of memory, to within a factor of two, when each has %s',
    { timeout: 60_000 },
    async (_, make) => {
      const maxBytes = 6 * 1024 * 1024;
      const verifier = pool.verifier({ tokenCache: { maxBytes } });
      // More than fit, of any size.
      const fill = async () => {
        const tokens = Array.from({ length: 60 }, (_, index) => pool.accessToken(make(index)));
        const size = await sizeOf(tokens);
        for (let index = 0; index * size < 2 * maxBytes; index += 1)
          await verifier.verify(pool.accessToken(make(index)));
      };
      await fill();
      const full = await heapAfterCollection();
      await verifier.close();
      const empty = await heapAfterCollection();
      expect(full - empty).toBeGreaterThan(maxBytes / 2);
      expect(full - empty).toBeLessThan(maxBytes * 2);
    },
  );

  it('accepts a token larger than all the room, without remembering it', async () => {
    const verifier = pool.verifier({ tokenCache: { maxBytes: 4_000 } });
    const small = pool.accessToken();
    const large = pool.accessToken({ 'custom:text': 'x'.repeat(8_000) });
    const auth = await verifier.verify(small);
    expect(await isCached(verifier, large)).toBe(false);
    expect(await verifier.verify(small)).toBe(auth);
  });

  it('forgets the tokens used least recently by size, and frees their room', async () => {
    const verifier = pool.verifier({ tokenCache: { maxBytes: 7_000 } });
    const [a, b, c] = ['a', 'b', 'c'].map((sub) => pool.accessToken({ sub, 'custom:text': sub.repeat(1_500) }));
    if (a === undefined || b === undefined || c === undefined) throw new Error('three tokens');
    const first = await verifier.verify(a);
    const second = await verifier.verify(b);
    expect(await verifier.verify(a)).toBe(first);
    await verifier.verify(c);
    expect(await verifier.verify(a)).toBe(first);
    expect(await verifier.verify(b)).not.toBe(second);
    for (let round = 0; round < 100; round += 1) {
      expect(await isCached(verifier, pool.accessToken({ 'custom:text': 'x'.repeat(1_500) }))).toBe(true);
    }
  });

  it('keeps a token that is in use', async () => {
    const verifier = pool.verifier({ tokenCache: { max: 10 } });
    const inUse = pool.accessToken();
    const auth = await verifier.verify(inUse);
    for (let round = 0; round < 5; round += 1) {
      for (let index = 0; index < 9; index += 1) expect(await isCached(verifier, pool.accessToken())).toBe(true);
      expect(await verifier.verify(inUse)).toBe(auth);
    }
  });
});
