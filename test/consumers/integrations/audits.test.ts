import { ApolloServer } from '@apollo/server';
import { handlers, startServerAndCreateLambdaHandler } from '@as-integrations/aws-lambda';
import { expressMiddleware } from '@as-integrations/express5';
import fastifyApollo from '@as-integrations/fastify';
import { authDirective, cognitoAuthPlugin, createAuthContext } from 'apollo-cognito-auth';
import type { Auth } from 'apollo-cognito-auth';
import { createTestUserPool } from 'apollo-cognito-auth/testing';
import express from 'express';
import createFastify from 'fastify';
import { buildSchema } from 'graphql';
import { serverAudits } from 'graphql-http';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { httpApiEvent } from './lambda-events.js';
import { listen } from './support/integration.js';

interface Served {
  readonly url: string;
  close(): Promise<unknown>;
}

interface Context {
  readonly auth?: Auth;
}
type ContextFunction = (...integrationArguments: readonly unknown[]) => Promise<Context>;

const integrations: Record<string, (server: ApolloServer<Context>, context: ContextFunction) => Promise<Served>> = {
  async 'express 5'(server, context) {
    await server.start();
    return listen(express().use('/', express.json(), expressMiddleware(server, { context })));
  },
  async Fastify(server, context) {
    await server.start();
    const app = createFastify();
    await app.register(fastifyApollo(server), { context, path: '/' });
    return { url: await app.listen({ port: 0, host: '127.0.0.1' }), close: () => app.close() };
  },
  async Lambda(server, context) {
    const handle = startServerAndCreateLambdaHandler(
      server as never,
      handlers.createAPIGatewayProxyEventV2RequestHandler(),
      { context },
    ) as unknown as (event: object) => Promise<{ statusCode: number; headers?: Record<string, string>; body: string }>;
    // API Gateway, in short.
    return listen(async (req, res) => {
      const { method = 'POST', url = '/', headers: received } = req;
      const headers = Object.entries(received).map(([name, value]) => [name, String(value)] as const);
      const event = httpApiEvent({
        method: method as 'POST',
        search: new URL(url, 'http://localhost').search,
        headers,
      });
      const { statusCode, headers: sent = {}, body } = await handle({ ...event, body: await text(req) });
      res.writeHead(statusCode, sent).end(body);
    });
  },
};

/** What each audit says of the server, by the audit's name. */
async function audit(url: string, headers: Readonly<Record<string, string>>): Promise<Record<string, string>> {
  const audits = serverAudits({
    url,
    fetchFn: (input: string, init: RequestInit = {}) =>
      fetch(input, { ...init, headers: { ...Object.fromEntries(new Headers(init.headers)), ...headers } }),
  });
  const results: Record<string, string> = {};
  for (const { name, fn } of audits) results[name] = (await fn()).status;
  return results;
}

const silent = () => undefined;
const options = {
  logger: { debug: silent, info: silent, warn: silent, error: silent },
  stopOnTerminationSignals: false,
};

it.each(Object.entries(integrations))(
  'meets the GraphQL over HTTP specification as well with the plugin as without: %s',
  async (_, serve) => {
    const pool = createTestUserPool();
    const verifier = pool.verifier();
    const { authDirectiveTypeDefs, authDirectiveTransformer } = authDirective();
    const schema = buildSchema(`${authDirectiveTypeDefs} type Query { motd: String me: String @auth }`);
    const plainServer = new ApolloServer<Context>({ schema, ...options });
    const server = new ApolloServer<Context>({
      schema: authDirectiveTransformer(schema),
      plugins: [cognitoAuthPlugin({ verifier })],
      ...options,
    });
    const plain = await serve(plainServer, () => Promise.resolve({}));
    const guarded = await serve(server, createAuthContext({ verifier }));
    try {
      const preflight = { 'apollo-require-preflight': 'true' };
      const expected = await audit(plain.url, preflight);
      expect(Object.keys(expected).length).toBeGreaterThan(50);
      expect(Object.values(expected)).not.toContain('error');
      expect(await audit(guarded.url, preflight)).toEqual(expected);
      const authorization = `Bearer ${pool.accessToken()}`;
      expect(await audit(guarded.url, { ...preflight, authorization })).toEqual(expected);
    } finally {
      await plain.close();
      await guarded.close();
    }
  },
);
