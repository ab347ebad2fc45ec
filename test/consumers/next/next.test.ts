import { startServerAndCreateNextHandler } from '@as-integrations/next';
import type { NextApiRequest, NextApiResponse } from 'next';
// What Next puts between Node and a handler, which `next build` and a server would use: they take minutes.
import { apiResolver } from 'next/dist/server/api-utils/node/api-resolver.js';
import { NodeNextRequest, NodeNextResponse } from 'next/dist/server/base-http/node.js';
import { sendResponse } from 'next/dist/server/send-response.js';
import {
  NextRequestAdapter,
  signalFromNodeResponse,
} from 'next/dist/server/web/spec-extension/adapters/next-request.js';
import type { NextRequest } from 'next/server.js';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { expect, it, vi } from 'vitest';
import { testIntegration } from './support/cases.js';
import { askOverHttp, listen } from './support/integration.js';
import { expectAnswers, stubKeys } from './support/recipes.js';

/** As Next calls a route handler, `app/api/graphql/route.ts`. */
function routeListener(handler: (request: NextRequest) => Promise<Response>): RequestListener {
  return async (req: IncomingMessage, res: ServerResponse) => {
    // Next's server writes the whole address there.
    const { host = '' } = req.headers;
    Object.assign(req, { url: `http://${host}${req.url ?? ''}` });
    const nodeRequest = new NodeNextRequest(req);
    const request = NextRequestAdapter.fromNodeNextRequest(nodeRequest, signalFromNodeResponse(res));
    await sendResponse(nodeRequest, new NodeNextResponse(res), await handler(request));
  };
}

/** As Next calls an API route, `pages/api/graphql.ts`. */
function apiListener(handler: (req: NextApiRequest, res: NextApiResponse) => unknown): RequestListener {
  const preview = { previewModeId: 'id', previewModeEncryptionKey: 'key', previewModeSigningKey: 'key' };
  return async (req: IncomingMessage, res: ServerResponse) => {
    const query = Object.fromEntries(new URL(req.url ?? '', 'http://localhost').searchParams);
    await apiResolver(req, res, query, { default: handler }, { ...preview, dev: false }, true);
  };
}

testIntegration({
  name: 'a route handler of Next',
  async start(server, context) {
    const handler = startServerAndCreateNextHandler<NextRequest>(server as never, { context });
    const { url, close } = await listen(routeListener((request) => handler(request)));
    return { ask: (ask) => askOverHttp(url, ask), stop: close };
  },
  methodAt: '0.method',
  countsOfTwo: 'first',
});

testIntegration({
  name: 'an API route of Next',
  async start(server, context) {
    const handler = startServerAndCreateNextHandler(server as never, { context });
    const { url, close } = await listen(apiListener(handler));
    return { ask: (ask) => askOverHttp(url, ask), stop: close };
  },
  methodAt: '0.method',
});

it('answers as the documents say', async () => {
  stubKeys();
  const route = await import('./samples/route.js');
  const routed = await listen(routeListener(route.POST));
  await expectAnswers((ask) => askOverHttp(routed.url, ask));
  await routed.close();

  vi.resetModules();
  const { default: handler } = await import('./samples/api.js');
  const called = await listen(apiListener(handler));
  await expectAnswers((ask) => askOverHttp(called.url, ask));
  await called.close();
  expect(route.GET).toBeTypeOf('function');
});
