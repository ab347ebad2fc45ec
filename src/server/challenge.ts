/** `WWW-Authenticate`: what a caller needs in order to be let in (RFC 6750, section 3; RFC 9470; RFC 9728, section 5.1). */
import type { GraphQLError } from 'graphql';
import type { AuthState } from '../auth.js';
import { AuthConfigurationError } from '../errors.js';
import { describe, readSettings } from '../settings.js';
import { readWebAddress } from './web-address.js';

/**
 * What `WWW-Authenticate` says beside the kind of the error, for clients that find out by themselves how to get a token.
 * Every caller sees it.
 *
 * @example
 * const challenge: ChallengeOptions = {
 *   resourceMetadata: 'https://api.example.com/.well-known/oauth-protected-resource/graphql',
 *   scopes: true,
 * };
 */
export interface ChallengeOptions {
  /** `realm`: printable ASCII without `"` and `\` (RFC 9110, section 11.5). Default: none. */
  readonly realm?: string | undefined;
  /**
   * `scope` beside `insufficient_scope`: the first scope of each rule whose scopes the token lacks, over all that was denied
   * in the response; about 2,000 characters at most. Only `true` shows them. Default: none.
   */
  readonly scopes?: true | undefined;
  /**
   * `resource_metadata`: the address at which you serve the document of `protectedResourceMetadata()`. https, or plain http
   * on a loopback address; no fragment (RFC 9728, section 5.1). Default: none.
   */
  readonly resourceMetadata?: string | undefined;
}

// What stands between double quotes as it is (RFC 9110, section 5.6.4: `qdtext`, without the tab and bytes of old text).
const QUOTABLE = /^[ !#-[\]-~]+$/;

/** @throws {AuthConfigurationError} on an unknown name, and on a value that could not be written into a header as it is. */
export function readChallenge(called: string, value: unknown): ChallengeOptions {
  if (value === undefined) return {};
  const settings = readSettings(`${called}: options.challenge`, value, ['realm', 'scopes', 'resourceMetadata']);
  const { realm, scopes, resourceMetadata } = settings;
  if (realm !== undefined && (typeof realm !== 'string' || !QUOTABLE.test(realm))) {
    const found = typeof realm === 'string' && realm !== '' ? 'a string with other characters' : describe(realm);
    throw new AuthConfigurationError(
      `Expected \`challenge.realm\` of ${called} to be printable ASCII without " and \\, got ${found}. Write: realm: 'orders'.`,
    );
  }
  if (scopes !== undefined && scopes !== true) {
    throw new AuthConfigurationError(
      `Expected \`challenge.scopes\` of ${called} to be true, got ${describe(scopes)}. Leave it out to show no scopes.`,
    );
  }
  const example = 'https://api.example.com/.well-known/oauth-protected-resource/graphql';
  return {
    realm,
    scopes,
    resourceMetadata:
      resourceMetadata === undefined
        ? undefined
        : readWebAddress(called, 'challenge.resourceMetadata', resourceMetadata, example),
  };
}

/** The `error` of a challenge. */
export type ChallengeError = 'invalid_token' | 'insufficient_scope';

type Parameter = readonly [name: string, value: string | undefined];

/** Writes the value of the header: for the denials of one response that have the same reason. */
type WriteChallenge = (
  error: ChallengeError | undefined,
  denials: readonly GraphQLError[],
  caller: AuthState | undefined,
) => string;

export function createChallenge({ realm, resourceMetadata }: ChallengeOptions): WriteChallenge {
  return (error) => {
    const parameters: readonly Parameter[] = [
      ['realm', realm],
      ['error', error],
      ['resource_metadata', resourceMetadata],
    ];
    const written = parameters.flatMap(([name, value]) => (value === undefined ? [] : `${name}="${value}"`));
    return written.length === 0 ? 'Bearer' : `Bearer ${written.join(', ')}`;
  };
}
