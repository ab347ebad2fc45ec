/**
 * The strict pre-check: everything that can be said of a token without a key and a clock. A token that does not pass costs
 * neither a fetch of keys nor a signature check.
 */
import { readClaims } from './claims.js';
import type { CognitoClaims } from './claims.js';
import { decodeBase64url, decodeJsonPart, own } from './json-part.js';
import { isKeyId } from './keys/key-set.js';
import { Refusal, refusal } from './rejection.js';

/** A token that looks right. Nothing in it is verified yet. */
export interface DecodedToken<Issuer> {
  readonly issuer: Issuer;
  readonly kid: string;
  readonly claims: CognitoClaims;
  readonly headerB64: string;
  readonly payloadB64: string;
  readonly signatureB64: string;
}

// What Node's HTTP parser allows for all headers of a request together.
const MAX_LENGTH = 16_384;

const NOT_A_STRING = refusal('malformed', 'The token is not a string.');
const TOO_LONG = refusal('malformed', 'The token is longer than 16 KB.');
const NOT_THREE_PARTS = refusal('malformed', 'The token does not have three parts.');
const OTHER_ALGORITHM = refusal('malformed', 'The alg header is not RS256.');
const CRITICAL_EXTENSION = refusal('malformed', 'The token has a crit header.');
const NO_KEY_ID = refusal('malformed', 'The kid header is missing or invalid.');
const NO_SIGNATURE = refusal('malformed', 'The token has no signature.');
const NO_ISSUER = refusal('malformed', 'The iss claim is missing or has the wrong type.');
const OTHER_ISSUER = refusal('invalid', 'The iss claim is not a configured issuer.');

/** The token as text, when it is no longer than a token can be. Looks at the length alone. */
export function readText(token: unknown): string | Refusal {
  if (typeof token !== 'string') return NOT_A_STRING;
  return token.length > MAX_LENGTH ? TOO_LONG : token;
}

/**
 * @param issuers By the exact value of `iss`. Nothing else that a token names is ever looked up.
 * @param kids The `kid` in each header that is known to be good. All tokens of a key have the same header.
 */
export function decodeToken<Issuer>(
  token: string,
  issuers: { get(iss: string): Issuer | undefined },
  kids: ReadonlyMap<string, string>,
): DecodedToken<Issuer> | Refusal {
  // A token of five parts is a JWE, as Cognito's refresh tokens are.
  const first = token.indexOf('.');
  const second = token.indexOf('.', first + 1);
  // Without a second dot, the search begins at 0 and finds the first one.
  if (first === -1 || token.includes('.', second + 1)) return NOT_THREE_PARTS;
  const headerB64 = token.slice(0, first);
  const payloadB64 = token.slice(first + 1, second);
  const signatureB64 = token.slice(second + 1);

  const kid = kids.get(headerB64) ?? readKeyId(headerB64);
  if (kid instanceof Refusal) return kid;
  const payload = decodeJsonPart(payloadB64);
  if (payload instanceof Refusal) return payload;
  const signature = decodeBase64url(signatureB64);
  if (signature instanceof Refusal) return signature;
  if (signature.length === 0) return NO_SIGNATURE;

  const iss = own(payload, 'iss');
  if (typeof iss !== 'string') return NO_ISSUER;
  const issuer = issuers.get(iss);
  if (issuer === undefined) return OTHER_ISSUER;
  const claims = readClaims(payload);
  if (claims instanceof Refusal) return claims;
  return { issuer, kid, claims, headerB64, payloadB64, signatureB64 };
}

function readKeyId(headerB64: string): string | Refusal {
  const header = decodeJsonPart(headerB64);
  if (header instanceof Refusal) return header;
  // RFC 8725, section 3.1: the algorithm is the one we expect, never the one that the token names.
  if (own(header, 'alg') !== 'RS256') return OTHER_ALGORITHM;
  // RFC 7515, section 4.1.11: a critical extension that is not understood must be refused. We understand none.
  if (own(header, 'crit') !== undefined) return CRITICAL_EXTENSION;
  const kid = own(header, 'kid');
  return isKeyId(kid) ? kid : NO_KEY_ID;
}
