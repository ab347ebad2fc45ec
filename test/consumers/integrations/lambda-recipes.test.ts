import { createTestUserPool } from 'apollo-cognito-auth/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { multiValueLoadBalancerEvent, restApiEvent } from './lambda-events.js';

// The pool of the recipes, whose keys are fetched at Amazon: here they come from the test.
const pool = createTestUserPool({ userPoolId: 'eu-west-1_AbCdEf123', clientId: 'web' });
let keys = () => Promise.resolve(new Response(JSON.stringify(pool.jwks)));
beforeEach(() => {
  vi.resetModules();
  keys = () => Promise.resolve(new Response(JSON.stringify(pool.jwks)));
  vi.stubGlobal('fetch', () => keys());
});
afterEach(() => {
  vi.unstubAllGlobals();
});

const down = () => Promise.reject(new Error('down'));
const now = Math.floor(Date.now() / 1000);
const access = () => `Bearer ${pool.accessToken({ sub: 'someone' })}`;

describe('the authorizer of an HTTP API', () => {
  // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html#http-api-lambda-authorizer.payload-format
  const event = (headers: Readonly<Record<string, string>>) => ({
    version: '2.0',
    type: 'REQUEST',
    routeArn: 'arn:aws:execute-api:us-east-1:123456789012:abcdef123/test/GET/request',
    identitySource: ['user1', '123'],
    routeKey: '$default',
    rawPath: '/my/path',
    rawQueryString: 'parameter1=value1&parameter1=value2&parameter2=value',
    cookies: ['cookie1', 'cookie2'],
    headers: { header1: 'value1', ...headers },
    queryStringParameters: { parameter1: 'value1,value2', parameter2: 'value' },
    requestContext: {
      accountId: '123456789012',
      apiId: 'api-id',
      domainName: 'id.execute-api.us-east-1.amazonaws.com',
      domainPrefix: 'id',
      http: { method: 'POST', path: '/my/path', protocol: 'HTTP/1.1', sourceIp: 'IP', userAgent: 'agent' },
      requestId: 'id',
      routeKey: '$default',
      stage: '$default',
      time: '12/Mar/2020:19:03:58 +0000',
      timeEpoch: 1583348638390,
    },
    pathParameters: { parameter1: 'value1' },
    stageVariables: { stageVariable1: 'value1', stageVariable2: 'value2' },
  });

  it('authorizes a good access token alone, and decides nothing while the keys are unavailable', async () => {
    const { handler } = await import('./samples/http-api-authorizer.js');
    expect(await handler(event({ authorization: access() }))).toEqual({
      isAuthorized: true,
      context: { sub: 'someone' },
    });
    for (const authorization of [
      '',
      'Bearer',
      'Bearer a.b.c',
      'Basic dXNlcjpwYXNzd29yZA==',
      `Bearer ${pool.idToken()}`,
      `Bearer ${pool.accessToken({ iat: now - 7200, exp: now - 3600 })}`,
      `${access()},${access()}`,
    ]) {
      expect(await handler(event({ authorization }))).toEqual({ isAuthorized: false });
    }
    expect(await handler(event({}))).toEqual({ isAuthorized: false });
  });

  it('is a server error while the keys are unavailable', async () => {
    keys = down;
    const { handler } = await import('./samples/http-api-authorizer.js');
    await expect(handler(event({ authorization: access() }))).rejects.toThrow('keys-unavailable');
    expect(await handler(event({}))).toEqual({ isAuthorized: false });
  });
});

describe('the authorizer of a REST API', () => {
  const methodArn = 'arn:aws:execute-api:us-east-1:123456789012:abcdef123/test/GET/request';
  // https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html
  const tokenEvent = (authorizationToken: string) => ({ type: 'TOKEN', authorizationToken, methodArn }) as const;
  const requestEvent = (headers: Readonly<Record<string, string>>) =>
    ({
      type: 'REQUEST',
      methodArn,
      resource: '/request',
      path: '/request',
      httpMethod: 'GET',
      headers: { 'X-AMZ-Date': '20170718T062915Z', Accept: '*/*', 'X-Forwarded-Proto': 'https', ...headers },
      queryStringParameters: { QueryString1: 'queryValue1' },
      pathParameters: {},
      stageVariables: { StageVar1: 'stageValue1' },
      requestContext: {
        path: '/request',
        accountId: '123456789012',
        resourceId: '05c7jb',
        stage: 'test',
        requestId: '...',
        identity: { apiKey: '...', sourceIp: '...' },
        resourcePath: '/request',
        httpMethod: 'GET',
        apiId: 'abcdef123',
      },
    }) as const;

  it('allows the stage to a good token, and answers 401 to any other', async () => {
    const { handler } = await import('./samples/rest-api-authorizer.js');
    // https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
    const allowed = {
      principalId: 'someone',
      policyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Action: 'execute-api:Invoke',
            Effect: 'Allow',
            Resource: 'arn:aws:execute-api:us-east-1:123456789012:abcdef123/test/*',
          },
        ],
      },
      context: { sub: 'someone' },
    };
    expect(await handler(tokenEvent(access()))).toEqual(allowed);
    expect(await handler(requestEvent({ Authorization: access() }))).toEqual(allowed);
    for (const value of ['', 'Bearer', 'Bearer a.b.c', `Bearer ${pool.idToken()}`]) {
      await expect(handler(tokenEvent(value))).rejects.toThrow(/^Unauthorized$/);
      await expect(handler(requestEvent({ Authorization: value }))).rejects.toThrow(/^Unauthorized$/);
    }
    await expect(handler(requestEvent({}))).rejects.toThrow(/^Unauthorized$/);
  });

  it('is a server error while the keys are unavailable', async () => {
    keys = down;
    const { handler } = await import('./samples/rest-api-authorizer.js');
    await expect(handler(tokenEvent(access()))).rejects.toThrow('keys-unavailable');
  });
});

