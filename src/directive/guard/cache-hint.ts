/** The cache hint of a guarded field: what differs from caller to caller must not be kept by a cache that callers share. */
import type { GraphQLResolveInfo } from 'graphql';

/** What Apollo Server's cache-control plugin adds to `info`. */
export interface CacheControlled {
  readonly cacheControl?: { readonly cacheHint: { restrict(hint: { readonly scope: 'PRIVATE' }): void } };
}

/** Keeps the response out of shared caches. */
export function markPrivate(info: GraphQLResolveInfo & CacheControlled): void {
  if (info.cacheControl !== undefined) info.cacheControl.cacheHint.restrict({ scope: 'PRIVATE' });
}
