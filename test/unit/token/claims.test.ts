import { afterEach, describe, expect, it } from 'vitest';
import { createTestUserPool } from '../../../src/testing/index.js';
import { createCognitoVerifier } from '../../../src/token/verifier.js';
import type { CognitoPool } from '../../../src/token/verifier.js';

const DAY = 86_400;
const HOUR = 3_600;
const AT = 1_800_000_000;
let seconds = AT;
const clock = () => seconds * 1000;
const pool = createTestUserPool({ clock });
const { userPoolId, clientId, jwks } = pool;
const verifierOf = (settings: Partial<CognitoPool> = {}) =>
  createCognitoVerifier({ userPoolId, clientId, jwks, ...settings }, { clock });
const verifier = verifierOf();

afterEach(() => {
  seconds = AT;
});

function claimsOf(token: string): object {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as object;
}

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
  it.each(['sub', 'iss', 'exp', 'iat', 'token_use', ...own])('must have %s, of its type', async (claim) => {
    for (const value of [undefined, null, true, {}, [], ['x']]) {
      expect([value, await outcomeOf(make({ [claim]: value }))]).toEqual([value, 'malformed']);
    }
    const other = claim === 'exp' || claim === 'iat' ? String(AT) : 1;
    expect(await outcomeOf(make({ [claim]: other }))).toBe('malformed');
  });

  it.each(['sub', ...own])('must not have an empty %s', async (claim) => {
    expect(await outcomeOf(make({ [claim]: '' }))).toBe('malformed');
  });

  it('may leave out what Cognito leaves out, but not give it another type', async () => {
    const optional = { nbf: '1', auth_time: '1', jti: 1, origin_jti: 1, 'cognito:groups': 'admin' };
    const optionalOwn = kind === 'ID' ? { email: 1 } : { username: 1, scope: ['openid'] };
    for (const [claim, value] of Object.entries({ ...optional, ...optionalOwn })) {
      expect([claim, await outcomeOf(make({ [claim]: undefined }))]).toEqual([claim, 'authenticated']);
      expect([claim, await outcomeOf(make({ [claim]: value }))]).toEqual([claim, 'malformed']);
      expect([claim, await outcomeOf(make({ [claim]: null }))]).toEqual([claim, 'malformed']);
    }
  });

  it('have groups that are a list of strings, and are read exactly', async () => {
    for (const groups of ['admin', 1, {}, { 0: 'admin', length: 1 }, [1], ['admin', null], [['admin']], null]) {
      expect([groups, await outcomeOf(make({ 'cognito:groups': groups }))]).toEqual([groups, 'malformed']);
    }
    const auth = await verifier.verify(make({ 'cognito:groups': ['Admin', ' admin', 'größe', ''] }));
    expect(auth.groups).toEqual(['Admin', ' admin', 'größe', '']);
    expect((await verifier.verify(make({ 'cognito:groups': [] }))).groups).toEqual([]);
    // Groups that the token names in other places are not groups.
    expect((await verifier.verify(make({ groups: ['admin'], 'cognito:roles': ['admin'] }))).groups).toEqual([]);
  });

  it('are of one of the two kinds', async () => {
    expect(await outcomeOf(make({ token_use: 'refresh' }))).toBe('invalid');
    expect(await outcomeOf(make({ token_use: 'ID' }))).toBe('invalid');
  });

  it('name a client that is configured', async () => {
    const claim = kind === 'ID' ? 'aud' : 'client_id';
    expect(await outcomeOf(make({ [claim]: 'other' }))).toBe('invalid');
    expect(await outcomeOf(make({ [claim]: 'Test-Client' }))).toBe('invalid');
    expect(await outcomeOf(make({ [claim]: 'b' }), verifierOf({ clientId: ['a', 'b'] }))).toBe('authenticated');
    expect(await outcomeOf(make({ [claim]: 'other' }), verifierOf({ clientId: null }))).toBe('authenticated');
    // The client of the one kind does not stand in for that of the other.
    const swapped = kind === 'ID' ? { aud: 'other', client_id: clientId } : { client_id: 'other', aud: clientId };
    expect(await outcomeOf(make(swapped))).toBe('invalid');
  });

  it('are refused when the pool is configured for the other kind', async () => {
    expect(await outcomeOf(make(), verifierOf({ tokenUse: kind === 'ID' ? 'id' : 'access' }))).toBe('authenticated');
    expect(await outcomeOf(make(), verifierOf({ tokenUse: kind === 'ID' ? 'access' : 'id' }))).toBe('invalid');
  });
});

