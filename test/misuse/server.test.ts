import type { GraphQLError } from 'graphql';
import { runInNewContext } from 'node:vm';
import { ApolloServer } from '@apollo/server';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { mapSchema, MapperKind } from '@graphql-tools/utils';
import { defaultFieldResolver } from 'graphql';
import { describe, expect, it } from 'vitest';
import {
  authDirective,
  AuthConfigurationError,
  cognitoAuthPlugin,
  createAuthContext,
  requireAuth,
} from '../../src/index.js';
import type { AuthContext, CognitoVerifier } from '../../src/index.js';
import { anonymous, createTestUserPool } from '../../src/testing/index.js';
import { logInto } from '../support/serve.js';

const pool = createTestUserPool();
const typeDefs = /* GraphQL */ `
  type Query {
    motd: String
    me: String @auth
  }
`;
const resolvers = { Query: { motd: () => 'hello', me: () => 'me' } };

function untransformed() {
  return makeExecutableSchema({ typeDefs: [authDirective().authDirectiveTypeDefs, typeDefs], resolvers });
}

function transformed() {
  const { authDirectiveTypeDefs, authDirectiveTransformer } = authDirective();
  return authDirectiveTransformer(makeExecutableSchema({ typeDefs: [authDirectiveTypeDefs, typeDefs], resolvers }));
}

function createServer(schema: ReturnType<typeof transformed>) {
  const log: string[] = [];
  const plugins = [cognitoAuthPlugin({ verifier: pool.verifier() })];
  return { log, server: new ApolloServer<Partial<AuthContext>>({ schema, plugins, logger: logInto(log) }) };
}

async function execute(server: ApolloServer<Partial<AuthContext>>, contextValue: object) {
  const { body } = await server.executeOperation({ query: '{ motd me }' }, { contextValue });
  return body.kind === 'single' ? body.singleResult : undefined;
}

describe('a schema with an unenforced rule', () => {
  it('does not start without the transformer, and the error names the field and the remedy', async () => {
    const { server } = createServer(untransformed());
    const start = server.start();
    await expect(start).rejects.toThrow(AuthConfigurationError);
    await expect(start).rejects.toThrow(/Query\.me.*authDirectiveTransformer/s);
  });

  it('does not start when a later step dropped a guard', async () => {
    const schema = mapSchema(transformed(), {
      [MapperKind.OBJECT_FIELD]: (field) => ({ ...field, resolve: defaultFieldResolver }),
    });
    await expect(createServer(schema).server.start()).rejects.toThrow(/Query\.me/);
  });

  it('starts once it is transformed', async () => {
    const { server } = createServer(transformed());
    await server.start();
    await server.stop();
  });
});

const denied = {
  data: { motd: 'hello', me: null },
  errors: [
    {
      message: 'Internal server error.',
      locations: [{ line: 1, column: 8 }],
      path: ['me'],
      extensions: { code: 'INTERNAL_SERVER_ERROR' },
    },
  ],
};

describe('a context without an Auth of this package', () => {
  it('denies, and logs the line to add once', async () => {
    const { server, log } = createServer(transformed());
    expect(await execute(server, {})).toEqual(denied);
    expect(await execute(server, {})).toEqual(denied);
    expect(log).toHaveLength(1);
    expect(log[0]).toMatch(/createAuthContext\(\{ verifier \}\)/);
    await server.stop();
  });

  it.each([
    ['hand-made', { status: 'authenticated', tokenUse: 'access', sub: 's', groups: ['admin'], scopes: [] }],
    ['copied', () => ({ ...pool.verifier() })],
    ['null', null],
  ])('denies an auth that is %s, and logs why', async (_, auth) => {
    const { server, log } = createServer(transformed());
    expect(await execute(server, { auth })).toEqual(denied);
    expect(log).toHaveLength(1);
    await server.stop();
  });

  it('denies a copy of an Auth', async () => {
    const { server } = createServer(transformed());
    const auth = await pool.verifier().authenticate(pool.accessToken());
    expect(await execute(server, { auth: { ...auth } })).toEqual(denied);
    expect(await execute(server, { auth: structuredClone(auth) })).toEqual(denied);
    expect(await execute(server, { auth })).toEqual({ data: { motd: 'hello', me: 'me' } });
    await server.stop();
  });
});

describe('wrong options', () => {
  const verifier = pool.verifier();

  it.each([
    ['an unknown option', { verifier, onInvalidTokn: 'anonymous' }],
    ['an unknown value', { verifier, onInvalidToken: 'ignore' }],
    ['an unknown kind of operation', { verifier, onDenied: { querry: 'partial' } }],
    ['an unknown handling', { verifier, onDenied: { query: 'allow' } }],
    ['no verifier', {}],
    ['a copy of a verifier', { verifier: { ...verifier } }],
  ])('are refused by the plugin: %s', (_, options) => {
    expect(() => cognitoAuthPlugin(options as { verifier: CognitoVerifier })).toThrow(AuthConfigurationError);
  });

  it.each([
    ['no verifier', {}],
    ['a copy of a verifier', { verifier: { ...verifier } }],
    ['an unknown option', { verifier, tokenSoure: () => 'x' }],
  ])('are refused by the context builder: %s', (_, options) => {
    expect(() => createAuthContext(options as { verifier: CognitoVerifier })).toThrow(AuthConfigurationError);
  });
});

