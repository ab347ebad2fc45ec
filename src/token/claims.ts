/** The claims of a Cognito token: their types and values, and the `Auth` that they make. */
import { createAuthenticatedAuth } from '../auth.js';
import type { AuthenticatedAuth, AuthServices } from '../auth.js';
import type { CognitoAccessTokenPayload, CognitoIdTokenPayload } from '../cognito-claims.js';
import { own } from './json-part.js';
import type { JsonObject } from './json-part.js';
import type { SharedValues } from './shared-values.js';
import { expired, invalid, malformed } from './rejection.js';

/** The claims of either kind of token; `token_use` tells which. */
export type CognitoClaims = CognitoIdTokenPayload | CognitoAccessTokenPayload;

/** When a token is looked at, and how generously. */
export interface ClaimTime {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly graceSeconds: number;
  /** Whether AWS makes the tokens: an emulator keeps no limits. */
  readonly isAws: boolean;
}

// The last second that a `Date` can hold: beyond it, printing the time of a claim throws a RangeError.
const MAX_SECONDS = 8_640_000_000_000;
// AWS: "Amazon Cognito user pools endpoints and quotas": a token lives for 5 minutes to 1 day.
const MAX_LIFE_SECONDS = 86_400;
// How far the clocks of two servers may differ. A token from further ahead would outlive its revocation by time.
const MAX_AHEAD_SECONDS = 300;

const isString = (value: unknown): boolean => typeof value === 'string';
const isName = (value: unknown): boolean => typeof value === 'string' && value !== '';
// RFC 7519, section 2, NumericDate: "Non-integer values can be represented." JSON's 1e400 is no number that one can count with.
const isTime = (value: unknown): boolean => Number.isFinite(value);
const isStringList = (value: unknown): boolean => Array.isArray(value) && value.every(isString);

type Check = readonly [claim: string, test: (value: unknown) => boolean, required: boolean];

const COMMON: readonly Check[] = [
  ['sub', isName, true],
  ['iss', isName, true],
  ['exp', isTime, true],
  ['iat', isTime, true],
  ['nbf', isTime, false],
  ['auth_time', isTime, false],
  ['jti', isString, false],
  ['origin_jti', isString, false],
  ['cognito:groups', isStringList, false],
];
const ID: readonly Check[] = [
  ['aud', isName, true],
  ['cognito:username', isName, true],
  ['email', isString, false],
];
const ACCESS: readonly Check[] = [
  ['client_id', isName, true],
  ['username', isName, false],
  ['scope', isString, false],
];

function check(payload: JsonObject, checks: readonly Check[]): void {
  for (const [claim, test, required] of checks) {
    const value = own(payload, claim);
    if (value === undefined ? required : !test(value))
      throw malformed(`The claim ${claim} is missing or of a wrong type.`);
  }
}

/**
 * The payload as claims, when each claim that this package reads is there and has its type (AWS: "Understanding the
 * identity (ID) token", "Understanding the access token").
 *
 * @throws {TokenRejectedError} `malformed`; `invalid` for a `token_use` that is neither.
 */
export function readClaims(payload: JsonObject): CognitoClaims {
  check(payload, COMMON);
  const tokenUse = own(payload, 'token_use');
  if (typeof tokenUse !== 'string') throw malformed('The claim token_use is missing or of a wrong type.');
  if (tokenUse !== 'id' && tokenUse !== 'access') throw invalid('The claim token_use is neither id nor access.');
  check(payload, tokenUse === 'id' ? ID : ACCESS);
  // The checks above cover each named member of the two types, except `email_verified`; the rest is JSON.
  return payload as unknown as CognitoClaims;
}

/** @throws {TokenRejectedError} `expired`; `invalid` for times that make no sense or have not come. */
export function checkTimes(claims: CognitoClaims, { now, graceSeconds, isAws }: ClaimTime): void {
  const { exp, iat } = claims;
  const seconds = now / 1000;
  if (!(Math.abs(exp) <= MAX_SECONDS)) throw invalid('The claim exp is no time.');
  if (isAws) {
    if (!(iat < exp)) throw invalid('The claims exp and iat are not times of one token.');
    if (!(exp - iat <= MAX_LIFE_SECONDS)) throw invalid('The token lives longer than a token of Cognito can.');
    if (!(iat <= seconds + MAX_AHEAD_SECONDS)) throw invalid('The claim iat lies in the future.');
  }
  const notBefore = own(claims, 'nbf');
  if (typeof notBefore === 'number' && !(notBefore <= seconds + graceSeconds)) {
    throw invalid('The claim nbf lies in the future.');
  }
  // RFC 7519, section 4.1.4: not "on or after" this time.
  if (!(seconds < exp + graceSeconds)) throw expired();
}

const NONE: readonly string[] = Object.freeze([]);

interface AuthMaking {
  readonly origin: AuthServices;
  readonly shared: SharedValues;
}

/** The `Auth` of claims that were verified. Whole literals, because copying members costs more than all the rest. */
export function toAuth(claims: CognitoClaims, userPoolId: string, { origin, shared }: AuthMaking): AuthenticatedAuth {
  shared.shareIn(claims);
  const status = 'authenticated';
  const { sub, token_use: tokenUse, exp: expiresAt } = claims;
  // `readClaims` has seen to the types of these.
  const groups = (own(claims, 'cognito:groups') as readonly string[] | undefined) ?? NONE;
  if (tokenUse === 'id') {
    const { aud: clientId, 'cognito:username': username } = claims;
    return createAuthenticatedAuth(
      { status, tokenUse, sub, username, clientId, userPoolId, groups, scopes: NONE, expiresAt, claims },
      origin,
    );
  }
  const clientId = claims.client_id;
  const scopes = shared.scopesOf(own(claims, 'scope') as string | undefined);
  const username = own(claims, 'username') as string | undefined;
  return createAuthenticatedAuth(
    username === undefined
      ? { status, tokenUse, sub, clientId, userPoolId, groups, scopes, expiresAt, claims }
      : { status, tokenUse, sub, username, clientId, userPoolId, groups, scopes, expiresAt, claims },
    origin,
  );
}
