/** What rules ask of a sign-in and of scopes, as a client can be told of it (RFC 9470, RFC 6750). */
import type { Demand } from '../../errors.js';

interface Asked {
  readonly scopes: readonly string[] | undefined;
  readonly acr: readonly string[] | undefined;
  readonly maxAge: number | undefined;
}

/**
 * What the clauses ask together. Values that no token can have are left out: a rule of `requireAuth` may have the caller's
 * own text in it, and this reaches headers.
 */
export function toDemand(clauses: readonly Asked[]): Demand {
  const ages = clauses.flatMap(({ maxAge }) => maxAge ?? []);
  const acrValues = intersectionOf(clauses.flatMap(({ acr }) => (acr ? [acr.filter(isScopeToken)] : [])));
  return {
    scopes: clauses.flatMap(({ scopes }) => (scopes ? [scopes.filter(isScopeToken)] : [])),
    acrValues: acrValues?.length ? acrValues : undefined,
    maxAge: ages.length > 0 ? Math.min(...ages) : undefined,
  };
}

/** The values that all of the lists have; the first list if there is none; undefined without lists. */
export function intersectionOf(lists: readonly (readonly string[])[]): readonly string[] | undefined {
  const [first, ...others] = lists;
  const common = first?.filter((value) => others.every((list) => list.includes(value)));
  return common?.length ? common : first;
}

/** `scope-token` of RFC 6749, section 3.3, which is also the form of each value of `acr_values` (RFC 9470, section 4). */
export function isScopeToken(value: unknown): value is string {
  return typeof value === 'string' && /^[!#-[\]-~]+$/.test(value);
}
