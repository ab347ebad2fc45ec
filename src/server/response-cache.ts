/** Keys for Apollo's response cache that keep one caller's answers from another. */
import type { GraphQLRequestContext } from '@apollo/server';
import { createHash } from 'node:crypto';
import { authStateOf } from '../auth.js';
import type { AuthenticatedAuth, AuthContext } from '../auth.js';
import { once } from '../once.js';

type RequestContext = Pick<GraphQLRequestContext<Partial<AuthContext>>, 'contextValue'>;

// Request contexts for which a cache asked one of the functions below.
const separated = once('requests that a cache tells apart', () => new WeakSet<object>());

/** Whether the response cache told this caller's answers from others' by `authSessionId` or `authCacheKey`. */
export function isSeparatedByAuth(requestContext: object): boolean {
  return separated.has(requestContext);
}

// Claims that differ from token to token of one sign-in. The sign-in itself (`origin_jti`, `auth_time`) is not among them:
// an old one may be revoked, or not be good enough for what a fresh one sees.
const PER_TOKEN = new Set(['exp', 'iat', 'nbf', 'jti', 'event_id', 'at_hash']);

// All else that a rule or a policy can decide by. Two tokens of one sign-in share answers; a person who has lost a group
// does not share with who they were.
function fingerprint({ userPoolId, claims }: AuthenticatedAuth): string {
  const decisive = Object.entries(claims)
    .filter(([name]) => !PER_TOKEN.has(name))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([userPoolId, decisive]))
    .digest('base64url');
}

function sessionOf({ contextValue }: RequestContext): string | null {
  const auth = authStateOf(contextValue.auth)?.auth;
  return auth?.status === 'authenticated' ? fingerprint(auth) : null;
}

/**
 * For `responseCachePlugin({ sessionId: authSessionId })`: which caller a private answer belongs to. A digest of all
 * claims but those that change from token to token of one sign-in (such as `exp` and `jti`), so that a cached answer ends
 * with the right to see it. Null for a caller without a verified token: their private answers are not cached.
 */
export async function authSessionId(requestContext: RequestContext): Promise<string | null> {
  separated.add(requestContext);
  return sessionOf(requestContext);
}

/**
 * For `responseCachePlugin({ generateCacheKey: authCacheKey })`: a key that is the caller's own, for public answers too.
 * It costs hits and protects also where a cache hint says `PUBLIC` of what is not.
 */
export function authCacheKey(requestContext: RequestContext, keyData: unknown): string {
  separated.add(requestContext);
  return createHash('sha256')
    .update(JSON.stringify([sessionOf(requestContext), keyData]))
    .digest('hex');
}
