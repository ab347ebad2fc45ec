import { startStandaloneServer } from '@apollo/server/standalone';
import { expressMiddleware } from '@as-integrations/express5';
import fastifyApollo from '@as-integrations/fastify';
import { startServerAndCreateH3Handler } from '@as-integrations/h3';
import hapiApollo from '@as-integrations/hapi';
import { server as createHapi } from '@hapi/hapi';
import express from 'express';
import createFastify from 'fastify';
import { createApp, toNodeListener } from 'h3';
import { testIntegration } from './support/cases.js';
import { askOverHttp, listen } from './support/integration.js';

testIntegration({
  name: 'standalone',
  async start(server, context) {
    const { url } = await startStandaloneServer(server, { context, listen: { port: 0, host: '127.0.0.1' } });
    return { ask: (ask) => askOverHttp(url, ask), stop: () => server.stop() };
  },
  methodAt: '0.req.method',
});

testIntegration({
  name: 'express 5',
  async start(server, context) {
    await server.start();
    const app = express().use('/', express.json(), expressMiddleware(server, { context }));
    const { url, close } = await listen(app);
    return { ask: (ask) => askOverHttp(url, ask), stop: close };
  },
  methodAt: '0.req.method',
});

testIntegration({
  name: 'Fastify',
  async start(server, context) {
    await server.start();
    const app = createFastify();
    await app.register(fastifyApollo(server), { context, path: '/' });
    const url = await app.listen({ port: 0, host: '127.0.0.1' });
    return { ask: (ask) => askOverHttp(url, ask), stop: () => app.close() };
  },
  methodAt: '0.method',
});

testIntegration({
  name: 'H3',
  async start(server, context) {
    const app = createApp().use(startServerAndCreateH3Handler(server, { context }));
    const { url, close } = await listen(toNodeListener(app));
    return { ask: (ask) => askOverHttp(url, ask), stop: close };
  },
  methodAt: '0.event.method',
});

testIntegration({
  name: 'Hapi',
  async start(server, context) {
    await server.start();
    const app = createHapi({ host: '127.0.0.1', port: 0 });
    await app.register({ plugin: hapiApollo.default, options: { apolloServer: server as never, context } });
    await app.start();
    return { ask: (ask) => askOverHttp(app.info.uri, ask), stop: () => app.stop() };
  },
  vary: 'authorization,origin',
  methodAt: '0.request.method',
});
