/** `Auth` values for tests that need no token: as if one was verified, missing or rejected. */
import { randomUUID } from 'node:crypto';
import { createAnonymousAuth, createRejectedAuth } from '../auth.js';
import type { AnonymousAuth, AuthenticatedAuth, AuthServices, RejectedAuth } from '../auth.js';
import type { JsonValue, TokenUse } from '../cognito-claims.js';
import { AuthConfigurationError, KeysUnavailableError, RevocationUnavailableError } from '../errors.js';
import type { RejectionReason } from '../errors.js';
import { print, readSettings } from '../settings.js';
import { readClaims, toAuth } from '../token/claims.js';
import { isPoolName } from '../token/pool-name.js';
import { Refusal } from '../token/rejection.js';
import type { TestClaims } from './user-pool.js';

/**
 * Options of `authenticatedAs()`.
 *
 * @example
 * const support: AuthenticatedAsOptions = { tokenUse: 'id', groups: ['support'], claims: { email: 'ann@example.com' } };
 */
export interface AuthenticatedAsOptions {
  /** Default: `access`. */
  readonly tokenUse?: TokenUse | undefined;
  /** Default: a new one for each call. */
  readonly sub?: string | undefined;
  /** Default: `test-user`. An explicit `undefined` means no username, as in a client-credentials token. */
  readonly username?: string | undefined;
  /** Default: none. */
  readonly groups?: readonly string[] | undefined;
  /** Of an access token. Default: none. */
  readonly scopes?: readonly string[] | undefined;
  /** The authentication level: the `acr` claim. Default: none. */
  readonly acr?: string | undefined;
  /** When the caller signed in, in seconds since the epoch, in the past: the `auth_time` claim. Default: now. */
  readonly authTime?: number | undefined;
  /** Further claims, or those above in the form that a token has; `undefined` removes one. */
  readonly claims?: TestClaims | undefined;
  /** What a rule calls the pool of the token: a pool's `name`, or the id of one without. Default: `eu-west-1_TestPool`. */
  readonly pool?: string | undefined;
}

const origin: AuthServices = { clock: () => Date.now(), graceSeconds: 0, emit: () => {}, poolName: undefined };
const USER_POOL_ID = 'eu-west-1_TestPool';
const LIFETIME_SECONDS = 3600;
const NAMES = ['tokenUse', 'sub', 'username', 'groups', 'scopes', 'acr', 'authTime', 'claims', 'pool'];

/**
 * The `Auth` of a caller whose verified token says this.
 *
 * @example
 * const contextValue = { auth: authenticatedAs({ tokenUse: 'id', groups: ['admin'] }) };
 * await server.executeOperation({ query: '{ payroll { total } }' }, { contextValue });
 *
 * @example
 * const auth: Auth<{ 'custom:tenant': string }> = authenticatedAs({ claims: { 'custom:tenant': 'acme' } });
 *
 * @throws {AuthConfigurationError} on an unknown option, and when no token of Cognito can say it.
 */
export function authenticatedAs<Claims extends Readonly<Record<string, JsonValue | undefined>>>(
  options: AuthenticatedAsOptions & { readonly claims: Claims },
): AuthenticatedAuth<Claims>;
export function authenticatedAs(options?: AuthenticatedAsOptions): AuthenticatedAuth;
export function authenticatedAs(options: AuthenticatedAsOptions = {}): AuthenticatedAuth {
  // A misspelt option would make a test pass for the wrong reason.
  const settings = readSettings('authenticatedAs(): options', options, NAMES) as AuthenticatedAsOptions;
  const {
    tokenUse = 'access',
    sub = randomUUID(),
    groups,
    scopes,
    acr,
    authTime,
    claims = {},
    pool: poolName = USER_POOL_ID,
  } = settings;
  if (tokenUse === 'id' && scopes !== undefined) {
    throw new AuthConfigurationError(
      "Expected `scopes` of authenticatedAs() to be left out of an ID token, got a list. Write: tokenUse: 'access'.",
    );
  }
  if (!isPoolName(poolName)) {
    throw new AuthConfigurationError(
      `Expected \`pool\` of authenticatedAs() to be what a rule calls a pool, got ${print(poolName)}. Write: pool: 'customers'.`,
    );
  }
  assertSignIn(settings);
  const username = 'username' in settings ? settings.username : 'test-user';
  const now = Math.floor(Date.now() / 1000);
  const payload = {
    sub,
    iss: `https://cognito-idp.eu-west-1.amazonaws.com/${USER_POOL_ID}`,
    token_use: tokenUse,
    auth_time: authTime ?? now,
    acr,
    iat: now,
    exp: now + LIFETIME_SECONDS,
    jti: randomUUID(),
    origin_jti: randomUUID(),
    'cognito:groups': groups,
    ...(tokenUse === 'id'
      ? { aud: 'test-client', 'cognito:username': username }
      : { client_id: 'test-client', username, scope: scopes?.join(' ') }),
    ...claims,
  };
  // A token holds JSON: this drops what is undefined, and takes a copy of what the caller may change.
  const json = JSON.parse(JSON.stringify(payload)) as Record<string, unknown>;
  const verified = readClaims(json);
  if (!(verified instanceof Refusal)) return toAuth(verified, USER_POOL_ID, { ...origin, poolName });
  const detail = verified.cause instanceof Error ? verified.cause.message : '';
  throw new AuthConfigurationError(`Expected \`options\` of authenticatedAs() to be what a token can say. ${detail}`, {
    cause: verified.toError(),
  });
}

/** A test whose sign-in no token can have would pass for the wrong reason, or fail without one. */
function assertSignIn({ acr, authTime }: AuthenticatedAsOptions): void {
  if (acr !== undefined && (typeof acr !== 'string' || acr === '')) {
    throw new AuthConfigurationError(
      `Expected \`acr\` of authenticatedAs() to be an authentication level, got ${print(acr)}. Write acr: 'urn:cognito:loa:2', or any ` +
        'other claim in `claims`.',
    );
  }
  const latest = Date.now() / 1000 + 60;
  if (authTime === undefined || (typeof authTime === 'number' && authTime >= 0 && authTime <= latest)) return;
  throw new AuthConfigurationError(
    `Expected \`authTime\` of authenticatedAs() to be a time in the past, in seconds since the epoch, got ${print(authTime)}. Write ` +
      'authTime: Math.floor(Date.now() / 1000) - 3600.',
  );
}

/**
 * The `Auth` of a request without credentials.
 *
 * @example
 * const contextValue = { auth: anonymous() };
 */
export function anonymous(): AnonymousAuth {
  return createAnonymousAuth(origin);
}

const REASONS: readonly RejectionReason[] = [
  'expired',
  'malformed',
  'invalid',
  'revoked',
  'keys-unavailable',
  'revocation-unavailable',
];

/**
 * The `Auth` of a request whose credentials are rejected, or could not be checked.
 *
 * @example
 * const contextValue = { auth: rejected('expired') };
 *
 * @throws {AuthConfigurationError} when there is no such reason.
 */
export function rejected(reason: RejectionReason): RejectedAuth {
  if (!REASONS.includes(reason)) {
    throw new AuthConfigurationError(
      `Expected \`reason\` of rejected() to be one of ${REASONS.join(', ')}, got ${print(reason)}.`,
    );
  }
  if (reason === 'keys-unavailable') return createRejectedAuth(reason, origin, new KeysUnavailableError(1));
  if (reason === 'revocation-unavailable') return createRejectedAuth(reason, origin, new RevocationUnavailableError(1));
  return createRejectedAuth(reason, origin);
}
