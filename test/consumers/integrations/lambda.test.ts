import { ApolloServer } from '@apollo/server';
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
    methodAt: '0.event.httpMethod',
    ...more,
  };
}

const v2 = { methodAt: '0.event.requestContext.http.method' };
testIntegration(lambda('Lambda, HTTP API', handlers.createAPIGatewayProxyEventV2RequestHandler(), httpApiEvent, v2));
testIntegration(
  lambda('Lambda, function URL', handlers.createAPIGatewayProxyEventV2RequestHandler(), functionUrlEvent, v2),
);
testIntegration(lambda('Lambda, REST API', handlers.createAPIGatewayProxyEventRequestHandler(), restApiEvent));
testIntegration(
  lambda('Lambda, load balancer', handlers.createALBEventRequestHandler(), loadBalancerEvent, {
    countsOfTwo: 'last',
  }),
);
testIntegration(
  lambda('Lambda, load balancer with multi-value headers', handlers.createALBEventRequestHandler(), (ask) => {
    const event = multiValueLoadBalancerEvent(ask);
    // As docs/lambda.md translates it: the integration reads `headers` alone.
    const headers = Object.entries(event.multiValueHeaders).map(([name, values]) => [name, values.at(-1)]);
    return { ...event, headers: Object.fromEntries(headers) };
  }),
);

it('needs the translation of multi-value headers', async () => {
  const handle = startServerAndCreateLambdaHandler(
    new ApolloServer({ typeDefs: 'type Query { f: Int }', stopOnTerminationSignals: false }) as never,
    handlers.createALBEventRequestHandler(),
  );
  const event = multiValueLoadBalancerEvent({ body: { query: '{ f }' } });
  expect(await handle(event as never, {} as never, () => {})).toMatchObject({ statusCode: 400 });
});