describe('the time of a token', () => {
  it('ends exactly at exp', async () => {
    const token = pool.accessToken({ exp: AT + HOUR });
    seconds = AT + HOUR - 0.001;
    expect(await outcomeOf(token)).toBe('authenticated');
    seconds = AT + HOUR;
    expect(await outcomeOf(token)).toBe('expired');
    expect(await outcomeOf(pool.accessToken({ exp: AT + HOUR }))).toBe('expired');
  });

  it('ends graceSeconds later where the pool says so, also for a token that was seen before', async () => {
    const lenient = verifierOf({ graceSeconds: 30 });
    const token = pool.accessToken({ exp: AT + HOUR });
    seconds = AT + HOUR + 29;
    expect(await outcomeOf(token, lenient)).toBe('authenticated');
    expect(await outcomeOf(token, lenient)).toBe('authenticated');
    seconds = AT + HOUR + 30;
    expect(await outcomeOf(token, lenient)).toBe('expired');
    expect(await outcomeOf(token)).toBe('expired');
  });

  it('is measured by the clock that was passed in, in both directions', async () => {
    const real = Date.now() / 1000;
    const past = createTestUserPool();
    const token = past.accessToken({ exp: Math.floor(real) - HOUR });
    const young = past.accessToken();
    const at = (offset: number) => past.verifier({ clock: () => Date.now() + offset * 1000 });
    expect(await outcomeOf(token, past.verifier())).toBe('expired');
    expect(await outcomeOf(token, at(-HOUR - 60))).toBe('authenticated');
    expect(await outcomeOf(young, past.verifier())).toBe('authenticated');
    expect(await outcomeOf(young, at(HOUR + 60))).toBe('expired');
  });

  it('does not begin before nbf, less the grace', async () => {
    const token = pool.accessToken({ nbf: AT + 60 });
    expect(await outcomeOf(token)).toBe('invalid');
    expect(await outcomeOf(token, verifierOf({ graceSeconds: 60 }))).toBe('authenticated');
    seconds = AT + 60;
    expect(await outcomeOf(token)).toBe('authenticated');
  });

  it('is a number, whole or not, and is kept to the fraction', async () => {
    const times = { iat: AT + 0.25, auth_time: AT - 0.5, nbf: AT - 0.75, exp: AT + HOUR + 0.5 };
    for (const make of [pool.accessToken, pool.idToken]) {
      const auth = await verifier.verify(make(times));
      expect(auth.expiresAt).toBe(AT + HOUR + 0.5);
      expect(auth.claims).toMatchObject(times);
    }
    const token = pool.accessToken({ exp: AT + HOUR + 0.5 });
    seconds = AT + HOUR + 0.499;
    expect(await outcomeOf(token)).toBe('authenticated');
    seconds = AT + HOUR + 0.5;
    expect(await outcomeOf(token)).toBe('expired');
    expect(await outcomeOf(pool.accessToken({ exp: AT + HOUR + 0.5 }))).toBe('expired');
  });

  it.each(['exp', 'iat', 'nbf', 'auth_time'])(
    'is no text, no list and no number beyond all numbers in %s',
    async (name) => {
      for (const value of ['"1800000000"', 'null', 'true', '[1800000000]', '{}', '1e400', '-1e400']) {
        const claims = JSON.stringify(claimsOf(pool.accessToken({ [name]: '?' }))).replace('"?"', value);
        const token = pool.sign({ kid: jwks.keys[0]?.kid, alg: 'RS256' }, claims);
        expect([value, await outcomeOf(token)]).toEqual([value, 'malformed']);
      }
    },
  );

  it.each<[string, Record<string, unknown>, string]>([
    ['lives for exactly 24 hours', { iat: AT, exp: AT + DAY }, 'authenticated'],
    ['lives for exactly 24 hours, not from a whole second', { iat: AT + 0.3, exp: AT + DAY + 0.3 }, 'authenticated'],
    ['lives for a moment longer', { iat: AT, exp: AT + DAY + 0.001 }, 'invalid'],
    ['lives for ever', { exp: 8_640_000_000_000 }, 'invalid'],
    ['lives beyond what a date can hold', { exp: 8_640_000_000_001 }, 'invalid'],
    ['lives beyond what a whole number can hold', { exp: 1e300 }, 'invalid'],
    ['began before the epoch and has not ended', { iat: -10, exp: AT + HOUR }, 'invalid'],
    ['lived for too long and is over', { iat: AT - 2 * DAY, exp: AT - 1 }, 'invalid'],
    ['was over when it began', { iat: AT + 10, exp: AT + 10 }, 'invalid'],
    ['was over before it began', { iat: AT + 10, exp: AT + 9 }, 'invalid'],
    ['begins 5 minutes ahead', { iat: AT + 300, exp: AT + HOUR }, 'authenticated'],
    ['begins a moment later than that', { iat: AT + 300.001, exp: AT + HOUR }, 'invalid'],
    ['begins in a day', { iat: AT + DAY, exp: AT + DAY + HOUR }, 'invalid'],
    ['is over, and is not of this era', { iat: -1e9, exp: 0 - 1e9 + 10 }, 'expired'],
    ['is over, and is of no era', { iat: -1e300, exp: 10 - 8_640_000_000_011 }, 'invalid'],
  ])('of AWS that %s: %j is %s', async (_, times, outcome) => {
    for (const make of [pool.accessToken, pool.idToken]) expect(await outcomeOf(make(times))).toBe(outcome);
  });

  it('of an emulator has no limit but its end', async () => {
    const served = createTestUserPool({ clock });
    const server = await served.serve();
    try {
      const emulated = served.verifier({ clock });
      for (const times of [
        { exp: AT + 365 * DAY },
        { iat: AT + DAY, exp: AT + DAY + 1 },
        { iat: AT, exp: AT + 2 * DAY },
      ]) {
        expect(await outcomeOf(served.accessToken(times), emulated)).toBe('authenticated');
      }
      expect(await outcomeOf(served.accessToken({ exp: AT - 1 }), emulated)).toBe('expired');
      expect(await outcomeOf(served.accessToken({ exp: 1e300 }), emulated)).toBe('invalid');
    } finally {
      await server.close();
    }
  });

  it.each([NaN, Infinity, -Infinity, undefined, 'noon'])(
    'cannot be checked by a clock that returns %s, which is the server’s fault',
    async (time) => {
      const broken = createCognitoVerifier(
        { userPoolId, clientId, jwks },
        { clock: () => (isBroken ? (time as number) : clock()) },
      );
      let isBroken = false;
      const seen = pool.accessToken();
      expect(await outcomeOf(seen, broken)).toBe('authenticated');
      isBroken = true;
      for (const token of [seen, pool.accessToken(), pool.idToken()]) {
        expect(await outcomeOf(token, broken)).toBe('keys-unavailable');
        await expect(broken.verify(token)).rejects.toMatchObject({
          name: 'KeysUnavailableError',
          cause: {
            message: expect.stringMatching(/^Expected `options\.clock` to return milliseconds .* got /) as string,
          },
        });
      }
      expect(await outcomeOf('junk', broken)).toBe('malformed');
      isBroken = false;
      expect(await outcomeOf(seen, broken)).toBe('authenticated');
    },
  );

  it('can be checked by a clock that returns a Date', async () => {
    const dated = createCognitoVerifier(
      { userPoolId, clientId, jwks },
      { clock: () => new Date(clock()) as unknown as number },
    );
    const token = pool.accessToken();
    expect(await outcomeOf(token, dated)).toBe('authenticated');
    seconds = AT + HOUR;
    expect(await outcomeOf(token, dated)).toBe('expired');
  });

  it('is the same for a token whose signature is bad: what is over costs no signature check', async () => {
    const expired = pool.accessToken({ exp: AT - 1 });
    const tampered = `${expired.slice(0, expired.lastIndexOf('.'))}.${'A'.repeat(342)}`;
    expect(await outcomeOf(tampered)).toBe('expired');
  });
});

