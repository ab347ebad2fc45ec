/** A pool with replicas in other regions: each region is judged by itself. */
import { ApolloServer } from '@apollo/server';
import { describe, expect, it } from 'vitest';
import { authStateOf } from '../../src/auth.js';
import { KeysUnavailableError } from '../../src/errors.js';
import type { AuthEvent } from '../../src/events.js';
import { cognitoAuthPlugin } from '../../src/server/plugin.js';
import { createTestUserPool } from '../../src/testing/index.js';
import type { CognitoVerifier, JsonWebKeySet } from '../../src/token/verifier.js';
import { createVerifier } from '../../src/token/verifier.js';
import { createForeignPool } from '../support/foreign-pool.js';
import { logInto } from '../support/serve.js';

const INVALID = { status: 'rejected', reason: 'invalid' };
const UNAVAILABLE = { status: 'rejected', reason: 'keys-unavailable' };
const ID = 'eu-west-1_Replicated';
const [HOME, REPLICA, OTHER_REPLICA] = ['eu-west-1', 'us-east-1', 'ap-southeast-2'];

// A region has keys of its own. All keys have one id, so that nothing but the issuer tells them apart.
const KID = 'k1';
const pools = new Map([HOME, REPLICA, OTHER_REPLICA].map((region) => [region, createForeignPool({ userPoolId: ID })]));
const poolOf = (region: string) => pools.get(region) ?? createTestUserPool();
const keysOf = (region: string): JsonWebKeySet => ({
  keys: poolOf(region).jwks.keys.map((key) => ({ ...key, kid: KID })),
});
const original = (region: string) => `https://cognito-idp.${region}.amazonaws.com/${ID}`;
const updated = (region: string) => original(region).replace('//', '//issuer-');

/** A token of this issuer, signed by the key of a region. */
function tokenOf(iss: string, signedIn: string): string {
  const pool = poolOf(signedIn);
  const payload = pool.accessToken({ iss }).split('.')[1] ?? '';
  return pool.sign({ kid: KID, alg: 'RS256' }, Buffer.from(payload, 'base64url'));
}
const good = (region: string) => tokenOf(original(region), region);

const TIMEOUT_MS = 2_000;
type Answer = (signal: AbortSignal) => Promise<Response>;
const publish =
  (region: string): Answer =>
  () =>
    Promise.resolve(Response.json(keysOf(region)));
const status =
  (code: number): Answer =>
  () =>
    Promise.resolve(new Response('', { status: code }));
const OUTAGES: Record<string, Answer> = {
  'refuses connections': () => Promise.reject(new TypeError('fetch failed')),
  hangs: (signal) =>
    new Promise((_, reject) => {
      signal.addEventListener('abort', () => {
        reject(signal.reason as Error);
      });
    }),
  'responds with 500': status(500),
  'responds with 503': status(503),
  'responds with 403': status(403),
  'responds with 404': status(404),
  'responds with something else': () => Promise.resolve(Response.json({ message: 'hello' })),
};

/** All regions have their original issuer alone, unless a test tells otherwise. */
function setUp(regions = [REPLICA]) {
  const requests: string[] = [];
  const events: AuthEvent[] = [];
  const answers = new Map<string, Answer>();
  for (const region of [HOME, ...regions]) {
    answers.set(original(region), publish(region));
    answers.set(updated(region), status(403));
  }
  let now = 0;
  const verifier = createVerifier(
    { userPoolId: ID, clientId: 'test-client', regions, name: 'customers' },
    {
      keys: {
        timeout: TIMEOUT_MS / 1000,
        fetch: (url: string, { signal }: { signal: AbortSignal }) => {
          const issuer = url.replace('/.well-known/jwks.json', '');
          requests.push(issuer);
          return (answers.get(issuer) ?? status(404))(signal);
        },
      },
      onEvent: (event: AuthEvent) => events.push(event),
    },
    () => now,
  );
  return {
    verifier,
    requests,
    answer: (issuer: string, answer: Answer) => void answers.set(issuer, answer),
    breakRegion: (region: string, answer: Answer) => {
      for (const issuer of [original(region), updated(region)]) answers.set(issuer, answer);
    },
    failures: () => events.flatMap((event) => (event.type === 'keys.failed' ? [event.issuer] : [])).sort(),
    pass: (seconds: number) => {
      now += seconds * 1000;
    },
  };
}

/** What it resolves to without a wait for a region that hangs. */
async function atOnce<T>(promise: Promise<T>): Promise<T | 'late'> {
  const late = new Promise<'late'>((resolve) => setTimeout(resolve, TIMEOUT_MS / 2, 'late'));
  return Promise.race([promise, late]);
}
const statusOf = async (auth: Promise<{ readonly status: string }>) => (await auth).status;

