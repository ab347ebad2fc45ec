import { createServer } from 'node:http';
import type { RequestListener, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { KeysUnavailableError } from '../../src/errors.js';
import { createTestUserPool } from '../../src/testing/index.js';
import type { TestKeyServer, TestUserPool } from '../../src/testing/index.js';
import type { AuthEvent } from '../../src/events.js';
import { createVerifier } from '../../src/token/verifier.js';
import type { CognitoVerifier, CognitoVerifierOptions } from '../../src/token/verifier.js';
import { createForeignPool } from '../support/foreign-pool.js';

// One pool for all: it is the endpoint that is different each time.
const pool: TestUserPool = createTestUserPool();
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

interface Setup {
  readonly server: TestKeyServer;
  readonly verifier: CognitoVerifier;
  readonly causes: unknown[];
  /** Lets seconds pass on the clock by which keys age and tries are spaced. */
  readonly pass: (seconds: number) => void;
}

async function setUp(keys: CognitoVerifierOptions['keys'] = { timeout: 0.5 }): Promise<Setup> {
  const server = await pool.serve();
  const causes: unknown[] = [];
  const onEvent = (event: AuthEvent) => {
    if (event.type === 'keys.failed') causes.push(event.cause);
  };
  let now = 0;
  const settings = { userPoolId: pool.userPoolId, clientId: pool.clientId, endpoint: server.url };
  const verifier = createVerifier(settings, { keys, onEvent }, () => now);
  closing.push(
    () => verifier.close(),
    () => server.close(),
  );
  return {
    server,
    verifier,
    causes,
    pass: (seconds) => {
      now += seconds * 1000;
    },
  };
}

const goodSet = () => JSON.stringify(pool.jwks);
const whole =
  (body: string | Buffer, headers: Record<string, string> = {}): RequestListener =>
  (_, response) =>
    response.writeHead(200, headers).end(body);

/** Writes for ever, as fast as the other side reads. */
function pour(response: ServerResponse, chunk: Buffer): void {
  if (!response.destroyed)
    response.write(chunk, () => {
      pour(response, chunk);
    });
}

const faults: Record<string, RequestListener> = {
  'resets the connection': (request) => request.socket.resetAndDestroy(),
  'closes the connection': (request) => request.socket.destroy(),
  'never answers': () => {},
  'sends headers and then nothing': (_, response) => {
    response.writeHead(200).flushHeaders();
  },
  'trickles a byte at a time': (_, response) => {
    response.writeHead(200);
    const text = goodSet();
    let at = 0;
    const timer = setInterval(() => {
      response.write(text.charAt(at));
      at += 1;
      if (response.destroyed) clearInterval(timer);
    }, 20);
  },
  'answers with status 500': (_, response) => response.writeHead(500).end(goodSet()),
  'answers with status 404': (_, response) => response.writeHead(404).end(goodSet()),
  'answers with status 204': (_, response) => response.writeHead(204).end(),
  'answers with status 206': (_, response) => response.writeHead(206).end(goodSet()),
  'answers with HTML': whole('<!doctype html><title>Sign in to the hotel</title>', { 'content-type': 'text/html' }),
  'answers with nothing': whole(''),
  'answers with {}': whole('{}'),
  'answers with null': whole('null'),
  'answers with an empty set': whole('{"keys":[]}'),
  'answers with text after the set': (_, response) => response.writeHead(200).end(`${goodSet()} x`),
  'answers with what is not UTF-8': (_, response) =>
    response
      .writeHead(200)
      .end(Buffer.concat([Buffer.from(`{"x":"`), Buffer.from([0xff]), Buffer.from(`",${goodSet().slice(1)}`)])),
  'answers with a byte order mark': (_, response) => response.writeHead(200).end(`\ufeff${goodSet()}`),
  'answers with half a body, and closes': (_, response) => {
    const text = goodSet();
    response.writeHead(200, { 'content-length': String(text.length) });
    response.write(text.slice(0, text.length / 2), () => response.destroy());
  },
  'answers with less than it announced': (request, response) => {
    const text = goodSet();
    response.writeHead(200, { 'content-length': String(text.length + 10) });
    response.write(text, () => request.socket.end());
  },
  'answers with private keys': (_, response) =>
    response.writeHead(200).end(JSON.stringify({ keys: pool.jwks.keys.map((key) => ({ ...key, d: 'AQAB' })) })),
  'answers with a key that is too short': (_, response) => {
    const n = Buffer.alloc(128, 0xff).toString('base64url');
    response.writeHead(200).end(JSON.stringify({ keys: pool.jwks.keys.map((key) => ({ ...key, n })) }));
  },
  'answers with two keys of one kid': (_, response) => {
    const [other] = createForeignPool().jwks.keys;
    const [key] = pool.jwks.keys;
    response.writeHead(200).end(JSON.stringify({ keys: [key, { ...other, kid: key?.kid }] }));
  },
  'answers with an archive that unpacks to more than 256 KB': whole(gzipSync(' '.repeat(8 * 1024 * 1024)), {
    'content-encoding': 'gzip',
  }),
};

describe('when the key endpoint', () => {
  it.each(Object.keys(faults))('%s, tokens are unavailable until it recovers', async (name) => {
    const { server, verifier, causes, pass } = await setUp();
    server.answer(faults[name] ?? (() => {}));
    const startedAt = performance.now();
    await expect(verifier.verify(pool.accessToken())).rejects.toThrow(KeysUnavailableError);
    expect(performance.now() - startedAt).toBeLessThan(1_500);
    expect(causes).toHaveLength(1);
    expect(causes[0]).toBeInstanceOf(Error);
    expect(await verifier.authenticate('junk')).toEqual({ status: 'rejected', reason: 'malformed' });

    server.recover();
    pass(1);
    expect(await verifier.authenticate(pool.accessToken())).toMatchObject({ status: 'authenticated' });
    expect(server.requests).toBe(2);
  });

  it('refuses the connection, tokens are unavailable', async () => {
    const { server, verifier, causes } = await setUp();
    const token = pool.accessToken();
    await server.close();
    await expect(verifier.verify(token)).rejects.toThrow(KeysUnavailableError);
    expect(causes).toEqual([new TypeError('fetch failed')]);
  });

  it('redirects, the redirect is not followed', async () => {
    let visits = 0;
    const elsewhere = createServer((_, response) => {
      visits += 1;
      response.end(goodSet());
    });
    await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
    closing.push(() => new Promise((resolve) => elsewhere.close(resolve)));
    const address = elsewhere.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    for (const status of [301, 302, 303, 307, 308]) {
      const { server, verifier } = await setUp();
      server.answer((_, response) =>
        response.writeHead(status, { location: `http://127.0.0.1:${String(port)}/` }).end(),
      );
      await expect(verifier.verify(pool.accessToken())).rejects.toThrow(KeysUnavailableError);
    }
    expect(visits).toBe(0);
  });

  it('never stops sending, the fetch ends at 256 KB', async () => {
    const { server, verifier, causes } = await setUp({ timeout: 5 });
    let sent = 0;
    let wasCut = false;
    server.answer((_, response) => {
      response.writeHead(200);
      response.on('close', () => {
        wasCut = true;
        sent = response.socket?.bytesWritten ?? 0;
      });
      pour(response, Buffer.alloc(4 * 1024, ' '));
    });
    const startedAt = performance.now();
    await expect(verifier.verify(pool.accessToken())).rejects.toThrow(KeysUnavailableError);
    expect(causes).toEqual([new Error('The key set is larger than 256 KB.')]);
    expect(performance.now() - startedAt).toBeLessThan(4_000);
    await expect.poll(() => wasCut).toBe(true);
    // What the buffers of both sockets hold comes on top.
    expect(sent).toBeLessThan(16 * 1024 * 1024);
  });

  it('fails and goes on sending, the connection is closed', async () => {
    const { server, verifier } = await setUp({ timeout: 5 });
    let wasCut = false;
    server.answer((_, response) => {
      response.writeHead(500);
      response.on('close', () => {
        wasCut = true;
      });
      response.write('an error page that goes on and on');
    });
    await expect(verifier.verify(pool.accessToken())).rejects.toThrow(KeysUnavailableError);
    await expect.poll(() => wasCut).toBe(true);
  });

  it('hangs, the fetch ends after 5 s in all, and each waiting request fails at once', async () => {
    const { server, verifier, causes } = await setUp({});
    server.answer((_, response) => {
      response.writeHead(200).write(' ');
    });
    const startedAt = performance.now();
    const errors = await Promise.all(
      Array.from({ length: 100 }, () => verifier.verify(pool.accessToken()).catch((error: unknown) => error)),
    );
    const elapsed = performance.now() - startedAt;
    expect(errors.every((error) => error instanceof KeysUnavailableError)).toBe(true);
    expect(elapsed).toBeGreaterThan(4_500);
    expect(elapsed).toBeLessThan(6_000);
    expect(causes).toEqual([new Error('The key set did not arrive within 5000 ms.')]);
    expect(server.requests).toBe(1);
    const after = performance.now();
    await expect(verifier.verify(pool.accessToken())).rejects.toThrow(KeysUnavailableError);
    expect(performance.now() - after).toBeLessThan(100);
  });

  it('has bad keys among good ones, the good ones are used', async () => {
    const { server, verifier } = await setUp();
    const [key] = pool.jwks.keys;
    const bad: unknown[] = [
      null,
      7,
      'key',
      [],
      {},
      { kty: 'RSA', kid: 'no-modulus', e: 'AQAB' },
      { kty: 'EC', kid: key?.kid, crv: 'P-256', x: 'AQAB', y: 'AQAB' },
      { ...key, kid: 'encrypts', use: 'enc' },
      { ...key, kid: 'other-algorithm', alg: 'RS512' },
      { ...key, kid: '' },
      { kty: 'oct', kid: key?.kid, k: 'c2VjcmV0' },
    ];
    server.answer(whole(JSON.stringify({ keys: [...bad, key, ...bad] })));
    expect(await verifier.authenticate(pool.accessToken())).toMatchObject({ status: 'authenticated' });
  });

  it('publishes other keys, tokens of the true key are refused', async () => {
    const { server, verifier } = await setUp();
    server.lie();
    expect(await verifier.authenticate(pool.accessToken())).toEqual({ status: 'rejected', reason: 'invalid' });
  });

  it('goes down and recovers while keys are in use, every request is answered', async () => {
    const { server, verifier, pass } = await setUp();
    await verifier.hydrate();
    server.fail();
    for (let minute = 0; minute < 60; minute += 1) {
      expect(await verifier.authenticate(pool.accessToken())).toMatchObject({ status: 'authenticated' });
      pass(60);
    }
    server.recover();
    pool.rotateKeys();
    pass(60);
    expect(await verifier.authenticate(pool.accessToken())).toMatchObject({ status: 'authenticated' });
  });

  it('withdraws or replaces a key, its tokens are refused after maxAge', async () => {
    const { server, verifier, pass } = await setUp({ maxAge: 60 });
    const token = pool.accessToken();
    await verifier.verify(token);
    server.lie();
    expect(await verifier.authenticate(token)).toMatchObject({ status: 'authenticated' });
    pass(61);
    expect(await verifier.authenticate(token)).toEqual({ status: 'rejected', reason: 'invalid' });
    server.recover();
    pass(61);
    expect(await verifier.authenticate(token)).toMatchObject({ status: 'authenticated' });
    pool.rotateKeys({ withdraw: true });
    pass(61);
    expect(await verifier.authenticate(token)).toEqual({ status: 'rejected', reason: 'invalid' });
    expect(await verifier.authenticate(pool.accessToken())).toMatchObject({ status: 'authenticated' });
  });
});

describe('a `fetch` of the options', () => {
  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new RangeError('surprise');
      },
    ],
    [
      'throws a value whose class cannot be read',
      () => {
        const { proxy, revoke } = Proxy.revocable({}, {});
        revoke();
        throw proxy as Error;
      },
    ],
    ['returns nothing', () => undefined],
    ['returns no Response', () => ({ status: 200, body: 'text' })],
    [
      'returns the response of another address',
      () => Object.defineProperty(Response.json(pool.jwks), 'redirected', { value: true }),
    ],
    ['never settles and ignores its signal', () => new Promise(() => {})],
  ])('fails closed when it %s', async (_, fetch) => {
    const { verifier, causes } = await setUp({ timeout: 0.2, fetch: fetch as typeof globalThis.fetch });
    await expect(verifier.verify(pool.accessToken())).rejects.toThrow(KeysUnavailableError);
    expect(causes).toEqual([expect.any(Error)]);
  });
});
