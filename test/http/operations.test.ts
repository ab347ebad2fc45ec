import { describe, expect, it } from 'vitest';
import { createTestUserPool } from '../../src/testing/index.js';
import type { AuthEvent } from '../../src/index.js';
import { bearer, serve } from '../support/serve.js';

const pool = createTestUserPool();

function tallied() {
  const ran: string[] = [];
  const run = (name: string) => () => {
    ran.push(name);
    return name;
  };
  const typeDefs = /* GraphQL */ `
    type Query {
      motd: String
      payroll: String @auth(groups: ["admin"])
    }
    type Mutation {
      open: String
      cancel: String @auth(groups: ["support"])
      pay: String @auth(groups: ["admin"])
    }
  `;
  const resolvers = {
    Query: { motd: run('motd'), payroll: run('payroll') },
    Mutation: { open: run('open'), cancel: run('cancel'), pay: run('pay') },
  };
  return { ran, typeDefs, resolvers };
}

describe('a mutation', () => {
  it('is refused whole, runs no resolver, and gets one error for each denied selection', async () => {
    const { ran, typeDefs, resolvers } = tallied();
    const server = await serve({ typeDefs, resolvers, verifier: pool.verifier() });
    try {
      const answer = await server.post(
        'mutation { open first: pay cancel }',
        bearer(pool.accessToken({ 'cognito:groups': ['guests'] })),
      );
      const extensions = { code: 'FORBIDDEN', reason: 'group' };
      expect(answer).toEqual({
        status: 403,
        challenge: null,
        retryAfter: null,
        body: {
          errors: [
            { message: 'Access is denied.', locations: [{ line: 1, column: 17 }], path: ['first'], extensions },
            { message: 'Access is denied.', locations: [{ line: 1, column: 28 }], path: ['cancel'], extensions },
          ],
        },
      });
      expect(ran).toEqual([]);
      const anonymous = await server.post('mutation { open pay }');
      expect([anonymous.status, anonymous.challenge]).toEqual([401, 'Bearer']);
      expect(ran).toEqual([]);
      const admin = await server.post(
        'mutation { open pay }',
        bearer(pool.accessToken({ 'cognito:groups': ['admin'] })),
      );
      expect(admin.body).toEqual({ data: { open: 'open', pay: 'pay' } });
    } finally {
      await server.stop();
    }
  });

  it('honours @skip and @include with the variables of the request', async () => {
    const { ran, typeDefs, resolvers } = tallied();
    const server = await serve({ typeDefs, resolvers, verifier: pool.verifier() });
    const query = 'mutation ($pay: Boolean = false) { open pay @include(if: $pay) }';
    try {
      expect((await server.post({ query })).body).toEqual({ data: { open: 'open' } });
      expect((await server.post({ query, variables: { pay: true } })).status).toBe(401);
      expect(ran).toEqual(['open']);
    } finally {
      await server.stop();
    }
  });

  it('is answered in part with onDenied: partial', async () => {
    const { ran, typeDefs, resolvers } = tallied();
    const server = await serve({ typeDefs, resolvers, verifier: pool.verifier(), onDenied: { mutation: 'partial' } });
    try {
      const answer = await server.post('mutation { open pay }');
      expect([answer.status, answer.challenge]).toEqual([200, 'Bearer']);
      expect(answer.body).toMatchObject({ data: { open: 'open', pay: null } });
      expect(ran).toEqual(['open']);
    } finally {
      await server.stop();
    }
  });
});

describe('a query', () => {
  it('is refused whole with onDenied: reject', async () => {
    const { ran, typeDefs, resolvers } = tallied();
    const server = await serve({ typeDefs, resolvers, verifier: pool.verifier(), onDenied: { query: 'reject' } });
    try {
      expect(await server.post('{ motd payroll }')).toEqual({
        status: 401,
        challenge: 'Bearer',
        retryAfter: null,
        body: {
          errors: [
            {
              message: 'Authentication is required.',
              locations: [{ line: 1, column: 8 }],
              path: ['payroll'],
              extensions: { code: 'UNAUTHENTICATED', reason: 'missing' },
            },
          ],
        },
      });
      expect(ran).toEqual([]);
    } finally {
      await server.stop();
    }
  });
});

describe('a batch', () => {
  it('verifies the token once, and keeps the data of others beside a refused operation', async () => {
    const { typeDefs, resolvers } = tallied();
    const events: AuthEvent[] = [];
    const server = await serve({
      typeDefs,
      resolvers,
      verifier: pool.verifier({ tokenCache: false, onEvent: (event) => events.push(event) }),
    });
    try {
      const answer = await server.post(
        [{ query: '{ motd }' }, { query: 'mutation { pay }' }, { query: '{ motd payroll }' }],
        bearer(pool.accessToken()),
      );
      expect(events.filter(({ type }) => type === 'token.verified')).toHaveLength(1);
      const denied = { message: 'Access is denied.', extensions: { code: 'FORBIDDEN', reason: 'group' } };
      expect(answer.body).toEqual([
        { data: { motd: 'motd' } },
        { errors: [{ ...denied, locations: [{ line: 1, column: 12 }], path: ['pay'] }] },
        {
          data: { motd: 'motd', payroll: null },
          errors: [{ ...denied, locations: [{ line: 1, column: 8 }], path: ['payroll'] }],
        },
      ]);
    } finally {
      await server.stop();
    }
  });
});
