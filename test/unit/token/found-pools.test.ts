/** Pools that are found at run time: when `find` is asked, what its answers mean, and how long they count. */
import { describe, expect, it } from 'vitest';
import { authStateOf } from '../../../src/auth.js';
import type { Auth } from '../../../src/auth.js';
import { AuthConfigurationError, KeysUnavailableError } from '../../../src/errors.js';
import { createVerifier, internalsOf } from '../../../src/token/verifier.js';
import type { CognitoPool, CognitoPoolFinder } from '../../../src/token/verifier.js';
import { createTestUserPool } from '../../../src/testing/index.js';
import type { TestUserPool } from '../../../src/testing/index.js';
import { createForeignPool } from '../../support/foreign-pool.js';
import { later, settle } from '../../support/key-life.js';
import { rejectionOf } from '../../support/rejection.js';
import { createTenants, forge } from '../../support/tenants.js';
import { claimsOf } from '../../support/token-claims.js';

const INVALID = { status: 'rejected', reason: 'invalid' };
const UNAVAILABLE = { status: 'rejected', reason: 'keys-unavailable' };
const AUTHENTICATED = { status: 'authenticated' };

const causeOf = (auth: Auth) => authStateOf(auth)?.cause;
const updatedIssuerOf = ({ userPoolId }: TestUserPool) =>
  `https://issuer-cognito-idp.eu-west-1.amazonaws.com/${userPoolId}`;
const settingsOf = ({ userPoolId, clientId }: TestUserPool): CognitoPool => ({ userPoolId, clientId });
const create = (pools: unknown) => createVerifier(pools, {}, () => performance.now());

/** Verifies one token of each of these many further tenants, as slowly as look-ups allow. */
async function serve(tenants: ReturnType<typeof createTenants>, count: number): Promise<TestUserPool[]> {
  const pools: TestUserPool[] = [];
  for (let index = 0; index < count; index += 1) {
    const pool = tenants.add();
    tenants.pass(0.06);
    await tenants.verifier.verify(pool.accessToken());
    pools.push(pool);
  }
  return pools;
}

