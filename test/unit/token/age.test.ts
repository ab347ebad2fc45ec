import { describe, expect, it } from 'vitest';
import { createTestUserPool } from '../../../src/testing/index.js';
import { elapsed, safeWall } from '../../../src/token/keys/age.js';
import { createVerifier } from '../../../src/token/verifier.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const NOW = 1_800_000_000_000;

describe('elapsed()', () => {
  it.each([
    ['both clocks went on', 5, 5, 5],
    ['the monotonic clock stood still', 0, 9, 9],
    ['the wall clock stood still', 9, 0, 9],
    ['the wall clock was set back', 5, -3_600, 5],
    ['the wall clock was set forward', 5, 3_600, 3_600],
    ['the wall clock is broken', 5, NaN, 5],
    ['the wall clock is beyond all times', 5, Infinity, Infinity],
    ['the wall clock is before all times', 5, -Infinity, 5],
  ])('returns the larger of both times when %s', (_, monotonic, wall, passed) => {
    expect(elapsed({ monotonic: 0, wall: 0 }, { monotonic, wall })).toBe(passed);
  });

  it('returns Infinity without a start', () => {
    expect(elapsed(undefined, { monotonic: 0, wall: 0 })).toBe(Infinity);
  });

  it('is safe from a wall clock that returns anything', () => {
    const broken = () => {
      throw new Error('no clock');
    };
    for (const clock of [broken, () => undefined, () => 'x', () => ({})]) expect(safeWall(clock)()).toBeNaN();
    expect(safeWall(() => new Date(5))()).toBe(5);
    expect(safeWall(() => 5n)()).toBe(5);
  });
});

/** A verifier with keys that were fetched just now, and both of its clocks. */
async function setUp() {
  const clocks = { monotonic: 0, wall: NOW };
  const pool = createTestUserPool({ clock: () => NOW });
  let isDown = false;
  let fetches = 0;
  const fetch = () => {
    fetches += 1;
    return Promise.resolve(isDown ? new Response('', { status: 500 }) : Response.json(pool.jwks));
  };
  const verifier = createVerifier(
    { userPoolId: pool.userPoolId, clientId: pool.clientId },
    { keys: { fetch }, clock: () => clocks.wall },
    () => clocks.monotonic,
  );
  const token = pool.accessToken({ exp: NOW / 1000 + 12 * 3_600 });
  const outcome = async () => {
    const auth = await verifier.authenticate(token);
    return auth.status === 'rejected' ? auth.reason : auth.status;
  };
  expect(await outcome()).toBe('authenticated');
  return {
    pool,
    clocks,
    outcome,
    verifier,
    token,
    fetches: () => fetches,
    setDown: (down: boolean) => {
      isDown = down;
    },
  };
}

describe('a token of a key that the pool has withdrawn', () => {
  it.each([
    ['both clocks went on for 11 minutes', 11 * MINUTE, 11 * MINUTE, 'invalid'],
    ['the process was suspended for 11 minutes', 0, 11 * MINUTE, 'invalid'],
    ['the clock of the options stands still', 11 * MINUTE, 0, 'invalid'],
    ['the wall clock was set back by an hour', 11 * MINUTE, -HOUR, 'invalid'],
    ['the wall clock was set forward by an hour', 0, HOUR, 'invalid'],
    ['no time has passed by either', 7 * MINUTE, 7 * MINUTE, 'authenticated'],
    ['the wall clock was set back and no time has passed', 7 * MINUTE, -HOUR, 'authenticated'],
  ])('is judged by the larger age of the keys when %s', async (_, monotonic, wall, expected) => {
    const { pool, clocks, outcome } = await setUp();
    pool.rotateKeys({ withdraw: true });
    clocks.monotonic += monotonic;
    clocks.wall += wall;
    expect(await outcome()).toBe(expected);
  });
});

describe('keys', () => {
  it.each([HOUR, -HOUR, 11 * HOUR])(
    'are fetched at most once after the wall clock jumps by %i ms, and their age begins anew',
    async (jump) => {
      const { clocks, outcome, fetches } = await setUp();
      clocks.wall += jump;
      for (let request = 0; request < 100; request += 1) expect(await outcome()).toBe('authenticated');
      expect(fetches()).toBe(jump > 0 ? 2 : 1);
      clocks.monotonic += 11 * MINUTE;
      for (let request = 0; request < 100; request += 1) expect(await outcome()).toBe('authenticated');
      expect(fetches()).toBe(jump > 0 ? 3 : 2);
    },
  );

  it('are not fetched at each jump of a wall clock that jumps back and forth', async () => {
    const { clocks, outcome, fetches } = await setUp();
    for (let request = 0; request < 100; request += 1) {
      clocks.wall += request % 2 === 0 ? HOUR : -HOUR;
      expect(await outcome()).toBe('authenticated');
    }
    expect(fetches()).toBe(2);
  });

  it('do not wait for a clock that stands still, neither after a failure nor for a new key', async () => {
    const { pool, clocks, verifier, outcome, setDown, fetches } = await setUp();
    setDown(true);
    clocks.wall += 11 * MINUTE;
    expect(await outcome()).toBe('authenticated');
    await new Promise((resolve) => setImmediate(resolve));
    setDown(false);
    // The process is suspended: the next try was due while it was.
    clocks.wall += MINUTE;
    const before = fetches();
    expect(await outcome()).toBe('authenticated');
    await new Promise((resolve) => setImmediate(resolve));
    expect(fetches()).toBe(before + 1);

    const stranger = pool.sign({ kid: 'stranger', alg: 'RS256' }, '{}');
    expect((await verifier.authenticate(stranger)).status).toBe('rejected');
    pool.rotateKeys();
    const ofNewKey = () => verifier.authenticate(pool.accessToken({ exp: NOW / 1000 + 12 * 3_600 }));
    clocks.wall += 11 * SECOND;
    expect(await ofNewKey()).toMatchObject({ status: 'authenticated' });
    pool.rotateKeys();
    expect(await ofNewKey()).toEqual({ status: 'rejected', reason: 'invalid' });
    clocks.wall += 11 * SECOND;
    expect(await ofNewKey()).toMatchObject({ status: 'authenticated' });
  });

  it('survive a clock that throws, while tokens cannot be checked', async () => {
    const pool = createTestUserPool();
    const clock = () => {
      throw new Error('no clock');
    };
    const verifier = createVerifier(
      { userPoolId: pool.userPoolId, clientId: pool.clientId },
      { keys: { fetch: () => Promise.resolve(Response.json(pool.jwks)) }, clock },
      () => 0,
    );
    await verifier.hydrate();
    expect(await verifier.authenticate(pool.accessToken())).toEqual({ status: 'rejected', reason: 'keys-unavailable' });
  });
});
