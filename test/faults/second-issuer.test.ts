import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { KeysUnavailableError, TokenRejectedError } from '../../src/errors.js';
import type { AuthEvent } from '../../src/events.js';
import { createTestUserPool } from '../../src/testing/index.js';
import type { TestUserPool } from '../../src/testing/index.js';
import { createVerifier } from '../../src/token/verifier.js';
import type { CognitoVerifier } from '../../src/token/verifier.js';
import { createForeignPool } from '../support/foreign-pool.js';

const MINUTE = 60;
const INVALID = { status: 'rejected', reason: 'invalid' };
const AUTHENTICATED = { status: 'authenticated' };

// A pool on AWS has one of these two issuers, and can be switched to the second. The tests change how each address responds.
const pool: TestUserPool = createTestUserPool();
const original = pool.issuer;
const updated = original.replace('//', '//issuer-');
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

interface Setup {
  readonly verifier: CognitoVerifier;
  readonly events: AuthEvent[];
  /** The issuer of each request for a key set so far. */
  readonly requests: string[];
  readonly answer: (issuer: string, listener: RequestListener) => void;
  /** Lets seconds pass on the clock by which keys age and tries are spaced. */
  readonly pass: (seconds: number) => void;
}

const status =
  (code: number): RequestListener =>
  (_, response) =>
    response.writeHead(code).end(JSON.stringify(pool.jwks));
const publish = status(200);

