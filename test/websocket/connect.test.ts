/** How a connection begins: its credentials, and where they may stand. */
import { afterEach, describe, expect, it } from 'vitest';
import { cognitoAuthWebSocket } from '../../src/graphql-ws/index.js';
import type { CognitoAuthWebSocketOptions } from '../../src/graphql-ws/index.js';
import { bearerToken, cookieToken, createAuthContext, firstToken, headerToken } from '../../src/index.js';
import type { CognitoVerifierOptions } from '../../src/index.js';
import { createTestUserPool } from '../../src/testing/index.js';
import { createKeyLife, down } from '../support/key-life.js';
import { logInto } from '../support/serve.js';
import { ask, closeOf, createRun, serveWebSocket, until } from '../support/web-socket.js';
import type { WebSocketTestServer } from '../support/web-socket.js';

const pool = createTestUserPool();
const EXPIRED = [4403, 'The token is no longer valid.'];
const REFUSED = [4401, 'The credentials are not accepted.'];
const UNAVAILABLE = [1013, 'Try again later.'];

let server: WebSocketTestServer | undefined;
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

async function open(
  options: Partial<CognitoAuthWebSocketOptions> = {},
  verifierOptions: CognitoVerifierOptions = {},
): Promise<WebSocketTestServer> {
  const { schema } = createRun();
  server = await serveWebSocket({
    schema,
    ...cognitoAuthWebSocket({ verifier: pool.verifier(verifierOptions), ...options }),
  });
  return server;
}

const INIT = { type: 'connection_init' };
const ME = { id: '1', type: 'subscribe', payload: { query: '{ me }' } };
const ANAYA = { username: 'anaya' };

