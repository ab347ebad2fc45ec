/** What an Apollo integration or graphql-ws passes to the context function, read as a request. */
import type { TokenRequest } from '../token/credential.js';
import { isConnection, readConnectionRequest } from './connection-request.js';
import { isObject } from './headers.js';
import { readHttpRequest } from './request.js';

/** @throws {AuthConfigurationError} when no request can be found in the arguments, or its headers cannot be read. */
export function readIntegrationRequest(integrationArguments: readonly unknown[]): TokenRequest {
  const [argument] = integrationArguments;
  return isObject(argument) && isConnection(argument)
    ? readConnectionRequest(argument)
    : readHttpRequest(integrationArguments);
}