describe('the first token of a pool', () => {
  it('is verified with the pool that `find` returns for its issuer', async () => {
    const tenants = createTenants();
    const pool = tenants.add();
    const auth = await tenants.verifier.verify(pool.accessToken({ sub: 'ann', username: 'ann' }));
    expect(auth).toMatchObject({
      status: 'authenticated',
      sub: 'ann',
      userPoolId: pool.userPoolId,
      clientId: 'test-client',
    });
    expect(tenants.asked).toEqual([{ issuer: pool.issuer, userPoolId: pool.userPoolId }]);
    expect(tenants.fetches).toEqual([`${pool.issuer}/.well-known/jwks.json`]);
  });

  it('starts one look-up and one fetch for 1,000 tokens that wait', async () => {
    const tenants = createTenants();
    const pools = [tenants.add(), tenants.add()];
    tenants.findBy(async ({ userPoolId }) => {
      await settle();
      return { userPoolId, clientId: 'test-client' };
    });
    const tokens = pools.map((pool) => pool.accessToken());
    const auths = await Promise.all(
      Array.from({ length: 1_000 }, (_, index) => tenants.verifier.authenticate(tokens[index % 2])),
    );
    expect(auths.filter(({ status }) => status !== 'authenticated')).toEqual([]);
    expect(tenants.asked.map(({ userPoolId }) => userPoolId)).toEqual(pools.map(({ userPoolId }) => userPoolId));
    expect(tenants.fetches).toHaveLength(2);
  });

  it.each<[string, Partial<CognitoPool>, (pool: TestUserPool) => string]>([
    ['another app client', {}, (pool) => pool.accessToken({ client_id: 'other' })],
    ['another kind', { tokenUse: 'access' }, (pool) => pool.idToken()],
    ['a bad signature', {}, (pool) => forge(pool)],
    ['an unknown key', {}, ({ userPoolId }) => createForeignPool({ userPoolId }).accessToken()],
  ])('is invalid with %s', async (_, settings, make) => {
    const tenants = createTenants();
    const pool = tenants.add(settings);
    expect(await tenants.verifier.authenticate(make(pool))).toEqual(INVALID);
    expect(await tenants.verifier.authenticate(pool.accessToken())).toMatchObject(AUTHENTICATED);
    expect(tenants.asked).toHaveLength(1);
  });

  it('is verified with the keys that `find` returns', async () => {
    const tenants = createTenants();
    const { jwks } = createTestUserPool();
    const pool = tenants.add({ jwks });
    expect(await tenants.verifier.authenticate(pool.accessToken())).toMatchObject(AUTHENTICATED);
    expect(tenants.fetches).toEqual([]);
  });

  it('can be of either issuer of the pool, which is looked up once', async () => {
    const tenants = createTenants();
    const pool = tenants.add();
    tenants.answerWith(() => Response.json(pool.jwks));
    const updated = updatedIssuerOf(pool);
    expect(await tenants.verifier.authenticate(pool.accessToken({ iss: updated }))).toMatchObject(AUTHENTICATED);
    expect(await tenants.verifier.authenticate(pool.accessToken())).toMatchObject(AUTHENTICATED);
    expect(tenants.asked).toEqual([{ issuer: updated, userPoolId: pool.userPoolId }]);
    expect(tenants.fetches).toEqual([updated, pool.issuer].map((issuer) => `${issuer}/.well-known/jwks.json`));
  });

  it('is invalid when the pool does not have its issuer, which costs one fetch', async () => {
    const tenants = createTenants();
    const pool = tenants.add();
    await tenants.verifier.verify(pool.accessToken());
    for (let count = 0; count < 5; count += 1) {
      expect(await tenants.verifier.authenticate(pool.accessToken({ iss: updatedIssuerOf(pool) }))).toEqual(INVALID);
    }
    expect(tenants.asked).toHaveLength(1);
    expect(tenants.fetches).toHaveLength(2);
  });

  it('can be of a replica, also before any other token of the pool', async () => {
    const tenants = createTenants();
    const pool = tenants.add({ regions: ['us-west-2'] });
    const issuer = `https://cognito-idp.us-west-2.amazonaws.com/${pool.userPoolId}`;
    expect(await tenants.verifier.authenticate(pool.accessToken({ iss: issuer }))).toMatchObject(AUTHENTICATED);
    expect(await tenants.verifier.authenticate(pool.accessToken())).toMatchObject(AUTHENTICATED);
    expect(tenants.asked).toEqual([{ issuer, userPoolId: pool.userPoolId }]);
  });

  it('is invalid when the pool is not replicated to its region, which costs one look-up and no fetch', async () => {
    const tenants = createTenants();
    const pool = tenants.add();
    await tenants.verifier.verify(pool.accessToken());
    const iss = `https://cognito-idp.us-west-2.amazonaws.com/${pool.userPoolId}`;
    for (let count = 0; count < 5; count += 1) {
      expect(await tenants.verifier.authenticate(pool.accessToken({ iss }))).toEqual(INVALID);
    }
    expect(await tenants.verifier.authenticate(pool.accessToken())).toMatchObject(AUTHENTICATED);
    expect([tenants.asked.length, tenants.fetches.length]).toEqual([2, 1]);
  });

  it('is never looked up in a region of another partition, or at another host', async () => {
    const tenants = createTenants();
    const { userPoolId, accessToken } = tenants.add();
    for (const host of [
      'cognito-idp.us-gov-west-1.amazonaws.com',
      'cognito-idp.cn-north-1.amazonaws.com.cn',
      'cognito-idp.us-west-2.amazonaws.com.cn',
      'cognito-idp.us-west-2.example.com',
      'cognito-idp.us-west-2.amazonaws.com.example.com',
      'cognito-idp.us-nowhere.amazonaws.com',
    ]) {
      const auth = await tenants.verifier.authenticate(accessToken({ iss: `https://${host}/${userPoolId}` }));
      expect(auth).toEqual(INVALID);
    }
    expect(tenants.asked).toEqual([]);
  });

  it('is never looked up when its issuer is longer than any, which would fill the memory', async () => {
    const tenants = createTenants();
    const { accessToken } = tenants.add();
    const issuerOf = (region: string) => `https://issuer-cognito-idp.${region}.amazonaws.com/${region}_AbCdEf123`;
    expect(await tenants.verifier.authenticate(accessToken({ iss: issuerOf(`eu-${'a'.repeat(100)}-1`) }))).toEqual(
      INVALID,
    );
    expect(tenants.asked).toEqual([]);
    await tenants.verifier.authenticate(accessToken({ iss: issuerOf('ap-southeast-1') }));
    expect(tenants.asked).toHaveLength(1);
  });

  it('is unavailable while the keys of the pool are', async () => {
    const tenants = createTenants();
    const pool = tenants.add();
    tenants.answerWith(() => new Response('', { status: 500 }));
    expect(await tenants.verifier.authenticate(pool.accessToken())).toEqual(UNAVAILABLE);
    tenants.answerWith(undefined);
    tenants.pass(1);
    expect(await tenants.verifier.authenticate(pool.accessToken())).toMatchObject(AUTHENTICATED);
    expect(tenants.asked).toHaveLength(1);
  });
});

