import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createTestUserPool } from '../../src/testing/index.js';
import { bearer, serve } from '../support/serve.js';

const typeDefs = /* GraphQL */ `
  type Query {
    me: String @auth
  }
`;
const resolvers = { Query: { me: () => 'me' } };
const pool = createTestUserPool();

describe('a server whose verifier has a claimsSchema', () => {
  it('responds with data to claims that fit, and with 401 to others', async () => {
    const claimsSchema = z.object({ 'custom:tenant': z.enum(['acme', 'beta']) });
    const server = await serve({ typeDefs, resolvers, verifier: pool.verifier({ claimsSchema }) });
    try {
      const acme = bearer(pool.accessToken({ 'custom:tenant': 'acme' }));
      expect(await server.post('{ me }', acme)).toMatchObject({ status: 200, body: { data: { me: 'me' } } });
      const another = bearer(pool.accessToken({ 'custom:tenant': 'another' }));
      expect(await server.post('{ me }', another)).toMatchObject({
        status: 401,
        challenge: 'Bearer error="invalid_token"',
        body: {
          errors: [{ message: 'The token is not valid.', extensions: { code: 'UNAUTHENTICATED', reason: 'invalid' } }],
        },
      });
      // Why is a matter for the debug level.
      expect(server.log).toEqual([]);
    } finally {
      await server.stop();
    }
  });

  it('responds 503 and logs what to write when the schema is asynchronous', async () => {
    const claimsSchema = z.object({ sub: z.string().refine(async () => true) });
    const server = await serve({ typeDefs, resolvers, verifier: pool.verifier({ claimsSchema }) });
    try {
      const answers = [];
      for (let time = 0; time < 3; time += 1) answers.push(await server.post('{ me }', bearer(pool.accessToken())));
      for (const { retryAfter, ...answer } of answers) {
        expect(Number(retryAfter)).toBeGreaterThanOrEqual(1);
        expect(answer).toMatchObject({
          status: 503,
          body: { errors: [{ extensions: { code: 'AUTH_UNAVAILABLE', reason: 'keys-unavailable' } }] },
        });
      }
      expect(server.log.filter((line) => line.includes('could not verify a token'))).toEqual([
        expect.stringContaining('Write a schema without asynchronous checks.'),
      ]);
    } finally {
      await server.stop();
    }
  });
});