describe('an integration that passes no request', () => {
  it('gets an internal error, and the log says what to pass', async () => {
    const { server, log } = createServer(transformed());
    await server.start();
    const context = createAuthContext({ verifier: pool.verifier() });
    const headers = new Map([['content-type', 'application/json']]);
    const answer = await server.executeHTTPGraphQLRequest({
      // The map of the one header is all that Apollo Server reads here.
      httpGraphQLRequest: { method: 'POST', headers: headers as never, search: '', body: { query: '{ motd }' } },
      context: () => context(),
    });
    expect(answer).toMatchObject({
      status: 500,
      body: {
        string: '{"errors":[{"message":"Internal server error.","extensions":{"code":"INTERNAL_SERVER_ERROR"}}]}\n',
      },
    });
    expect(log).toEqual([
      expect.stringContaining(
        'Expected the context function or authOf() to be given a request, got nothing with headers.',
      ),
    ]);
    await server.stop();
  });
});

describe('extend', () => {
  const request = { req: { headers: {} } };
  const verifier = pool.verifier();

  it('adds properties and cannot replace auth', async () => {
    const context = createAuthContext({ verifier }, (auth, { req }: typeof request) => ({
      auth: { status: 'authenticated' },
      caller: auth.status,
      headers: Object.keys(req.headers),
    }));
    expect(await context(request)).toEqual({ auth: { status: 'anonymous' }, caller: 'anonymous', headers: [] });
  });

  it('keeps the message of what it throws from the client', async () => {
    const context = createAuthContext<object, [typeof request]>({ verifier }, () => {
      throw new Error('connect ECONNREFUSED 10.0.0.7');
    });
    await expect(context(request)).rejects.toThrow(/^Internal server error\.$/);
  });

  const hostile = new Proxy(new Error('x'), {
    getPrototypeOf: () => {
      throw new Error('postgres://user:pw@db');
    },
  });
  const { proxy: revoked, revoke } = Proxy.revocable({}, {});
  revoke();

  it.each<[string, unknown]>([
    ['a text', 'db down'],
    ['nothing', undefined],
    ['a Proxy that throws when it is asked for its class', hostile],
    ['a revoked Proxy', revoked],
    ['an error of another realm', runInNewContext('new Error("db down")')],
  ])('may throw any value, which reaches the log as an error: %s', async (_, thrown) => {
    const context = createAuthContext<object, [typeof request]>({ verifier }, () => {
      throw thrown;
    });
    const error = await context(request).catch((each: unknown) => each);
    expect(error).toMatchObject({ message: 'Internal server error.', extensions: { code: 'INTERNAL_SERVER_ERROR' } });
    expect((error as GraphQLError).originalError).toBeInstanceOf(Error);
  });
});

describe('requireAuth under Apollo Server', () => {
  const guarded = /* GraphQL */ `
    type Query {
      motd: String
      me: String
    }
  `;

  async function answer(resolve: (context: AuthContext) => string, contextValue: object) {
    const log: string[] = [];
    const server = new ApolloServer<Partial<AuthContext>>({
      typeDefs: guarded,
      resolvers: {
        Query: { motd: () => 'hello', me: (_: unknown, __: unknown, context: AuthContext) => resolve(context) },
      },
      plugins: [cognitoAuthPlugin({ verifier: pool.verifier() })],
      logger: logInto(log),
    });
    const result = await execute(server, contextValue);
    await server.stop();
    return { result, log };
  }

  it('answers what a guarded field answers', async () => {
    const { result } = await answer((context) => requireAuth(context).sub, { auth: anonymous() });
    expect(result).toEqual({
      data: { motd: 'hello', me: null },
      errors: [
        {
          message: 'Authentication is required.',
          locations: [{ line: 1, column: 8 }],
          path: ['me'],
          extensions: { code: 'UNAUTHENTICATED', reason: 'missing' },
        },
      ],
    });
  });

  it('lists ten locations at most', async () => {
    const server = new ApolloServer<Partial<AuthContext>>({
      typeDefs: guarded,
      resolvers: { Query: { me: (_: unknown, __: unknown, context: AuthContext) => requireAuth(context).sub } },
      plugins: [cognitoAuthPlugin({ verifier: pool.verifier() })],
    });
    const { body } = await server.executeOperation(
      { query: `{ ${'me '.repeat(50)} }` },
      { contextValue: { auth: anonymous() } },
    );
    const [error] = body.kind === 'single' ? (body.singleResult.errors ?? []) : [];
    expect(error).toMatchObject({ path: ['me'] });
    expect(error?.locations).toHaveLength(10);
    await server.stop();
  });

  it('logs the line to add when the context has no auth', async () => {
    const { result, log } = await answer((context) => requireAuth(context).sub, {});
    expect(result).toEqual(denied);
    expect(log).toEqual([expect.stringContaining('createAuthContext({ verifier })')]);
  });

  it('keeps the sentence about a wrong rule for the log', async () => {
    const { result, log } = await answer((context) => requireAuth(context, { groups: [] }).sub, { auth: anonymous() });
    expect(result).toEqual(denied);
    expect(log).toEqual([expect.stringContaining('requireAuth()')]);
  });
});