describe('a token that is refused without a look-up', () => {
  const HOUR = 3600;
  const now = Math.floor(Date.now() / 1000);
  const id = 'eu-west-1_AbCdEf123';
  const other = createTestUserPool({ userPoolId: id });
  const claims = claimsOf(other.accessToken());
  const header = { alg: 'RS256', kid: 'k' };

  it.each<[string, string, string]>([
    ['an expired one', other.accessToken({ iat: now - 2 * HOUR, exp: now - 1 }), 'expired'],
    ['one from the future', other.accessToken({ iat: now + HOUR, exp: now + 2 * HOUR }), 'invalid'],
    ['one that is not valid yet', other.accessToken({ nbf: now + HOUR }), 'invalid'],
    ['one that lives too long', other.accessToken({ exp: now + 48 * HOUR }), 'invalid'],
    ['one of two parts', other.accessToken().split('.').slice(0, 2).join('.'), 'malformed'],
    ['one of 17 KB', other.accessToken({ 'custom:text': 'x'.repeat(17_000) }), 'malformed'],
    ['one of another algorithm', other.sign({ alg: 'HS256', kid: 'k' }, claims), 'malformed'],
    ['one without a kid', other.sign({ alg: 'RS256' }, claims), 'malformed'],
    ['one without a sub', other.sign(header, { ...claims, sub: undefined }), 'malformed'],
    ['one with groups of numbers', other.accessToken({ 'cognito:groups': [1] as unknown as string[] }), 'malformed'],
    ['one of another token_use', other.sign(header, { ...claims, token_use: 'refresh' }), 'invalid'],
    ['one without an issuer', other.sign(header, { ...claims, iss: undefined }), 'malformed'],
    ...[
      'https://attacker.example/eu-west-1_AbCdEf123',
      `http://cognito-idp.eu-west-1.amazonaws.com/${id}`,
      `https://cognito-idp.eu-west-1.amazonaws.com/${id}/`,
      `https://cognito-idp.eu-west-1.amazonaws.com//${id}`,
      `https://cognito-idp.eu-west-1.amazonaws.com:443/${id}`,
      `https://cognito-idp.eu-west-1.amazonaws.com.evil.example/${id}`,
      `https://cognito-idp.eu-west-1.amazonaws.com/x/${id}`,
      `https://cognito-idp.eu-west-1.amazonaws.com/${id}?x`,
      `https://COGNITO-IDP.eu-west-1.amazonaws.com/${id}`,
      `https://user@cognito-idp.eu-west-1.amazonaws.com/${id}`,
      `https://cognito-idp.us-gov-west-1.amazonaws.com/${id}`,
      `https://cognito-idp.eu-west-1.amazonaws.com.cn/${id}`,
      `https://cognito-idp-fips.eu-west-1.amazonaws.com/${id}`,
      `https://cognito-idp.eu-west-1.api.aws/${id}`,
      'https://cognito-idp.us-iso-east-1.c2s.ic.gov/us-iso-east-1_AbCdEf123',
      'https://cognito-idp.eu-west-1.amazonaws.com/local_1a2B',
      'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_../x',
      `http://localhost:9229/${id}`,
      id,
      '',
    ].map((iss): [string, string, string] => [
      `one of the issuer ${JSON.stringify(iss)}`,
      other.sign(header, { ...claims, iss }),
      'invalid',
    ]),
  ])('is %s', async (_, token, reason) => {
    const { verifier, asked, fetches } = createTenants();
    expect(await verifier.authenticate(token)).toEqual({ status: 'rejected', reason });
    expect(asked).toEqual([]);
    expect(fetches).toEqual([]);
  });

  it('is one past its exp also when the pool has a grace, which counts once the pool is known', async () => {
    const tenants = createTenants();
    const pool = tenants.add({ graceSeconds: 60 });
    const expired = pool.accessToken({ iat: now - HOUR, exp: now - 5 });
    expect(await tenants.verifier.authenticate(expired)).toEqual({ status: 'rejected', reason: 'expired' });
    expect(tenants.asked).toEqual([]);
    await tenants.verifier.verify(pool.accessToken());
    expect(await tenants.verifier.authenticate(expired)).toMatchObject(AUTHENTICATED);
  });
});

