/**
 * The strict pre-check: everything that can be said of a token without a key. What does not pass costs neither a key
 * look-up nor a signature check.
 */
import { checkTimes, readClaims } from './claims.js';
import type { ClaimTime, CognitoClaims } from './claims.js';
import { decodeBase64url, decodeJsonPart, own } from './json-part.js';
import { isKeyId } from './keys/key-set.js';
import { invalid, malformed } from './rejection.js';

/** A token that looks right. None of it is verified yet. */
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

// A pool has two keys, and all tokens of a key have one header.
const MAX_HEADERS = 16;

/**
 * The headers of tokens that were verified, with the `kid` in each, so that they need not be parsed again. Nothing that
 * was not verified gets in: a flood of other headers cannot push them out.
 */
export class KnownHeaders {
  readonly #kids = new Map<string, string>();

  kidOf(headerB64: string): string | undefined {
    return this.#kids.get(headerB64);
  }

  add(headerB64: string, kid: string): void {
    if (this.#kids.has(headerB64)) return;
    if (this.#kids.size >= MAX_HEADERS) this.#kids.clear();
    // A copy of the text: V8 would keep the whole token for the sake of its first part.
    this.#kids.set(Buffer.from(headerB64, 'latin1').toString('latin1'), kid);
  }
}

interface Known<Issuer> {
  /** What is configured, by the exact value of `iss`. Nothing that a token names is looked up elsewhere. */
  readonly issuers: ReadonlyMap<unknown, Issuer>;
  readonly headers: KnownHeaders;
}

/** @throws {TokenRejectedError} `malformed`, before anything looks at more than the length. */
export function checkSize(token: unknown): asserts token is string {
  if (typeof token !== 'string') throw malformed('The token is not a string.');
  if (token.length > MAX_LENGTH) throw malformed('The token is longer than 16 KB.');
}

function readKeyId(headerB64: string): string {
  const header = decodeJsonPart(headerB64);
  // RFC 8725, section 3.1: the algorithm is what we expect, never what the token asks for.
  if (own(header, 'alg') !== 'RS256') throw malformed('The algorithm is not RS256.');
  // RFC 7515, section 4.1.11: extensions that one does not understand must be refused, and we understand none.
  if (own(header, 'crit') !== undefined) throw malformed('The header has critical extensions.');
  const kid = own(header, 'kid');
  if (!isKeyId(kid)) throw malformed('The header has no kid, or one that is no key id.');
  return kid;
}

/**
 * @param now Milliseconds since the epoch.
 * @throws {TokenRejectedError} `malformed`, `invalid` or `expired`.
 */
export function decodeToken<Issuer extends Omit<ClaimTime, 'now'>>(
  token: string,
  { issuers, headers }: Known<Issuer>,
  now: number,
): DecodedToken<Issuer> {
  // Three parts: what has five is a JWE, as Cognito's refresh tokens are.
  const first = token.indexOf('.');
  const second = token.indexOf('.', first + 1);
  if (first === -1 || second === -1 || token.includes('.', second + 1))
    throw malformed('The token has not three parts.');
  const headerB64 = token.slice(0, first);
  const payloadB64 = token.slice(first + 1, second);
  const signatureB64 = token.slice(second + 1);
  const kid = headers.kidOf(headerB64) ?? readKeyId(headerB64);
  const payload = decodeJsonPart(payloadB64);
  if (decodeBase64url(signatureB64).length === 0) throw malformed('The token has no signature.');

  const iss = own(payload, 'iss');
  if (typeof iss !== 'string') throw malformed('The claim iss is missing or of a wrong type.');
  const issuer = issuers.get(iss);
  if (issuer === undefined) throw invalid('The issuer is not one that is configured.');
  const claims = readClaims(payload);
  checkTimes(claims, { now, graceSeconds: issuer.graceSeconds, isAws: issuer.isAws });
  return { issuer, kid, claims, headerB64, payloadB64, signatureB64 };
}
