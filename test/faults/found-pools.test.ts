/** `find` that fails, and callers that abuse it. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ApolloServer } from '@apollo/server';
import { buildSchema } from 'graphql';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { authStateOf } from '../../src/auth.js';
import { AuthConfigurationError } from '../../src/errors.js';
import { cognitoAuthPlugin } from '../../src/server/plugin.js';
import { createTestUserPool } from '../../src/testing/index.js';
import type { TestUserPool } from '../../src/testing/index.js';
import type { CognitoPool, CognitoPoolFinder } from '../../src/token/verifier.js';
import { createForeignPool } from '../support/foreign-pool.js';
import { settle } from '../support/key-life.js';
import { createTenants, forge } from '../support/tenants.js';
import type { Tenants } from '../support/tenants.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

async function heapAfterCollection(): Promise<number> {
  for (let turn = 0; turn < 3; turn += 1) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return process.memoryUsage().heapUsed;
}

const INVALID = { status: 'rejected', reason: 'invalid' };
const UNAVAILABLE = { status: 'rejected', reason: 'keys-unavailable' };
const AUTHENTICATED = { status: 'authenticated' };
const settingsOf = ({ userPoolId, clientId }: TestUserPool): CognitoPool => ({ userPoolId, clientId });

/** What is behind the refusal of a token of the pool, for the log. */
async function causeFor(tenants: Tenants, pool: TestUserPool): Promise<unknown> {
  const auth = await tenants.verifier.authenticate(pool.accessToken());
  expect(auth).toEqual(UNAVAILABLE);
  return authStateOf(auth)?.cause?.cause;
}

afterEach(() => {
  vi.useRealTimers();
});