describe('a pool that `find` does not know', () => {
  it('makes its tokens invalid for `ttl`, and is then asked for again', async () => {
    const tenants = createTenants();
    const stranger = createTestUserPool();
    for (let count = 0; count < 5; count += 1) {
      expect(await tenants.verifier.authenticate(stranger.accessToken())).toEqual(INVALID);
      tenants.pass(59);
    }
    expect(tenants.asked).toEqual([{ issuer: stranger.issuer, userPoolId: stranger.userPoolId }]);
    tenants.set(stranger, { ...settingsOf(stranger), jwks: stranger.jwks });
    expect(await tenants.verifier.authenticate(stranger.accessToken())).toEqual(INVALID);
    tenants.pass(6);
    expect(await tenants.verifier.authenticate(stranger.accessToken())).toMatchObject(AUTHENTICATED);
    expect(tenants.asked).toHaveLength(2);
    expect(tenants.fetches).toEqual([]);
  });

  it('by one of its issuers can be found by the other', async () => {
    const tenants = createTenants();
    const pool = tenants.add();
    tenants.findBy(({ issuer }) => (issuer === pool.issuer ? settingsOf(pool) : undefined));
    expect(await tenants.verifier.authenticate(forge(pool, { iss: updatedIssuerOf(pool) }))).toEqual(INVALID);
    expect(await tenants.verifier.authenticate(pool.accessToken())).toMatchObject(AUTHENTICATED);
  });

  it('is remembered among 1,000 at most, of which the one used least recently goes first', async () => {
    const tenants = createTenants();
    const ask = async (pool: TestUserPool) => {
      tenants.pass(0.06);
      const before = tenants.asked.length;
      expect(await tenants.verifier.authenticate(forge(pool))).toEqual(INVALID);
      return tenants.asked.length > before;
    };
    const strangers = Array.from({ length: 1_001 }, () => createTestUserPool());
    const [first, second, third] = strangers;
    if (first === undefined || second === undefined || third === undefined) throw new Error('three pools');
    for (const stranger of strangers.slice(0, 1_000)) expect(await ask(stranger)).toBe(true);
    expect(await ask(first)).toBe(false);
    expect(await ask(strangers[1_000] ?? first)).toBe(true);
    expect([await ask(first), await ask(third), await ask(second)]).toEqual([false, false, true]);
  });
});

describe('a pool that stays the same', () => {
  it('is looked up again before the end of `ttl`, in the background, and keeps its keys and tokens', async () => {
    const tenants = createTenants({}, { keys: { maxAge: 3600 } });
    const pool = tenants.add();
    const token = pool.accessToken();
    const auth = await tenants.verifier.verify(token);
    let answer: (pool: CognitoPool) => void = () => {};
    tenants.findBy(() => new Promise((resolve) => (answer = resolve)));
    tenants.pass(239);
    expect(await tenants.verifier.verify(token)).toBe(auth);
    expect(tenants.asked).toHaveLength(1);
    tenants.pass(2);
    for (let count = 0; count < 10; count += 1) expect(await tenants.verifier.verify(token)).toBe(auth);
    expect(tenants.asked).toHaveLength(2);
    tenants.pass(30);
    answer(settingsOf(pool));
    await settle();
    // The answer counts from when it was asked for.
    tenants.pass(209);
    expect(await tenants.verifier.verify(token)).toBe(auth);
    expect(tenants.asked).toHaveLength(2);
    tenants.pass(2);
    expect(await tenants.verifier.verify(token)).toBe(auth);
    expect(tenants.asked).toHaveLength(3);
    expect(tenants.fetches).toHaveLength(1);
  });

  it('is looked up before it is used again when no token came for `ttl`', async () => {
    const tenants = createTenants({ ttl: 60 });
    const pool = tenants.add();
    const token = pool.accessToken();
    const auth = await tenants.verifier.verify(token);
    tenants.pass(61);
    expect(await tenants.verifier.verify(token)).toBe(auth);
    expect(tenants.asked).toHaveLength(2);
    expect(tenants.fetches).toHaveLength(1);
  });

  it('takes the token of a new key that comes with the look-up', async () => {
    const tenants = createTenants({ ttl: 60 });
    const pool = tenants.add();
    await tenants.verifier.verify(pool.accessToken());
    pool.rotateKeys();
    tenants.pass(61);
    expect(await tenants.verifier.authenticate(pool.accessToken())).toMatchObject(AUTHENTICATED);
    expect(tenants.fetches).toHaveLength(2);
  });

  it('is looked up by the wall clock when the process was suspended', async () => {
    let wall = Date.now();
    const tenants = createTenants({}, { clock: () => wall });
    const pool = tenants.add();
    await tenants.verifier.verify(pool.accessToken());
    tenants.set(pool, undefined);
    wall += 301_000;
    expect(await tenants.verifier.authenticate(pool.accessToken())).toEqual(INVALID);
  });
});

