import { describe, expect, it } from 'vitest';
import { authStateOf, isAuthenticated } from '../../../src/auth.js';
import {
  AuthConfigurationError,
  KeysUnavailableError,
  RevocationUnavailableError,
  TokenRejectedError,
} from '../../../src/errors.js';
import { anonymous, authenticatedAs, createTestUserPool, rejected } from '../../../src/testing/index.js';
import { createCognitoVerifier } from '../../../src/token/verifier.js';

const read = (token: string) =>
  token
    .split('.')
    .slice(0, 2)
    .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>);

describe('a test user pool', () => {
  it('signs the tokens that Cognito issues, with the claims that a test asks for', () => {
    const pool = createTestUserPool({ clock: () => 1_800_000_000_999 });
    const [header, access] = read(pool.accessToken({ 'cognito:groups': ['admin'], username: undefined }));
    expect(header).toEqual({ kid: pool.jwks.keys[0]?.kid, alg: 'RS256' });
    const times = { auth_time: 1_800_000_000, iat: 1_800_000_000, exp: 1_800_003_600 };
    const id = expect.stringMatching(/^[0-9a-f-]{36}$/) as string;
    const common = { sub: id, iss: pool.issuer, origin_jti: id, event_id: id, jti: id, ...times };
    expect(access).toEqual({
      ...common,
      version: 2,
      client_id: 'test-client',
      token_use: 'access',
      scope: 'aws.cognito.signin.user.admin',
      'cognito:groups': ['admin'],
    });
    const [, identity] = read(pool.idToken());
    expect(identity).toEqual({
      ...common,
      aud: 'test-client',
      token_use: 'id',
      'cognito:username': 'test-user',
      email: 'test-user@example.com',
      email_verified: true,
    });
    expect(identity?.['sub']).toBe(access?.['sub']);
  });

  it('dates an expired token before it expired', () => {
    const pool = createTestUserPool({ clock: () => 1_800_000_000_000 });
    const [, claims] = read(pool.accessToken({ exp: 1_799_999_999 }));
    expect(claims).toMatchObject({ iat: 1_799_996_399, auth_time: 1_799_996_399, exp: 1_799_999_999 });
  });

  it('rejects the tokens of another pool, although both sign with the key of the process', async () => {
    const [one, two] = [createTestUserPool(), createTestUserPool()];
    expect(one.userPoolId).not.toBe(two.userPoolId);
    expect(one.jwks).toEqual(two.jwks);
    expect(await one.verifier().authenticate(two.accessToken())).toEqual({ status: 'rejected', reason: 'invalid' });
  });

  it('signs with a key of its own once its keys rotate', async () => {
    const [one, two] = [createTestUserPool(), createTestUserPool()];
    one.rotateKeys({ withdraw: true });
    expect(one.jwks).not.toEqual(two.jwks);
    const forged = two.accessToken({ iss: one.issuer });
    expect(await one.verifier().authenticate(forged)).toEqual({ status: 'rejected', reason: 'invalid' });
    expect(await two.verifier().authenticate(two.accessToken())).toMatchObject({ status: 'authenticated' });
  });

  it('publishes no private key', () => {
    const pool = createTestUserPool();
    expect(pool.jwks.keys.map((key) => Object.keys(key).sort())).toEqual([['alg', 'e', 'kid', 'kty', 'n', 'use']]);
  });

  it('rotates its keys, and keeps the old ones until they are withdrawn', async () => {
    const pool = createTestUserPool();
    const before = pool.accessToken();
    pool.rotateKeys();
    const after = pool.accessToken();
    expect(pool.jwks.keys).toHaveLength(2);
    for (const token of [before, after]) {
      expect(await pool.verifier().authenticate(token)).toMatchObject({ status: 'authenticated' });
    }
    pool.rotateKeys({ withdraw: true });
    expect(pool.jwks.keys).toHaveLength(1);
    for (const token of [before, after]) {
      expect(await pool.verifier().authenticate(token)).toEqual({ status: 'rejected', reason: 'invalid' });
    }
  });

  it('serves its keys on loopback, and lives there until that is closed', async () => {
    const pool = createTestUserPool();
    const onAws = pool.issuer;
    const server = await pool.serve();
    expect(pool.issuer).toBe(`${server.url}/${pool.userPoolId}`);
    const verifier = pool.verifier();
    const elsewhere = createCognitoVerifier({
      userPoolId: pool.userPoolId,
      clientId: pool.clientId,
      endpoint: server.url,
    });
    expect(server.requests).toBe(0);
    for (const each of [verifier, elsewhere]) {
      expect(await each.authenticate(pool.accessToken())).toMatchObject({ status: 'authenticated' });
    }
    expect(server.requests).toBe(2);
    expect((await fetch(`${server.url}/other`)).status).toBe(404);
    await server.close();
    await server.close();
    expect(pool.issuer).toBe(onAws);
    expect(await pool.verifier().authenticate(pool.accessToken())).toMatchObject({ status: 'authenticated' });
  });

  it('fails, hangs, lies and recovers as a test tells it', async () => {
    const pool = createTestUserPool();
    const server = await pool.serve();
    try {
      const answer = () => {
        const verifier = pool.verifier({ keys: { timeout: 0.2 } });
        return verifier.verify(pool.accessToken()).catch((error: unknown) => error);
      };
      server.fail();
      expect(await answer()).toBeInstanceOf(KeysUnavailableError);
      server.hang();
      expect(await answer()).toBeInstanceOf(KeysUnavailableError);
      server.lie();
      expect(await answer()).toEqual(new TokenRejectedError('invalid'));
      server.recover();
      expect(await answer()).toMatchObject({ status: 'authenticated' });
      expect(server.requests).toBe(4);
    } finally {
      await server.close();
    }
  });
});

