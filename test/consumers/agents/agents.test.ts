/** From a 401 to data, with the address of the API and a client id alone: real OAuth clients and a real OAuth server. */
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { makeExecutableSchema } from '@graphql-tools/schema';
import {
  auth,
  discoverAuthorizationServerMetadata,
  discoverOAuthProtectedResourceMetadata,
} from '@modelcontextprotocol/sdk/client/auth.js';
import { ClientCredentialsProvider } from '@modelcontextprotocol/sdk/client/auth-extensions.js';
import type { OAuthClientProvider } from '@modelcontextprotocol/sdk/client/auth.js';
import type { OAuthTokens } from '@modelcontextprotocol/sdk/shared/auth.js';
import { authDirective, createCognitoVerifier } from 'apollo-cognito-auth';
import type { AuthContext } from 'apollo-cognito-auth';
import * as oauth from 'oauth4webapi';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  AGENT,
  browse,
  createAuthorizationServer,
  MACHINE,
  REDIRECT_URI,
  USER_POOL_ID,
} from './authorization-server.js';
import { answerChallenge } from './samples/agent.js';
import { createApp } from './samples/app.js';

const typeDefs = `
  type Query {
    motd: String
    orders: String @auth(scopes: ["orders/read"])
  }
  type Mutation {
    ship: String @auth(scopes: ["orders/write"])
    refund: String @auth(maxAge: 60)
  }
`;
const callerOf = (_: unknown, __: unknown, { auth }: AuthContext) =>
  auth.status === 'authenticated' ? `for ${auth.username ?? auth.sub} by ${auth.clientId}` : auth.status;
const resolvers = {
  Query: { motd: () => 'hello', orders: callerOf },
  Mutation: { ship: callerOf, refund: callerOf },
};

const closing: (() => Promise<unknown>)[] = [];

async function listen(): Promise<{ readonly origin: string; readonly server: Server }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

let api: string;
let issuer: string;
let metadataUrl: string;

beforeAll(async () => {
  const pool = await listen();
  pool.server.on('request', createAuthorizationServer(pool.origin, 'orders/read orders/write'));
  issuer = `${pool.origin}/${USER_POOL_ID}`;

  const { origin, server: httpServer } = await listen();
  api = `${origin}/graphql`;
  metadataUrl = `${origin}/.well-known/oauth-protected-resource/graphql`;
  const verifier = createCognitoVerifier({
    userPoolId: USER_POOL_ID,
    clientId: [AGENT.client_id, MACHINE.client_id],
    tokenUse: 'access',
    endpoint: pool.origin,
    audience: api,
  });
  const { authDirectiveTypeDefs, authDirectiveTransformer } = authDirective();
  const schema = authDirectiveTransformer(
    makeExecutableSchema({ typeDefs: [authDirectiveTypeDefs, typeDefs], resolvers }),
  );
  const { app, server } = await createApp(schema, verifier, origin);
  httpServer.on('request', app);
  closing.unshift(() => server.stop());
});

afterAll(async () => {
  for (const close of closing) await close();
});

function ask(query: string, tokens?: OAuthTokens, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(api, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...headers,
      ...(tokens && { authorization: `Bearer ${tokens.access_token}` }),
    },
    body: JSON.stringify({ query }),
  });
}

async function answerOf(query: string, tokens?: OAuthTokens): Promise<unknown> {
  const response = await ask(query, tokens);
  return { status: response.status, body: await response.json() };
}

function challengeOf(response: Response): readonly [status: number, challenge: string | null] {
  return [response.status, response.headers.get('www-authenticate')];
}

/** An agent that a person signs in to, with nothing but its client id. */
function createAgent() {
  const saved: { tokens?: OAuthTokens; verifier?: string; authorizationUrl?: URL } = {};
  const provider: OAuthClientProvider = {
    redirectUrl: REDIRECT_URI,
    clientMetadata: { redirect_uris: [REDIRECT_URI] },
    clientInformation: () => AGENT,
    tokens: () => saved.tokens,
    saveTokens: (tokens) => void (saved.tokens = tokens),
    redirectToAuthorization: (url) => void (saved.authorizationUrl = url),
    saveCodeVerifier: (verifier) => void (saved.verifier = verifier),
    codeVerifier: () => saved.verifier ?? '',
  };
  /** What the person does, and then the agent with the code. */
  async function signIn({ signedInSecondsAgo = 0 } = {}): Promise<OAuthTokens | undefined> {
    const { authorizationUrl } = saved;
    if (authorizationUrl === undefined) throw new Error('The agent has sent no one to the sign-in.');
    const authorizationCode = (await browse(authorizationUrl, signedInSecondsAgo)).searchParams.get('code') ?? '';
    await auth(provider, { serverUrl: api, resourceMetadataUrl: new URL(metadataUrl), authorizationCode });
    return saved.tokens;
  }
  return { provider, saved, signIn };
}

