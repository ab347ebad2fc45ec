import { describe, expect, it } from 'vitest';
import { AuthConfigurationError, TokenRejectedError } from '../../../src/errors.js';
import type { AuthEvent } from '../../../src/events.js';
import { createTestUserPool } from '../../../src/testing/index.js';
import { createCognitoVerifier, internalsOf } from '../../../src/token/verifier.js';
import type { CognitoVerifier } from '../../../src/token/verifier.js';
import { createForeignPool } from '../../support/foreign-pool.js';

const pool = createTestUserPool();
const HOUR = 3600;
const INVALID = { status: 'rejected', reason: 'invalid' };
const REVOKED = { status: 'rejected', reason: 'revoked' };
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

  it('tells no token from a good one from one that is not accepted', async () => {
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

describe('a verifier of several pools', () => {
  const [web, staff] = [createTestUserPool(), createForeignPool({ clientId: 'staff-client' })];
  const verifier = createCognitoVerifier([
    { userPoolId: web.userPoolId, clientId: web.clientId, jwks: web.jwks },
    { userPoolId: staff.userPoolId, clientId: staff.clientId, jwks: staff.jwks, tokenUse: 'id' },
  ]);

  it('tells them apart by the issuer, each with its own keys, clients and kinds of token', async () => {
    expect(await verifier.authenticate(web.accessToken())).toMatchObject({ userPoolId: web.userPoolId });
    expect(await verifier.authenticate(staff.idToken())).toMatchObject({ userPoolId: staff.userPoolId });
    const refused = [
      staff.accessToken(),
      staff.idToken({ aud: web.clientId }),
      web.accessToken({ iss: staff.issuer, client_id: 'staff-client' }),
      staff.idToken({ iss: web.issuer, aud: web.clientId }),
    ];
    for (const token of refused) expect(await verifier.authenticate(token)).toEqual(INVALID);
  });
});

describe('verified tokens', () => {
  it('are at most as many as the cache may hold, and the least recently used one goes first', async () => {
    const cached: boolean[] = [];
    const verifier = pool.verifier({
      tokenCache: { max: 2 },
      onEvent: (event) => {
        if (event.type === 'token.verified') cached.push(event.cached);
      },
    });
    const [a, b, c] = [pool.accessToken(), pool.accessToken(), pool.accessToken()];
    for (const token of [a, b, a, c, a, b]) await verifier.verify(token);
    expect(cached).toEqual([false, false, true, false, true, false]);
  });

  it('do not let another token pass for them, however alike', async () => {
    const verifier = pool.verifier();
    const token = pool.accessToken();
    await verifier.verify(token);
    const [header = '', payload = '', signature = ''] = token.split('.');
    const [, other = ''] = pool.accessToken({ 'cognito:groups': ['admin'] }).split('.');
    expect(await verifier.authenticate(`${header}.${other}.${signature}`)).toEqual(INVALID);
    expect(await verifier.authenticate(`${header}.${payload}.${signature.slice(0, -4)}AAAA`)).not.toMatchObject({
      status: 'authenticated',
    });
  });

  it('hold good tokens alone', async () => {
    const verifier = pool.verifier({ tokenCache: { max: 1 } });
    const good = pool.accessToken();
    const auth = await verifier.verify(good);
    const bad = [pool.accessToken({ exp: now() - 1 }), pool.accessToken({ client_id: 'x' }), 'junk', `${good}A`];
    for (const token of bad) expect(await verifier.authenticate(token)).toMatchObject({ status: 'rejected' });
    expect(await verifier.verify(good)).toBe(auth);
  });
});

describe('revocation', () => {
  it('is asked about every token whose signature is good, also one that was seen before', async () => {
    const revoked = new Set<unknown>();
    const asked: unknown[] = [];
    const verifier = pool.verifier({
      revocation: {
        isRevoked(claims) {
          asked.push(claims.jti);
          return revoked.has(claims.jti);
        },
      },
    });
    const token = pool.accessToken({ jti: 'one' });
    const forged = `${token.slice(0, token.lastIndexOf('.'))}.${'A'.repeat(342)}`;
    expect(await verifier.authenticate(forged)).toEqual(INVALID);
    expect(await verifier.authenticate(token)).toMatchObject({ status: 'authenticated' });
    revoked.add('one');
    expect(await verifier.authenticate(token)).toEqual(REVOKED);
    revoked.clear();
    expect(await verifier.authenticate(token)).toMatchObject({ status: 'authenticated' });
    expect(asked).toEqual(['one', 'one', 'one']);
  });

  it('may be asked of a store far away', async () => {
    const verifier = pool.verifier({
      revocation: { isRevoked: ({ sub }) => new Promise((resolve) => setTimeout(resolve, 1, sub === 'gone')) },
    });
    expect(await verifier.authenticate(pool.accessToken({ sub: 'gone' }))).toEqual(REVOKED);
    expect(await verifier.authenticate(pool.accessToken({ sub: 'here' }))).toMatchObject({ sub: 'here' });
  });

  it('keeps the `this` of the list', async () => {
    class List {
      readonly revoked = new Set(['one']);
      isRevoked(claims: { readonly jti?: string }): boolean {
        return this.revoked.has(claims.jti ?? '');
      }
    }
    const verifier = pool.verifier({ revocation: new List() });
    expect(await verifier.authenticate(pool.accessToken({ jti: 'one' }))).toEqual(REVOKED);
    expect(await verifier.authenticate(pool.accessToken({ jti: 'two' }))).toMatchObject({ status: 'authenticated' });
  });
});

describe('events of tokens', () => {
  it('tell what was verified and what was refused, with the time it took, and never hold the token', async () => {
    const events: AuthEvent[] = [];
    const verifier = pool.verifier({ onEvent: (event) => events.push(event) });
    const token = pool.idToken();
    await verifier.verify(token);
    await verifier.verify(token);
    await verifier.authenticate(`${token}.`);
    await verifier.authenticate(undefined);
    const durationMs = expect.any(Number) as number;
    expect(events).toEqual([
      { type: 'token.verified', tokenUse: 'id', cached: false, durationMs },
      { type: 'token.verified', tokenUse: 'id', cached: true, durationMs },
      {
        type: 'token.rejected',
        reason: 'malformed',
        cause: new Error('The token does not have three parts.'),
        durationMs,
      },
    ]);
  });

  it('cannot break a request', async () => {
    const verifier = pool.verifier({
      onEvent: () => {
        throw new Error('the metrics pipe is broken');
      },
    });
    expect(await verifier.authenticate(pool.accessToken())).toMatchObject({ status: 'authenticated' });
    expect(await verifier.authenticate('junk')).toEqual({ status: 'rejected', reason: 'malformed' });
  });
});

describe('what a verifier throws', () => {
  it('has nothing of the token, the pool or the client in its message', async () => {
    const secret = createTestUserPool({ clientId: 'secret-client' });
    const tokens = [
      secret.accessToken({ sub: 'secret-person' }),
      pool.accessToken({ client_id: 'secret-client', sub: 'secret-person' }),
      pool.accessToken({ exp: now() - 1, sub: 'secret-person' }),
      'secret-person',
    ];
    for (const token of tokens) {
      const error: unknown = await pool
        .verifier()
        .verify(token)
        .catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(TokenRejectedError);
      expect(String(error)).toMatch(/^TokenRejectedError: The (token|credentials) [a-z ]+\.$/);
      expect(JSON.stringify(error)).not.toMatch(/secret|eu-west/);
    }
  });
});

describe('a forged token', () => {
  it('costs no stack, which would make it dearer than a good one, and leaves those of others as they were', async () => {
    const causes: unknown[] = [];
    const verifier = pool.verifier({ onEvent: (event) => causes.push('cause' in event ? event.cause : undefined) });
    const good = pool.accessToken();
    const forged = `${good.slice(0, good.lastIndexOf('.'))}.${'A'.repeat(342)}`;
    const limit = Error.stackTraceLimit;
    expect(await verifier.authenticate(forged)).toEqual(INVALID);
    expect(await verifier.authenticate(good)).toMatchObject({ status: 'authenticated' });
    expect(Error.stackTraceLimit).toBe(limit);
    expect(limit).toBeGreaterThan(0);
    expect(causes).toEqual([new Error('Invalid signature'), undefined]);
    expect(causes[0] instanceof Error ? causes[0].stack : '').not.toContain('\n');
  });
});

describe('the origin of a verifier', () => {
  it('is known of those that this package made, and of no copy', () => {
    const verifier = pool.verifier();
    expect(internalsOf(verifier).origin).toMatchObject({ graceSeconds: 0 });
    expect(Object.isFrozen(verifier)).toBe(true);
    for (const impostor of [{ ...verifier }, {}, undefined, null, 'verifier', Object.create(verifier)]) {
      expect(() => internalsOf(impostor as CognitoVerifier)).toThrow(AuthConfigurationError);
    }
  });
});
