import { expressMiddleware } from '@as-integrations/express4';
import express from 'express';
import { testIntegration } from './support/cases.js';
import { askOverHttp, listen } from './support/integration.js';

testIntegration({
  name: 'express 4',
  async start(server, context) {
    await server.start();
    const { url, close } = await listen(express().use('/', express.json(), expressMiddleware(server, { context })));
    return { ask: (ask) => askOverHttp(url, ask), stop: close };
  },
  methodAt: '0.req.method',
});