describe('a connection', () => {
  it.each([
    ['connectionParams.authorization', (token: string) => ({ authorization: `Bearer ${token}` })],
    ['connectionParams.Authorization', (token: string) => ({ Authorization: `Bearer ${token}` })],
    ['connectionParams.headers.authorization', (token: string) => ({ headers: { AUTHORIZATION: `bearer ${token}` } })],
    [
      'both, if they are the same',
      (token: string) => ({ authorization: `Bearer ${token}`, headers: { authorization: ` Bearer ${token} ` } }),
    ],
    [
      'one of several, if the others are empty',
      (token: string) => ({ authorization: '', Authorization: null, headers: { authorization: `Bearer ${token}` } }),
    ],
    [
      'one of several, if the other is `Bearer` alone',
      (token: string) => ({ authorization: 'Bearer ', headers: { authorization: `Bearer ${token}` } }),
    ],
  ])('has the token of %s', async (_, paramsOf) => {
    const client = (await open()).client({ connectionParams: paramsOf(pool.accessToken(ANAYA)) });
    expect(await ask(client, '{ me }')).toEqual([{ data: { me: 'anaya' } }]);
  });

  it('has the token of the upgrade request', async () => {
    const { speak } = await open();
    const { received } = await speak([INIT, ME], { authorization: `Bearer ${pool.accessToken(ANAYA)}` });
    expect(received).toContainEqual({ id: '1', type: 'next', payload: { data: { me: 'anaya' } } });
  });

  it.each([
    undefined,
    {},
    { authorization: null },
    { authorization: '' },
    { headers: {} },
    { headers: 'x' },
    { other: 7 },
  ])('without credentials is anonymous: %j', async (connectionParams) => {
    const client = (await open()).client(connectionParams === undefined ? {} : { connectionParams });
    expect(await ask(client, '{ motd me }')).toEqual([
      {
        data: { motd: 'motd', me: null },
        errors: [
          {
            message: 'Authentication is required.',
            path: ['me'],
            extensions: { code: 'UNAUTHENTICATED', reason: 'missing' },
          },
        ],
      },
    ]);
  });

  it.each([
    ['forged', () => ({ authorization: `Bearer ${pool.accessToken().slice(0, -6)}AAAAAA` })],
    ['malformed', () => ({ authorization: 'Bearer nonsense' })],
    ['of another scheme', () => ({ authorization: 'Basic YTpi' })],
    ['not text', () => ({ authorization: 7 })],
    ['a list', () => ({ authorization: [`Bearer ${pool.accessToken()}`] })],
    ['of another pool', () => ({ authorization: `Bearer ${createTestUserPool().accessToken()}` })],
    [
      'different in two places',
      () => ({ authorization: `Bearer ${pool.accessToken()}`, headers: { authorization: `Bearer ${pool.idToken()}` } }),
    ],
    [
      'different in two spellings',
      () => ({ authorization: `Bearer ${pool.accessToken()}`, Authorization: `Bearer ${pool.idToken()}` }),
    ],
    ['among 1,001 parameters', () => Object.fromEntries(Array.from({ length: 1001 }, (_, index) => [`p${index}`, '']))],
  ])('is closed with 4401 when the credentials are %s', async (_, paramsOf) => {
    const client = (await open()).client({ connectionParams: paramsOf() });
    expect(await closeOf(ask(client, '{ motd }'))).toEqual(REFUSED);
  });

  it('is closed with 4401 when the upgrade request and the parameters differ, or the header came twice', async () => {
    const { speak } = await open();
    const init = { ...INIT, payload: { authorization: `Bearer ${pool.accessToken()}` } };
    const one = await speak([init], { authorization: `Bearer ${pool.idToken()}` });
    expect([one.code, one.reason]).toEqual(REFUSED);
    const token = `Bearer ${pool.accessToken()}`;
    const two = await speak([INIT], { authorization: [token, token] as unknown as string });
    expect([two.code, two.reason]).toEqual(REFUSED);
  });

  it('is closed with 4403 when the token has expired, so that the client comes back', async () => {
    const client = (await open()).client({
      connectionParams: { authorization: `Bearer ${pool.accessToken({ exp: 1e9, iat: 1e9 - 300 })}` },
    });
    expect(await closeOf(ask(client, '{ motd }'))).toEqual(EXPIRED);
  });

  it('is closed with 4401 when the token was revoked', async () => {
    const { client } = await open({}, { revocation: { isRevoked: () => true } });
    const revoked = client({ connectionParams: { authorization: `Bearer ${pool.accessToken()}` } });
    expect(await closeOf(ask(revoked, '{ motd }'))).toEqual(REFUSED);
  });

  it('is closed with 1013 while the keys or the revocations are unavailable, and the log says why', async () => {
    const log: string[] = [];
    const { pool: other, verifier, answerWith } = createKeyLife();
    answerWith(down);
    const { client } = await open({ verifier, logger: logInto(log) });
    const params = { authorization: `Bearer ${other.accessToken()}` };
    expect(await closeOf(ask(client({ connectionParams: params }), '{ motd }'))).toEqual(UNAVAILABLE);
    expect(log).toEqual([expect.stringContaining(`cannot fetch the public keys of user pool ${other.userPoolId}`)]);
    // An anonymous caller needs no keys.
    expect(await ask(client(), '{ motd }')).toEqual([{ data: { motd: 'motd' } }]);
  });

  it('is closed with 1013 while revocations are unavailable', async () => {
    const isRevoked = () => Promise.reject(new Error('store down'));
    const { client } = await open({}, { revocation: { isRevoked } });
    const params = { authorization: `Bearer ${pool.accessToken()}` };
    expect(await closeOf(ask(client({ connectionParams: params }), '{ motd }'))).toEqual(UNAVAILABLE);
  });

  it('is closed by a second `connection_init`, whether the first is answered or not', async () => {
    const { speak, sockets } = await open();
    const init = { ...INIT, payload: { authorization: `Bearer ${pool.accessToken(ANAYA)}` } };
    for (const atOnce of [true, false]) {
      const { code, received } = await speak([init, { ...INIT, payload: {} }, ME], {}, atOnce);
      expect([code, received.length]).toEqual([4429, atOnce ? 0 : 1]);
    }
    await until(() => sockets() === 0);
  });

  it('takes 8 MB of parameters without a wait', async () => {
    const { client } = await open();
    const authorization = `Bearer ${pool.accessToken(ANAYA)}`;
    const big = client({ connectionParams: { padding: 'x'.repeat(8 * 1024 * 1024), authorization } });
    expect(await ask(big, '{ me }')).toEqual([{ data: { me: 'anaya' } }]);
    const long = client({ connectionParams: { authorization: `Bearer ${'x'.repeat(8 * 1024 * 1024)}` } });
    expect(await closeOf(ask(long, '{ me }'))).toEqual(REFUSED);
  });

  it('does not read what a polluted prototype holds', async () => {
    const { client } = await open();
    const polluted = Object.prototype as { authorization?: string };
    polluted.authorization = `Bearer ${pool.accessToken(ANAYA)}`;
    try {
      const [result] = (await ask(client({ connectionParams: {} }), '{ me }')) as [{ data: unknown }];
      expect(result.data).toEqual({ me: null });
    } finally {
      delete polluted.authorization;
    }
  });

  it('is closed with 4500, and the log says why, when its token source fails', async () => {
    const log: string[] = [];
    const { client } = await open({
      logger: logInto(log),
      tokenSource: () => {
        throw new Error('secret detail');
      },
    });
    expect(await closeOf(ask(client(), '{ motd }'))).toEqual([4500, 'Internal server error.']);
    expect(log.join()).toContain('secret detail');
  });

  it.each([{}, { socket: {} }, { socket: null }])(
    'is refused, and the log says why, when it could not be closed at its expiry: %j',
    async (socket) => {
      const log: string[] = [];
      const ours = cognitoAuthWebSocket({ verifier: pool.verifier(), logger: logInto(log) });
      const connection = {
        ...{ connectionInitReceived: true, acknowledged: false, subscriptions: {} },
        ...{ connectionParams: {}, extra: { request: { headers: {} }, ...socket } },
      };
      expect(await ours.onConnect(connection)).toBe(false);
      expect(log).toEqual([expect.stringContaining('to have the socket as `extra.socket`')]);
    },
  );

  it('calls onConnect with the caller, only for accepted credentials, and sends its payload', async () => {
    const callers: unknown[] = [];
    const { speak, client } = await open({
      onConnect: (_connection, auth) => {
        callers.push(auth.status);
        return { hello: 'you' };
      },
    });
    const init = { ...INIT, payload: { authorization: `Bearer ${pool.accessToken()}` } };
    expect((await speak([init])).received).toEqual([{ type: 'connection_ack', payload: { hello: 'you' } }]);
    await closeOf(ask(client({ connectionParams: { authorization: 'Bearer no' } }), '{ motd }'));
    expect(callers).toEqual(['authenticated']);
  });

  it('is refused by an onConnect that returns false', async () => {
    const { client } = await open({ onConnect: () => false });
    expect(await closeOf(ask(client(), '{ motd }'))).toEqual([4403, 'Forbidden']);
  });
});

