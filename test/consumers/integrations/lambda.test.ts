import { handlers, startServerAndCreateLambdaHandler } from '@as-integrations/aws-lambda';
import { expect, it } from 'vitest';
import {
  functionUrlEvent,
  httpApiEvent,
  loadBalancerEvent,
  multiValueLoadBalancerEvent,
  restApiEvent,
} from './lambda-events.js';
import { testIntegration } from './support/cases.js';
import { readAnswer } from './support/integration.js';
import type { Ask, Integration } from './support/integration.js';

interface Result {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

function lambda(
  name: string,
  handler: unknown,
  eventOf: (ask: Ask) => object,
  more: Partial<Integration> = {},
): Integration {
  return {
    name,
    async start(server, context) {
      // Its types are those of the CommonJS build of Apollo Server.
      const handle = startServerAndCreateLambdaHandler(server as never, handler as never, { context }) as unknown as (
        event: object,
        context: object,
      ) => Promise<Result>;
      return {
        async ask(ask) {
          // As from AWS: nothing but JSON.
          const event = JSON.parse(JSON.stringify(eventOf(ask))) as object;
          const { statusCode, headers, body } = await handle(event, { functionName: 'graphql' });
          return readAnswer(statusCode, Object.entries(headers), body);
        },
        stop: () => server.stop(),
      };
    },
    methodOf: ([{ event }]: any) => event.httpMethod ?? event.requestContext.http.method,
    ...more,
  };
}

testIntegration(lambda('Lambda, HTTP API', handlers.createAPIGatewayProxyEventV2RequestHandler(), httpApiEvent));
testIntegration(
  lambda('Lambda, function URL', handlers.createAPIGatewayProxyEventV2RequestHandler(), functionUrlEvent),
);
testIntegration(lambda('Lambda, REST API', handlers.createAPIGatewayProxyEventRequestHandler(), restApiEvent));
testIntegration(
  lambda('Lambda, load balancer', handlers.createALBEventRequestHandler(), loadBalancerEvent, {
    losesFirstOfTwo: true,
  }),
);
testIntegration(
  lambda(
    'Lambda, load balancer with multi-value headers',
    handlers.createALBEventRequestHandler(),
    multiValueLoadBalancerEvent,
  ),
);
