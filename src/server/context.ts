/** The context builder: one verification per HTTP request, recorded as `contextValue.auth`. */
import { GraphQLError } from 'graphql';
import { createRejectedAuth } from '../auth.js';
import type { Auth, AuthContext } from '../auth.js';
import { createDenialError, denials, TokenRejectedError } from '../errors.js';
import { readFunction, readSettings } from '../options.js';
import { bearerToken } from '../token/source.js';
import type { TokenSource } from '../token/source.js';
import { verifierOrigin } from '../token/verifier.js';
import type { CognitoVerifier } from '../token/verifier.js';
import { readIntegrationRequest } from './integration.js';

export interface AuthContextOptions {
  readonly verifier: CognitoVerifier;
  /** Where the token stands. Default: `bearerToken()`. */
  readonly tokenSource?: TokenSource;
}

/**
 * Makes the context function of any Apollo integration. It verifies the request's token once (a batch of operations
 * shares the result) and never throws for a client's fault: `auth.status` tells what happened, and the guards and the
 * plugin act on it.
 *
 * @param extend Adds properties of your own, such as data loaders, from `auth` and what the integration passes. A
 *   property `auth` among them is ignored. What it throws is answered as an internal error, except a `GraphQLError`.
 * @throws {AuthConfigurationError} on an unknown option or a token source that is no function, or when the verifier was
 *   not made by `createCognitoVerifier`.
 */
export function createAuthContext(
  options: AuthContextOptions,
): (...integrationArguments: readonly unknown[]) => Promise<AuthContext>;
export function createAuthContext<Extension extends object, IntegrationArguments extends readonly unknown[]>(
  options: AuthContextOptions,
  extend: (auth: Auth, ...integrationArguments: IntegrationArguments) => Extension | Promise<Extension>,
): (...integrationArguments: IntegrationArguments) => Promise<AuthContext & Omit<Extension, 'auth'>>;
export function createAuthContext(
  options: AuthContextOptions,
  extend?: (auth: Auth, ...integrationArguments: readonly unknown[]) => object | Promise<object>,
): (...integrationArguments: readonly unknown[]) => Promise<AuthContext> {
  const where = 'createAuthContext(): options';
  const settings = readSettings(where, options, ['verifier', 'tokenSource']);
  // `verifierOrigin` refuses what is none.
  const verifier = settings['verifier'] as CognitoVerifier;
  const origin = verifierOrigin(verifier);
  const tokenSource = readFunction<TokenSource>(
    `${where}.tokenSource`,
    settings['tokenSource'],
    'such as bearerToken()',
    bearerToken(),
  );

  async function authenticate(integrationArguments: readonly unknown[]): Promise<Auth> {
    try {
      return await verifier.authenticate(tokenSource(readIntegrationRequest(integrationArguments)));
    } catch (error) {
      if (!(error instanceof TokenRejectedError)) throw error;
      origin.emit({ type: 'token.rejected', reason: error.reason, cause: error.cause, durationMs: 0 });
      return createRejectedAuth(error.reason, origin);
    }
  }

  return async (...integrationArguments) => {
    try {
      const auth = await authenticate(integrationArguments);
      return extend === undefined ? { auth } : { ...(await extend(auth, ...integrationArguments)), auth };
    } catch (error) {
      // Apollo Server sends the message of a plain error to the client; this keeps it for the log (`originalError`).
      throw error instanceof GraphQLError ? error : createDenialError(denials.misconfigured, error);
    }
  };
}