describe('a pool that goes', () => {
  it.each([
    ['seen before', (_: TestUserPool, seen: string) => seen],
    ['new', (pool: TestUserPool) => pool.accessToken()],
  ])('has its tokens refused within `ttl` on a busy server: one that is %s', async (_, make) => {
    const tenants = createTenants();
    const pool = tenants.add();
    const seen = pool.accessToken();
    await tenants.verifier.verify(seen);
    tenants.set(pool, undefined);
    let refusedAfter = 0;
    for (let seconds = 0; seconds <= 300 && refusedAfter === 0; seconds += 10) {
      if ((await tenants.verifier.authenticate(make(pool, seen))).status === 'rejected') refusedAfter = seconds;
      await settle();
      tenants.pass(10);
    }
    expect(refusedAfter).toBeGreaterThan(0);
    expect(refusedAfter).toBeLessThanOrEqual(300);
    expect(await tenants.verifier.authenticate(seen)).toEqual(INVALID);
  });

  it.each<[string, Partial<CognitoPool>]>([
    ['were fetched', {}],
    ['`find` returned', { jwks: createTestUserPool().jwks }],
  ])('has the first token after `ttl` refused on an idle server, when its keys %s', async (_, settings) => {
    const tenants = createTenants();
    const pool = tenants.add(settings);
    const seen = pool.accessToken();
    await tenants.verifier.verify(seen);
    tenants.set(pool, undefined);
    tenants.pass(301);
    expect(
      await Promise.all([tenants.verifier.authenticate(seen), tenants.verifier.authenticate(pool.accessToken())]),
    ).toEqual([INVALID, INVALID]);
    expect(tenants.asked).toHaveLength(2);
  });

  it('has its keys fetched again when it comes back', async () => {
    const tenants = createTenants();
    const pool = tenants.add();
    const token = pool.accessToken();
    const auth = await tenants.verifier.verify(token);
    tenants.set(pool, undefined);
    tenants.pass(301);
    await tenants.verifier.authenticate(token);
    tenants.set(pool, settingsOf(pool));
    tenants.pass(301);
    expect(await tenants.verifier.verify(token)).not.toBe(auth);
    expect(tenants.fetches).toHaveLength(2);
  });
});

describe('a pool that changes', () => {
  const { jwks } = createForeignPool();

  it.each<[string, Partial<CognitoPool>, Partial<CognitoPool>]>([
    ['clientId', {}, { clientId: 'other' }],
    ['tokenUse', {}, { tokenUse: 'id' }],
    ['jwks', { jwks: createTestUserPool().jwks }, { jwks }],
    ['jwks, which was not there before,', {}, { jwks }],
  ])('in its %s has its tokens refused within `ttl`', async (_, before, after) => {
    const tenants = createTenants();
    const pool = tenants.add(before);
    const token = pool.accessToken();
    await tenants.verifier.verify(token);
    tenants.set(pool, { ...settingsOf(pool), ...after });
    tenants.pass(241);
    expect(await tenants.verifier.authenticate(token)).toMatchObject(AUTHENTICATED);
    await settle();
    expect(await tenants.verifier.authenticate(token)).toEqual(INVALID);
    expect(await tenants.verifier.authenticate(pool.accessToken())).toEqual(INVALID);
  });

  it('has its keys fetched and its tokens checked again, under the new settings', async () => {
    const tenants = createTenants();
    const pool = tenants.add();
    const token = pool.accessToken();
    const auth = await tenants.verifier.verify(token);
    tenants.set(pool, { ...settingsOf(pool), clientId: ['test-client', 'mobile'] });
    tenants.pass(301);
    expect(await tenants.verifier.verify(token)).not.toBe(auth);
    expect(await tenants.verifier.authenticate(pool.accessToken({ client_id: 'mobile' }))).toMatchObject(AUTHENTICATED);
    expect(tenants.fetches).toHaveLength(2);
    expect(tenants.asked).toHaveLength(2);
  });
});