/** Both addresses on one server on loopback. Unless told otherwise, the pool has its original issuer alone. */
async function setUp(keys: object = {}, ids = [pool.userPoolId]): Promise<Setup> {
  const requests: string[] = [];
  const listeners = new Map([
    [original, publish],
    [updated, status(403)],
  ]);
  const server = createServer((request, response) => {
    const issuer = `https:/${request.url?.replace('/.well-known/jwks.json', '') ?? ''}`;
    requests.push(issuer);
    (listeners.get(issuer) ?? status(404))(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const events: AuthEvent[] = [];
  let now = 0;
  const verifier = createVerifier(
    ids.map((userPoolId) => ({ userPoolId, clientId: pool.clientId })),
    {
      keys: {
        timeout: 0.5,
        fetch: (input: string, init: RequestInit) =>
          fetch(input.replace('https://', `http://127.0.0.1:${String(port)}/`), init),
        ...keys,
      },
      onEvent: (event: AuthEvent) => events.push(event),
    },
    () => now,
  );
  closing.push(
    () => verifier.close(),
    () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  );
  return {
    verifier,
    events,
    requests,
    answer: (issuer, listener) => void listeners.set(issuer, listener),
    pass: (seconds) => {
      now += seconds * 1000;
    },
  };
}

/** A token that names the issuer, of that issuer's key: what it would be if the pool had been switched. */
const good = (iss: string) => pool.accessToken({ iss });
/** The same with a forged signature. */
const junk = (iss: string) => good(iss).replace(/[^.]+$/, 'AAAA');
const failuresIn = (events: readonly AuthEvent[]) =>
  events.flatMap((event) => (event.type === 'keys.failed' ? [event.issuer] : [])).sort();
const count = (requests: readonly string[], issuer: string) => requests.filter((each) => each === issuer).length;

describe('a token of the issuer that its pool does not have', () => {
  it.each([400, 401, 403, 404, 410])(
    'is invalid, at one fetch in 10 minutes, when the address responds with %i',
    async (code) => {
      const { verifier, requests, answer, pass } = await setUp();
      answer(updated, status(code));
      await verifier.verify(good(original));
      for (let seconds = 0; seconds < 10 * MINUTE; seconds += 20) {
        expect(await verifier.authenticate(junk(updated))).toEqual(INVALID);
        pass(20);
      }
      expect(count(requests, updated)).toBe(1);
      expect(await verifier.authenticate(junk(updated))).toEqual(INVALID);
      expect(count(requests, updated)).toBe(2);
      expect(await verifier.authenticate(junk(updated))).toEqual(INVALID);
      expect(count(requests, updated)).toBe(2);
    },
  );

  it('is invalid when the pool has the updated issuer alone', async () => {
    const { verifier, answer } = await setUp();
    answer(original, status(404));
    answer(updated, publish);
    await verifier.hydrate();
    expect(await verifier.authenticate(good(updated))).toMatchObject(AUTHENTICATED);
    expect(await verifier.authenticate(junk(original))).toEqual(INVALID);
  });

  it('has a cause of its own for the log', async () => {
    const { verifier, events } = await setUp();
    await verifier.hydrate();
    const cause = new Error("The token's issuer has no key set, but the other issuer of its pool has one.");
    await expect(verifier.verify(junk(updated))).rejects.toEqual(new TokenRejectedError('invalid', { cause }));
    expect(events.at(-1)).toMatchObject({ type: 'token.rejected', reason: 'invalid', cause });
  });

  it('is accepted after a switch of the pool, with the first request after the pause', async () => {
    const { verifier, answer, pass } = await setUp();
    await verifier.hydrate();
    expect(await verifier.authenticate(good(updated))).toEqual(INVALID);
    answer(updated, publish);
    pass(10 * MINUTE - 1);
    expect(await verifier.authenticate(good(updated))).toEqual(INVALID);
    pass(1);
    expect(
      await Promise.all([1, 2, 3].map(() => verifier.authenticate(good(updated)).then(({ status: is }) => is))),
    ).toEqual(['authenticated', 'authenticated', 'authenticated']);
    expect(await verifier.authenticate(good(original))).toMatchObject(AUTHENTICATED);
  });

  it('is fetched for again after the `maxAge` of the options', async () => {
    const { verifier, answer, pass } = await setUp({ maxAge: MINUTE });
    await verifier.hydrate();
    expect(await verifier.authenticate(good(updated))).toEqual(INVALID);
    answer(updated, publish);
    pass(MINUTE);
    expect(await verifier.authenticate(good(updated))).toMatchObject(AUTHENTICATED);
  });

  const outages: Record<string, RequestListener> = {
    'status 500': status(500),
    'status 503': status(503),
    'status 408': status(408),
    'status 429': status(429),
    'status 204': (_, response) => response.writeHead(204).end(),
    'a redirect': (_, response) => response.writeHead(302, { location: '/' }).end(),
    'a reset': (request) => request.socket.resetAndDestroy(),
    'nothing in time': () => {},
    'no key set': (_, response) => response.end('{"message":"Forbidden"}'),
  };
  it.each(Object.keys(outages))('is unavailable while the address responds with %s', async (name) => {
    const { verifier, events, answer, pass } = await setUp();
    const outage = outages[name] ?? publish;
    await verifier.verify(good(original));
    answer(updated, outage);
    await expect(verifier.verify(good(updated))).rejects.toThrow(KeysUnavailableError);
    expect(failuresIn(events)).toEqual([updated]);
    answer(updated, status(403));
    pass(1);
    expect(await verifier.authenticate(good(updated))).toEqual(INVALID);
    // What it said ten minutes ago does not answer for it now.
    answer(updated, outage);
    pass(10 * MINUTE);
    await expect(verifier.verify(good(updated))).rejects.toThrow(KeysUnavailableError);
    answer(updated, publish);
    pass(30);
    expect(await verifier.authenticate(good(updated))).toMatchObject(AUTHENTICATED);
  });

  it('is unavailable when the response came from another address', async () => {
    const elsewhere = Object.defineProperty(new Response('', { status: 404 }), 'redirected', { value: true });
    const { verifier } = await setUp({
      fetch: (input: string) => Promise.resolve(input.startsWith(updated) ? elsewhere : Response.json(pool.jwks)),
    });
    await verifier.verify(good(original));
    await expect(verifier.verify(good(updated))).rejects.toThrow(KeysUnavailableError);
  });
});

describe('the tokens of a pool', () => {
  it('are unavailable while neither issuer has keys, and accepted within a second of their arrival', async () => {
    const { verifier, requests, answer, pass } = await setUp();
    answer(original, status(403));
    for (const issuer of [original, updated]) {
      await expect(verifier.verify(good(issuer))).rejects.toThrow(KeysUnavailableError);
      await expect(verifier.verify(good(issuer))).rejects.toThrow(KeysUnavailableError);
    }
    expect(requests).toEqual([original, updated]);
    answer(original, publish);
    pass(1);
    expect(await verifier.authenticate(good(original))).toMatchObject(AUTHENTICATED);
    // That the other one has none was said a second ago.
    expect(await verifier.authenticate(good(updated))).toEqual(INVALID);
    expect(requests).toEqual([original, updated, original]);
  });

  it('are not invalid because another pool has keys', async () => {
    const other = createForeignPool();
    const { verifier } = await setUp({}, [pool.userPoolId, other.userPoolId]);
    await expect(verifier.hydrate()).rejects.toThrow(KeysUnavailableError);
    expect(await verifier.authenticate(good(original))).toMatchObject(AUTHENTICATED);
    await expect(verifier.verify(other.accessToken())).rejects.toThrow(KeysUnavailableError);
  });

  it('are unavailable when the keys of the other issuer are older than staleFor', async () => {
    const { verifier, answer, pass } = await setUp({ staleFor: 0 });
    await verifier.verify(good(original));
    answer(original, status(500));
    pass(10 * MINUTE + 1);
    await expect(verifier.verify(good(updated))).rejects.toThrow(KeysUnavailableError);
  });
});

describe('an issuer that had keys and now responds that it has none', () => {
  it('is checked by its old keys for staleFor, while its address is tried again soon', async () => {
    const { verifier, events, requests, answer, pass } = await setUp();
    answer(updated, publish);
    await verifier.hydrate();
    const seen = good(updated);
    await verifier.verify(seen);
    answer(updated, status(403));
    const before = count(requests, updated);
    pass(10 * MINUTE);
    for (let minutes = 10; minutes < 24 * 60; minutes += 5) {
      pass(5 * MINUTE);
      expect(await verifier.authenticate(seen)).toMatchObject(AUTHENTICATED);
    }
    expect(await verifier.authenticate(good(updated))).toMatchObject(AUTHENTICATED);
    const tries = count(requests, updated) - before;
    expect(tries).toBeGreaterThan(280);
    expect(failuresIn(events)).toEqual(Array(tries).fill(updated));
    // No longer than that, and then it is an issuer without keys like any other.
    await verifier.verify(good(original));
    pass(10 * MINUTE + 1);
    expect(await verifier.authenticate(seen)).toEqual(INVALID);
    expect(await verifier.authenticate(good(updated))).toEqual(INVALID);
    const asked = count(requests, updated);
    pass(9 * MINUTE);
    expect(await verifier.authenticate(seen)).toEqual(INVALID);
    expect(count(requests, updated)).toBe(asked);
  });

  it('makes the token of an unknown key unavailable, because the key can be new', async () => {
    const { verifier, answer } = await setUp();
    answer(updated, publish);
    await verifier.hydrate();
    await verifier.verify(good(updated));
    answer(updated, status(403));
    const token = createForeignPool({ userPoolId: pool.userPoolId }).accessToken({ iss: updated });
    await expect(verifier.verify(token)).rejects.toThrow(KeysUnavailableError);
  });
});

describe('hydrate()', () => {
  it.each([
    ['first', 0, 100],
    ['last', 100, 0],
  ])(
    'reports no failure of the issuer that the pool does not have, when its response comes %s',
    async (_, mine, others) => {
      const { verifier, events, requests, answer } = await setUp();
      const after =
        (ms: number, listener: RequestListener): RequestListener =>
        (request, response) => {
          setTimeout(() => {
            listener(request, response);
          }, ms);
        };
      answer(updated, after(mine, status(403)));
      answer(original, after(others, publish));
      await expect(verifier.hydrate()).resolves.toBeUndefined();
      await new Promise((resolve) => setTimeout(resolve, 150));
      expect(requests).toHaveLength(2);
      expect(events.map(({ type }) => type)).toEqual(['keys.fetched']);
      expect(await verifier.authenticate(junk(updated))).toEqual(INVALID);
      expect(requests).toHaveLength(2);
    },
  );

  it('reports a failure of each issuer of a pool that does not exist', async () => {
    const { verifier, events, answer } = await setUp();
    answer(original, status(404));
    await expect(verifier.hydrate()).rejects.toThrow(KeysUnavailableError);
    await expect.poll(() => failuresIn(events)).toEqual([original, updated]);
  });

  it('reports a failure of both issuers in an outage, until the keys are there', async () => {
    const { verifier, events, requests, answer, pass } = await setUp();
    answer(original, status(500));
    await expect(verifier.hydrate()).rejects.toThrow(KeysUnavailableError);
    await expect.poll(() => failuresIn(events)).toEqual([original, updated]);
    answer(original, publish);
    pass(1);
    await verifier.verify(good(original));
    expect(await verifier.authenticate(junk(updated))).toEqual(INVALID);
    expect(count(requests, updated)).toBe(1);
  });

  it('rejects in a later outage, although old keys are used', async () => {
    const { verifier, answer, pass } = await setUp();
    await verifier.hydrate();
    expect(await verifier.authenticate(junk(updated))).toEqual(INVALID);
    answer(original, status(500));
    pass(11 * MINUTE);
    await expect(verifier.hydrate()).rejects.toThrow(KeysUnavailableError);
    expect(await verifier.authenticate(good(original))).toMatchObject(AUTHENTICATED);
  });

  it('asks an address again after close()', async () => {
    const { verifier, answer } = await setUp();
    await verifier.hydrate();
    expect(await verifier.authenticate(good(updated))).toEqual(INVALID);
    await verifier.close();
    answer(updated, publish);
    await verifier.verify(good(original));
    expect(await verifier.authenticate(good(updated))).toMatchObject(AUTHENTICATED);
  });
});