describe('an Auth for tests', () => {
  it('is that of a person with an access token by default', () => {
    const auth = authenticatedAs({ sub: 'anaya', groups: ['admin'], scopes: ['orders/read'] });
    const { claims, ...fields } = auth;
    expect(fields).toEqual({
      status: 'authenticated',
      tokenUse: 'access',
      sub: 'anaya',
      username: 'test-user',
      clientId: 'test-client',
      userPoolId: 'eu-west-1_TestPool',
      groups: ['admin'],
      scopes: ['orders/read'],
      expiresAt: claims.exp,
    });
    expect(claims).toMatchObject({ sub: 'anaya', 'cognito:groups': ['admin'], scope: 'orders/read' });
    expect(isAuthenticated(auth)).toBe(true);
  });

  it('is that of a person with an ID token', () => {
    const auth = authenticatedAs({ tokenUse: 'id', username: 'ben', claims: { email: 'ben@example.com' } });
    expect(auth).toMatchObject({ tokenUse: 'id', username: 'ben', groups: [], scopes: [] });
    expect(auth.claims).toMatchObject({ token_use: 'id', 'cognito:username': 'ben', email: 'ben@example.com' });
  });

  it('is that of a machine, which has no username', () => {
    expect(authenticatedAs({ username: undefined, scopes: ['a'] })).not.toHaveProperty('username');
  });

  it('takes over further claims', () => {
    const auth = authenticatedAs({ claims: { client_id: 'mobile', exp: 4_000_000_000, tenant: { id: 7 } } });
    expect(auth).toMatchObject({ clientId: 'mobile', expiresAt: 4_000_000_000 });
    expect(auth.claims['tenant']).toEqual({ id: 7 });
  });

  it.each([
    [
      { tokenUse: 'id' as const, scopes: ['a'] },
      /^Expected `scopes` of authenticatedAs\(\) to be left out of an ID token/,
    ],
    [{ tokenUse: 'id' as const, username: undefined }, /The cognito:username claim is missing or has the wrong type/],
    [{ claims: { 'cognito:groups': 'admin' } }, /The cognito:groups claim is missing or has the wrong type/],
    [{ sub: '' }, /The sub claim is missing/],
  ])('is refused when no token can say it: %j', (options, complaint) => {
    expect(() => authenticatedAs(options)).toThrow(AuthConfigurationError);
    expect(() => authenticatedAs(options)).toThrow(complaint);
  });

  it('is that of an anonymous caller, or of rejected credentials', () => {
    expect(anonymous()).toEqual({ status: 'anonymous' });
    expect(rejected('expired')).toEqual({ status: 'rejected', reason: 'expired' });
    const unavailable = rejected('keys-unavailable');
    expect(unavailable).toEqual({ status: 'rejected', reason: 'keys-unavailable' });
    expect(authStateOf(unavailable)?.cause).toBeInstanceOf(KeysUnavailableError);
    const unasked = rejected('revocation-unavailable');
    expect(unasked).toEqual({ status: 'rejected', reason: 'revocation-unavailable' });
    expect(authStateOf(unasked)?.cause).toBeInstanceOf(RevocationUnavailableError);
    expect([anonymous(), unavailable].map(Object.isFrozen)).toEqual([true, true]);
  });
});

describe('a misspelt option of the testing kit', () => {
  it.each([{ group: ['admin'] }, { tokenuse: 'id' }, null, 'admin'])(
    'is refused by authenticatedAs(): %j',
    (options) => {
      expect(() => authenticatedAs(options as object)).toThrow(AuthConfigurationError);
    },
  );

  it.each([{ userPool: 'eu-west-1_abc' }, { clientID: 'web' }, null])(
    'is refused by createTestUserPool(): %j',
    (options) => {
      expect(() => createTestUserPool(options as object)).toThrow(AuthConfigurationError);
    },
  );

  it.each(['nope', undefined, null])('is refused by rejected(): %o', (reason) => {
    expect(() => rejected(reason as never)).toThrow('Expected `reason` of rejected() to be one of expired,');
  });
});
