/** `protectedResourceMetadata()`: the document by which clients find out where to get a token for this API (RFC 9728). */
import type { GraphQLSchema } from 'graphql';
import { writtenRules } from '../directive/guard/written-rules.js';
import { assertGraphqlVersion, findForeignGraphql } from '../directive/rules/own-graphql.js';
import { AuthConfigurationError } from '../errors.js';
import type { CognitoVerifier } from '../token/verifier.js';
import { readVerifierSettings } from './verifier-option.js';
import { readWebAddress } from './web-address.js';

/**
 * Options of `protectedResourceMetadata()`.
 *
 * @example
 * const options: ProtectedResourceMetadataOptions = { resource: 'https://api.example.com/graphql', verifier, schema };
 */
export interface ProtectedResourceMetadataOptions {
  /**
   * The address of the API as clients know it: https, or plain http on a loopback address; no fragment. Clients compare it
   * with the address that they called.
   */
  readonly resource: string;
  /** Its pools are the authorization servers. */
  readonly verifier: CognitoVerifier;
  /** Its rules name the scopes, whether it was transformed or not. */
  readonly schema: GraphQLSchema;
}

/**
 * The metadata of a protected resource (RFC 9728, section 2), as JSON has it. To say more, spread it into an object of your
 * own: `{ ...metadata, resource_name: 'Orders' }`.
 *
 * @example
 * const metadata: ProtectedResourceMetadata = {
 *   resource: 'https://api.example.com/graphql',
 *   authorization_servers: ['https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf123'],
 *   scopes_supported: ['orders/read', 'orders/write'],
 *   bearer_methods_supported: ['header'],
 * };
 */
export interface ProtectedResourceMetadata {
  readonly resource: string;
  /** The issuer of each pool. Of a pool in AWS, which can have one of two, the one that every pool starts with. */
  readonly authorization_servers: readonly string[];
  /** Each scope in the rules of the schema, sorted. Left out when no rule names one (RFC 9728, section 3.2). */
  readonly scopes_supported?: readonly string[];
  /** Tokens in the `authorization` header alone. */
  readonly bearer_methods_supported: readonly ['header'];
}

const CALLED = 'protectedResourceMetadata()';

/**
 * Makes the document that tells clients, such as agents, where to get a token for this API and with which scopes (RFC 9728).
 * Serve it as JSON at the well-known address: that of `https://api.example.com/graphql` is
 * `https://api.example.com/.well-known/oauth-protected-resource/graphql` (section 3.1). With this address as
 * `challenge.resourceMetadata` of `cognitoAuthPlugin()`, a client that knows the API alone finds it. It is public: every
 * caller sees the pools and the scopes.
 *
 * @example
 * const metadata = protectedResourceMetadata({ resource: 'https://api.example.com/graphql', verifier, schema });
 * if (request.url === '/.well-known/oauth-protected-resource/graphql') response.end(JSON.stringify(metadata));
 *
 * @throws {AuthConfigurationError} on an unknown option; a `resource` that is no such address; a verifier that
 *   `createCognitoVerifier` did not return, or that finds its pools at run time; and anything but a schema of this copy of
 *   `graphql`.
 */
export function protectedResourceMetadata(options: ProtectedResourceMetadataOptions): ProtectedResourceMetadata {
  assertGraphqlVersion(CALLED);
  const { internals, settings } = readVerifierSettings(CALLED, options, ['resource', 'schema']);
  const { issuers } = internals;
  if (issuers === undefined) {
    throw new AuthConfigurationError(
      `Expected \`verifier\` of ${CALLED} to have a list of pools, got one that finds its pools. Write the document by hand: ` +
        "{ resource, authorization_servers: ['https://cognito-idp.<region>.amazonaws.com/<pool id>'] }.",
    );
  }
  const resource = readWebAddress(CALLED, 'resource', settings['resource'], 'https://api.example.com/graphql');
  const problem = findForeignGraphql(settings['schema']);
  if (problem !== undefined) throw new AuthConfigurationError(`${CALLED}: ${problem}`);
  // A foreign one was refused above.
  const scopes = scopesIn(settings['schema'] as GraphQLSchema);
  return Object.freeze({
    resource,
    authorization_servers: Object.freeze([...issuers]),
    ...(scopes.length > 0 && { scopes_supported: Object.freeze(scopes) }),
    bearer_methods_supported: Object.freeze(['header'] as const),
  });
}

function scopesIn(schema: GraphQLSchema): readonly string[] {
  const clauses = writtenRules(schema).flatMap((element) => [...element.clauses, ...element.alternatives]);
  return [...new Set(clauses.flatMap(({ scopes = [] }) => scopes))].sort();
}
