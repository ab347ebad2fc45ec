import { describe, expect, it } from 'vitest';
import { createAuthContext, createCognitoVerifier } from '../../src/index.js';
import { createTestUserPool } from '../../src/testing/index.js';
import { bearer, serve } from '../support/serve.js';

const typeDefs = /* GraphQL */ `
  type Query {
    motd: String
    me: String @auth
  }
`;
const resolvers = { Query: { motd: () => 'hello', me: () => 'me' } };

describe('a server whose public keys are unavailable', () => {
  it('starts, logs it once, responds 503 with Retry-After, and 401 to a token that is invalid without keys', async () => {
    const pool = createTestUserPool();
    const endpoint = await pool.serve();
    endpoint.fail();
    const verifier = createCognitoVerifier({
      userPoolId: pool.userPoolId,
      clientId: pool.clientId,
      endpoint: endpoint.url,
    });
    const server = await serve({ typeDefs, resolvers, verifier });
    try {
      const line = `cannot fetch the public keys of user pool ${pool.userPoolId}.`;
      expect(server.log.filter((each) => each.includes(line))).toHaveLength(1);
      const token = bearer(pool.accessToken());
      const answers = await Promise.all(Array.from({ length: 20 }, () => server.post('{ motd }', token)));
      for (const { retryAfter, ...answer } of answers) {
        expect(Number(retryAfter)).toBeGreaterThanOrEqual(1);
        expect(answer).toEqual({
          status: 503,
          challenge: null,
          body: {
            errors: [
              {
                message: 'Authentication is temporarily unavailable.',
                extensions: { code: 'AUTH_UNAVAILABLE', reason: 'keys-unavailable' },
              },
            ],
          },
        });
      }
      expect((await server.post('{ motd }', bearer('garbage'))).status).toBe(401);
      expect((await server.post('{ motd }')).body).toEqual({ data: { motd: 'hello' } });
      expect(server.log).toHaveLength(1);
    } finally {
      await server.stop();
      await endpoint.close();
    }
  });

  it('responds 503 also when rejected tokens count as anonymous', async () => {
    const pool = createTestUserPool();
    const endpoint = await pool.serve();
    endpoint.fail();
    const verifier = createCognitoVerifier({
      userPoolId: pool.userPoolId,
      clientId: pool.clientId,
      endpoint: endpoint.url,
    });
    const server = await serve({ typeDefs, resolvers, verifier, onInvalidToken: 'anonymous' });
    try {
      for (const query of ['{ motd }', '{ motd me }']) {
        const { retryAfter, ...answer } = await server.post(query, bearer(pool.accessToken()));
        expect(Number(retryAfter)).toBeGreaterThanOrEqual(1);
        expect(answer).toEqual(unavailable('keys-unavailable'));
      }
      expect((await server.post('{ motd }', bearer('garbage'))).body).toEqual({ data: { motd: 'hello' } });
    } finally {
      await server.stop();
      await endpoint.close();
    }
  });
});

const unavailable = (reason: string) => ({
  status: 503,
  challenge: null,
  body: {
    errors: [
      {
        message: 'Authentication is temporarily unavailable.',
        extensions: { code: 'AUTH_UNAVAILABLE', reason },
      },
    ],
  },
});

describe('a server whose revocation store is down', () => {
  it.each(['reject', 'anonymous'] as const)(
    'responds 503 with Retry-After and writes one line, with onInvalidToken: %s',
    async (onInvalidToken) => {
      const pool = createTestUserPool();
      const revocation = { isRevoked: () => Promise.reject(new Error('The store is down.')) };
      const server = await serve({ typeDefs, resolvers, verifier: pool.verifier({ revocation }), onInvalidToken });
      try {
        const posts = Array.from({ length: 20 }, () => server.post('{ motd }', bearer(pool.accessToken())));
        for (const answer of await Promise.all(posts)) {
          expect(answer).toEqual({ ...unavailable('revocation-unavailable'), retryAfter: '5' });
        }
        expect(server.log).toEqual([
          'apollo-cognito-auth: could not ask `revocation` about a token; its request got 503. The store is down.',
        ]);
        expect((await server.post('{ motd }')).body).toEqual({ data: { motd: 'hello' } });
      } finally {
        await server.stop();
      }
    },
  );
});

describe('a flood of tokens with unknown keys', () => {
  it('logs no line while the endpoint responds, and one when it does not', async () => {
    const pool = createTestUserPool();
    let answer: (response: Response) => void = () => {};
    let fetches = 0;
    const verifier = createCognitoVerifier(
      { userPoolId: pool.userPoolId, clientId: pool.clientId },
      {
        keys: {
          fetch: () => {
            fetches += 1;
            if (fetches <= 2) return Promise.resolve(Response.json(pool.jwks));
            return new Promise((resolve) => (answer = resolve));
          },
        },
      },
    );
    const server = await serve({ typeDefs, resolvers, verifier });
    const context = createAuthContext({ verifier });
    const [, payload = '', signature = ''] = pool.accessToken().split('.');
    const forged = (index: number) => {
      const header = Buffer.from(JSON.stringify({ kid: `unknown-${String(index)}`, alg: 'RS256' })).toString(
        'base64url',
      );
      return { req: { headers: { authorization: `Bearer ${header}.${payload}.${signature}` } } };
    };
    const flood = async (from: number) => {
      const contexts = Array.from({ length: 4_000 }, (_, index) => context(forged(from + index)));
      await new Promise((resolve) => setImmediate(resolve));
      answer(Response.json(pool.jwks));
      const reasons = new Map<string, number>();
      for (const { auth } of await Promise.all(contexts)) {
        const reason = auth.status === 'rejected' ? auth.reason : auth.status;
        reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
        // What Apollo Server does with each of them.
        const { body } = await server.execute('{ motd }', { auth });
        expect(body).toMatchObject({ errors: [{ extensions: { reason } }] });
      }
      return Object.fromEntries(reasons);
    };
    try {
      expect(await flood(0)).toEqual({ invalid: 2_000, 'keys-unavailable': 2_000 });
      expect(await flood(4_000)).toEqual({ invalid: 4_000 });
      expect(server.log).toEqual([]);
      expect((await server.post('{ me }', bearer(pool.accessToken()))).body).toEqual({ data: { me: 'me' } });
    } finally {
      await server.stop();
    }
  });
});
