/**
 * A call that is no request: tells whether a function that was put over a guard still leads to it. Apollo Server and
 * tracing tools replace `field.resolve` in place once a schema is in use, with a function of which nothing can be seen.
 */
import type { GraphQLFieldResolver, GraphQLResolveInfo } from 'graphql';

// A context that cannot come from anywhere else, and has no `auth`.
const probe: object = Object.freeze({});
let wasReached = false;

/** For a guard, before anything behind it runs: a dry run lets every caller by, and the probe is none. */
export function refuseProbe(contextValue: unknown): void {
  if (contextValue !== probe) return;
  wasReached = true;
  throw new Error('This call only asks whether the guard is there.');
}

type AnyResolver = GraphQLFieldResolver<unknown, unknown>;

/** Whether the function calls a guard, before it returns or waits for anything. */
export function leadsToGuard(resolve: AnyResolver, fieldName: string): boolean {
  wasReached = false;
  // As much of it as a wrapper reads before it goes on.
  const info = { fieldName, path: { key: fieldName, prev: undefined, typename: undefined } } as GraphQLResolveInfo;
  try {
    const answer = resolve(undefined, {}, probe, info);
    // What an asynchronous wrapper makes of the refusal concerns nobody.
    if (answer instanceof Promise) answer.catch(() => {});
  } catch {
    // The refusal, as a rule. Whether the guard was reached is what counts.
  }
  return wasReached;
}
