/** The context builder: one verification per HTTP request, recorded as `contextValue.auth`. */
import { GraphQLError } from 'graphql';
import type { Auth, AuthContext } from '../auth.js';
import { createDenialError } from '../denial-error.js';
import { denials } from '../errors.js';
import { asError } from '../settings.js';
import { headersOf } from '../token/credential.js';
import { assertExtend, findToken, readTokenSource, toRejectedAuth } from './authenticate.js';
import type { AuthContextOptions } from './context-options.js';
import { withAuth } from './extension.js';
import { readIntegrationRequest } from './integration-request.js';
import { varyingHeadersOf } from './vary.js';
import { readVerifierSettings } from './verifier-option.js';

/**
 * Creates the context function of any Apollo integration, which sets `contextValue.auth`. It verifies the token once for
 * each HTTP request (a batch of operations shares the result) and never throws for a client's fault: `auth.status` tells
 * what happened, and the guards and the plugin act on it. Responses name the headers that the token source reads in `Vary`.
 *
 * @param extend Adds properties of your own, such as data loaders, from `auth` and the integration's arguments. What it
 *   returns keeps its class; `auth` is set on it, and replaces a property `auth` of its own. An object of a class must be
 *   new for each request. If it throws, the request gets an internal error, or the `GraphQLError` that it threw.
 *
 * @example
 * await startStandaloneServer(server, { context: createAuthContext({ verifier }) });
 *
 * @example
 * const context = createAuthContext({ verifier }, (auth, { req }) => ({ requestId: req.headers['x-request-id'] }));
 *
 * @throws {AuthConfigurationError} on an unknown option, a token source that is not a function, or a verifier that
 *   `createCognitoVerifier` did not return.
 */
export function createAuthContext<Claims = unknown>(
  options: AuthContextOptions<Claims>,
): (...integrationArguments: readonly unknown[]) => Promise<AuthContext<Auth<Claims>>>;
export function createAuthContext<
  Extension extends object,
  IntegrationArguments extends readonly unknown[],
  Claims = unknown,
>(
  options: AuthContextOptions<Claims>,
  extend: (auth: Auth<Claims>, ...integrationArguments: IntegrationArguments) => Extension | Promise<Extension>,
): (...integrationArguments: IntegrationArguments) => Promise<AuthContext<Auth<Claims>> & Omit<Extension, 'auth'>>;
export function createAuthContext(
  options: AuthContextOptions,
  extend?: (auth: Auth, ...integrationArguments: readonly unknown[]) => object | Promise<object>,
): (...integrationArguments: readonly unknown[]) => Promise<AuthContext> {
  const { verifier, internals, settings } = readVerifierSettings('createAuthContext()', options, ['tokenSource']);
  const { origin } = internals;
  const tokenSource = readTokenSource('createAuthContext()', settings['tokenSource']);
  assertExtend('createAuthContext()', extend);
  const varying = varyingHeadersOf(verifier);
  const headers = headersOf(tokenSource);
  headers?.forEach((name) => {
    varying.add(name);
  });

  function findTokenOf(integrationArguments: readonly unknown[]): string | undefined {
    const request = readIntegrationRequest(integrationArguments);
    try {
      return findToken(tokenSource, headers === undefined ? varying.watch(request) : request);
    } finally {
      // Not only in the plugin, because some responses pass it by: what `extend` throws, a refused batch.
      varying.exchangeWith(integrationArguments);
    }
  }

  async function authenticate(integrationArguments: readonly unknown[]): Promise<Auth> {
    try {
      return await verifier.authenticate(findTokenOf(integrationArguments));
    } catch (error) {
      return toRejectedAuth(error, origin);
    }
  }

  return async (...integrationArguments) => {
    try {
      const auth = await authenticate(integrationArguments);
      return extend === undefined ? { auth } : withAuth(await extend(auth, ...integrationArguments), auth);
    } catch (error) {
      // Apollo Server sends the message of a plain error to the client; this keeps it for the log (`originalError`).
      throw isGraphqlError(error) ? error : createDenialError(denials.misconfigured, asError(error));
    }
  };
}

/** `instanceof` of a Proxy may throw; its message is not for the client. */
function isGraphqlError(error: unknown): error is GraphQLError {
  try {
    return error instanceof GraphQLError;
  } catch {
    return false;
  }
}