function claimsOf({ access_token }: OAuthTokens): Record<string, unknown> {
  return JSON.parse(Buffer.from(access_token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;
}

describe('the MCP SDK, with the address of the API and a client id', () => {
  it('goes from a 401 to data, by authorization code with PKCE', async () => {
    const denied = await ask('{ orders }');
    expect(challengeOf(denied)).toEqual([401, `Bearer resource_metadata="${metadataUrl}"`]);

    const { provider, saved, signIn } = createAgent();
    expect(await answerChallenge(provider, api, denied)).toBe('REDIRECT');
    const sent = Object.fromEntries(saved.authorizationUrl?.searchParams ?? []);
    expect(sent).toMatchObject({
      client_id: 'agent',
      code_challenge_method: 'S256',
      // From the document.
      resource: api,
      scope: 'orders/read orders/write',
    });
    const tokens = await signIn();
    expect(tokens && claimsOf(tokens)).toMatchObject({ iss: issuer, aud: api, scope: 'orders/read orders/write' });
    expect(await answerOf('{ orders }', tokens)).toEqual({
      status: 200,
      body: { data: { orders: 'for anaya by agent' } },
    });
  });

  it('gets a second token for the scope that the challenge names', async () => {
    const { provider, signIn } = createAgent();
    await auth(provider, { serverUrl: api, scope: 'orders/read' });
    const first = await signIn();
    expect(await answerOf('{ orders }', first)).toMatchObject({ status: 200 });

    const denied = await ask('mutation { ship }', first);
    expect(challengeOf(denied)).toEqual([
      403,
      `Bearer error="insufficient_scope", scope="orders/write", resource_metadata="${metadataUrl}"`,
    ]);
    expect(await answerChallenge(provider, api, denied)).toBe('REDIRECT');
    const second = await signIn();
    expect(second && claimsOf(second)).toMatchObject({ scope: 'orders/read orders/write' });
    const data = { ship: 'for anaya by agent' };
    expect(await answerOf('mutation { ship }', second)).toEqual({ status: 200, body: { data } });
  });

  it('signs a person in again where the challenge asks for a recent sign-in', async () => {
    const { provider, saved, signIn } = createAgent();
    await auth(provider, { serverUrl: api, scope: 'orders/read' });
    const stale = await signIn({ signedInSecondsAgo: 3600 });
    const denied = await ask('mutation { refund }', stale);
    expect(challengeOf(denied)).toEqual([
      401,
      `Bearer error="insufficient_user_authentication", max_age="60", resource_metadata="${metadataUrl}"`,
    ]);
    expect(await answerChallenge(provider, api, denied)).toBe('REDIRECT');
    // The SDK does not read this parameter, which is one of OpenID Connect.
    const parameters = saved.authorizationUrl?.searchParams;
    parameters?.set('max_age', '60');
    parameters?.set('scope', `openid ${String(parameters.get('scope'))}`);
    const data = { refund: 'for anaya by agent' };
    expect(await answerOf('mutation { refund }', await signIn())).toEqual({ status: 200, body: { data } });
  });

  it('works for a program without a person, by client credentials', async () => {
    const { client_id: clientId, client_secret: clientSecret } = MACHINE;
    const denied = await ask('{ orders }');
    const machine = new ClientCredentialsProvider({
      clientId,
      clientSecret,
      scope: 'orders/read',
      expectedIssuer: issuer,
    });
    expect(await answerChallenge(machine, api, denied)).toBe('AUTHORIZED');
    const data = { orders: 'for machine by machine' };
    expect(await answerOf('{ orders }', machine.tokens())).toEqual({ status: 200, body: { data } });
    expect((await ask('mutation { ship }', machine.tokens())).status).toBe(403);
  });

  it('finds the document at its well-known address, without a challenge', async () => {
    const metadata = await discoverOAuthProtectedResourceMetadata(api);
    expect(metadata).toEqual({
      resource: api,
      authorization_servers: [issuer],
      scopes_supported: ['orders/read', 'orders/write'],
      bearer_methods_supported: ['header'],
    });
  });

  it("finds the pool's metadata where Cognito has it, and goes on without a word about PKCE in it", async () => {
    const metadata = await discoverAuthorizationServerMetadata(issuer);
    expect(metadata).toMatchObject({ issuer, jwks_uri: `${issuer}/.well-known/jwks.json` });
    expect(metadata).not.toHaveProperty('code_challenge_methods_supported');
    expect(metadata).not.toHaveProperty('registration_endpoint');
  });
});

describe('oauth4webapi, which compares what it reads', () => {
  const insecure = { [oauth.allowInsecureRequests]: true };

  it('accepts the document as that of the API', async () => {
    const resource = new URL(api);
    const response = await oauth.resourceDiscoveryRequest(resource, insecure);
    const metadata = await oauth.processResourceDiscoveryResponse(resource, response);
    expect(metadata.authorization_servers).toEqual([issuer]);
  });

  /** What it reads of the challenge of a denied operation. */
  async function readChallenges(query: string, token: string): Promise<unknown> {
    const headers = new Headers({ 'content-type': 'application/json' });
    const body = JSON.stringify({ query });
    const answered = oauth.protectedResourceRequest(token, 'POST', new URL(api), headers, body, insecure);
    return answered.then(
      () => 'none',
      (error: oauth.WWWAuthenticateChallengeError) => [error.status, error.cause],
    );
  }

  async function getMachineToken(resource: string): Promise<OAuthTokens> {
    const discovered = await oauth.discoveryRequest(new URL(issuer), insecure);
    const server = await oauth.processDiscoveryResponse(new URL(issuer), discovered);
    const authentication = oauth.ClientSecretBasic(MACHINE.client_secret);
    const request = { scope: 'orders/read', resource };
    const response = await oauth.clientCredentialsGrantRequest(server, MACHINE, authentication, request, insecure);
    return (await oauth.processClientCredentialsResponse(server, MACHINE, response)) as OAuthTokens;
  }

  it('reads the challenges', async () => {
    const resource_metadata = metadataUrl;
    const { access_token } = await getMachineToken(api);
    const read = [
      await readChallenges('{ motd }', 'nonsense'),
      await readChallenges('mutation { ship }', access_token),
      await readChallenges('mutation { refund }', access_token),
    ];
    expect(read).toEqual([
      [401, [{ scheme: 'bearer', parameters: { error: 'invalid_token', resource_metadata } }]],
      [
        403,
        [{ scheme: 'bearer', parameters: { error: 'insufficient_scope', scope: 'orders/write', resource_metadata } }],
      ],
      [
        401,
        [
          {
            scheme: 'bearer',
            parameters: { error: 'insufficient_user_authentication', max_age: '60', resource_metadata },
          },
        ],
      ],
    ]);
  });

  it('gets a token for another API, which this one refuses', async () => {
    expect(await answerOf('{ orders }', await getMachineToken(api))).toMatchObject({ status: 200 });
    const other = await getMachineToken('https://other.example.com/graphql');
    expect(challengeOf(await ask('{ orders }', other))).toEqual([
      401,
      `Bearer error="invalid_token", resource_metadata="${metadataUrl}"`,
    ]);
  });
});

describe('a page of another origin', () => {
  const origin = 'https://agent.example.com';

  it('sees the challenge', async () => {
    const { headers } = await ask('{ orders }', undefined, { origin });
    expect(headers.get('access-control-allow-origin')).toBe('*');
    expect(headers.get('access-control-expose-headers')).toContain('www-authenticate');
  });

  it('may read the document, with the header that MCP clients send', async () => {
    const preflight = await fetch(metadataUrl, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'mcp-protocol-version',
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-headers')).toBe('mcp-protocol-version');
    const document = await fetch(metadataUrl, { headers: { origin } });
    expect(document.headers.get('access-control-allow-origin')).toBe('*');
  });
});
