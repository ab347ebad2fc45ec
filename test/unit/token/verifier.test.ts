import { describe, expect, it } from 'vitest';
import { TokenRejectedError } from '../../../src/errors.js';
import { createTestUserPool } from '../../../src/testing/index.js';

const pool = createTestUserPool();
const HOUR = 3600;
const now = () => Math.floor(Date.now() / 1000);

describe('a verifier', () => {
  it('makes an Auth of a good access token', async () => {
    const token = pool.accessToken({ sub: 'anaya', 'cognito:groups': ['admin'], scope: 'orders/read orders/write' });
    const auth = await pool.verifier().verify(token);
    const { claims, ...fields } = auth;
    expect(fields).toEqual({
      status: 'authenticated',
      tokenUse: 'access',
      sub: 'anaya',
      username: 'test-user',
      clientId: 'test-client',
      userPoolId: pool.userPoolId,
      groups: ['admin'],
      scopes: ['orders/read', 'orders/write'],
      expiresAt: claims.exp,
    });
    expect(claims).toEqual(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()));
  });

  it('makes an Auth of a good ID token', async () => {
    const auth = await pool.verifier().verify(pool.idToken({ sub: 'ben', 'cognito:username': 'ben@example.com' }));
    const { claims, ...fields } = auth;
    expect(fields).toEqual({
      status: 'authenticated',
      tokenUse: 'id',
      sub: 'ben',
      username: 'ben@example.com',
      clientId: 'test-client',
      userPoolId: pool.userPoolId,
      groups: [],
      scopes: [],
      expiresAt: claims.exp,
    });
  });

  it('makes an Auth without a username of a client-credentials token', async () => {
    const auth = await pool.verifier().verify(pool.accessToken({ username: undefined, sub: 'test-client' }));
    expect(auth).not.toHaveProperty('username');
    expect(auth).toMatchObject({ tokenUse: 'access', sub: 'test-client', groups: [] });
  });

  it('gives the same Auth for a token seen before, and another one without the cache', async () => {
    const token = pool.accessToken();
    const caching = pool.verifier();
    expect(await caching.authenticate(token)).toBe(await caching.verify(token));
    const forgetful = pool.verifier({ tokenCache: false });
    expect(await forgetful.verify(token)).not.toBe(await forgetful.verify(token));
  });

  it('tells nobody from somebody from a token that is not accepted', async () => {
    const verifier = pool.verifier();
    expect(await verifier.authenticate(undefined)).toEqual({ status: 'anonymous' });
    expect(await verifier.authenticate('')).toEqual({ status: 'rejected', reason: 'malformed' });
    expect(await verifier.authenticate(pool.accessToken({ exp: now() - 1 }))).toEqual({
      status: 'rejected',
      reason: 'expired',
    });
    expect(await verifier.authenticate(createTestUserPool().accessToken())).toEqual({
      status: 'rejected',
      reason: 'invalid',
    });
    const expired = verifier.verify(pool.accessToken({ exp: now() - HOUR }));
    await expect(expired).rejects.toThrow(new TokenRejectedError('expired'));
    await expect(expired).rejects.toMatchObject({ reason: 'expired', code: 'UNAUTHENTICATED' });
  });
});