describe('a token of a replica region', () => {
  it('is accepted with either form of its issuer, and is of the same pool', async () => {
    const { verifier, answer } = setUp([REPLICA, OTHER_REPLICA]);
    answer(updated(OTHER_REPLICA), publish(OTHER_REPLICA));
    const tokens = [good(HOME), good(REPLICA), good(OTHER_REPLICA), tokenOf(updated(OTHER_REPLICA), OTHER_REPLICA)];
    for (const token of tokens) {
      const auth = await verifier.verify(token);
      expect([auth.userPoolId, authStateOf(auth)?.origin.poolName]).toEqual([ID, 'customers']);
    }
  });

  it('is fetched for at the address of its own issuer alone', async () => {
    const { verifier, requests } = setUp([REPLICA, OTHER_REPLICA]);
    await verifier.verify(good(REPLICA));
    expect(requests).toEqual([original(REPLICA)]);
  });

  it('never verifies with the key of another region, in either direction', async () => {
    const { verifier } = setUp([REPLICA, OTHER_REPLICA]);
    await verifier.hydrate();
    for (const region of [HOME, REPLICA, OTHER_REPLICA]) {
      for (const signedIn of [HOME, REPLICA, OTHER_REPLICA]) {
        const auth = await verifier.authenticate(tokenOf(original(region), signedIn));
        expect([region, signedIn, auth]).toEqual([
          region,
          signedIn,
          region === signedIn ? expect.objectContaining({ status: 'authenticated' }) : INVALID,
        ]);
      }
    }
  });

  it('ends with a key that its own region withdraws, and with no other', async () => {
    const { verifier, answer, pass } = setUp();
    const [home, replica] = [good(HOME), good(REPLICA)];
    for (const token of [home, replica]) await verifier.verify(token);
    answer(original(REPLICA), publish(OTHER_REPLICA));
    pass(601);
    expect(await verifier.authenticate(replica)).toEqual(INVALID);
    expect(await verifier.authenticate(home)).toMatchObject({ status: 'authenticated' });
  });

  const strange: [string, string][] = [
    ['of a region that is not listed', original(OTHER_REPLICA)],
    ['of the updated issuer of one', updated(OTHER_REPLICA)],
    ['of another partition', original('cn-north-1')],
    ['of another host', `https://cognito-idp.${REPLICA}.amazonaws.com.evil.example/${ID}`],
    ['of another pool there', `https://cognito-idp.${REPLICA}.amazonaws.com/us-east-1_Replicated`],
    ['in upper case', original(REPLICA).toUpperCase()],
    ['with a slash', `${original(REPLICA)}/`],
    ['over plain http', original(REPLICA).replace('https', 'http')],
  ];
  it.each(strange)('is refused before any fetch when its issuer is one %s', async (_, iss) => {
    const { verifier, requests } = setUp();
    expect(await verifier.authenticate(tokenOf(iss, REPLICA))).toEqual(INVALID);
    expect(requests).toEqual([]);
  });
});

describe.each([
  { down: REPLICA, up: HOME, which: 'a replica' },
  { down: HOME, up: REPLICA, which: "the pool's own region" },
])('while $which is down', ({ down, up }) => {
  it.each(Object.entries(OUTAGES))('and %s, the tokens of the other are accepted at once', async (_, outage) => {
    const { verifier, breakRegion, requests, pass } = setUp();
    breakRegion(down, outage);
    // Each token is new, and those of the two regions come together.
    const lost = Array.from({ length: 20 }, () => verifier.authenticate(good(down)));
    const kept = Array.from({ length: 20 }, () => statusOf(verifier.authenticate(good(up))));
    expect(await atOnce(Promise.all(kept))).toEqual(Array(20).fill('authenticated'));
    expect(await Promise.all(lost)).toEqual(Array(20).fill(UNAVAILABLE));
    expect(requests.filter((issuer) => issuer === original(down))).toHaveLength(1);
    const later: Promise<unknown>[] = [];
    for (let minute = 0; minute < 20; minute += 1) {
      pass(60);
      later.push(verifier.authenticate(good(down)));
      expect(await atOnce(statusOf(verifier.authenticate(good(up))))).toBe('authenticated');
    }
    await verifier.close();
    expect(await Promise.all(later)).toEqual(Array(20).fill(UNAVAILABLE));
  });

  it.each(Object.entries(OUTAGES))('and %s, hydrate() resolves, and events tell of it', async (_, outage) => {
    const { verifier, breakRegion, failures } = setUp();
    breakRegion(down, outage);
    expect(await atOnce(verifier.hydrate())).toBeUndefined();
    await expect.poll(failures, { timeout: 2 * TIMEOUT_MS }).toEqual([original(down), updated(down)].sort());
    expect(await atOnce(statusOf(verifier.authenticate(good(up))))).toBe('authenticated');
    expect(await verifier.authenticate(good(down))).toEqual(UNAVAILABLE);
  });

  it('its tokens are accepted as soon as it is back', async () => {
    const { verifier, breakRegion, answer, pass } = setUp();
    breakRegion(down, status(500));
    await verifier.hydrate();
    expect(await verifier.authenticate(good(down))).toEqual(UNAVAILABLE);
    answer(original(down), publish(down));
    pass(1);
    expect(await verifier.authenticate(good(down))).toMatchObject({ status: 'authenticated' });
  });

  it('its remembered tokens and old keys serve on', async () => {
    const { verifier, breakRegion, pass } = setUp();
    const seen = good(down);
    for (const token of [seen, good(up)]) await verifier.verify(token);
    breakRegion(down, status(503));
    pass(601);
    expect(await verifier.authenticate(seen)).toMatchObject({ status: 'authenticated' });
    expect(await verifier.authenticate(good(down))).toMatchObject({ status: 'authenticated' });
  });
});

