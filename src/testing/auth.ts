/** `Auth` values for tests that need no token: as if one had been verified, was missing or was refused. */
import { randomUUID } from 'node:crypto';
import { createAnonymousAuth, createRejectedAuth } from '../auth.js';
import type { AnonymousAuth, AuthenticatedAuth, AuthServices, RejectedAuth } from '../auth.js';
import type { TokenUse } from '../cognito-claims.js';
import { AuthConfigurationError, KeysUnavailableError, RevocationUnavailableError } from '../errors.js';
import type { RejectionReason } from '../errors.js';
import { print, readSettings } from '../settings.js';
import { readClaims, toAuth } from '../token/claims.js';
import { Refusal } from '../token/rejection.js';
import type { TestClaims } from './user-pool.js';

export interface AuthenticatedAsOptions {
  /** Default: `access`. */
  readonly tokenUse?: TokenUse;
  /** Default: one of its own for each call. */
  readonly sub?: string;
  /** Default: `test-user`. Undefined, when written, is no username, as in a client-credentials token. */
  readonly username?: string | undefined;
  readonly groups?: readonly string[];
  /** Of an access token. */
  readonly scopes?: readonly string[];
  /** Further claims, or the same ones in the form in which a token has them; `undefined` removes one. */
  readonly claims?: TestClaims;
}

const origin: AuthServices = { clock: () => Date.now(), graceSeconds: 0, emit: () => {} };
const USER_POOL_ID = 'eu-west-1_TestPool';
const LIFETIME_SECONDS = 3600;
const NAMES = ['tokenUse', 'sub', 'username', 'groups', 'scopes', 'claims'];

/**
 * The `Auth` of a caller whose token says this.
 *
 * @throws {AuthConfigurationError} when no token of Cognito can say it.
 */
export function authenticatedAs(options: AuthenticatedAsOptions = {}): AuthenticatedAuth {
  // Own properties alone, and each known: a misspelt one would make a test pass for the wrong reason.
  const settings = readSettings('authenticatedAs(): options', options, NAMES) as AuthenticatedAsOptions;
  const { tokenUse = 'access', sub = randomUUID(), groups, scopes, claims = {} } = settings;
  if (tokenUse === 'id' && scopes !== undefined) {
    throw new AuthConfigurationError(
      'authenticatedAs(): an ID token has no scopes. Leave them out, or write tokenUse: "access".',
    );
  }
  const username = 'username' in settings ? settings.username : 'test-user';
  const now = Math.floor(Date.now() / 1000);
  const payload = {
    sub,
    iss: `https://cognito-idp.eu-west-1.amazonaws.com/${USER_POOL_ID}`,
    token_use: tokenUse,
    auth_time: now,
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
  if (!(verified instanceof Refusal)) return toAuth(verified, USER_POOL_ID, origin);
  const detail = verified.cause instanceof Error ? verified.cause.message : '';
  throw new AuthConfigurationError(`authenticatedAs(): no token can say this. ${detail}`, {
    cause: verified.toError(),
  });
}

/** The `Auth` of a request without credentials. */
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

/** The `Auth` of a request whose credentials were not accepted, or could not be checked. */
export function rejected(reason: RejectionReason): RejectedAuth {
  if (!REASONS.includes(reason)) {
    throw new AuthConfigurationError(
      `rejected(): Expected \`reason\` to be one of ${REASONS.join(', ')}, got ${print(reason)}.`,
    );
  }
  if (reason === 'keys-unavailable') return createRejectedAuth(reason, origin, new KeysUnavailableError(1));
  if (reason === 'revocation-unavailable') return createRejectedAuth(reason, origin, new RevocationUnavailableError(1));
  return createRejectedAuth(reason, origin);
}
