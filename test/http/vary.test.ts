import { createRequire } from 'node:module';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApolloServer } from '@apollo/server';
import { expressMiddleware } from '@as-integrations/express5';
import { makeExecutableSchema } from '@graphql-tools/schema';
import express from 'express';
import type { RequestHandler } from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  authDirective,
  bearerToken,
  cognitoAuthPlugin,
  cookieToken,
  createAuthContext,
  createCognitoVerifier,
  firstToken,
  headerToken,
} from '../../src/index.js';
import type { AuthContext, CognitoVerifier, TokenSource } from '../../src/index.js';
import { anonymous, createTestUserPool } from '../../src/testing/index.js';
import { bearer, logInto, serve } from '../support/serve.js';

// It has no types of its own.
const cors = createRequire(import.meta.url)('cors') as (options: { origin: string[] }) => RequestHandler;

const typeDefs = /* GraphQL */ `
  enum CacheControlScope {
    PUBLIC
    PRIVATE
  }
  directive @cacheControl(maxAge: Int, scope: CacheControlScope) on FIELD_DEFINITION
  type Query {
    motd: String @cacheControl(maxAge: 60)
    me: String @auth @cacheControl(maxAge: 60)
    admin: String @auth(groups: ["admin"]) @cacheControl(maxAge: 60, scope: PUBLIC)
  }
  type Mutation {
    pay: String @auth(groups: ["admin"])
  }
`;
const resolvers = {
  Query: { motd: () => 'hello', me: () => 'me', admin: () => 'admin' },
  Mutation: { pay: () => 'paid' },
};
const pool = createTestUserPool();

interface Sent {
  readonly status: number;
  readonly vary: string | null;
  readonly cache: string | null;
}

async function send(url: string, query: string, headers: Readonly<Record<string, string>> = {}): Promise<Sent> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  });
  await response.text();
  return {
    status: response.status,
    vary: response.headers.get('vary'),
    cache: response.headers.get('cache-control'),
  };
}

function schema() {
  const { authDirectiveTypeDefs, authDirectiveTransformer } = authDirective();
  return authDirectiveTransformer(makeExecutableSchema({ typeDefs: [authDirectiveTypeDefs, typeDefs], resolvers }));
}

