import { HeaderMap } from '@apollo/server';
import type { ApolloServer, HTTPGraphQLResponse } from '@apollo/server';
import azure from '@azure/functions';
import type { AuthContext } from 'apollo-cognito-auth';
import Koa from 'koa';
import { text } from 'node:stream/consumers';
import { createFetchHandler } from './samples/fetch.js';
import { testIntegration } from './support/cases.js';
import { askOverHttp, bodyOf, headersOf, listen, readAnswer } from './support/integration.js';
import type { Ask } from './support/integration.js';

const urlOf = ({ search = '' }: Ask) => `https://example.com/graphql${search}`;

/** `Headers` joins the values of one name. */
const fetchHeadersOf = (ask: Ask) => headersOf(ask).map(([name, value]): [string, string] => [name, value]);

testIntegration({
  name: 'Fetch',
  async start(server, context) {
    await server.start();
    const handle = createFetchHandler(server, context);
    return {
      async ask(ask) {
        const { method = 'POST' } = ask;
        const response = await handle(
          new Request(urlOf(ask), {
            method,
            headers: fetchHeadersOf(ask),
            body: method === 'POST' ? bodyOf(ask) : null,
          }),
        );
        return readAnswer(response.status, response.headers, await response.text());
      },
      stop: () => server.stop(),
    };
  },
  methodAt: '0.request.method',
});

/** What an integration does with a request, in short. */
function execute(
  server: ApolloServer<AuthContext>,
  request: { method: string; headers: Iterable<readonly [string, string]>; search: string; body: unknown },
  context: () => Promise<AuthContext>,
): Promise<HTTPGraphQLResponse> {
  return server.executeHTTPGraphQLRequest({
    httpGraphQLRequest: { ...request, headers: new HeaderMap(request.headers) },
    context,
  });
}

const textOf = ({ body }: HTTPGraphQLResponse) => (body.kind === 'complete' ? body.string : '');

// The integrations of the next two ask for Node 22: the consumer `node-22` runs them.
testIntegration({
  name: 'the arguments of Azure Functions',
  async start(server, context) {
    await server.start();
    return {
      async ask(ask) {
        const { method = 'POST' } = ask;
        const headers = new Headers(fetchHeadersOf(ask));
        const body = method === 'POST' ? { string: bodyOf(ask) } : undefined;
        const request = new azure.HttpRequest({
          method,
          url: urlOf(ask),
          headers: Object.fromEntries(headers),
          ...(body && { body }),
        });
        const req = request.clone();
        const json = body === undefined ? undefined : await request.json();
        const { search = '' } = ask;
        const answer = await execute(server, { method, headers: request.headers, search, body: json }, () =>
          context({ req, context: { functionName: 'graphql' }, body: json }),
        );
        return readAnswer(answer.status ?? 200, answer.headers, textOf(answer));
      },
      stop: () => server.stop(),
    };
  },
  methodAt: '0.req.method',
});

testIntegration({
  name: 'the arguments of Koa',
  async start(server, context) {
    await server.start();
    const app = new Koa().use(async (ctx) => {
      const headers = Object.entries(ctx.headers).map(([name, value]) => [name, String(value)] as const);
      const body = ctx.method === 'POST' ? (JSON.parse(await text(ctx.req)) as unknown) : undefined;
      const answer = await execute(server, { method: ctx.method, headers, search: ctx.search, body }, () =>
        context({ ctx }),
      );
      ctx.body = textOf(answer);
      ctx.status = answer.status ?? 200;
      for (const [name, value] of answer.headers) ctx.set(name, value);
    });
    const { url, close } = await listen(app.callback());
    return { ask: (ask) => askOverHttp(url, ask), stop: close };
  },
  methodAt: '0.ctx.method',
});
