import { ApolloServer } from '@apollo/server';
import { expressMiddleware } from '@as-integrations/express5';
import fastifyApollo from '@as-integrations/fastify';
import { startServerAndCreateH3Handler } from '@as-integrations/h3';
import { cognitoAuthPlugin, createAuthContext } from 'apollo-cognito-auth';
import type { AuthContext } from 'apollo-cognito-auth';
import { createTestUserPool } from 'apollo-cognito-auth/testing';
import express from 'express';
import createFastify from 'fastify';
import { createApp, defineEventHandler, setHeader, toNodeListener } from 'h3';
import { expect, it } from 'vitest';
import { askOverHttp, listen } from './support/integration.js';

function create() {
  const verifier = createTestUserPool().verifier();
  const server = new ApolloServer<AuthContext>({
    typeDefs: 'type Query { f: Int }',
    plugins: [cognitoAuthPlugin({ verifier })],
    stopOnTerminationSignals: false,
  });
  return { server, context: createAuthContext({ verifier }) };
}

/** Asks twice: what one response has in `Vary` must not be missing in the next. */
async function varyOf(url: string): Promise<readonly unknown[]> {
  const ask = () => askOverHttp(url, { body: { query: '{ f }' } });
  const [first, second] = [await ask(), await ask()];
  return [first.headers['vary'], second.headers['vary']];
}

const both = ['authorization, Origin', 'authorization, Origin'];

it('keeps what CORS middleware of Express has in Vary', async () => {
  const { server, context } = create();
  await server.start();
  const app = express().use((_, res, next) => {
    res.setHeader('Vary', 'Origin');
    next();
  });
  const { url, close } = await listen(app.use('/', express.json(), expressMiddleware(server, { context })));
  expect(await varyOf(url)).toEqual(both);
  await close();
});

it('keeps what a CORS hook of Fastify has in Vary', async () => {
  const { server, context } = create();
  await server.start();
  const app = createFastify();
  app.addHook('onRequest', async (_, reply) => {
    reply.header('Vary', 'Origin');
  });
  await app.register(fastifyApollo(server), { context, path: '/' });
  expect(await varyOf(await app.listen({ port: 0, host: '127.0.0.1' }))).toEqual(both);
  await app.close();
});

it('keeps what a CORS handler of H3 has in Vary', async () => {
  const { server, context } = create();
  const cors = defineEventHandler((event) => {
    setHeader(event, 'Vary', 'Origin');
  });
  const app = createApp().use(cors).use(startServerAndCreateH3Handler(server, { context }));
  const { url, close } = await listen(toNodeListener(app));
  expect(await varyOf(url)).toEqual(both);
  await close();
});
