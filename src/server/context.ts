/** The context builder: one verification per HTTP request, recorded as `contextValue.auth`. */
import { GraphQLError } from 'graphql';
import { createRejectedAuth } from '../auth.js';
import type { Auth, AuthContext } from '../auth.js';
import { createDenialError } from '../denial-error.js';
import { AuthConfigurationError, denials, TokenRejectedError } from '../errors.js';
import { asError, describe, readFunction } from '../settings.js';
import { headersOf, isOtherScheme } from '../token/credential.js';
import { bearerToken } from '../token/source.js';
import type { TokenRequest, TokenSource } from '../token/source.js';
import { internalsOf } from '../token/verifier.js';
import type { CognitoVerifier } from '../token/verifier.js';
import { withAuth } from './extension.js';
import { readIntegrationRequest } from './request.js';
import { varyingHeadersOf } from './vary.js';
import { readVerifierSettings } from './verifier-option.js';

/** Options of `createAuthContext()`. */
export interface AuthContextOptions<Claims = unknown> {
  readonly verifier: CognitoVerifier<Claims>;
  /** Finds the token in the request. Default: `bearerToken()`. */
  readonly tokenSource?: TokenSource | undefined;
}

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
  const { verifier, settings } = readVerifierSettings('createAuthContext()', options, ['tokenSource']);
  const { origin } = internalsOf(verifier);
  const tokenSource = readFunction<TokenSource>(
    'createAuthContext(): options.tokenSource',
    settings['tokenSource'],
    'such as bearerToken()',
    bearerToken(),
  );

  const readToken = tokenSource as (request: TokenRequest) => unknown;
  const varying = varyingHeadersOf(verifier);
  const headers = headersOf(tokenSource);
  headers?.forEach((name) => {
    varying.add(name);
  });

  function findToken(integrationArguments: readonly unknown[]): string | undefined {
    const request = readIntegrationRequest(integrationArguments);
    try {
      return assertToken(readToken(headers === undefined ? varying.watch(request) : request));
    } finally {
      // Not only in the plugin, because some responses pass it by: what `extend` throws, a refused batch.
      varying.exchangeWith(integrationArguments);
    }
  }

  async function authenticate(integrationArguments: readonly unknown[]): Promise<Auth> {
    try {
      return await verifier.authenticate(findToken(integrationArguments));
    } catch (error) {
      if (!(error instanceof TokenRejectedError)) throw isOfAnotherCopy(error) ? otherCopy(error) : error;
      origin.emit({ type: 'token.rejected', reason: error.reason, cause: error.cause, durationMs: 0 });
      return createRejectedAuth(error.reason, origin, undefined, !isOtherScheme(error));
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

/** What a token source of another copy of this package throws: not to be taken for the client's fault. */
function isOfAnotherCopy(error: unknown): boolean {
  return asError(error).name === 'TokenRejectedError';
}

function otherCopy(cause: unknown): AuthConfigurationError {
  return new AuthConfigurationError(
    'Expected `tokenSource` to throw the TokenRejectedError of this copy of apollo-cognito-auth, got that of another copy. ' +
      '`npm ls apollo-cognito-auth` shows the copies: install one version for all.',
    { cause },
  );
}

/** @throws {AuthConfigurationError} for what a custom token source must not return, such as a promise. */
function assertToken(token: unknown): string | undefined {
  if (token === undefined || typeof token === 'string') return token;
  // An `async` source may fail later, and an unhandled rejection ends the process.
  if (token instanceof Promise) token.catch(() => {});
  throw new AuthConfigurationError(
    `Expected \`tokenSource\` to return a string or undefined, got ${describe(token)}. ` +
      "Write a function that is not async: (request) => request.header('x-token')[0].",
  );
}

/** `instanceof` of a Proxy may throw; its message is not for the client. */
function isGraphqlError(error: unknown): error is GraphQLError {
  try {
    return error instanceof GraphQLError;
  } catch {
    return false;
  }
}
