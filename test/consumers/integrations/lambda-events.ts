/**
 * A request as AWS passes it to a Lambda function. The shapes, and what becomes of a header that is sent twice, are those of
 * the pages that are named; what says nothing here is shortened.
 */
import type { Ask } from './support/integration.js';
import { bodyOf, headersOf } from './support/integration.js';

/** The values of each header: in the order in which they were sent, by the name as `nameOf` writes it. */
function valuesOf(ask: Ask, nameOf: (name: string) => string): Readonly<Record<string, string[]>> {
  const values: Record<string, string[]> = {};
  for (const [name, value] of headersOf(ask)) (values[nameOf(name)] ??= []).push(value);
  return values;
}

function mapValues<From, To>(record: Readonly<Record<string, From>>, to: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, to(value)]));
}

const lowerCase = (name: string) => name.toLowerCase();
const asSent = (name: string) => name;
const lastOf = (values: readonly string[]) => values.at(-1) ?? '';

function queryOf({ search = '' }: Ask): readonly (readonly [string, string])[] {
  return [...new URLSearchParams(search)];
}

/**
 * An HTTP API's payload format 2.0: names in lower case, values of one name joined with commas, cookies apart.
 *
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function httpApiEvent(ask: Ask) {
  const { cookie = [], ...values } = valuesOf(ask, lowerCase);
  const method = ask.method ?? 'POST';
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: '/graphql',
    rawQueryString: (ask.search ?? '').slice(1),
    cookies: cookie.flatMap((value) => value.split('; ')),
    headers: mapValues(values, (each) => each.join(',')),
    queryStringParameters: Object.fromEntries(queryOf(ask)),
    requestContext: {
      accountId: '123456789012',
      apiId: 'api-id',
      domainName: 'id.execute-api.us-east-1.amazonaws.com',
      domainPrefix: 'id',
      http: { method, path: '/graphql', protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'agent' },
      requestId: 'id',
      routeKey: '$default',
      stage: '$default',
      time: '12/Mar/2020:19:03:58 +0000',
      timeEpoch: 1583348638390,
    },
    body: bodyOf(ask),
    isBase64Encoded: false,
  };
}

/**
 * A function URL: the payload format 2.0, with a domain of its own, and null for what it does not use.
 *
 * https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
 */
export function functionUrlEvent(ask: Ask) {
  const event = httpApiEvent(ask);
  return {
    ...event,
    requestContext: {
      ...event.requestContext,
      accountId: 'anonymous',
      apiId: 'url-id',
      authentication: null,
      domainName: 'url-id.lambda-url.us-west-2.on.aws',
      domainPrefix: 'url-id',
    },
    pathParameters: null,
    stageVariables: null,
  };
}

/**
 * A REST API, and an HTTP API's payload format 1.0: names as the client sent them, the last value of each in `headers`, and
 * all of them in `multiValueHeaders`.
 *
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html#api-gateway-simple-proxy-for-lambda-input-format
 */
export function restApiEvent(ask: Ask) {
  const values = valuesOf(ask, asSent);
  return {
    resource: '/{proxy+}',
    path: '/graphql',
    httpMethod: ask.method ?? 'POST',
    headers: mapValues(values, lastOf),
    multiValueHeaders: values,
    queryStringParameters: Object.fromEntries(queryOf(ask)),
    multiValueQueryStringParameters: Object.fromEntries(
      queryOf(ask).map(([name, value]) => [name, [encodeURIComponent(value)]]),
    ),
    pathParameters: { proxy: 'graphql' },
    stageVariables: null,
    requestContext: {
      accountId: '123456789012',
      resourceId: 'roq9wj',
      stage: 'testStage',
      requestId: 'deef4878-7910-11e6-8f14-25afc3e9ae33',
      identity: {
        cognitoIdentityPoolId: null,
        accountId: null,
        cognitoIdentityId: null,
        caller: null,
        sourceIp: '192.0.2.1',
        cognitoAuthenticationType: null,
        cognitoAuthenticationProvider: null,
        userArn: null,
        userAgent: 'agent',
        user: null,
      },
      resourcePath: '/{proxy+}',
      httpMethod: ask.method ?? 'POST',
      apiId: 'api-id',
    },
    body: bodyOf(ask),
    isBase64Encoded: false,
  };
}

const fromLoadBalancer = (ask: Ask) => ({
  requestContext: {
    elb: {
      targetGroupArn:
        'arn:aws:elasticloadbalancing:us-east-2:123456789012:targetgroup/my-target-group/6d0ecf831eec9f09',
    },
  },
  httpMethod: ask.method ?? 'POST',
  path: '/graphql',
  body: bodyOf(ask),
  isBase64Encoded: false,
});

// A load balancer does not decode what the query has.
const encodedQuery = (ask: Ask) => queryOf(ask).map(([name, value]) => [name, encodeURIComponent(value)] as const);

/**
 * A load balancer: names in lower case, and the last value of each.
 *
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html#receive-event-from-load-balancer
 */
export function loadBalancerEvent(ask: Ask) {
  return {
    ...fromLoadBalancer(ask),
    queryStringParameters: Object.fromEntries(encodedQuery(ask)),
    headers: mapValues(valuesOf(ask, lowerCase), lastOf),
  };
}

/**
 * A load balancer with multi-value headers, which has `multiValueHeaders` instead of `headers`.
 *
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html#multi-value-headers
 */
export function multiValueLoadBalancerEvent(ask: Ask) {
  return {
    ...fromLoadBalancer(ask),
    multiValueQueryStringParameters: Object.fromEntries(encodedQuery(ask).map(([name, value]) => [name, [value]])),
    multiValueHeaders: valuesOf(ask, lowerCase),
  };
}