describe('`maxPools`', () => {
  it('keeps the pools whose tokens were verified last, and looks the others up again', async () => {
    const tenants = createTenants({ maxPools: 3 });
    const [a, b, c] = await serve(tenants, 3);
    if (a === undefined || b === undefined || c === undefined) throw new Error('three pools');
    const seen = b.accessToken();
    const auth = await tenants.verifier.verify(seen);
    await tenants.verifier.verify(c.accessToken());
    await tenants.verifier.verify(a.accessToken());
    // A remembered token counts as well.
    await tenants.verifier.verify(seen);
    // The fourth pool pushes out the third.
    await serve(tenants, 1);
    const before = tenants.asked.length;
    await tenants.verifier.verify(a.accessToken());
    expect(await tenants.verifier.verify(seen)).toBe(auth);
    expect(tenants.asked).toHaveLength(before);
    expect(await tenants.verifier.authenticate(c.accessToken())).toMatchObject(AUTHENTICATED);
    expect(tenants.asked.slice(before)).toEqual([{ issuer: c.issuer, userPoolId: c.userPoolId }]);
  });

  it('forgets the remembered tokens and the keys of a pool that is pushed out', async () => {
    const tenants = createTenants({ maxPools: 1 });
    const [a] = await serve(tenants, 1);
    if (a === undefined) throw new Error('a pool');
    const token = a.accessToken();
    const auth = await tenants.verifier.verify(token);
    await serve(tenants, 1);
    expect(await tenants.verifier.verify(token)).not.toBe(auth);
    expect(tenants.fetches.filter((url) => url.includes(a.userPoolId))).toHaveLength(2);
  });

  it('makes a token unavailable, not invalid, whose pool is pushed out at the moment its keys arrive', async () => {
    const tenants = createTenants({ maxPools: 1 });
    const a = tenants.add();
    const b = tenants.add();
    const gate = later();
    tenants.answerWith(async (url) => {
      await gate.answer();
      return Response.json((url.includes(a.userPoolId) ? a : b).jwks);
    });
    const tokens = [a.accessToken(), b.accessToken(), a.accessToken({ iss: updatedIssuerOf(a) })];
    const auths = Promise.all(tokens.map((token) => tenants.verifier.authenticate(token)));
    await settle();
    expect(tenants.fetches).toHaveLength(3);
    gate.send(new Response());
    expect(await auths).toMatchObject([AUTHENTICATED, AUTHENTICATED, UNAVAILABLE]);
  });

  it('is not touched by forged tokens: neither the order of pools nor their number', async () => {
    const tenants = createTenants({ maxPools: 2 });
    const [a, b] = await serve(tenants, 2);
    if (a === undefined || b === undefined) throw new Error('two pools');
    // Pools that `find` knows, and a token of the pool that goes first.
    for (let index = 0; index < 400; index += 1) {
      tenants.pass(0.06);
      expect(await tenants.verifier.authenticate(forge(tenants.add()))).toEqual(INVALID);
      expect(await tenants.verifier.authenticate(forge(a))).toEqual(INVALID);
    }
    const before = tenants.asked.length;
    await tenants.verifier.verify(b.accessToken());
    await tenants.verifier.verify(a.accessToken());
    expect(tenants.asked).toHaveLength(before);
    // A token of `b` came after the last one of `a` when the order is by verified tokens alone.
    await tenants.verifier.verify(b.accessToken());
    expect(await tenants.verifier.authenticate(forge(a))).toEqual(INVALID);
    await serve(tenants, 1);
    const asked = tenants.asked.length;
    await tenants.verifier.verify(b.accessToken());
    expect(tenants.asked).toHaveLength(asked);
  });

  it('is not touched by pools that `find` does not know', async () => {
    const tenants = createTenants({ maxPools: 1 });
    const [pool] = await serve(tenants, 1);
    if (pool === undefined) throw new Error('a pool');
    for (let index = 0; index < 1_200; index += 1) {
      tenants.pass(0.06);
      expect(await tenants.verifier.authenticate(forge(createTestUserPool()))).toEqual(INVALID);
    }
    const before = tenants.asked.length;
    await tenants.verifier.verify(pool.accessToken());
    expect(tenants.asked).toHaveLength(before);
  });

  it('leaves 10 s of look-ups at the highest rate to a pool whose first good token waits for keys', async () => {
    const tenants = createTenants({ maxPools: 1 });
    const pool = tenants.add();
    let send: (response: Response) => void = () => {};
    tenants.answerWith(() => new Promise((resolve) => (send = resolve)));
    const waiting = tenants.verifier.authenticate(pool.accessToken());
    await settle();
    const keys = send;
    tenants.answerWith(undefined);
    for (let index = 0; index < 199; index += 1) {
      tenants.pass(0.05);
      await tenants.verifier.authenticate(forge(tenants.add()));
    }
    keys(Response.json(pool.jwks));
    expect(await waiting).toMatchObject(AUTHENTICATED);
  });

  it('bounds the pools of which no token was verified to 200', async () => {
    const tenants = createTenants();
    const first = tenants.add();
    await tenants.verifier.authenticate(forge(first));
    const flood = async (count: number) => {
      for (let index = 0; index < count; index += 1) {
        tenants.pass(0.06);
        await tenants.verifier.authenticate(forge(tenants.add()));
      }
      const before = tenants.asked.length;
      await tenants.verifier.authenticate(forge(first));
      return tenants.asked.length - before;
    };
    expect([await flood(199), await flood(1)]).toEqual([0, 1]);
  });
});

