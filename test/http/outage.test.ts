import { describe, expect, it } from 'vitest';
import { createCognitoVerifier } from '../../src/index.js';
import { createTestUserPool } from '../../src/testing/index.js';
import { bearer, serve } from './serve.js';

const typeDefs = /* GraphQL */ `
  type Query {
    motd: String
    me: String @auth
  }
`;
const resolvers = { Query: { motd: () => 'hello', me: () => 'me' } };

describe('a server whose keys cannot be had', () => {
  it('starts, says so once, answers 503 with Retry-After, and 401 to what is wrong by itself', async () => {
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
      expect(server.log.filter((line) => line.includes('public keys of a user pool cannot be fetched'))).toHaveLength(
        1,
      );
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
    } finally {
      await server.stop();
      await endpoint.close();
    }
  });

  it('refuses the operation also where invalid tokens go on as anonymous', async () => {
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
      const { retryAfter, ...answer } = await server.post('{ motd me }', bearer(pool.accessToken()));
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
    } finally {
      await server.stop();
      await endpoint.close();
    }
  });
});
