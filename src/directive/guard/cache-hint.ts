/** The cache hint of a guarded field: what differs from caller to caller must not be kept by a cache that callers share. */
import type { GraphQLResolveInfo } from 'graphql';
import type { Requirement } from '../rules/requirement.js';

/** What Apollo Server's cache-control plugin adds to `info`. */
export interface CacheControlled {
  readonly cacheControl?: {
    readonly cacheHint: { restrict(hint: { readonly scope: 'PRIVATE'; readonly maxAge?: 0 }): void };
  };
}

/**
 * Keeps the response out of shared caches.
 *
 * @param isAging Whether a rule has `maxAge`: then it is kept out of every cache, which would outlive the decision.
 */
export function markPrivate(info: GraphQLResolveInfo & CacheControlled, isAging: boolean): void {
  if (info.cacheControl === undefined) return;
  info.cacheControl.cacheHint.restrict(isAging ? { scope: 'PRIVATE', maxAge: 0 } : { scope: 'PRIVATE' });
}

/** Whether one of these rules has `maxAge`: then a decision that allows ends some time after the sign-in. */
export function isAnyAging(requirements: Iterable<Pick<Requirement, 'rule'>>): boolean {
  for (const { rule } of requirements) if (rule.maxAge !== undefined) return true;
  return false;
}
