/** `authOf()`: the caller of one request, beside GraphQL or without it. */
import type { Auth } from '../auth.js';
import { findToken, readTokenSource, toRejectedAuth } from './authenticate.js';
import type { AuthContextOptions } from './context-options.js';
import { readIntegrationRequest } from './integration-request.js';
import { readVerifierSettings } from './verifier-option.js';

/**
 * Resolves to the caller of a request, for REST routes beside GraphQL, Lambda authorizers and workers. It never rejects for
 * what a client, a key endpoint or a revocation store does: check the `status`.
 *
 * @param options The verifier and the token source, as in `createAuthContext`. Default of `tokenSource`: `bearerToken()`.
 * @param request A request, or what an integration passes to the context function: `req` of express and Node, a Fetch
 *   `Request`, a Fastify or Hapi request, a Koa context, an event of Lambda or H3, a graphql-ws context.
 * @throws {AuthConfigurationError} on an unknown option, and when `request` shows no headers; always as a rejection.
 * @example
 * const auth = await authOf({ verifier }, req);
 * if (auth.status !== 'authenticated') return response.writeHead(401).end();
 * response.end(JSON.stringify(await loadInvoices(auth.sub)));
 */
export function authOf<Claims = unknown>(options: AuthContextOptions<Claims>, request: object): Promise<Auth<Claims>>;
export async function authOf(options: AuthContextOptions, request: object): Promise<Auth> {
  const { verifier, internals, settings } = readVerifierSettings('authOf()', options, ['tokenSource']);
  const tokenSource = readTokenSource('authOf()', settings['tokenSource']);
  try {
    return await verifier.authenticate(findToken(tokenSource, readIntegrationRequest([request])));
  } catch (error) {
    return toRejectedAuth(error, internals.origin);
  }
}
