/** Keys for Apollo's response cache that keep one caller's responses from another. */
import { OperationTypeNode } from 'graphql';
import { createHash } from 'node:crypto';
import { authStateOf } from '../auth.js';
import type { AuthenticatedAuth } from '../auth.js';
import { authIn } from '../directive/decision/decide.js';
import { hasRules } from '../directive/guard/coverage.js';
import { once } from '../once.js';
import type { PluginRequestContext } from './apollo.js';

type RequestContext = Pick<PluginRequestContext, 'contextValue'>;

// Request contexts for which a cache called one of the functions below.
const separated = once('requests that a cache tells apart', () => new WeakSet<object>());

/** Whether a response cache holds this response under a key that other callers share, on a schema with rules. */
export function isSharedByCallers(requestContext: PluginRequestContext): boolean {
  const { metrics, operation, schema } = requestContext;
  return (
    // Apollo's response-cache plugin sets this for every operation, and asks for a key only for a query.
    metrics.responseCacheHit !== undefined &&
    operation?.operation === OperationTypeNode.QUERY &&
    !separated.has(requestContext) &&
    hasRules(schema)
  );
}

// Claims that differ from token to token of one sign-in. The sign-in itself (`origin_jti`, `auth_time`) is not among them:
// an old one may be revoked, or not be good enough for what a fresh one sees.
const PER_TOKEN = new Set(['exp', 'iat', 'nbf', 'jti', 'event_id', 'at_hash']);

// All that a rule or a policy can decide by. Two tokens of one sign-in share responses, unless the caller lost a group, or
// their pool, which can be found at run time, the name that rules call it by.
function fingerprint({ userPoolId, claims }: AuthenticatedAuth, poolName: string | undefined): string {
  const decisive = Object.entries(claims)
    .filter(([name]) => !PER_TOKEN.has(name))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([userPoolId, poolName, decisive]))
    .digest('base64url');
}

function sessionOf({ contextValue }: RequestContext): string | null {
  const state = authStateOf(authIn(contextValue));
  return state?.auth.status === 'authenticated' ? fingerprint(state.auth, state.origin.poolName) : null;
}

/**
 * Which caller a private response belongs to, for Apollo's response cache. A digest of all claims but those that change from
 * token to token of one sign-in (such as `exp` and `jti`): a caller who lost a group never gets responses that were cached
 * while they were in it. Null for a caller without a verified token, whose private responses are not cached.
 *
 * @example
 * const plugins = [cognitoAuthPlugin({ verifier }), responseCachePlugin({ sessionId: authSessionId })];
 */
export async function authSessionId(requestContext: RequestContext): Promise<string | null> {
  separated.add(requestContext);
  return sessionOf(requestContext);
}

/**
 * A cache key that is the caller's own, for public responses too. Fewer cache hits, but safe even where a guarded field is
 * wrongly hinted `PUBLIC`.
 *
 * @example
 * const plugins = [cognitoAuthPlugin({ verifier }), responseCachePlugin({ generateCacheKey: authCacheKey })];
 */
export function authCacheKey(requestContext: RequestContext, keyData: unknown): string {
  separated.add(requestContext);
  return createHash('sha256')
    .update(JSON.stringify([sessionOf(requestContext), keyData]))
    .digest('hex');
}
