/** `WWW-Authenticate`: what a caller needs to be allowed (RFC 6750, section 3; RFC 9470, section 3; RFC 9728, section 5.1). */
import type { GraphQLError } from 'graphql';
import type { AuthState } from '../auth.js';
import { demandOf } from '../denial-error.js';
import { intersectionOf } from '../directive/rules/demand.js';
import { AuthConfigurationError } from '../errors.js';
import type { Demand } from '../errors.js';
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

// What stands between double quotes as it is (RFC 9110, section 5.6.4: without the tab and bytes beyond ASCII).
const QUOTABLE = /^[ !#-[\]-~]+$/;

/** @throws {AuthConfigurationError} on an unknown name, and on a value that could not be written into a header as it is. */
export function readChallenge(called: string, value: unknown): ChallengeOptions {
  const given = value === undefined ? {} : value;
  const settings = readSettings(`${called}: options.challenge`, given, ['realm', 'scopes', 'resourceMetadata']);
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
export type ChallengeError = 'invalid_token' | 'insufficient_scope' | 'insufficient_user_authentication';

type Parameter = readonly [name: string, value: string | undefined];

/**
 * Writes the value of the header.
 *
 * @param alike The denials of the response that have the same reason: the parameters are about all of them.
 */
type WriteChallenge = (
  error: ChallengeError | undefined,
  alike: readonly GraphQLError[],
  caller: AuthState | undefined,
) => string;

export function createChallenge({ realm, scopes, resourceMetadata }: ChallengeOptions): WriteChallenge {
  function* parametersOf(...[error, alike, caller]: Parameters<WriteChallenge>): Generator<Parameter> {
    yield ['realm', realm];
    yield ['error', error];
    if (error === 'insufficient_scope' && scopes) yield ['scope', listOf(missingScopes(demandsOf(alike), caller))];
    if (error === 'insufficient_user_authentication') {
      const demands = demandsOf(alike);
      yield ['acr_values', listOf(intersectionOf(demands.flatMap(({ acrValues }) => (acrValues ? [acrValues] : []))))];
      yield ['max_age', smallest(demands.flatMap(({ maxAge }) => maxAge ?? []))];
    }
    yield ['resource_metadata', resourceMetadata];
  }
  return (...about) => {
    const written = [...parametersOf(...about)].flatMap(([name, value]) =>
      value === undefined ? [] : `${name}="${value}"`,
    );
    return written.length === 0 ? 'Bearer' : `Bearer ${written.join(', ')}`;
  };
}

/** Each once: the denied rows of a list have the demand of one rule. */
function demandsOf(alike: readonly GraphQLError[]): readonly Demand[] {
  return [...new Set(alike.map(demandOf))].filter((demand) => demand !== undefined);
}

/** The first scope of each list of which the token has none. Another token is to have them beside its own. */
function missingScopes(demands: readonly Demand[], caller: AuthState | undefined): readonly string[] {
  const own = caller?.auth.status === 'authenticated' ? caller.auth.scopes : [];
  const unmet = demands.flatMap((demand) => demand.scopes).filter((list) => !list.some((each) => own.includes(each)));
  return unmet.flatMap(([first]) => first ?? []);
}

// Servers on the way, and clients, take 4 to 16 KB of headers. `requireAuth` can ask for any number of names.
const LONGEST_LIST = 2000;

/** @param values Scope tokens of RFC 6749, which are all that a demand has: they can stand between double quotes. */
function listOf(values: readonly string[] = []): string | undefined {
  const listed: string[] = [];
  let length = 0;
  for (const value of new Set(values)) {
    length += value.length + 1;
    if (length <= LONGEST_LIST) listed.push(value);
  }
  return listed.length > 0 ? listed.join(' ') : undefined;
}

function smallest(ages: readonly number[]): string | undefined {
  return ages.length > 0 ? String(ages.reduce((one, other) => Math.min(one, other))) : undefined;
}
