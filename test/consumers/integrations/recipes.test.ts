import { createApp, toNodeListener } from 'h3';
import { beforeEach, expect, it, vi } from 'vitest';
import { askOverHttp, listen } from './support/integration.js';
import { bearer, expectAnswers, stubKeys } from './support/recipes.js';

stubKeys();
// Each recipe starts a server of its own.
beforeEach(() => {
  vi.resetModules();
});

it('answers with Express', async () => {
  const { app } = await import('./samples/express5.js');
  const { url, close } = await listen(app);
  await expectAnswers((ask) => askOverHttp(`${url}graphql`, ask));
  await close();
});

it('answers standalone', async () => {
  const { url } = await import('./samples/standalone.js');
  await expectAnswers((ask) => askOverHttp(url, ask));
  await (await import('./samples/server.js')).server.stop();
});

it('answers with Fastify', async () => {
  const { app } = await import('./samples/fastify.js');
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  await expectAnswers((ask) => askOverHttp(`${url}/graphql`, ask));
  await app.close();
});

it('answers with H3', async () => {
  const { default: handler } = await import('./samples/h3.js');
  const { url, close } = await listen(toNodeListener(createApp().use('/graphql', handler)));
  await expectAnswers((ask) => askOverHttp(`${url}graphql`, ask));
  await close();
});

it('answers with Hapi', async () => {
  const { app } = await import('./samples/hapi.js');
  await app.start();
  await expectAnswers((ask) => askOverHttp(`${app.info.uri.replace(/\/\/[^:]+/, '//127.0.0.1')}/graphql`, ask));
  await app.stop();
});

it('serves a REST route beside GraphQL', async () => {
  const { app } = await import('./samples/rest-route.js');
  const { url, close } = await listen(app);
  await expectAnswers((ask) => askOverHttp(`${url}graphql`, ask));
  const invoices = async (headers: Record<string, string>) => (await fetch(`${url}invoices`, { headers })).status;
  expect(await invoices({})).toBe(401);
  expect(await invoices({ authorization: 'Bearer a.b.c' })).toBe(401);
  expect(await invoices({ authorization: bearer() })).toBe(200);
  await close();
});