describe('which of its two issuers a region does not have', () => {
  it('is judged by the keys of that region alone', async () => {
    const { verifier, answer, failures } = setUp();
    await verifier.hydrate();
    // Both regions have keys for their original issuer, so the updated ones do not exist.
    for (const region of [HOME, REPLICA]) {
      expect(await verifier.authenticate(tokenOf(updated(region), region))).toEqual(INVALID);
    }
    expect(failures()).toEqual([]);
    await verifier.close();
    // The replica says of both that they do not exist: the keys of the other region do not make that true.
    answer(original(REPLICA), status(403));
    await verifier.hydrate();
    expect(await verifier.authenticate(tokenOf(updated(HOME), HOME))).toEqual(INVALID);
    expect(await verifier.authenticate(good(REPLICA))).toEqual(UNAVAILABLE);
    expect(await verifier.authenticate(tokenOf(updated(REPLICA), REPLICA))).toEqual(UNAVAILABLE);
    expect(failures()).toEqual([original(REPLICA), updated(REPLICA)].sort());
  });

  it('can differ from region to region', async () => {
    const { verifier, answer, failures } = setUp();
    answer(original(REPLICA), status(404));
    answer(updated(REPLICA), publish(REPLICA));
    await verifier.hydrate();
    await expect.poll(() => verifier.authenticate(good(REPLICA))).toEqual(INVALID);
    expect(await verifier.authenticate(tokenOf(updated(REPLICA), REPLICA))).toMatchObject({ status: 'authenticated' });
    expect(await verifier.authenticate(good(HOME))).toMatchObject({ status: 'authenticated' });
    expect(failures()).toEqual([]);
  });
});

it('hydrate() rejects when no region has keys', async () => {
  const { verifier, breakRegion } = setUp();
  for (const region of [HOME, REPLICA]) breakRegion(region, status(500));
  await expect(verifier.hydrate()).rejects.toThrow(KeysUnavailableError);
});

describe('a server that starts while a region is down', () => {
  async function start(verifier: CognitoVerifier) {
    const log: string[] = [];
    const server = new ApolloServer({
      typeDefs: 'type Query { motd: String }',
      logger: logInto(log),
      plugins: [cognitoAuthPlugin({ verifier })],
    });
    await server.start();
    return { server, log };
  }
  const lineOf = (region: string, cause: string) =>
    `apollo-cognito-auth: cannot fetch the public keys of user pool ${ID} in ${region}. Requests with a token that needs ` +
    `them get 503 until this succeeds. ${cause}`;

  it.each(Object.entries(OUTAGES))('and %s, does not wait for it, and names it in the log', async (_, outage) => {
    const setup = setUp();
    setup.breakRegion(REPLICA, outage);
    const started = await atOnce(start(setup.verifier));
    if (started === 'late') throw new Error('The server waited for the region.');
    const { server, log } = started;
    await expect
      .poll(() => log, { timeout: 2 * TIMEOUT_MS })
      .toEqual([expect.stringContaining(lineOf(REPLICA, '')) as string]);
    await server.stop();
  });

  it('names each region once when all are down', async () => {
    const setup = setUp();
    for (const region of [HOME, REPLICA]) setup.breakRegion(region, status(500));
    const { server, log } = await start(setup.verifier);
    expect(log.sort()).toEqual([
      expect.stringContaining(lineOf(HOME, '')) as string,
      expect.stringContaining(lineOf(REPLICA, '')) as string,
    ]);
    await server.stop();
  });

  it('names no region of a pool that has one', async () => {
    const verifier = createVerifier(
      { userPoolId: ID, clientId: 'test-client' },
      { keys: { fetch: () => Promise.reject(new TypeError('fetch failed')) } },
      () => 0,
    );
    const { server, log } = await start(verifier);
    expect(log).toEqual([
      `apollo-cognito-auth: cannot fetch the public keys of user pool ${ID}. Requests with a token that needs them get 503 ` +
        'until this succeeds. fetch failed',
    ]);
    await server.stop();
  });
});
