import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestUserPool } from '../../src/testing/index.js';
import { createForeignPool } from '../support/foreign-pool.js';
import { bearer, serve } from '../support/serve.js';
import type { TestServer } from '../support/serve.js';

const typeDefs = /* GraphQL */ `
  type Query {
    motd: String
    me: String @auth(tokenUse: ID)
    orders: [String!] @auth(tokenUse: ACCESS, groups: ["support", "admin"])
    reports: [String!] @auth(scopes: ["reports/read"])
  }
`;
const resolvers = {
  Query: {
    motd: () => 'hello',
    me: (_: unknown, __: unknown, { auth }: { auth: { username?: string } }) => auth.username,
    orders: () => ['o1'],
    reports: () => ['r1'],
  },
};

const pool = createTestUserPool();
const other = createForeignPool();
let server: TestServer;

beforeAll(async () => {
  server = await serve({ typeDefs, resolvers, verifier: pool.verifier() });
});
afterAll(() => server.stop());

function error(path: string, column: number, message: string, code: string, reason: string) {
  return { message, locations: [{ line: 1, column }], path: [path], extensions: { code, reason } };
}

describe('without credentials', () => {
  it('answers public fields', async () => {
    expect(await server.post('{ motd }')).toEqual({
      status: 200,
      challenge: null,
      retryAfter: null,
      body: { data: { motd: 'hello' } },
    });
  });

  it('answers 200 with partial data and a challenge without an error code', async () => {
    expect(await server.post('{ motd me }')).toEqual({
      status: 200,
      challenge: 'Bearer',
      retryAfter: null,
      body: {
        errors: [error('me', 8, 'Authentication is required.', 'UNAUTHENTICATED', 'missing')],
        data: { motd: 'hello', me: null },
      },
    });
  });

  it.each(['', ' ', 'Bearer', 'bearer \t '])(
    'counts the authorization header %j as no credentials',
    async (authorization) => {
      expect(await server.post('{ motd me }', { authorization })).toEqual({
        status: 200,
        challenge: 'Bearer',
        retryAfter: null,
        body: {
          errors: [error('me', 8, 'Authentication is required.', 'UNAUTHENTICATED', 'missing')],
          data: { motd: 'hello', me: null },
        },
      });
    },
  );
});

describe('with a rejected token', () => {
  const now = Math.floor(Date.now() / 1000);
  const [header, payload, signature] = pool.accessToken().split('.') as [string, string, string];
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
  const promoted = Buffer.from(JSON.stringify({ ...claims, 'cognito:groups': ['admin'] })).toString('base64url');
  const unsigned = Buffer.from('{"alg":"none","kid":"x"}').toString('base64url');

  it.each([
    ['expired', bearer(pool.accessToken({ iat: now - 7200, exp: now - 3600 })), 'expired', 'The token has expired.'],
    ['garbage', bearer('garbage'), 'malformed', 'The credentials are malformed.'],
    ['undefined, in words', bearer('undefined'), 'malformed', 'The credentials are malformed.'],
    ['claims that were changed', bearer(`${header}.${promoted}.${signature}`), 'invalid', 'The token is not valid.'],
    ["another client's", bearer(pool.accessToken({ client_id: 'other' })), 'invalid', 'The token is not valid.'],
    ["another client's ID token", bearer(pool.idToken({ aud: 'other' })), 'invalid', 'The token is not valid.'],
    ["another pool's", bearer(other.accessToken({ iss: 'https://example.com' })), 'invalid', 'The token is not valid.'],
    ["another pool's issuer and key", bearer(other.accessToken()), 'invalid', 'The token is not valid.'],
    ["another pool's key", bearer(other.accessToken({ iss: pool.issuer })), 'invalid', 'The token is not valid.'],
  ])('refuses the whole operation with 401: %s', async (_, headers, reason, message) => {
    expect(await server.post('{ motd }', headers)).toEqual({
      status: 401,
      challenge: 'Bearer error="invalid_token"',
      retryAfter: null,
      body: { errors: [{ message, extensions: { code: 'UNAUTHENTICATED', reason } }] },
    });
  });

  it('refuses an unsigned token', async () => {
    const answer = await server.post('{ motd }', bearer(`${unsigned}.${payload}.`));
    expect([answer.status, answer.challenge]).toEqual([401, 'Bearer error="invalid_token"']);
  });

  it('counts the caller as anonymous with onInvalidToken, and denies with the token’s reason', async () => {
    const lenient = await serve({ typeDefs, resolvers, verifier: pool.verifier(), onInvalidToken: 'anonymous' });
    try {
      expect(await lenient.post('{ motd me }', bearer('garbage'))).toEqual({
        status: 200,
        challenge: 'Bearer error="invalid_token"',
        retryAfter: null,
        body: {
          errors: [error('me', 8, 'The credentials are malformed.', 'UNAUTHENTICATED', 'malformed')],
          data: { motd: 'hello', me: null },
        },
      });
    } finally {
      await lenient.stop();
    }
  });
});

describe('with a verified token', () => {
  it('answers a caller whom the rule allows', async () => {
    const id = await server.post('{ me }', bearer(pool.idToken({ 'cognito:username': 'anaya' })));
    expect(id).toEqual({ status: 200, challenge: null, retryAfter: null, body: { data: { me: 'anaya' } } });
    const access = await server.post('{ orders }', bearer(pool.accessToken({ 'cognito:groups': ['support'] })));
    expect(access.body).toEqual({ data: { orders: ['o1'] } });
  });

  it.each([
    ['the wrong group', pool.accessToken({ 'cognito:groups': ['Admin', 'guests'] }), 'group'],
    ['no group', pool.accessToken(), 'group'],
    ['the wrong kind of token', pool.idToken({ 'cognito:groups': ['admin'] }), 'token-use'],
  ])('answers 200 and FORBIDDEN, without a challenge: %s', async (_, token, reason) => {
    expect(await server.post('{ motd orders }', bearer(token))).toEqual({
      status: 200,
      challenge: null,
      retryAfter: null,
      body: {
        errors: [error('orders', 8, 'Access is denied.', 'FORBIDDEN', reason)],
        data: { motd: 'hello', orders: null },
      },
    });
  });

  it('challenges a missing scope', async () => {
    const token = pool.accessToken({ scope: 'reports/list openid' });
    expect(await server.post('{ reports }', bearer(token))).toEqual({
      status: 200,
      challenge: 'Bearer error="insufficient_scope"',
      retryAfter: null,
      body: {
        errors: [error('reports', 3, 'Access is denied.', 'FORBIDDEN', 'scope')],
        data: { reports: null },
      },
    });
  });
});

describe('a response', () => {
  it('holds nothing of the token, the groups, the client, the pool or the key', async () => {
    const token = pool.accessToken({ 'cognito:groups': ['secret-group'], sub: 'secret-sub', username: 'secret-name' });
    const kid = (JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as { kid: string }).kid;
    const secrets = ['secret-', pool.userPoolId, pool.clientId, kid, 'support', 'amazonaws', ...token.split('.')];
    const answers = await Promise.all([
      server.post('{ motd me orders reports }', bearer(token)),
      server.post('{ motd me orders reports }', bearer(`${token}x`)),
      server.post('{ me orders }', bearer(pool.accessToken({ client_id: 'secret-client' }))),
      server.post('{ me orders }', bearer(pool.accessToken({ iss: 'https://secret-issuer' }))),
    ]);
    for (const answer of answers) {
      const text = JSON.stringify(answer);
      expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
    }
  });
});
