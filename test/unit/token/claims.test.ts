/** Which claims a token must have, and what the `Auth` makes of them. */
import { describe, expect, it } from 'vitest';
import { createTestUserPool } from '../../../src/testing/index.js';
import { describeRejection } from '../../../src/token/rejection.js';
import { createCognitoVerifier } from '../../../src/token/verifier.js';
import type { CognitoPool } from '../../../src/token/verifier.js';
import { claimsOf } from '../../support/token-claims.js';

const AT = 1_800_000_000;
const clock = () => AT * 1000;
const pool = createTestUserPool({ clock });
const { userPoolId, clientId, jwks } = pool;
const verifierOf = (settings: Partial<CognitoPool> = {}) =>
  createCognitoVerifier({ userPoolId, clientId, jwks, ...settings }, { clock });
const verifier = verifierOf();

async function outcomeOf(token: string, by = verifier): Promise<string> {
  const auth = await by.authenticate(token);
  return auth.status === 'rejected' ? auth.reason : auth.status;
}

const kinds = [
  { kind: 'access', make: pool.accessToken },
  { kind: 'ID', make: pool.idToken },
];

describe.each(kinds)('the claims of an $kind token', ({ kind, make }) => {
  const own = kind === 'ID' ? ['aud', 'cognito:username'] : ['client_id'];
  it.each(['sub', 'iss', 'exp', 'iat', 'token_use', ...own])('must have a %s of the right type', async (claim) => {
    for (const value of [undefined, null, true, {}, [], ['x']]) {
      expect([value, await outcomeOf(make({ [claim]: value }))]).toEqual([value, 'malformed']);
    }
    const other = claim === 'exp' || claim === 'iat' ? String(AT) : 1;
    expect(await outcomeOf(make({ [claim]: other }))).toBe('malformed');
  });

  it.each(['sub', ...own])('must not have an empty %s', async (claim) => {
    expect(await outcomeOf(make({ [claim]: '' }))).toBe('malformed');
  });

  it('can lack what Cognito leaves out, but not give it another type', async () => {
    const optional = { nbf: '1', auth_time: '1', jti: 1, origin_jti: 1, 'cognito:groups': 'admin' };
    const optionalOwn = kind === 'ID' ? { email: 1 } : { username: 1, scope: ['openid'] };
    for (const [claim, value] of Object.entries({ ...optional, ...optionalOwn })) {
      expect([claim, await outcomeOf(make({ [claim]: undefined }))]).toEqual([claim, 'authenticated']);
      expect([claim, await outcomeOf(make({ [claim]: value }))]).toEqual([claim, 'malformed']);
      expect([claim, await outcomeOf(make({ [claim]: null }))]).toEqual([claim, 'malformed']);
    }
  });

  it('have groups only as a list of strings, which is read exactly', async () => {
    for (const groups of ['admin', 1, {}, { 0: 'admin', length: 1 }, [1], ['admin', null], [['admin']], null]) {
      expect([groups, await outcomeOf(make({ 'cognito:groups': groups }))]).toEqual([groups, 'malformed']);
    }
    const auth = await verifier.verify(make({ 'cognito:groups': ['Admin', ' admin', 'größe', ''] }));
    expect(auth.groups).toEqual(['Admin', ' admin', 'größe', '']);
    expect((await verifier.verify(make({ 'cognito:groups': [] }))).groups).toEqual([]);
    // Groups that the token names in other places are not groups.
    expect((await verifier.verify(make({ groups: ['admin'], 'cognito:roles': ['admin'] }))).groups).toEqual([]);
  });

  it('are refused when token_use is neither id nor access', async () => {
    expect(await outcomeOf(make({ token_use: 'refresh' }))).toBe('invalid');
    expect(await outcomeOf(make({ token_use: 'ID' }))).toBe('invalid');
  });

  it('must name a configured app client', async () => {
    const claim = kind === 'ID' ? 'aud' : 'client_id';
    expect(await outcomeOf(make({ [claim]: 'other' }))).toBe('invalid');
    expect(await outcomeOf(make({ [claim]: 'Test-Client' }))).toBe('invalid');
    expect(await outcomeOf(make({ [claim]: 'b' }), verifierOf({ clientId: ['a', 'b'] }))).toBe('authenticated');
    expect(await outcomeOf(make({ [claim]: 'other' }), verifierOf({ clientId: null }))).toBe('authenticated');
    // The client of the one kind does not stand in for that of the other.
    const swapped = kind === 'ID' ? { aud: 'other', client_id: clientId } : { client_id: 'other', aud: clientId };
    expect(await outcomeOf(make(swapped))).toBe('invalid');
  });

  it('are refused when the pool accepts the other kind alone', async () => {
    expect(await outcomeOf(make(), verifierOf({ tokenUse: kind === 'ID' ? 'id' : 'access' }))).toBe('authenticated');
    expect(await outcomeOf(make(), verifierOf({ tokenUse: kind === 'ID' ? 'access' : 'id' }))).toBe('invalid');
    const other = verifierOf({ tokenUse: kind === 'ID' ? 'access' : 'id' });
    const cause: unknown = await other.verify(make()).catch((error: unknown) => (error as Error).cause);
    expect(describeRejection(cause)).toBe('The token_use claim is not the configured one.');
  });
});