const me = { query: '{ motd me }' };
const greeted = { motd: 'hello', me: 'test-user' };
const anonymous = { motd: 'hello', me: null };

describe('a REST API with IAM authorization', () => {
  // https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html#api-gateway-simple-proxy-for-lambda-input-format
  // and, for what an identity pool adds, https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html#context-variable-reference
  function iamEvent(...headers: readonly (readonly [string, string])[]) {
    const event = restApiEvent({ headers, body: me });
    return {
      ...event,
      requestContext: {
        ...event.requestContext,
        identity: {
          ...event.requestContext.identity,
          cognitoIdentityPoolId: 'eu-west-1:11111111-2222-3333-4444-555555555555',
          cognitoIdentityId: 'eu-west-1:66666666-7777-8888-9999-000000000000',
          cognitoAuthenticationType: 'authenticated',
          cognitoAuthenticationProvider: `cognito-idp.eu-west-1.amazonaws.com/${pool.userPoolId},cognito-idp.eu-west-1.amazonaws.com/${pool.userPoolId}:CognitoSignIn:someone`,
          accessKey: 'ASIA_access_key',
          accountId: '123456789012',
          caller: 'role-id:CognitoIdentityCredentials',
          user: 'role-id:CognitoIdentityCredentials',
          userArn: 'arn:aws:sts::123456789012:assumed-role/signed-in/CognitoIdentityCredentials',
        },
      },
    };
  }
  const signature = [
    'Authorization',
    'AWS4-HMAC-SHA256 Credential=ASIA/20171020/us-west-2/execute-api/aws4_request',
  ] as const;

  it('authenticates a caller by the ID token alone, not by the identity that signed the request', async () => {
    const { handler } = (await import('./samples/iam.js')) as unknown as {
      handler: (event: object, context: object) => Promise<{ statusCode: number; body: string }>;
    };
    const ask = async (...headers: readonly (readonly [string, string])[]) => {
      const { statusCode, body } = await handler(iamEvent(signature, ...headers), {});
      return [statusCode, (JSON.parse(body) as { data?: unknown }).data];
    };
    expect(await ask()).toEqual([200, anonymous]);
    expect(await ask(['X-Id-Token', pool.idToken({ 'cognito:username': 'test-user' })])).toEqual([200, greeted]);
    expect(await ask(['X-Id-Token', 'a.b.c'])).toEqual([401, undefined]);
  });

  it('does not take an AWS signature for a token', async () => {
    const { authContext } = await import('./samples/server.js');
    const { auth } = await authContext({ event: iamEvent(signature), context: {} });
    expect(auth).toMatchObject({ status: 'rejected', reason: 'malformed' });
  });
});

describe('a function that is invoked directly', () => {
  // What the caller sends is the event: https://docs.aws.amazon.com/lambda/latest/dg/invocation-sync.html
  it('authenticates a caller by the ID token in its payload', async () => {
    const { handler } = await import('./samples/invoke.js');
    expect(await handler({ ...me, idToken: pool.idToken({ 'cognito:username': 'test-user' }) })).toEqual({
      data: greeted,
    });
    expect(await handler(me)).toMatchObject({ data: anonymous, errors: [{ extensions: { reason: 'missing' } }] });
    for (const idToken of ['a.b.c', 7, {}, null]) {
      const answer = await handler({ ...me, idToken: idToken as string });
      expect(answer).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED', reason: 'malformed' } }] });
      expect(answer.data).toBeUndefined();
    }
  });

  // https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html
  const context = {
    functionName: 'graphql',
    awsRequestId: 'id',
    identity: {
      cognitoIdentityId: 'eu-west-1:66666666-7777-8888-9999-000000000000',
      cognitoIdentityPoolId: 'eu-west-1:1',
    },
  };
  it('is misconfigured, and no anonymous caller, when its payload is taken for a request', async () => {
    const { authContext } = await import('./samples/server.js');
    const event = { ...me, idToken: pool.idToken() };
    await expect(authContext({ event, context })).rejects.toMatchObject({
      extensions: { code: 'INTERNAL_SERVER_ERROR' },
      originalError: { name: 'AuthConfigurationError' },
    });
  });
});

describe('a load balancer with multi-value headers', () => {
  it('is answered in multi-value headers, and shows a second credential', async () => {
    const { handler } = await import('./samples/multi-value-load-balancer.js');
    const ask = async (...headers: readonly (readonly [string, string])[]) => {
      const event = multiValueLoadBalancerEvent({ headers, body: me });
      const { statusCode, multiValueHeaders, body = '' } = await handler(event as never, {} as never);
      return [statusCode, multiValueHeaders['www-authenticate'], (JSON.parse(body) as { data?: unknown }).data];
    };
    expect(await ask()).toEqual([200, ['Bearer'], anonymous]);
    expect(await ask(['Authorization', access()])).toEqual([200, undefined, greeted]);
    const two = [
      ['Authorization', access()],
      ['Authorization', access()],
    ] as const;
    expect(await ask(...two)).toEqual([401, ['Bearer error="invalid_token"'], undefined]);
  });
});
