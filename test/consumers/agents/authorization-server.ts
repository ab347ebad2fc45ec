/** A real OAuth 2.1 server (oidc-provider) in the shape of a user pool: its issuer, the place of its keys, its tokens. */
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import express from 'express';
import type { Express } from 'express';
import Provider from 'oidc-provider';
import type { Configuration } from 'oidc-provider';

export const USER_POOL_ID = 'local_agents';
export const REDIRECT_URI = 'http://127.0.0.1:9/callback';
/** Registered beforehand, as app clients of Cognito are: there is no dynamic registration. */
export const AGENT = { client_id: 'agent' };
export const MACHINE = { client_id: 'machine', client_secret: 'a secret of the test' };

const PERSON = 'anaya';
const SIGNED_IN_AGO = 'x-signed-in-seconds-ago';

function createSigningKey() {
  // By way of PEM: on Node 20, a garbage collection inside the export of a new key can block for ever.
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  return { ...createPrivateKey(privateKey).export({ format: 'jwk' }), kid: 'agents', use: 'sig', alg: 'RS256' };
}

/**
 * @param origin Where the application is going to listen.
 * @param scope The scopes of the resource servers, separated by spaces.
 */
export function createAuthorizationServer(origin: string, scope: string): Express {
  const configuration: Configuration = {
    clients: [
      {
        ...AGENT,
        redirect_uris: [REDIRECT_URI],
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code'],
        response_types: ['code'],
      },
      { ...MACHINE, redirect_uris: [], grant_types: ['client_credentials'], response_types: [] },
    ],
    jwks: { keys: [createSigningKey()] },
    routes: { jwks: '/.well-known/jwks.json' },
    clientAuthMethods: ['none', 'client_secret_basic'],
    ttl: { Interaction: 60, Grant: 60, Session: 60, ClientCredentials: 300, AccessToken: 300, AuthorizationCode: 60 },
    cookies: { keys: ['a key of the test'] },
    findAccount: (_, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
    // What Cognito writes into its access tokens, beside the claims of RFC 9068.
    extraTokenClaims: ({ oidc }, token) => ({
      token_use: 'access',
      ...(token.kind === 'AccessToken' && { username: PERSON, auth_time: oidc.entities.AuthorizationCode?.authTime }),
    }),
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_, audience) => ({
          scope,
          audience,
          accessTokenFormat: 'jwt',
          accessTokenTTL: 300,
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    // The person agrees to whatever the agent asks for.
    async loadExistingGrant({ oidc }) {
      const { client, session, params } = oidc;
      const grant = new oidc.provider.Grant({ clientId: client?.clientId, accountId: session?.accountId });
      grant.addOIDCScope('openid');
      grant.addResourceScope(String(params?.['resource']), String(params?.['scope'] ?? ''));
      await grant.save();
      return grant;
    },
  };
  const provider = new Provider(`${origin}/${USER_POOL_ID}`, configuration);
  provider.use(async (ctx, next) => {
    await next();
    // Cognito supports PKCE and does not say so.
    if (ctx.oidc?.route === 'discovery')
      delete (ctx.body as Record<string, unknown>)['code_challenge_methods_supported'];
  });

  const app = express();
  // The sign-in page, with a person who is quick.
  app.get('/interaction/:uid', (request, response) => {
    const ago = Number(request.headers[SIGNED_IN_AGO] ?? 0);
    const login = { accountId: PERSON, ts: Math.floor(Date.now() / 1000) - ago };
    return provider.interactionFinished(request, response, { login });
  });
  app.use(`/${USER_POOL_ID}`, provider.callback());
  return app;
}

/** A browser that follows redirects and keeps cookies, until it is sent back to the agent. */
export async function browse(url: URL, signedInSecondsAgo: number): Promise<URL> {
  const cookies = new Map<string, string>();
  let at = url;
  for (let count = 0; !at.href.startsWith(REDIRECT_URI); count += 1) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(at, {
      redirect: 'manual',
      headers: { cookie, [SIGNED_IN_AGO]: String(signedInSecondsAgo) },
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    const location = response.headers.get('location');
    if (location === null || count > 10) throw new Error(`${at.href}: ${response.status} ${await response.text()}`);
    at = new URL(location, at);
  }
  if (!at.searchParams.has('code')) throw new Error(at.href);
  return at;
}
