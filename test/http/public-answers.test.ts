/** Rule 12 over HTTP: which answers a cache may hand to another caller. */
import responseCachePlugin from '@apollo/server-plugin-response-cache';
import { describe, expect, it, onTestFinished } from 'vitest';
import { authSessionId, isAuthenticated, requireAuth } from '../../src/index.js';
import type { AuthContext, CognitoAuthPluginOptions } from '../../src/index.js';
import { authenticatedAs, createTestUserPool } from '../../src/testing/index.js';
import { bearer, serve } from '../support/serve.js';

const pool = createTestUserPool();

const typeDefs = /* GraphQL */ `
  directive @cacheControl(maxAge: Int) on FIELD_DEFINITION
  type Query {
    motd: String @cacheControl(maxAge: 60)
    greeting: String @cacheControl(maxAge: 60)
    loaded: String @cacheControl(maxAge: 60)
    checked: String @cacheControl(maxAge: 60)
    ruled: String @cacheControl(maxAge: 60) @auth
  }
`;

const resolvers = {
  Query: {
    motd: () => 'hello',
    // As the README shows it.
    greeting: (_: unknown, __: unknown, { auth }: AuthContext) => (isAuthenticated(auth) ? auth.sub : 'stranger'),
    // As a data source that `extend(auth)` made would do it.
    loaded: (_: unknown, __: unknown, { auth }: AuthContext) => requireAuth({ auth }).sub,
    checked: (_: unknown, __: unknown, context: AuthContext) => requireAuth(context).sub,
    ruled: (_: unknown, __: unknown, { auth }: AuthContext) => (isAuthenticated(auth) ? auth.sub : ''),
  },
};

async function start(options: Omit<CognitoAuthPluginOptions, 'verifier'> = {}) {
  const server = await serve({
    typeDefs,
    resolvers,
    verifier: pool.verifier(),
    ...options,
    server: { plugins: [responseCachePlugin({ sessionId: authSessionId })] },
  });
  onTestFinished(() => server.stop());
  const ask = async (query: string, headers: Readonly<Record<string, string>> = {}) => {
    const response = await fetch(server.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query }),
    });
    return [response.headers.get('cache-control'), ((await response.json()) as { data: unknown }).data];
  };
  return ask;
}

const [anaya, ben] = ['anaya', 'ben'].map((sub) => bearer(pool.accessToken({ sub })));
const rejected = bearer(pool.accessToken({ exp: 1_000_000 }));

describe('rule 12: a response', () => {
  it('to an anonymous caller may be public, unless it involved a rule', async () => {
    const ask = await start();
    expect(await ask('{ motd }')).toEqual(['max-age=60, public', { motd: 'hello' }]);
    expect(await ask('{ greeting }')).toEqual(['max-age=60, public', { greeting: 'stranger' }]);
    expect(await ask('{ ruled }')).toEqual(['no-store', { ruled: null }]);
  });

  it.each(['motd', 'greeting', 'loaded', 'checked', 'ruled'])(
    'to an authenticated caller is private and never another caller’s: %s',
    async (field) => {
      const ask = await start();
      const answers = [];
      for (const caller of [anaya, ben, anaya, ben]) answers.push(await ask(`{ ${field} }`, caller));
      const [mine, others] = field === 'motd' ? ['hello', 'hello'] : ['anaya', 'ben'];
      expect(answers.map(([, data]) => data)).toEqual([mine, others, mine, others].map((each) => ({ [field]: each })));
      expect(answers.map(([header]) => header)).toEqual(Array(4).fill('max-age=60, private'));
    },
  );

  it('to a rejected caller with public fields is private', async () => {
    for (const publicAnswers of ['anonymous', 'unruled'] as const) {
      const ask = await start({ onInvalidToken: 'anonymous', publicAnswers });
      expect(await ask('{ motd }', rejected)).toEqual(['max-age=60, private', { motd: 'hello' }]);
    }
  });

  it('of an operation without rules may be public to all with publicAnswers: unruled', async () => {
    const ask = await start({ publicAnswers: 'unruled' });
    expect(await ask('{ motd }', anaya)).toEqual(['max-age=60, public', { motd: 'hello' }]);
    expect(await ask('{ ruled }', anaya)).toEqual(['max-age=60, private', { ruled: 'anaya' }]);
    expect(await ask('{ checked }', anaya)).toEqual(['max-age=60, private', { checked: 'anaya' }]);
    expect(await ask('{ checked }', ben)).toEqual(['max-age=60, private', { checked: 'ben' }]);
  });
});

describe('authSessionId', () => {
  const idOf = (claims: object) =>
    authSessionId({ contextValue: { auth: authenticatedAs({ sub: 's', claims: { origin_jti: 'o', auth_time: 1, ...claims } }) } }); // prettier-ignore

  it('is the same for all tokens of one sign-in', async () => {
    expect(await idOf({ jti: 'a' })).toBe(await idOf({ jti: 'b' }));
  });

  it.each([
    ['another sign-in', { origin_jti: 'p' }],
    ['a fresh sign-in', { auth_time: 2 }],
    ['another group', { 'cognito:groups': ['admin'] }],
    ['another client', { client_id: 'other' }],
    ['a stronger sign-in', { acr: 'urn:mfa' }],
  ])('differs for %s', async (_, claims) => {
    expect(await idOf(claims)).not.toBe(await idOf({}));
  });

  it('differs for another name of the pool, by which rules decide', async () => {
    const callers = ['partners', 'customers'].map((pool) =>
      authenticatedAs({ sub: 's', claims: { origin_jti: 'o' }, pool }),
    );
    const [one, other] = await Promise.all(callers.map((auth) => authSessionId({ contextValue: { auth } })));
    expect(one).not.toBe(other);
  });
});
