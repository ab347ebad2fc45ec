/** When a token is good: its times, its clock and its grace. */
import { afterEach, describe, expect, it } from 'vitest';
import { createTestUserPool } from '../../../src/testing/index.js';
import { createCognitoVerifier } from '../../../src/token/verifier.js';
import type { CognitoPool } from '../../../src/token/verifier.js';
import { claimsOf } from '../../support/token-claims.js';

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

async function outcomeOf(token: string, by = verifier): Promise<string> {
  const auth = await by.authenticate(token);
  return auth.status === 'rejected' ? auth.reason : auth.status;
}

describe('a token', () => {
  it('expires exactly at exp', async () => {
    const token = pool.accessToken({ exp: AT + HOUR });
    seconds = AT + HOUR - 0.001;
    expect(await outcomeOf(token)).toBe('authenticated');
    seconds = AT + HOUR;
    expect(await outcomeOf(token)).toBe('expired');
    expect(await outcomeOf(pool.accessToken({ exp: AT + HOUR }))).toBe('expired');
  });

  it('expires graceSeconds later when the pool says so, also when it was seen before', async () => {
    const lenient = verifierOf({ graceSeconds: 30 });
    const token = pool.accessToken({ exp: AT + HOUR });
    seconds = AT + HOUR + 29;
    expect(await outcomeOf(token, lenient)).toBe('authenticated');
    expect(await outcomeOf(token, lenient)).toBe('authenticated');
    seconds = AT + HOUR + 30;
    expect(await outcomeOf(token, lenient)).toBe('expired');
    expect(await outcomeOf(token)).toBe('expired');
  });

  it('expires by the clock of the options, in both directions', async () => {
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

  it('is refused before nbf, less the grace', async () => {
    const token = pool.accessToken({ nbf: AT + 60 });
    expect(await outcomeOf(token)).toBe('invalid');
    expect(await outcomeOf(token, verifierOf({ graceSeconds: 60 }))).toBe('authenticated');
    seconds = AT + 60;
    expect(await outcomeOf(token)).toBe('authenticated');
  });

  it('keeps times that are not whole seconds to the fraction', async () => {
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
    'is malformed when %s is a text, a list or an infinite number',
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
    ['began before the epoch and has not expired', { iat: -10, exp: AT + HOUR }, 'invalid'],
    ['lived for too long and has expired', { iat: AT - 2 * DAY, exp: AT - 1 }, 'invalid'],
    ['expires when it begins', { iat: AT + 10, exp: AT + 10 }, 'invalid'],
    ['expires before it begins', { iat: AT + 10, exp: AT + 9 }, 'invalid'],
    ['begins 5 minutes ahead', { iat: AT + 300, exp: AT + HOUR }, 'authenticated'],
    ['begins a moment later than that', { iat: AT + 300.001, exp: AT + HOUR }, 'invalid'],
    ['begins in a day', { iat: AT + DAY, exp: AT + DAY + HOUR }, 'invalid'],
    ['has expired, and is not of this era', { iat: -1e9, exp: 0 - 1e9 + 10 }, 'expired'],
    ['has expired, and is beyond all dates', { iat: -1e300, exp: 10 - 8_640_000_000_011 }, 'invalid'],
  ])('of AWS that %s (%j) is %s', async (_, times, outcome) => {
    for (const make of [pool.accessToken, pool.idToken]) expect(await outcomeOf(make(times))).toBe(outcome);
  });

  it('of an emulator is limited by exp alone', async () => {
    const served = createTestUserPool({ clock });
    const server = await served.serve();
    try {
      const emulated = served.verifier({ clock });
      for (const times of [
        { exp: AT + 365 * DAY },
        { exp: 8_640_000_000_000 },
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

  it('costs no signature check when it has expired', async () => {
    const expired = pool.accessToken({ exp: AT - 1 });
    const tampered = `${expired.slice(0, expired.lastIndexOf('.'))}.${'A'.repeat(342)}`;
    expect(await outcomeOf(tampered)).toBe('expired');
  });
});
