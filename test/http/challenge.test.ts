import { GraphQLError } from 'graphql';
import { describe, expect, it } from 'vitest';
import { bearerToken, cookieToken, firstToken, headerToken, TokenRejectedError } from '../../src/index.js';
import type { CognitoAuthPluginOptions, TokenSource } from '../../src/index.js';
import { createTestUserPool } from '../../src/testing/index.js';
import { bearer, serve } from '../support/serve.js';
import type { TestServer } from '../support/serve.js';

const typeDefs = /* GraphQL */ `
  type Query {
    motd: String
    me: String @auth
    own(code: String!, reason: String): String
  }
  type Mutation {
    pay: String @auth
  }
`;
const resolvers = {
  Query: {
    motd: () => 'hello',
    me: () => 'me',
    own: (_: unknown, extensions: Record<string, unknown>) => {
      throw new GraphQLError('No.', { extensions: { ...extensions } });
    },
  },
  Mutation: { pay: () => 'paid' },
};
const pool = createTestUserPool();
const token = pool.accessToken();
const ask = '{ own(code: "UNAUTHENTICATED") }';

async function withServer(
  options: Pick<CognitoAuthPluginOptions, 'onInvalidToken'> & { readonly tokenSource?: TokenSource },
  run: (server: TestServer) => Promise<void>,
) {
  const server = await serve({ typeDefs, resolvers, verifier: pool.verifier(), ...options });
  try {
    await run(server);
  } finally {
    await server.stop();
  }
}

const malformed = {
  message: 'The credentials are malformed.',
  extensions: { code: 'UNAUTHENTICATED', reason: 'malformed' },
};

describe('credentials of another scheme than Bearer', () => {
  const others = ['Basic dXNlcjpwYXNz', 'Digest username="a", realm="b"', `JWT ${token}`, `DPoP ${token}`, token, 'x'];

  it.each(others)('refuse the operation with 401 and a challenge without an error: %.20s', async (authorization) => {
    await withServer({}, async (server) => {
      const refused = { status: 401, challenge: 'Bearer', retryAfter: null, body: { errors: [malformed] } };
      expect(await server.post('{ motd }', { authorization })).toEqual(refused);
      expect(await server.post('mutation { pay }', { authorization })).toEqual(refused);
    });
  });

  it('get a challenge without an error beside partial data too', async () => {
    await withServer({ onInvalidToken: 'anonymous' }, async (server) => {
      for (const authorization of others) {
        expect(await server.post('{ motd me }', { authorization })).toEqual({
          status: 200,
          challenge: 'Bearer',
          retryAfter: null,
          body: {
            errors: [{ ...malformed, locations: [{ line: 1, column: 8 }], path: ['me'] }],
            data: { motd: 'hello', me: null },
          },
        });
        const mutation = await server.post('mutation { pay }', { authorization });
        expect([mutation.status, mutation.challenge]).toEqual([401, 'Bearer']);
        expect((await server.post(ask, { authorization })).challenge).toBe('Bearer');
      }
    });
  });

  it('give way to the token of another source', async () => {
    const tokenSource = firstToken(bearerToken(), cookieToken('token'), headerToken('x-token'));
    await withServer({ tokenSource }, async (server) => {
      const authorization = 'Basic dXNlcjpwYXNz';
      const answered = { status: 200, challenge: null, retryAfter: null, body: { data: { me: 'me' } } };
      expect(await server.post('{ me }', { authorization, cookie: `token=${token}` })).toEqual(answered);
      expect(await server.post('{ me }', { authorization, 'x-token': token })).toEqual(answered);
      expect((await server.post('{ me }', { authorization })).challenge).toBe('Bearer');
      expect((await server.post('{ me }', { authorization, 'x-token': 'garbage' })).challenge).toBe(
        'Bearer error="invalid_token"',
      );
    });
  });
});

describe('a malformed bearer token', () => {
  it.each([
    'Bearer garbage',
    'Bearer: a.b.c',
    `Bearer\t${token}`,
    `Bearer ${token}, Bearer ${token}`,
    'Basic x, Bearer y',
  ])('gets a challenge with an error: %.20s', async (authorization) => {
    for (const onInvalidToken of ['reject', 'anonymous'] as const) {
      await withServer({ onInvalidToken }, async (server) => {
        const { challenge, body } = await server.post('{ me }', { authorization });
        expect(challenge).toBe('Bearer error="invalid_token"');
        expect(body).toMatchObject({ errors: [malformed] });
      });
    }
  });

  it('is also one that a custom source rejects', async () => {
    const tokenSource = () => {
      throw new TokenRejectedError('malformed');
    };
    await withServer({ tokenSource }, async (server) => {
      expect((await server.post('{ me }')).challenge).toBe('Bearer error="invalid_token"');
    });
  });
});

describe("a resolver's own UNAUTHENTICATED", () => {
  const scope = '{ own(code: "FORBIDDEN", reason: "scope") }';
  const missing = '{ own(code: "UNAUTHENTICATED", reason: "missing") }';

  it('gets a challenge without an error when no token came', async () => {
    await withServer({}, async (server) => {
      for (const headers of [{}, { authorization: 'Bearer' }]) {
        for (const query of [ask, scope, missing, '{ own(code: "UNAUTHENTICATED", reason: "invalid") }']) {
          const { status, challenge } = await server.post(query, headers);
          expect([query, status, challenge]).toEqual([query, 200, 'Bearer']);
        }
      }
    });
  });

  it('gets a challenge with an error when a token came', async () => {
    await withServer({}, async (server) => {
      expect((await server.post(ask, bearer(token))).challenge).toBe('Bearer error="invalid_token"');
      expect((await server.post(scope, bearer(token))).challenge).toBe('Bearer error="insufficient_scope"');
      expect((await server.post(missing, bearer(token))).challenge).toBe('Bearer');
    });
  });
});