describe('the claims of an Auth', () => {
  it('are frozen with all that they hold, as is the Auth', async () => {
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
  ])('are not asked for what stands on Object.prototype as the option %s', async (name, value) => {
    Object.assign(Object.prototype, { [name]: value });
    try {
      expect(await outcomeOf(pool.accessToken({ scope: 'openid', 'cognito:groups': ['support'] }))).toBe(
        'authenticated',
      );
    } finally {
      Reflect.deleteProperty(Object.prototype, name);
    }
  });

  it('may be nested as deep as a token is long', async () => {
    const nested = '['.repeat(5_000) + ']'.repeat(5_000);
    const text = `${JSON.stringify(claimsOf(pool.accessToken())).slice(0, -1)},"nested":${nested}}`;
    expect(await outcomeOf(pool.sign({ kid: jwks.keys[0]?.kid, alg: 'RS256' }, text))).toBe('authenticated');
  });

  it('split the scopes at spaces, and give none to an ID token', async () => {
    const scopes = async (scope: unknown) => (await verifier.verify(pool.accessToken({ scope }))).scopes;
    expect(await scopes('a b/c')).toEqual(['a', 'b/c']);
    expect(await scopes('')).toEqual([]);
    expect(await scopes(' a  b ')).toEqual(['a', 'b']);
    expect(await scopes(undefined)).toEqual([]);
    expect((await verifier.verify(pool.idToken({ scope: 'admin' }))).scopes).toEqual([]);
  });

  it('are what the token says, not what stands on Object.prototype', async () => {
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
