/** The claims of a Cognito token: their types, their times, and the `Auth` made of them. */
import { createAuthenticatedAuth } from '../auth.js';
import { hasExpired } from '../expiry.js';
import type { AuthenticatedAuth, AuthServices } from '../auth.js';
import type { CognitoAccessTokenPayload, CognitoIdTokenPayload } from '../cognito-claims.js';
import { own } from './json-part.js';
import type { JsonObject } from './json-part.js';
import { EXPIRED, refusal } from './rejection.js';
import type { Refusal } from './rejection.js';

/** The claims of either kind of token; `token_use` tells which. */
export type CognitoClaims = CognitoIdTokenPayload | CognitoAccessTokenPayload;

const isString = (value: unknown): boolean => typeof value === 'string';
const isName = (value: unknown): boolean => typeof value === 'string' && value !== '';
// RFC 7519, section 2, NumericDate: "Non-integer values can be represented." JSON's 1e400 is parsed as Infinity.
const isTime = (value: unknown): boolean => Number.isFinite(value);
const isStringList = (value: unknown): boolean => Array.isArray(value) && value.every(isString);

interface ClaimCheck {
  readonly name: string;
  readonly isRequired: boolean;
  readonly isValid: (value: unknown) => boolean;
  readonly refusal: Refusal;
}

function claim(isRequired: boolean, name: string, isValid: (value: unknown) => boolean): ClaimCheck {
  const wrong = refusal('malformed', `The ${name} claim is missing or has the wrong type.`);
  return { name, isRequired, isValid, refusal: wrong };
}
const required = claim.bind(undefined, true);
const optional = claim.bind(undefined, false);

const COMMON = [
  required('sub', isName),
  required('iss', isName),
  required('exp', isTime),
  required('iat', isTime),
  optional('nbf', isTime),
  optional('auth_time', isTime),
  optional('jti', isString),
  optional('origin_jti', isString),
  optional('cognito:groups', isStringList),
  required('token_use', isString),
];
const ID = [required('aud', isName), required('cognito:username', isName), optional('email', isString)];
const ACCESS = [required('client_id', isName), optional('username', isName), optional('scope', isString)];
const OTHER_TOKEN_USE = refusal('invalid', 'The token_use claim is neither id nor access.');

/**
 * The payload as claims, when each claim that this package reads is there and has its type (AWS: "Understanding the
 * identity (ID) token", "Understanding the access token").
 */
export function readClaims(payload: JsonObject): CognitoClaims | Refusal {
  const tokenUse = own(payload, 'token_use');
  const isKnown = tokenUse === 'id' || tokenUse === 'access';
  const wrong = firstWrong(payload, COMMON) ?? (isKnown ? undefined : OTHER_TOKEN_USE);
  if (wrong !== undefined) return wrong;
  // The checks cover each named member of the two types, except `email_verified`; the rest is JSON.
  return firstWrong(payload, tokenUse === 'id' ? ID : ACCESS) ?? (payload as unknown as CognitoClaims);
}

function firstWrong(payload: JsonObject, checks: readonly ClaimCheck[]): Refusal | undefined {
  for (const check of checks) {
    const value = own(payload, check.name);
    if (value === undefined ? check.isRequired : !check.isValid(value)) return check.refusal;
  }
  return undefined;
}

/** What the issuer of a token says about its times. */
interface TimeRules {
  readonly graceSeconds: number;
  /** Whether AWS makes the tokens: an emulator keeps no limits. */
  readonly isAws: boolean;
}

// The last second that a `Date` can hold: to print a later one throws a RangeError.
const MAX_SECONDS = 8_640_000_000_000;
// AWS: "Amazon Cognito user pools endpoints and quotas": a token lives for 5 minutes to 1 day.
const MAX_LIFE_SECONDS = 86_400;
// How far the clocks of two servers can differ. A token from further ahead would outlive its revocation by time.
const MAX_AHEAD_SECONDS = 300;

const NOT_A_TIME = refusal('invalid', 'The exp claim is not a valid time.');
const EXP_BEFORE_IAT = refusal('invalid', 'The exp claim is not after the iat claim.');
const TOO_LONG_A_LIFE = refusal('invalid', 'The token is valid for longer than Cognito allows.');
const IAT_IN_FUTURE = refusal('invalid', 'The iat claim is in the future.');
const NBF_IN_FUTURE = refusal('invalid', 'The nbf claim is in the future.');

/** @param now Milliseconds since the epoch. */
export function checkTimes(
  claims: CognitoClaims,
  { graceSeconds, isAws }: TimeRules,
  now: number,
): Refusal | undefined {
  const { exp, iat } = claims;
  const seconds = now / 1000;
  if (!(Math.abs(exp) <= MAX_SECONDS)) return NOT_A_TIME;
  if (isAws) {
    if (!(iat < exp)) return EXP_BEFORE_IAT;
    if (!(exp - iat <= MAX_LIFE_SECONDS)) return TOO_LONG_A_LIFE;
    if (!(iat <= seconds + MAX_AHEAD_SECONDS)) return IAT_IN_FUTURE;
  }
  const notBefore = own(claims, 'nbf');
  if (typeof notBefore === 'number' && !(notBefore <= seconds + graceSeconds)) return NBF_IN_FUTURE;
  return hasExpired(exp, graceSeconds, now) ? EXPIRED : undefined;
}

const NONE: readonly string[] = Object.freeze([]);

/** The scopes in a `scope` claim (RFC 6749, section 3.3). */
export function splitScopes(scope: string): readonly string[] {
  return Object.freeze(scope.split(' ').filter((name) => name !== ''));
}

/**
 * The `Auth` of verified claims. Whole literals, because to copy members costs more than all the rest.
 *
 * @param scopesOf Another way to the result of `splitScopes`.
 */
export function toAuth(
  claims: CognitoClaims,
  userPoolId: string,
  origin: AuthServices,
  scopesOf: (scope: string) => readonly string[] = splitScopes,
): AuthenticatedAuth {
  const status = 'authenticated';
  const { sub, token_use: tokenUse, exp: expiresAt } = claims;
  // `readClaims` has checked the types of these.
  const groups = (own(claims, 'cognito:groups') as readonly string[] | undefined) ?? NONE;
  if (tokenUse === 'id') {
    const { aud: clientId, 'cognito:username': username } = claims;
    return createAuthenticatedAuth(
      { status, tokenUse, sub, username, clientId, userPoolId, groups, scopes: NONE, expiresAt, claims },
      origin,
    );
  }
  const clientId = claims.client_id;
  const scope = own(claims, 'scope') as string | undefined;
  const scopes = scope === undefined ? NONE : scopesOf(scope);
  const username = own(claims, 'username') as string | undefined;
  return createAuthenticatedAuth(
    username === undefined
      ? { status, tokenUse, sub, clientId, userPoolId, groups, scopes, expiresAt, claims }
      : { status, tokenUse, sub, username, clientId, userPoolId, groups, scopes, expiresAt, claims },
    origin,
  );
}