describe('a `find` that fails', () => {
  const cause = new Error('The database is down.');

  it.each<[string, CognitoPoolFinder['find']]>([
    [
      'throws',
      () => {
        throw cause;
      },
    ],
    ['rejects', () => Promise.reject(cause)],
    [
      'returns a promise that cannot be waited for',
      () =>
        ({
          get then(): never {
            throw cause;
          },
        }) as never,
    ],
  ])('makes the token unavailable, with the cause, when it %s', async (_, find) => {
    const tenants = createTenants();
    const pool = tenants.add();
    tenants.findBy(find);
    expect(await causeFor(tenants, pool)).toBe(cause);
    tenants.findBy(undefined);
    tenants.pass(1);
    expect(await tenants.verifier.authenticate(pool.accessToken())).toMatchObject(AUTHENTICATED);
  });

  const other = createTestUserPool();

  it.each<[string, (pool: TestUserPool) => unknown, RegExp]>([
    [
      'null',
      () => null,
      /^Expected `find\(\)` to be the user pool of the issuer, got null\. Return undefined for a pool that is not yours\.$/,
    ],
    ['a text', () => 'eu-west-1_x', /^Expected `find\(\)` to be an object with .*, got a string\.$/],
    ['false', () => false, /^Expected `find\(\)` to be an object with .*, got false\.$/],
    ['a list', (pool) => [settingsOf(pool)], /^Expected `find\(\)` to be an object with .*, got a list\.$/],
    ['a row of a database', (pool) => ({ ...settingsOf(pool), tenant: 1 }), /^Unknown option `tenant` in `find\(\)`\./],
    ['no app client', ({ userPoolId }) => ({ userPoolId }), /^Expected `find\(\)\.clientId` to be /],
    [
      'undefined as the kind',
      (pool) => ({ ...settingsOf(pool), tokenUse: undefined }),
      /^Expected `find\(\)\.tokenUse` to be /,
    ],
    [
      'a wrong grace',
      (pool) => ({ ...settingsOf(pool), graceSeconds: -1 }),
      /^Expected `find\(\)\.graceSeconds` to be /,
    ],
    [
      'private keys',
      (pool) => ({ ...settingsOf(pool), jwks: { keys: [{ d: 'x' }] } }),
      /^Expected `find\(\)\.jwks` to be /,
    ],
    [
      'another pool',
      () => settingsOf(other),
      /^Expected the answer of `find\(\)` to be the user pool with the issuer that it was asked about, got a pool with another issuer\. Return a pool with this `userPoolId` and without `endpoint`, or undefined\.$/,
    ],
    [
      'an emulator',
      (pool) => ({ ...settingsOf(pool), endpoint: 'http://localhost:9229' }),
      /got a pool with another issuer/,
    ],
    [
      'the id of another pool as its name',
      (pool) => ({ ...settingsOf(pool), name: other.userPoolId }),
      /^Expected `find\(\)\.name` to be a name of its own, got the id of another user pool\./,
    ],
    ['another finder', () => ({ find: () => undefined }), /^Unknown option `find` in `find\(\)`\./],
  ])('makes the token unavailable, with a sentence, when it returns %s', async (_, answer, message) => {
    const tenants = createTenants();
    const pool = tenants.add();
    tenants.findBy(() => answer(pool) as CognitoPool);
    const fault = await causeFor(tenants, pool);
    expect(fault).toBeInstanceOf(AuthConfigurationError);
    expect(fault).toHaveProperty('message', expect.stringMatching(message) as string);
    expect(tenants.fetches).toEqual([]);
  });

  it('has 5 s to answer, and an answer after that counts for nothing', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const tenants = createTenants();
    const pool = tenants.add();
    let answer: (pool: CognitoPool) => void = () => {};
    tenants.findBy(() => new Promise((resolve) => (answer = resolve)));
    const auths = Promise.all([
      tenants.verifier.authenticate(pool.accessToken()),
      tenants.verifier.authenticate(pool.accessToken()),
    ]);
    await vi.advanceTimersByTimeAsync(4_999);
    expect(tenants.events).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    const [first, second] = await auths;
    expect([first, second]).toEqual([UNAVAILABLE, UNAVAILABLE]);
    expect(authStateOf(first)?.cause?.cause).toEqual(new Error('find() did not answer within 5000 ms.'));
    answer(settingsOf(pool));
    await vi.advanceTimersByTimeAsync(1);
    expect(await tenants.verifier.authenticate(pool.accessToken())).toEqual(UNAVAILABLE);
    expect(tenants.asked).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each(['unknown', 'known'])('is asked again after 0.5 s, doubling to 30 s, for a pool that is %s', async (kind) => {
    const tenants = createTenants({ ttl: 60 }, { keys: { maxAge: 86_400 } });
    const pool = tenants.add();
    const token = pool.accessToken();
    if (kind === 'known') await tenants.verifier.verify(token);
    tenants.pass(61);
    const before = tenants.asked.length;
    tenants.findBy(() => Promise.reject(cause));
    const gaps: number[] = [];
    let gap = 0;
    while (gaps.length < 10) {
      const asked = tenants.asked.length;
      expect(await tenants.verifier.authenticate(token)).toEqual(UNAVAILABLE);
      if (tenants.asked.length > asked) {
        gaps.push(gap);
        gap = 0;
      }
      tenants.pass(0.1);
      gap += 0.1;
    }
    const [, ...between] = gaps;
    [0.5, 1, 2, 4, 8, 16, 30, 30, 30].forEach((longest, index) => {
      expect(between[index]).toBeGreaterThan(longest * 0.8 - 0.11);
      expect(between[index]).toBeLessThan(longest + 0.11);
    });
    expect(tenants.asked.length - before).toBe(10);
    tenants.findBy(undefined);
    tenants.pass(30);
    expect(await tenants.verifier.authenticate(token)).toMatchObject(AUTHENTICATED);
  });

  it('loses no request of a known pool in use when it fails for less than a fifth of `ttl`', async () => {
    const tenants = createTenants();
    const pool = tenants.add();
    const token = pool.accessToken();
    await tenants.verifier.verify(token);
    for (const from of [0, 100, 200, 239, 250, 299]) {
      for (let seconds = 0; seconds < 330; seconds += 1) {
        const isDown = seconds >= from && seconds < from + 55;
        tenants.findBy(isDown ? () => Promise.reject(cause) : undefined);
        expect(await tenants.verifier.authenticate(token)).toMatchObject(AUTHENTICATED);
        await Promise.resolve();
        tenants.pass(1);
      }
      await settle();
    }
  });

  it('refuses the tokens of every pool once it has failed for `ttl`, so that no tenant outlives its removal', async () => {
    const tenants = createTenants();
    const pool = tenants.add();
    const seen = pool.accessToken();
    await tenants.verifier.verify(seen);
    tenants.findBy(() => Promise.reject(cause));
    for (let seconds = 0; seconds < 300; seconds += 10) {
      expect(await tenants.verifier.authenticate(seen)).toMatchObject(AUTHENTICATED);
      await settle();
      tenants.pass(10);
    }
    tenants.pass(1);
    expect(await tenants.verifier.authenticate(seen)).toEqual(UNAVAILABLE);
    expect(await causeFor(tenants, pool)).toBe(cause);
    tenants.findBy(undefined);
    tenants.pass(30);
    // The keys are still there.
    expect(await tenants.verifier.authenticate(seen)).toMatchObject(AUTHENTICATED);
    expect(tenants.fetches).toHaveLength(1);
  });

  it('fails for its own pool alone', async () => {
    const tenants = createTenants();
    const good = tenants.add();
    const bad = tenants.add();
    tenants.set(bad, { ...settingsOf(bad), graceSeconds: -1 });
    expect(await tenants.verifier.authenticate(bad.accessToken())).toEqual(UNAVAILABLE);
    expect(await tenants.verifier.authenticate(good.accessToken())).toMatchObject(AUTHENTICATED);
  });

  it('delays no token of the pool when it fails for a forged one of another region alone', async () => {
    const tenants = createTenants({ ttl: 60 }, { keys: { maxAge: 86_400 } });
    const pool = tenants.add();
    const token = pool.accessToken();
    const issuer = `https://cognito-idp.us-east-1.amazonaws.com/${pool.userPoolId}`;
    tenants.findBy((request) => {
      if (request.issuer === issuer) throw cause;
      return settingsOf(pool);
    });
    for (let seconds = 0; seconds < 300; seconds += 1) {
      expect(await tenants.verifier.authenticate(token)).toMatchObject(AUTHENTICATED);
      expect(await tenants.verifier.authenticate(forge({ issuer }))).toEqual(UNAVAILABLE);
      tenants.pass(1);
    }
    // It backs off.
    expect(tenants.asked.filter((request) => request.issuer === issuer).length).toBeLessThan(20);
  });

  it('is written to the log of the server once a minute', async () => {
    const tenants = createTenants();
    const lines: string[] = [];
    const write = (line: string) => void lines.push(line);
    const logger = { debug: () => {}, info: () => {}, warn: write, error: write };
    const server = new ApolloServer({
      schema: buildSchema('type Query { motd: String }'),
      plugins: [cognitoAuthPlugin({ verifier: tenants.verifier })],
      logger,
    });
    tenants.findBy(() => Promise.reject(cause));
    for (let index = 0; index < 50; index += 1) {
      const auth = await tenants.verifier.authenticate(forge(createTestUserPool()));
      expect(auth).toEqual(UNAVAILABLE);
      const { body } = await server.executeOperation({ query: '{ motd }' }, { contextValue: { auth } });
      expect(body).toMatchObject({ singleResult: { errors: [{ extensions: { reason: 'keys-unavailable' } }] } });
    }
    expect(lines).toEqual([
      'apollo-cognito-auth: could not verify a token; its request got 503. The database is down.',
    ]);
    await server.stop();
  });
});

describe('a flood of forged tokens of pools that exist on AWS', () => {
  it(
    'makes at most 20 look-ups a second, leaves less than 1 MB behind, and disturbs no known pool',
    { timeout: 120_000 },
    async () => {
      const tenants = createTenants({ maxPools: 5 }, { onEvent: undefined });
      const pools: TestUserPool[] = [];
      for (let index = 0; index < 5; index += 1) {
        const pool = tenants.add();
        await tenants.verifier.verify(pool.accessToken());
        pools.push(pool);
      }
      const tokens = pools.map((pool) => pool.accessToken());
      let looked = 0;
      tenants.findBy(({ userPoolId }) => {
        looked += 1;
        (tenants.asked as unknown[]).length = 0;
        const pool = pools.find((each) => each.userPoolId === userPoolId);
        return pool && settingsOf(pool);
      });
      const flood = async (from: number, to: number) => {
        for (let index = from; index < to; index += 1) {
          if (index % 100 === 0) tenants.pass(0.1);
          const id = `eu-west-1_${String(index)}`;
          const host = index % 2 === 0 ? 'cognito-idp' : 'issuer-cognito-idp';
          const auth = await tenants.verifier.authenticate(
            forge({ issuer: `https://${host}.eu-west-1.amazonaws.com/${id}` }),
          );
          if (auth.status !== 'rejected') throw new Error('A forged token was accepted.');
          if (index % 1_000 === 0) {
            for (const token of tokens) expect(await tenants.verifier.authenticate(token)).toMatchObject(AUTHENTICATED);
          }
        }
      };
      await flood(0, 20_000);
      const before = await heapAfterCollection();
      looked = 0;
      await flood(20_000, 120_000);
      const after = await heapAfterCollection();
      expect(after - before).toBeLessThan(1024 * 1024);
      // 100 seconds; the known pools are looked up when their time comes.
      expect(looked).toBeGreaterThan(1_900);
      expect(looked).toBeLessThanOrEqual(2_000 + pools.length);
    },
  );

  it('of one tenant leaves the keys of the others alone', async () => {
    const tenants = createTenants({ maxPools: 2 });
    const mine = tenants.add();
    const theirs = tenants.add();
    const stranger = createForeignPool();
    await tenants.verifier.verify(theirs.accessToken());
    const seen = theirs.accessToken();
    const auth = await tenants.verifier.verify(seen);
    // A tenant can sign as many good tokens as it likes, and name the other in those that it signs.
    for (let index = 0; index < 100; index += 1) {
      tenants.pass(0.01);
      expect(await tenants.verifier.authenticate(mine.accessToken())).toMatchObject(AUTHENTICATED);
      expect(await tenants.verifier.authenticate(stranger.accessToken({ iss: theirs.issuer }))).toEqual(INVALID);
    }
    expect(await tenants.verifier.verify(seen)).toBe(auth);
    expect(tenants.asked).toHaveLength(2);
    expect(tenants.fetches).toHaveLength(3);
  });
});

describe('10,000 tenants', () => {
  it('take less than 100 MB of heap, and give it back', { timeout: 120_000 }, async () => {
    const signer = createTestUserPool();
    const [key] = signer.jwks.keys;
    const count = 10_000;
    const userPoolIdOf = (index: number) => `eu-west-1_${String(index).padStart(9, '0')}`;
    const tenants = createTenants({ maxPools: count, ttl: 86_400 }, { keys: { maxAge: 86_400 }, onEvent: undefined });
    tenants.findBy(({ userPoolId }) => ({ userPoolId, clientId: `client-${userPoolId}` }));
    tenants.answerWith(() => Response.json({ keys: [key, { ...key, kid: crypto.randomUUID(), n: randomModulus() }] }));
    const verify = async (index: number) => {
      const userPoolId = userPoolIdOf(index);
      const iss = `https://cognito-idp.eu-west-1.amazonaws.com/${userPoolId}`;
      tenants.pass(0.051);
      await tenants.verifier.verify(signer.accessToken({ iss, client_id: `client-${userPoolId}` }));
    };
    for (let index = 0; index < 500; index += 1) await verify(index);
    await tenants.verifier.close();
    const before = await heapAfterCollection();
    for (let index = 0; index < count; index += 1) await verify(index);
    const full = await heapAfterCollection();
    expect(full - before).toBeLessThan(100 * 1024 * 1024);
    const looked = tenants.asked.length;
    await verify(0);
    await verify(5_000);
    expect(tenants.asked).toHaveLength(looked);
    await tenants.verifier.close();
    for (const noted of [tenants.asked, tenants.fetches]) (noted as unknown[]).length = 0;
    expect((await heapAfterCollection()) - before).toBeLessThan(2 * 1024 * 1024);
  });
});

/** Of an RSA-2048 key whose private half does not exist. */
function randomModulus(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(256));
  bytes[0] = 0x80 | (bytes[0] ?? 0);
  bytes[255] = 1 | (bytes[255] ?? 0);
  return Buffer.from(bytes).toString('base64url');
}
