import { startServerAndCreateHandler } from '@as-integrations/azure-functions';
import { koaMiddleware } from '@as-integrations/koa';
import azure from '@azure/functions';
import { bodyParser } from '@koa/bodyparser';
import Koa from 'koa';
import { it, vi } from 'vitest';
import { testIntegration } from './support/cases.js';
import { askOverHttp, bodyOf, headersOf, listen, readAnswer } from './support/integration.js';
import type { Answer, Ask } from './support/integration.js';
import { expectAnswers, stubKeys } from './support/recipes.js';

testIntegration({
  name: 'Koa',
  async start(server, context) {
    await server.start();
    const app = new Koa().use(bodyParser()).use(koaMiddleware(server, { context }));
    const { url, close } = await listen(app.callback());
    return { ask: (ask) => askOverHttp(url, ask), stop: close };
  },
  methodAt: '0.ctx.method',
});

/** Gives the handler a request as the Functions host does. */
async function askAzure(handler: unknown, ask: Ask): Promise<Answer> {
  const { method = 'POST', search = '' } = ask;
  // `Headers` joins the values of one name.
  const headers = Object.fromEntries(
    new Headers(headersOf(ask).map(([name, value]): [string, string] => [name, value])),
  );
  const request = new azure.HttpRequest({
    method,
    url: `https://example.com/api/graphql${search}`,
    headers,
    ...(method === 'POST' && { body: { string: bodyOf(ask) } }),
  });
  const invocation = new azure.InvocationContext({ functionName: 'graphql', invocationId: 'id' });
  const handle = handler as (
    request: object,
    invocation: object,
  ) => Promise<{ status: number; headers: Record<string, string>; body: string }>;
  const answer = await handle(request, invocation);
  return readAnswer(answer.status, Object.entries(answer.headers), answer.body);
}

testIntegration({
  name: 'Azure Functions',
  async start(server, context) {
    const handler = startServerAndCreateHandler(server as never, { context });
    return { ask: (ask) => askAzure(handler, ask), stop: () => server.stop() };
  },
  methodAt: '0.req.method',
});

it('answers as the documents say', async () => {
  stubKeys();
  const { app } = await import('./samples/koa.js');
  const { url, close } = await listen(app.callback());
  await expectAnswers((ask) => askOverHttp(url, ask));
  await close();

  vi.resetModules();
  const { handler } = await import('./samples/azure-functions.js');
  await expectAnswers((ask) => askAzure(handler, ask));
});