describe('look-ups of unknown pools', () => {
  it('are at most 20 in any second; above it, the token is unavailable for 1 s', async () => {
    const tenants = createTenants();
    const pools = Array.from({ length: 60 }, () => tenants.add());
    const auths = await Promise.all(pools.map((pool) => tenants.verifier.authenticate(pool.accessToken())));
    expect(auths.map(({ status }) => status)).toEqual([
      ...Array<string>(20).fill('authenticated'),
      ...Array<string>(40).fill('rejected'),
    ]);
    expect(auths[20]).toEqual(UNAVAILABLE);
    expect(auths[20] && causeOf(auths[20])).toMatchObject({ name: 'KeysUnavailableError', retryAfterSeconds: 1 });
    const later = async (seconds: number) => {
      tenants.pass(seconds);
      const before = tenants.asked.length;
      await Promise.all(pools.map((pool) => tenants.verifier.authenticate(pool.accessToken())));
      return tenants.asked.length - before;
    };
    expect([await later(0.99), await later(0.01), await later(0.5), await later(0.5)]).toEqual([0, 20, 0, 20]);
  });

  it('do not keep known pools from being looked up again', async () => {
    const tenants = createTenants({ ttl: 100 });
    const pools = await serve(tenants, 30);
    tenants.pass(101);
    const flood = () => Array.from({ length: 30 }, () => tenants.verifier.authenticate(forge(createTestUserPool())));
    await Promise.all(flood());
    const auths = await Promise.all(pools.map((pool) => tenants.verifier.authenticate(pool.accessToken())));
    expect(auths.filter(({ status }) => status !== 'authenticated')).toEqual([]);
  });

  it('include those of a pool of which no token was verified', async () => {
    const tenants = createTenants({ ttl: 10 });
    const pool = tenants.add();
    await tenants.verifier.authenticate(forge(pool));
    tenants.pass(11);
    await Promise.all(Array.from({ length: 20 }, () => tenants.verifier.authenticate(forge(createTestUserPool()))));
    expect(await tenants.verifier.authenticate(forge(pool))).toEqual(UNAVAILABLE);
    tenants.pass(1);
    expect(await tenants.verifier.authenticate(pool.accessToken())).toMatchObject(AUTHENTICATED);
    // The same pool as before, with the keys that it had.
    expect(tenants.fetches).toHaveLength(1);
  });

  it('have at most 2,000 tokens that wait', async () => {
    const tenants = createTenants();
    const pool = tenants.add();
    let answer: (pool: CognitoPool) => void = () => {};
    tenants.findBy(() => new Promise((resolve) => (answer = resolve)));
    const token = pool.accessToken();
    const auths = Array.from({ length: 2_001 }, () => tenants.verifier.authenticate(token));
    expect(await auths[2_000]).toEqual(UNAVAILABLE);
    answer(settingsOf(pool));
    const settled = await Promise.all(auths);
    expect(settled.filter(({ status }) => status === 'authenticated')).toHaveLength(2_000);
    tenants.findBy(undefined);
    expect(await tenants.verifier.authenticate(tenants.add().accessToken())).toMatchObject(AUTHENTICATED);
  });
});

describe('close()', () => {
  it('ends the look-ups in flight, and ignores their answers', async () => {
    const tenants = createTenants();
    const pool = tenants.add();
    let answer: (pool: CognitoPool) => void = () => {};
    tenants.findBy(() => new Promise((resolve) => (answer = resolve)));
    const waiting = rejectionOf(tenants.verifier.verify(pool.accessToken()));
    await tenants.verifier.close();
    expect(await Promise.race([waiting, settle()])).toBeInstanceOf(KeysUnavailableError);
    answer(settingsOf(pool));
    await settle();
    tenants.findBy(undefined);
    expect(tenants.events).toEqual([]);
    await tenants.verifier.verify(pool.accessToken());
    expect(tenants.asked).toHaveLength(2);
  });

  it('ignores an answer that comes at the same time', async () => {
    for (let turns = 0; turns < 12; turns += 1) {
      const tenants = createTenants();
      const pool = tenants.add();
      let answer: (pool: CognitoPool) => void = () => {};
      tenants.findBy(() => new Promise((resolve) => (answer = resolve)));
      const waiting = tenants.verifier.authenticate(pool.accessToken());
      answer(settingsOf(pool));
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      await tenants.verifier.close();
      await waiting;
      tenants.findBy(undefined);
      await tenants.verifier.authenticate(forge(pool));
      expect(tenants.asked).toHaveLength(2);
    }
  });

  it('forgets the pools, with their keys and tokens, and those that were not found', async () => {
    const tenants = createTenants();
    const [pool] = await serve(tenants, 1);
    if (pool === undefined) throw new Error('a pool');
    const stranger = createTestUserPool();
    await tenants.verifier.authenticate(stranger.accessToken());
    const token = pool.accessToken();
    const auth = await tenants.verifier.verify(token);
    await tenants.verifier.close();
    expect(await tenants.verifier.verify(token)).not.toBe(auth);
    expect(await tenants.verifier.authenticate(stranger.accessToken())).toEqual(INVALID);
    expect(tenants.asked).toHaveLength(4);
    expect(tenants.fetches).toHaveLength(2);
  });
});

