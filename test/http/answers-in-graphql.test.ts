/** `answers: 'graphql'`: what a gateway reads is the body alone. */
import { GraphQLError } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestUserPool } from '../../src/testing/index.js';
import { createCognitoVerifier } from '../../src/token/verifier.js';
import { bearer, serve } from '../support/serve.js';
import type { TestServer } from '../support/serve.js';

const typeDefs = /* GraphQL */ `
  type Query {
    motd: String
    me: String @auth
    reports: String @auth(scopes: ["reports/read"])
  }
  type Mutation {
    pay: Int @auth(groups: ["admin"])
  }
`;
const pool = createTestUserPool();
let paid = 0;
const resolvers = {
  Query: { motd: () => 'hello', me: () => 'me', reports: () => 'r' },
  Mutation: { pay: () => (paid += 1) },
};
const styles: Record<'http' | 'graphql', TestServer | undefined> = { http: undefined, graphql: undefined };
const down = createCognitoVerifier(
  { userPoolId: 'eu-west-1_Down', clientId: 'x' },
  { keys: { fetch: () => Promise.reject(new Error('down')), timeout: 0.05 } },
);

async function start(answers: 'http' | 'graphql', verifier = pool.verifier()): Promise<TestServer> {
  return serve({ typeDefs, resolvers, verifier, answers });
}

beforeAll(async () => {
  [styles.http, styles.graphql] = await Promise.all([start('http'), start('graphql')]);
});
afterAll(async () => {
  await Promise.all([styles.http?.stop(), styles.graphql?.stop()]);
  await down.close();
});

async function ask(server: TestServer | undefined, query: string, headers: Record<string, string> = {}) {
  const response = await fetch(server?.url ?? '', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  });
  const header = (name: string) => response.headers.get(name);
  return {
    status: response.status,
    challenge: header('www-authenticate'),
    retryAfter: header('retry-after'),
    cacheControl: header('cache-control'),
    body: (await response.json()) as object,
  };
}

const QUIET = { status: 200, challenge: null, retryAfter: null, cacheControl: 'no-store' };

describe('answers in GraphQL alone', () => {
  const expired = bearer(pool.accessToken({ iat: 1_000, exp: 2_000 }));
  it.each<[string, string, Record<string, string>, number, string | null]>([
    ['a bad token', '{ motd }', expired, 401, 'Bearer error="invalid_token"'],
    ['another scheme', '{ motd }', { authorization: 'Basic eDp5' }, 401, 'Bearer'],
    ['a refused mutation', 'mutation { pay }', {}, 401, 'Bearer'],
    ['a refused mutation of a known caller', 'mutation { pay }', bearer(pool.accessToken()), 403, null],
    ['a denied field', '{ motd me }', {}, 200, 'Bearer'],
    ['a missing scope', '{ motd reports }', bearer(pool.accessToken()), 200, 'Bearer error="insufficient_scope"'],
  ])(
    'have status 200 without a challenge, and the body of the others: %s',
    async (_, query, headers, status, challenge) => {
      const inHttp = await ask(styles.http, query, headers);
      expect(inHttp).toMatchObject({ status, challenge, cacheControl: 'no-store' });
      expect(await ask(styles.graphql, query, headers)).toEqual({ ...QUIET, body: inHttp.body });
      expect(paid).toBe(0);
    },
  );

  it('have status 200 and no Retry-After while keys are unavailable', async () => {
    const [inHttp, inGraphql] = await Promise.all([start('http', down), start('graphql', down)]);
    try {
      const token = bearer(createTestUserPool({ userPoolId: 'eu-west-1_Down', clientId: 'x' }).accessToken());
      const loud = await ask(inHttp, '{ motd }', token);
      expect(loud).toMatchObject({
        status: 503,
        retryAfter: expect.stringMatching(/^\d+$/) as string,
        cacheControl: 'no-store',
      });
      const extensions = { code: 'AUTH_UNAVAILABLE', reason: 'keys-unavailable' };
      expect(await ask(inGraphql, '{ motd }', token)).toEqual({
        ...QUIET,
        body: { errors: [{ message: 'Authentication is temporarily unavailable.', extensions }] },
      });
    } finally {
      await Promise.all([inHttp.stop(), inGraphql.stop()]);
    }
  });

  it('have no challenge for an error of a resolver’s own', async () => {
    const own = () => {
      throw new GraphQLError('own', { extensions: { code: 'UNAUTHENTICATED' } });
    };
    const server = await serve({
      typeDefs: 'type Query { own: String }',
      resolvers: { Query: { own } },
      verifier: pool.verifier(),
      answers: 'graphql',
    });
    try {
      expect(await ask(server, '{ own }')).toMatchObject({ ...QUIET, body: { data: { own: null } } });
    } finally {
      await server.stop();
    }
  });

  it('stay as they are where nothing is denied', async () => {
    expect(await ask(styles.graphql, '{ motd }')).toEqual({ ...QUIET, body: { data: { motd: 'hello' } } });
  });
});