describe('the claims of an Auth', () => {
  it('are frozen with all that they hold, like the Auth itself', async () => {
    const auth = await verifier.verify(pool.accessToken({ 'cognito:groups': ['a'], custom: { deep: [{ x: 1 }] } }));
    const parts: unknown[] = [auth, auth.claims, auth.groups, auth.scopes, auth.claims['custom']];
    expect(parts.map((part) => Object.isFrozen(part))).toEqual([true, true, true, true, true]);
    expect(Object.isFrozen((auth.claims['custom'] as { deep: [object] }).deep[0])).toBe(true);
  });

  it.each<[string, unknown]>([
    ['groups', ['admin']],
    ['scope', 'admin'],
    ['includeRawJwtInErrors', true],
    [
      'customJwtCheck',
      () => {
        throw new Error('asked for something else');
      },
    ],
  ])('are not checked by an option %s on Object.prototype', async (name, value) => {
    Object.assign(Object.prototype, { [name]: value });
    try {
      expect(await outcomeOf(pool.accessToken({ scope: 'openid', 'cognito:groups': ['support'] }))).toBe(
        'authenticated',
      );
    } finally {
      Reflect.deleteProperty(Object.prototype, name);
    }
  });

  it('can be nested as deep as a token is long', async () => {
    const nested = '['.repeat(5_000) + ']'.repeat(5_000);
    const text = `${JSON.stringify(claimsOf(pool.accessToken())).slice(0, -1)},"nested":${nested}}`;
    expect(await outcomeOf(pool.sign({ kid: jwks.keys[0]?.kid, alg: 'RS256' }, text))).toBe('authenticated');
  });

  it('give the scopes between spaces, and none for an ID token', async () => {
    const scopes = async (scope: unknown) => (await verifier.verify(pool.accessToken({ scope }))).scopes;
    expect(await scopes('a b/c')).toEqual(['a', 'b/c']);
    expect(await scopes('')).toEqual([]);
    expect(await scopes(' a  b ')).toEqual(['a', 'b']);
    expect(await scopes(undefined)).toEqual([]);
    expect((await verifier.verify(pool.idToken({ scope: 'admin' }))).scopes).toEqual([]);
  });

  it('never come from Object.prototype', async () => {
    const polluted = {
      ...{ 'cognito:groups': ['admin'], username: 'root', scope: 'admin', nbf: 1, crit: [], groups: ['admin'] },
      ...{
        client_id: 'web',
        aud: 'web',
        jwks: { keys: [] },
        keys: [],
        customJwtCheck: () => 'no',
        kid: 'x',
        alg: 'none',
      },
    };
    Object.assign(Object.prototype, polluted);
    try {
      const auth = await verifier.verify(pool.accessToken({ username: undefined, scope: undefined }));
      expect([auth.groups, auth.scopes, Object.hasOwn(auth, 'username')]).toEqual([[], [], false]);
      for (const claim of ['client_id', 'sub', 'exp', 'token_use']) {
        expect(await outcomeOf(pool.accessToken({ [claim]: undefined }))).toBe('malformed');
      }
      expect(await outcomeOf(pool.sign({ kid: jwks.keys[0]?.kid }, claimsOf(pool.accessToken())))).toBe('malformed');
    } finally {
      for (const name of Object.keys(polluted)) Reflect.deleteProperty(Object.prototype, name);
    }
  });
});