describe('Vary of every response', () => {
  it.each<[string, TokenSource | undefined, string]>([
    ['the default', undefined, 'authorization'],
    ['bearerToken', bearerToken({ allowBare: true }), 'authorization'],
    ['headerToken', headerToken('X-Id-Token'), 'x-id-token'],
    ['cookieToken', cookieToken('__Host-token'), 'cookie'],
    ['firstToken', firstToken(bearerToken(), cookieToken('t'), headerToken('x-t')), 'authorization, cookie, x-t'],
    ['a source of its own', (request) => request.header('X-Mine')[0], 'x-mine'],
    ['a mixed one', firstToken(bearerToken(), (request) => request.header('x-mine')[0]), 'authorization, x-mine'],
  ])('with %s', async (_, tokenSource, vary) => {
    const server = await serve({
      typeDefs,
      resolvers,
      verifier: pool.verifier(),
      ...(tokenSource ? { tokenSource } : {}),
    });
    try {
      const token = { authorization: `Bearer ${pool.accessToken()}` };
      expect(await send(server.url, '{ motd }')).toEqual({ status: 200, vary, cache: 'max-age=60, public' });
      expect((await send(server.url, '{ motd }', token)).vary).toBe(vary);
      expect((await send(server.url, '{ motd me }')).vary).toBe(vary);
      expect((await send(server.url, 'mutation { pay }')).vary).toBe(vary);
      expect((await send(server.url, '{ unknown }')).vary).toBe(vary);
      expect((await send(server.url, '{')).vary).toBe(vary);
      // Read by Apollo Server before any plugin: a body that is no operation.
      expect(
        (
          await fetch(server.url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' })
        ).headers.get('vary'),
      ).toBe(vary);
    } finally {
      await server.stop();
    }
  });

  it('stays bounded when a source reads names that the client chose', async () => {
    const tokenSource: TokenSource = (request) => {
      const [name = 'x-default'] = request.header('x-which');
      return request.header(name)[0];
    };
    const server = await serve({ typeDefs, resolvers, verifier: pool.verifier(), tokenSource });
    try {
      for (let index = 0; index < 30; index += 1)
        await send(server.url, '{ motd }', { 'x-which': `x-${String(index)}` });
      expect((await send(server.url, '{ motd }', { 'x-which': 'x y,\u00e4' })).vary).toBe('*');
    } finally {
      await server.stop();
    }
  });

  it('breaks no response of a server without the context builder', async () => {
    const server = new ApolloServer<Partial<AuthContext>>({
      schema: schema(),
      plugins: [cognitoAuthPlugin({ verifier: pool.verifier() })],
    });
    const response = await server.executeOperation({ query: '{ motd }' }, { contextValue: { auth: anonymous() } });
    expect(response.http.headers.get('vary')).toBeUndefined();
    expect(response.body).toMatchObject({ singleResult: { data: { motd: 'hello' } } });
    await server.stop();
  });
});

describe('a response of express beside a CORS middleware', () => {
  const verifier = pool.verifier();
  let url: string;
  let stop: () => Promise<void>;

  beforeAll(async () => {
    const apollo = new ApolloServer<AuthContext>({
      schema: schema(),
      plugins: [cognitoAuthPlugin({ verifier })],
      logger: logInto([]),
      stopOnTerminationSignals: false,
    });
    await apollo.start();
    const app = express();
    app.use(cors({ origin: ['https://app.example'] }), express.json());
    app.use('/graphql', expressMiddleware(apollo, { context: createAuthContext({ verifier }) }));
    const failing = createAuthContext({ verifier }, () => {
      throw new Error('no database');
    });
    app.use('/failing', expressMiddleware(apollo, { context: failing }));
    const http = createServer(app);
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    // `address()` of a server that listens on a port is an object.
    url = `http://127.0.0.1:${String((http.address() as AddressInfo).port)}`;
    stop = async () => {
      http.close();
      await apollo.stop();
    };
  });
  afterAll(() => stop());

  const names = (vary: string | null) => vary?.split(', ').sort();

  it('keeps the Origin that the middleware set, once', async () => {
    const token = bearer(pool.accessToken());
    for (const headers of [{}, token, bearer('garbage'), {}]) {
      for (const query of ['{ motd }', '{ me }', 'mutation { pay }', '{']) {
        const sent = await send(`${url}/graphql`, query, { origin: 'https://app.example', ...headers });
        expect([query, names(sent.vary)]).toEqual([query, ['Origin', 'authorization']]);
      }
    }
  });

  it('has both names when the context function fails', async () => {
    const { status, vary } = await send(`${url}/failing`, '{ motd }');
    expect([status, names(vary)]).toEqual([500, ['Origin', 'authorization']]);
  });
});

describe('an integration without a Node response', () => {
  async function answer(verifier: CognitoVerifier, context: () => Promise<AuthContext>, preset?: string) {
    const server = new ApolloServer<AuthContext>({
      schema: schema(),
      plugins: [
        {
          async requestDidStart({ response }) {
            if (preset !== undefined) response.http.headers.set('vary', preset);
          },
        },
        cognitoAuthPlugin({ verifier }),
      ],
      logger: logInto([]),
    });
    await server.start();
    const { headers } = await server.executeHTTPGraphQLRequest({
      httpGraphQLRequest: {
        method: 'POST',
        // The map of the one header is all that Apollo Server reads here.
        headers: new Map([['content-type', 'application/json']]) as never,
        search: '',
        body: { query: '{ motd }' },
      },
      context,
    });
    await server.stop();
    return headers.get('vary');
  }

  it.each<[string, readonly unknown[]]>([
    ['Lambda', [{ event: { headers: {}, httpMethod: 'POST' } }]],
    ['Fetch', [{ request: new Request('http://localhost') }]],
    ['Hapi', [{ request: { headers: {}, raw: { req: { headers: {}, rawHeaders: [] } } }, h: {} }]],
  ])('names the header in Vary too: %s', async (_, args) => {
    const verifier = pool.verifier();
    const context = createAuthContext({ verifier });
    expect(await answer(verifier, () => context(...args))).toBe('authorization');
  });

  it.each([
    ['accept-language', 'accept-language, authorization'],
    ['Authorization', 'Authorization'],
    ['origin,AUTHORIZATION', 'origin, AUTHORIZATION'],
    ['*', '*'],
    ['', 'authorization'],
  ])('keeps the Vary of another plugin: %j', async (preset, vary) => {
    const verifier = pool.verifier();
    const context = createAuthContext({ verifier });
    expect(await answer(verifier, () => context({ event: { headers: {} } }), preset)).toBe(vary);
  });
});

describe('the response that an integration passes', () => {
  /** As Node's, or as Fastify's reply. */
  function response(setter: 'setHeader' | 'header', preset: unknown) {
    const headers: Record<string, unknown> = { vary: preset };
    const set = (name: string, value: unknown) => {
      headers[name] = value;
    };
    return { headers, double: { getHeader: (name: string) => headers[name], [setter]: set } };
  }

  const shapes: [string, 'setHeader' | 'header', (double: object) => readonly unknown[]][] = [
    ['express', 'setHeader', (res) => [{ req: { headers: {} }, res }]],
    ['Koa', 'setHeader', (res) => [{ ctx: { headers: {}, res } }]],
    ['H3', 'setHeader', (res) => [{ event: { headers: new Headers(), node: { res } } }]],
    ['Fastify', 'header', (reply) => [{ headers: {} }, reply]],
    ['Next', 'setHeader', (res) => [{ headers: {} }, res]],
  ];

  it.each(shapes)('gets the name beside its own: %s', async (_, setter, shape) => {
    for (const [preset, vary] of [
      [undefined, 'authorization'],
      ['Origin', 'Origin, authorization'],
      [['Origin', 'Accept'], 'Origin, Accept, authorization'],
      ['authorization', 'authorization'],
      ['*', '*'],
    ]) {
      const { headers, double } = response(setter, preset);
      await createAuthContext({ verifier: pool.verifier() })(...shape(double));
      expect([preset, headers['vary']]).toEqual([preset, vary]);
    }
  });

  it('is not changed once it is sent', async () => {
    const { headers, double } = response('setHeader', undefined);
    await createAuthContext({ verifier: pool.verifier() })({
      req: { headers: {} },
      res: { ...double, headersSent: true },
    });
    expect(headers).toEqual({ vary: undefined });
  });
});

describe('a response with a denial', () => {
  it.each<[string, string, Readonly<Record<string, string>>, number]>([
    ['a part of it, without a token', '{ motd me }', {}, 200],
    ['a part of it, with a token', '{ motd admin }', bearer(pool.accessToken()), 200],
    ['all of it, for a bad token', '{ motd }', bearer('garbage'), 401],
    ['all of it, without a token', 'mutation { pay }', {}, 401],
    ['all of it, with a token', 'mutation { pay }', bearer(pool.accessToken()), 403],
  ])('is never stored: %s', async (_, query, headers, status) => {
    for (const calculateHttpHeaders of [true, false, 'if-cacheable'] as const) {
      const { ApolloServerPluginCacheControl } = await import('@apollo/server/plugin/cacheControl');
      const server = await serve({
        typeDefs,
        resolvers,
        verifier: pool.verifier(),
        server: {
          plugins: [
            ApolloServerPluginCacheControl({ calculateHttpHeaders }),
            {
              async requestDidStart({ response }) {
                response.http.headers.set('cache-control', 'public, max-age=60');
              },
            },
          ],
        },
      });
      try {
        expect(await send(server.url, query, headers)).toEqual({ status, vary: 'authorization', cache: 'no-store' });
      } finally {
        await server.stop();
      }
    }
  });

  it('is never stored when the keys are unavailable', async () => {
    const endpoint = await pool.serve();
    endpoint.fail();
    const { userPoolId, clientId } = pool;
    const verifier = createCognitoVerifier({ userPoolId, clientId, endpoint: endpoint.url });
    const server = await serve({ typeDefs, resolvers, verifier });
    try {
      expect(await send(server.url, '{ motd }', bearer(pool.accessToken()))).toEqual({
        status: 503,
        vary: 'authorization',
        cache: 'no-store',
      });
    } finally {
      await server.stop();
      await endpoint.close();
    }
  });
});