describe('hydrate()', () => {
  it('resolves at once, because nothing is known yet', async () => {
    const tenants = createTenants();
    await expect(tenants.verifier.hydrate()).resolves.toBeUndefined();
    expect(tenants.asked).toEqual([]);
    expect(internalsOf(tenants.verifier).warnings).toEqual([]);
  });
});

describe('the events of look-ups', () => {
  it('say what came of each', async () => {
    const tenants = createTenants({}, {});
    const pool = tenants.add();
    const { userPoolId, issuer } = pool;
    const answer = async (find: CognitoPoolFinder['find']) => {
      tenants.findBy(find);
      tenants.pass(301);
      await tenants.verifier.authenticate(pool.accessToken());
    };
    const cause = new Error('down');
    await answer(() => settingsOf(pool));
    await answer(() => settingsOf(pool));
    await answer(() => Promise.reject(cause));
    await answer(() => ({ ...settingsOf(pool), clientId: null }));
    await answer(() => undefined);
    const common = { userPoolId, issuer, durationMs: 0 };
    expect(tenants.events.filter(({ type }) => type.startsWith('pool.'))).toEqual([
      { type: 'pool.looked-up', result: 'new', ...common },
      { type: 'pool.looked-up', result: 'same', ...common },
      { type: 'pool.failed', cause, retryAfterSeconds: 1, ...common },
      { type: 'pool.looked-up', result: 'changed', ...common },
      { type: 'pool.looked-up', result: 'none', ...common },
    ]);
  });
});

describe('createVerifier() refuses, with a sentence,', () => {
  const find = () => undefined;
  const pool = { userPoolId: 'eu-west-1_AbCdEf123', clientId: 'web' };

  it.each<[string, unknown, string]>([
    [
      '`find` beside `userPoolId`',
      { ...pool, find },
      'Expected `pool` to have `userPoolId` or `find`, got both. Write one pool, or { find }, which returns each pool with ' +
        'its `userPoolId`.',
    ],
    [
      'a list with `find` in it',
      [pool, { find }],
      'Expected `pools` to have user pools alone, got `find` in one. Write: createCognitoVerifier({ find }), without a list.',
    ],
    ...(
      [
        [undefined, 'undefined'],
        [null, 'null'],
        ['eu-west-1_x', 'a string'],
        [{}, 'an object'],
      ] as const
    ).map(([value, kind]): [string, unknown, string] => [
      `${kind} as \`find\``,
      { find: value },
      'Expected `pool.find` to be a function, async ({ issuer, userPoolId }) => pool | undefined, got ' +
        `${kind}. Write: find: ({ userPoolId }) => tenants.get(userPoolId).`,
    ]),
    ['an unknown option', { find, max: 3 }, 'Unknown option `max` in `pool`. Known options: find, maxPools, ttl.'],
    ...[0, -1, NaN, Infinity, 1_000_001, '3', null].map((maxPools): [string, unknown, string] => [
      `maxPools: ${String(maxPools)}`,
      { find, maxPools },
      `Expected \`pool.maxPools\` to be a number of pools from 1 to 1000000, got ${typeof maxPools === 'string' ? 'a string' : String(maxPools)}.`,
    ]),
    ...[0, 0.5, NaN, 86_401].map((ttl): [string, unknown, string] => [
      `ttl: ${String(ttl)}`,
      { find, ttl },
      `Expected \`pool.ttl\` to be a number of seconds from 1 to 86400, got ${String(ttl)}.`,
    ]),
  ])('%s', (_, value, message) => {
    expect(() => create(value)).toThrow(AuthConfigurationError);
    expect(() => create(value)).toThrow(message);
  });

  it('but accepts a finder whose `find` uses `this`', async () => {
    const tenant = createTestUserPool();
    const finder = {
      find(this: unknown) {
        return this === finder ? { ...settingsOf(tenant), jwks: tenant.jwks } : undefined;
      },
    };
    expect(await create(finder).authenticate(tenant.accessToken())).toMatchObject(AUTHENTICATED);
  });
});
