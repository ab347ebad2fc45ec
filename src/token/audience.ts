/** Reads the `audience` of a pool, and refuses tokens for another API (`aud`) and tokens that are bound to a key (`cnf`). */
import type { TokenUse } from '../cognito-claims.js';
import { AuthConfigurationError } from '../errors.js';
import { describe, MISSING_TEXT } from '../settings.js';
import type { CognitoClaims } from './claims.js';
import { own } from './json-part.js';
import { refusal } from './rejection.js';
import type { Refusal } from './rejection.js';

// A resource server's identifier (ResourceServerIdentifierType in the Cognito API reference), or a URI (RFC 8707, section 2).
const IDENTIFIER = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

/** @throws {AuthConfigurationError} on anything but one or several identifiers, or beside `tokenUse: 'id'`. */
export function readAudience(
  where: string,
  settings: Record<string, unknown>,
  tokenUse: TokenUse | null,
): ReadonlySet<string> | null {
  // An explicit `undefined` can be a variable that was never set: it must not accept the tokens of other APIs.
  if (!('audience' in settings)) return null;
  const value = settings['audience'];
  const identifiers: readonly unknown[] = Array.isArray(value) ? Array.from<unknown>(value) : [value];
  const fault = identifiers.map(faultOf).find((each) => each !== undefined);
  const isDistinct = identifiers.length > 0 && new Set(identifiers).size === identifiers.length;
  if (fault !== undefined || !isDistinct) {
    throw new AuthConfigurationError(
      `Expected \`${where}.audience\` to be an identifier of this API, or a list of different ones, got ` +
        `${fault ?? describe(value)}. Write audience: 'https://api.example.com', or leave it out if access tokens have no \`aud\`.`,
    );
  }
  if (tokenUse === 'id') {
    throw new AuthConfigurationError(
      `Expected \`${where}\` to have \`audience\` or \`tokenUse: 'id'\`, got both. Only access tokens name an API. Leave one out.`,
    );
  }
  // Each without a fault is a string.
  return new Set(identifiers as readonly string[]);
}

/** What is wrong with an identifier that no token can have: it would reject every token. */
function faultOf(id: unknown): string | undefined {
  if (typeof id !== 'string' || id.trim() === '') return describe(id);
  if (MISSING_TEXT.test(id)) return 'the text of a missing value';
  // A URI can have each of these characters in its path, but not another URI after them.
  if (/[,;|]\s*[a-z][\w+.-]*:|\s./i.test(id) || (/[,;|]/.test(id) && !URL.canParse(id))) {
    return 'several in one string, or white space';
  }
  if (/^['`]|['`]$/.test(id)) return 'an identifier in quotation marks';
  return IDENTIFIER.test(id) ? undefined : 'characters that no identifier has';
}

/** For the log of each server that starts: `audience` does not apply to ID tokens. */
export function audienceWarnings(userPoolId: string, audience: unknown, tokenUse: TokenUse | null): readonly string[] {
  if (audience === null || tokenUse !== null) return [];
  return [
    `The user pool ${userPoolId} has \`audience\` and accepts ID tokens too. They name no API, so \`audience\` does not apply to ` +
      "them. Write `tokenUse: 'access'` if this API needs no ID tokens.",
  ];
}

const BOUND_TO_A_KEY = refusal('invalid', 'The token has a cnf claim, and its proof of possession cannot be checked.');
const OTHER_API = refusal('invalid', 'The aud claim does not name this API.');
const NOT_ITS_CLIENT = refusal(
  'invalid',
  'The aud claim is not the client_id of the token, and its pool has no `audience`.',
);

/**
 * Why the token is not for this API, by its own claims; undefined when it is.
 *
 * @param audience The identifiers of this API; null when it has none of its own.
 */
export function checkAudience(claims: CognitoClaims, audience: ReadonlySet<string> | null): Refusal | undefined {
  // RFC 7800, section 3: only the holder of that key may use the token, and this package sees no proof of it.
  if (own(claims, 'cnf') !== undefined) return BOUND_TO_A_KEY;
  // The `aud` of an ID token is the app client.
  if (claims.token_use === 'id') return undefined;
  const aud = own(claims, 'aud');
  if (audience === null && aud === undefined) return undefined;
  const named: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  if (audience === null) {
    // RFC 9068, section 4: a token for another API must be refused. Its own client, which a trigger can write, is no API.
    return named.length > 0 && named.every((each) => each === claims.client_id) ? undefined : NOT_ITS_CLIENT;
  }
  const isText = named.every((each) => typeof each === 'string');
  return isText && named.some((each) => audience.has(each)) ? undefined : OTHER_API;
}
