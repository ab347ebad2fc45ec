import { ApolloServer } from '@apollo/server';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { GraphQLError } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  authDirective,
  bearerToken,
  cognitoAuthPlugin,
  cookieToken,
  firstToken,
  headerToken,
  requireAuth,
  TokenRejectedError,
} from '../../src/index.js';
import type {
  AuthContext,
  AuthRule,
  ChallengeOptions,
  CognitoAuthPluginOptions,
  TokenSource,
} from '../../src/index.js';
import { authenticatedAs, createTestUserPool } from '../../src/testing/index.js';
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

describe('the whole header', () => {
  const resourceMetadata = 'https://api.example.com/.well-known/oauth-protected-resource/graphql';
  const now = Math.floor(Date.now() / 1000);
  const typeDefs = /* GraphQL */ `
    type Query {
      motd: String
      me: Int @auth
      admin: Int @auth(groups: ["admin"])
      read: Int @auth(scopes: ["orders/read", "orders/all"])
      write: Int @auth(scopes: ["orders/write", "orders/all"])
      audit: Int @auth(scopes: ["orders/read"]) @auth(scopes: ["audit"])
      strong: Int @auth(acr: ["mfa", "key"])
      stronger: Int @auth(acr: ["key", "card"])
      card: Int @auth(acr: ["card"])
      recent: Int @auth(maxAge: 600)
      now: Int @auth(maxAge: 60, acr: ["mfa", "key"])
      pay: Int @auth(scopes: ["orders/pay"], acr: ["card"], maxAge: 5)
      rows: [Row]
      required(scopes: [String!], acr: [String!], maxAge: Int): Int
      own(code: String!, reason: String): String
    }
    type Row {
      read: Int @auth(scopes: ["orders/read"])
      required: Int
    }
    type Mutation {
      read: Int @auth(scopes: ["orders/read"])
      write: Int @auth(scopes: ["orders/write"])
      strong: Int @auth(acr: ["mfa", "key"])
      now: Int @auth(maxAge: 60, acr: ["key"])
      admin: Int @auth(groups: ["admin"])
    }
  `;
  const own = {
    Query: {
      ...resolvers.Query,
      rows: () => Array.from({ length: 500 }, (_, index) => ({ index })),
      required: (_: unknown, rule: AuthRule, context: AuthContext) => Number(requireAuth(context, { ...rule }).sub),
    },
    Row: {
      required: ({ index }: { index: number }, _: unknown, context: AuthContext) =>
        Number(requireAuth(context, { scopes: [`orders/${String(index)}`] }).sub),
    },
  };
  const servers = new Map<string, Promise<TestServer>>();
  const ask = async (name: string, query: string | object, claims?: object | string, more = {}) => {
    const server = await servers.get(name);
    const sent = typeof claims === 'object' ? pool.accessToken({ ...claims }) : claims;
    return (await server?.post(query, { ...(sent === undefined ? {} : bearer(sent)), ...more })) ?? never();
  };

  beforeAll(() => {
    const start = (name: string, challenge?: ChallengeOptions) =>
      servers.set(name, serve({ typeDefs, resolvers: own, verifier: pool.verifier(), challenge }));
    start('plain');
    start('empty', {});
    start('full', { realm: "the shop's orders", scopes: true, resourceMetadata });
    start('scopes', { scopes: true });
    start('realm', { realm: 'orders' });
    start('metadata', { resourceMetadata });
  });
  afterAll(async () => {
    for (const server of servers.values()) await (await server).stop();
  });

  const realm = `realm="the shop's orders"`;
  const metadata = `resource_metadata="${resourceMetadata}"`;
  const reader = { scope: 'orders/read' };

  it.each<
    [query: string, claims: object | string | undefined, status: number, plain: string | null, full: string | null]
  >([
    ['{ motd }', undefined, 200, null, null],
    ['{ motd me }', undefined, 200, 'Bearer', `Bearer ${realm}, ${metadata}`],
    ['mutation { read }', undefined, 401, 'Bearer', `Bearer ${realm}, ${metadata}`],
    [
      '{ motd }',
      'nonsense',
      401,
      'Bearer error="invalid_token"',
      `Bearer ${realm}, error="invalid_token", ${metadata}`,
    ],
    ['{ admin }', {}, 200, null, null],
    ['mutation { admin }', {}, 403, null, null],
    // Scopes.
    ['{ read }', reader, 200, null, null],
    ['{ read }', {}, 200, insufficientScope(), insufficientScope('orders/read')],
    ['{ read read2: read write }', {}, 200, insufficientScope(), insufficientScope('orders/read orders/write')],
    ['{ write read }', reader, 200, insufficientScope(), insufficientScope('orders/write')],
    ['{ audit }', {}, 200, insufficientScope(), insufficientScope('orders/read audit')],
    ['{ audit }', reader, 200, insufficientScope(), insufficientScope('audit')],
    ['{ rows { read } }', {}, 200, insufficientScope(), insufficientScope('orders/read')],
    ['mutation { write }', reader, 403, insufficientScope(), insufficientScope('orders/write')],
    ['mutation { read write }', {}, 403, insufficientScope(), insufficientScope('orders/read orders/write')],
    ['{ required(scopes: ["a", "b"]) }', {}, 200, insufficientScope(), insufficientScope('a')],
    ['{ own(code: "FORBIDDEN", reason: "scope") }', {}, 200, insufficientScope(), insufficientScope(null)],
    ['{ own(code: "FORBIDDEN", reason: "scope") }', undefined, 200, 'Bearer', `Bearer ${realm}, ${metadata}`],
    // Step-up.
    ['{ strong }', { acr: 'key' }, 200, null, null],
    ['{ strong }', {}, 200, stepUp('acr_values="mfa key"'), stepUp('acr_values="mfa key"', true)],
    ['{ strong stronger }', {}, 200, stepUp('acr_values="key"'), stepUp('acr_values="key"', true)],
    ['{ strong card }', {}, 200, stepUp('acr_values="mfa key"'), stepUp('acr_values="mfa key"', true)],
    ['{ recent }', { auth_time: now - 3600 }, 200, stepUp('max_age="600"'), stepUp('max_age="600"', true)],
    [
      '{ recent now stronger }',
      { auth_time: now - 3600, acr: 'mfa' },
      200,
      stepUp('acr_values="key", max_age="60"'),
      stepUp('acr_values="key", max_age="60"', true),
    ],
    [
      'mutation { strong now }',
      { auth_time: now - 3600, acr: 'x' },
      401,
      stepUp('acr_values="key", max_age="60"'),
      stepUp('acr_values="key", max_age="60"', true),
    ],
    ['{ own(code: "UNAUTHENTICATED", reason: "step-up") }', {}, 200, stepUp(), stepUp('', true)],
    ['{ own(code: "UNAUTHENTICATED", reason: "step-up") }', undefined, 200, 'Bearer', `Bearer ${realm}, ${metadata}`],
    // Of a mixture, the first error that asks for the header decides.
    ['{ admin read strong }', {}, 200, insufficientScope(), insufficientScope('orders/read')],
    ['{ admin strong read card }', {}, 200, stepUp('acr_values="mfa key"'), stepUp('acr_values="mfa key"', true)],
    ['mutation { read strong write }', {}, 403, insufficientScope(), insufficientScope('orders/read orders/write')],
    [
      'mutation { strong read now }',
      { auth_time: now },
      401,
      stepUp('acr_values="key", max_age="60"'),
      stepUp('acr_values="key", max_age="60"', true),
    ],
    // A rule that denies for its scope has no say in the sign-in.
    ['{ recent pay }', { auth_time: now - 3600 }, 200, stepUp('max_age="600"'), stepUp('max_age="600"', true)],
    ['{ pay recent }', { auth_time: now - 3600 }, 200, insufficientScope(), insufficientScope('orders/pay')],
    // The refusal's first error asks for none; the header is that of the next one.
    ['mutation { admin read }', {}, 403, insufficientScope(), insufficientScope('orders/read')],
  ])('%s as %j', async (query, claims, status, plain, full) => {
    const answers = { plain: await ask('plain', query, claims), full: await ask('full', query, claims) };
    expect([answers.plain.status, answers.plain.challenge]).toEqual([status, plain]);
    expect([answers.full.status, answers.full.challenge]).toEqual([status, full]);
    // What the option shows is in the header alone.
    expect(answers.full.body).toEqual(answers.plain.body);
    expect(JSON.stringify(answers.full.body)).not.toMatch(/scopes|orders\/|realm|example/);
    expect((await ask('empty', query, claims)).challenge).toBe(plain);
  });

  function insufficientScope(scope?: string | null): string {
    if (scope === undefined) return 'Bearer error="insufficient_scope"';
    return `Bearer ${[realm, 'error="insufficient_scope"', ...(scope === null ? [] : [`scope="${scope}"`]), metadata].join(', ')}`;
  }

  function stepUp(parameters = '', isFull = false): string {
    const error = ['error="insufficient_user_authentication"', ...(parameters === '' ? [] : [parameters])];
    return `Bearer ${(isFull ? [realm, ...error, metadata] : error).join(', ')}`;
  }

  it('has each member of the option by itself', async () => {
    const headers = async (query: string, claims?: object) =>
      Promise.all(['scopes', 'realm', 'metadata'].map(async (name) => (await ask(name, query, claims)).challenge));
    expect(await headers('{ me }')).toEqual(['Bearer', 'Bearer realm="orders"', `Bearer ${metadata}`]);
    expect(await headers('{ read }', {})).toEqual([
      'Bearer error="insufficient_scope", scope="orders/read"',
      'Bearer realm="orders", error="insufficient_scope"',
      `Bearer error="insufficient_scope", ${metadata}`,
    ]);
  });

  it('is the same for GET as for POST, by variables as by literals', async () => {
    const { url } = (await servers.get('full')) ?? never();
    const query = 'query Q($scopes: [String!]) { read required(scopes: $scopes) }';
    const variables = { scopes: ['a', 'b'] };
    const search = new URLSearchParams({ query, variables: JSON.stringify(variables) });
    const headers = { ...bearer(pool.accessToken()), 'apollo-require-preflight': 'true' };
    const got = await fetch(`${url}?${search.toString()}`, { headers });
    expect(got.headers.get('www-authenticate')).toBe(insufficientScope('orders/read a'));
    expect((await ask('full', { query, variables }, {})).challenge).toBe(insufficientScope('orders/read a'));
  });

  it('is that of one operation of a batch, and leaves the others their data', async () => {
    const batch = [{ query: '{ motd }' }, { query: 'mutation { write }' }, { query: '{ motd }' }];
    const { status, challenge, body } = await ask('full', batch, reader);
    expect([status, challenge]).toEqual([403, insufficientScope('orders/write')]);
    expect(body).toMatchObject([{ data: { motd: 'hello' } }, { errors: [{}] }, { data: { motd: 'hello' } }]);
  });

  it('is in the response of executeOperation', async () => {
    const { authDirectiveTypeDefs, authDirectiveTransformer } = authDirective();
    const schema = authDirectiveTransformer(
      makeExecutableSchema({ typeDefs: [authDirectiveTypeDefs, typeDefs], resolvers: own }),
    );
    const plugin = cognitoAuthPlugin({ verifier: pool.verifier(), challenge: { scopes: true } });
    const server = new ApolloServer<AuthContext>({ schema, plugins: [plugin] });
    const challengeOf = async (query: string) => {
      const { http } = await server.executeOperation({ query }, { contextValue: { auth: authenticatedAs() } });
      return [http.status, http.headers.get('www-authenticate')];
    };
    const scope = 'Bearer error="insufficient_scope", scope="orders/read"';
    expect(await challengeOf('{ read }')).toEqual([undefined, scope]);
    expect(await challengeOf('mutation { read }')).toEqual([403, scope]);
    expect(await challengeOf('{ strong }')).toEqual([
      undefined,
      'Bearer error="insufficient_user_authentication", acr_values="mfa key"',
    ]);
    await server.stop();
  });

  const injections = [
    'a"b',
    'a\\b',
    'a b',
    'a\r\nset-cookie: x=y',
    'a\nb',
    'a\u0000b',
    'a\u007f',
    'größe',
    '🙂',
    '',
    ' ',
  ];

  it.each(injections)('never has a scope or a level of a rule that is no scope token: %j', async (bad) => {
    const query = 'query Q($bad: [String!]) { scope: required(scopes: $bad) }';
    const about = async (list: readonly string[]) =>
      (await ask('scopes', { query, variables: { bad: list } }, {})).challenge;
    expect(await about([bad])).toBe('Bearer error="insufficient_scope"');
    expect(await about([bad, 'good'])).toBe('Bearer error="insufficient_scope", scope="good"');

    const levels = 'query Q($bad: [String!]) { level: required(acr: $bad) }';
    const levelsOf = async (list: readonly string[]) =>
      (await ask('scopes', { query: levels, variables: { bad: list } }, {})).challenge;
    expect(await levelsOf([bad])).toBe('Bearer error="insufficient_user_authentication"');
    expect(await levelsOf([bad, 'good'])).toBe('Bearer error="insufficient_user_authentication", acr_values="good"');
  });

  it('stays short, however many scopes and levels are asked for', async () => {
    const many = await ask('scopes', '{ rows { required } }', {});
    const [, listed = ''] = /scope="(.*)"/.exec(many.challenge ?? '') ?? [];
    expect(listed.startsWith('orders/0 orders/1 orders/2 ')).toBe(true);
    expect(listed.length).toBeGreaterThan(1900);
    expect(listed.length).toBeLessThan(2000);

    const long = Array.from({ length: 9 }, (_, index) => `${String(index)}${'x'.repeat(900)}`);
    const query = 'query Q($long: [String!]) { required(acr: $long) }';
    const { challenge } = await ask('scopes', { query, variables: { long } }, {});
    expect(challenge).toBe(
      `Bearer error="insufficient_user_authentication", acr_values="${String(long[0])} ${String(long[1])}"`,
    );
  });

  it('hides scopes, unless they are asked for', async () => {
    for (const name of ['plain', 'empty', 'realm', 'metadata']) {
      expect((await ask(name, 'mutation { read write }', {})).challenge).not.toContain('orders/');
    }
  });
});

function never(): never {
  throw new Error('The server has not started.');
}