describe('a cookie of the upgrade request', () => {
  const tokenSource = firstToken(bearerToken(), cookieToken('__Host-token'));
  const allowedOrigins = ['https://app.example.com'];
  const cookie = () => `theme=dark; __Host-token=${pool.accessToken(ANAYA)}`;

  /** What a connection of these headers gets; undefined when it is closed with 4401. */
  async function me(
    headers: Record<string, string>,
    payload: Record<string, unknown> = {},
    options: Partial<CognitoAuthWebSocketOptions> = { allowedOrigins },
  ): Promise<unknown> {
    const { speak } = await open({ tokenSource, ...options });
    const { code, received } = await speak([{ ...INIT, payload }, ME], headers);
    if (code === 4401 && received.length === 0) return undefined;
    const next = received.find((message) => (message as { id?: string }).id === '1') as {
      payload: { data: { me: unknown } };
    };
    return next.payload.data.me;
  }

  it('counts when the origin is one of allowedOrigins exactly', async () => {
    expect(await me({ cookie: cookie(), origin: 'https://app.example.com' })).toBe('anaya');
  });

  it.each([
    'https://evil.example.com',
    'http://app.example.com',
    'https://app.example.com:8443',
    'https://app.example.com.evil.com',
    'https://xapp.example.com',
    'HTTPS://APP.EXAMPLE.COM',
    'null',
    '',
  ])('is malformed with the origin %j', async (origin) => {
    expect(await me({ cookie: cookie(), origin })).toBeUndefined();
  });

  it('is malformed without an origin, and without allowedOrigins', async () => {
    expect(await me({ cookie: cookie() })).toBeUndefined();
    expect(await me({ cookie: cookie(), origin: 'https://app.example.com' }, {}, {})).toBeUndefined();
  });

  it('is malformed from a foreign page, with any parameters that the page writes', async () => {
    const forged = {
      origin: 'https://app.example.com',
      'content-type': 'application/json',
      'apollo-require-preflight': 'true',
      'x-apollo-operation-name': 'x',
      headers: { origin: 'https://app.example.com', 'content-type': 'application/json', 'x-mine': '1' },
    };
    const headers = { cookie: cookie(), origin: 'https://evil.example.com' };
    expect(await me(headers, forged)).toBeUndefined();
    const custom = firstToken(bearerToken(), cookieToken('__Host-token', { preflightHeaders: ['x-mine'] }));
    expect(await me(headers, { ...forged, 'x-mine': '1' }, { allowedOrigins, tokenSource: custom })).toBeUndefined();
    const own = (request: { header(name: string): readonly string[] }) =>
      request.header('cookie')[0]?.split('__Host-token=')[1];
    expect(await me(headers, forged, { allowedOrigins, tokenSource: own })).toBeUndefined();
    expect(await me({ ...headers, origin: 'https://app.example.com' }, {}, { allowedOrigins, tokenSource: own })).toBe(
      'anaya',
    );
  });

  it('is read from the upgrade request alone, like the headers that decide about it, also by a custom token source', async () => {
    const names = ['Cookie', 'Origin', 'Content-Type', 'Apollo-Require-Preflight', 'X-Apollo-Operation-Name', 'X-Mine'];
    const seen: unknown[] = [];
    const { speak } = await open({
      tokenSource: (request) => {
        seen.push(names.map((name) => request.header(name)));
        return undefined;
      },
    });
    const forged = Object.fromEntries(names.map((name) => [name, 'forged']));
    await speak([{ ...INIT, payload: { ...forged, headers: forged } }], { origin: 'https://evil.example.com' });
    expect(seen).toEqual([[[], ['https://evil.example.com'], [], [], [], ['forged']]]);
  });

  it('is not read from the parameters', async () => {
    expect(await me({ origin: 'https://app.example.com' }, { cookie: cookie() })).toBeNull();
  });

  it('of another name is no credential, from any origin', async () => {
    expect(await me({ cookie: 'theme=dark', origin: 'https://evil.example.com' })).toBeNull();
  });

  it('of another name is no credential for createAuthContext() either, which takes no cookie of a connection', async () => {
    const context = createAuthContext({
      verifier: pool.verifier(),
      tokenSource: firstToken((request) => request.header('x-token')[0], cookieToken('__Host-token')),
    });
    const status = async (headers: Record<string, string>) =>
      (await context({ connectionParams: {}, extra: { request: { headers, rawHeaders: [] } } })).auth;
    expect(await status({ cookie: 'theme=dark' })).toMatchObject({ status: 'anonymous' });
    const preflighted = { 'content-type': 'application/json', 'apollo-require-preflight': 'true' };
    expect(await status({ cookie: cookie(), origin: 'https://app.example.com', ...preflighted })).toMatchObject({
      status: 'rejected',
      reason: 'malformed',
    });
  });

  it('that differs from the bearer token is malformed', async () => {
    const headers = { cookie: cookie(), origin: 'https://app.example.com' };
    expect(await me(headers, { authorization: `Bearer ${pool.idToken()}` })).toBeUndefined();
  });
});

describe('another header', () => {
  it('is refused with different values, although the token source takes the first', async () => {
    const { client } = await open({ tokenSource: (request) => request.header('x-token')[0] });
    const params = { 'x-token': pool.accessToken(), headers: { 'x-token': pool.idToken() } };
    expect(await closeOf(ask(client({ connectionParams: params }), '{ me }'))).toEqual(REFUSED);
  });

  it('is read by its name from the parameters', async () => {
    const { client } = await open({ tokenSource: headerToken('X-Id-Token') });
    const params = { 'x-id-token': pool.idToken({ 'cognito:username': 'ben' }) };
    expect(await ask(client({ connectionParams: params }), '{ me }')).toEqual([{ data: { me: 'ben' } }]);
  });
});
