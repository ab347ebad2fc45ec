/**
 * The guard of a subgraph's `_entities`: it decides each reference by the rules of its type before anything resolves it. It
 * stands around the field and not around each `__resolveReference`, so it holds wherever a library keeps those functions, and
 * for those that are added later.
 *
 * A denied reference never gets to the field's resolver. A rejected promise from there would not do: `@apollo/subgraph`
 * forgets the promises of earlier references when a later one fails at once, and a forgotten rejection ends the process
 * (docs/decisions: references at `_entities`).
 */
import { responsePathAsArray } from 'graphql';
import type { GraphQLError, GraphQLResolveInfo } from 'graphql';
import { authStateOf } from '../../auth.js';
import { createLocatedDenialError } from '../../denial-error.js';
import { authIn } from '../decision/decide.js';
import type { Refusal } from '../decision/decide.js';
import { decideInExecution } from '../decision/execution.js';
import { isIterable, isPromiseLike, whenSettled } from '../decision/promises.js';
import { isAnyAging, markPrivate } from './cache-hint.js';
import { decidePolicies } from './field-guard.js';
import type { GuardServices } from './field-guard.js';
import { guardAbove, isOutermost } from './outermost.js';
import type { GuardPosition, Resolver } from './outermost.js';
import type { GuardRecord, Members } from './registry.js';

/** What each reference requires, by the name of its type. */
export interface ReferenceGuard extends GuardRecord {
  readonly references: Members;
}

type Verdict = Refusal | undefined;

// By the `info` of `_entities`. Fulfilled once its resolver has returned a list.
const lists = new WeakMap<GraphQLResolveInfo, Promise<void>>();

/**
 * Rejects with the error of a reference once its list was returned, and never settles if no list is returned. Undefined
 * outside `_entities`, where a thrown error reaches the executor.
 */
export function throwWhenListed(error: GraphQLError, info: GraphQLResolveInfo): Promise<never> | undefined {
  return lists.get(info)?.then(() => {
    throw error;
  });
}

export function guardReferences(
  resolve: Resolver,
  { references, isReportOnly }: ReferenceGuard,
  { askPolicies, report }: GuardServices,
  position: GuardPosition,
): Resolver {
  function decide(reference: unknown, [, args, context, info]: Parameters<Resolver>): Verdict | PromiseLike<Verdict> {
    const requirement = references.get(typeNameOf(reference) ?? '');
    if (requirement === undefined) return undefined;
    const byToken = decideInExecution(authIn(context), requirement.rule, info);
    // Policies are asked by the guard below a wrapper: once, and about the references that the wrapper passes on.
    if (byToken || requirement.policies.length === 0 || position.wrapper) return byToken;
    return decidePolicies(requirement.policies, [reference, args, context, info], askPolicies);
  }

  const resolveAll: Resolver = (source, args, contextValue, info) => {
    let markReturned: () => void = () => undefined;
    lists.set(info, new Promise((resolved) => (markReturned = resolved)));
    return whenSettled(resolve(source, args, contextValue, info), (list) => {
      markReturned();
      return list;
    });
  };

  const isAging = isAnyAging(references.values());
  return (...call) => {
    const [source, args, contextValue, info] = call;
    markPrivate(info, isAging);
    const given = args['representations'];
    const all: readonly unknown[] = Array.isArray(given) ? given : [given];

    const resolveAllowed = (verdicts: readonly Verdict[]) => {
      if (!guardAbove(position, info)) {
        verdicts.forEach((refusal, index) => {
          if (refusal)
            report(`${typeNameOf(all[index]) ?? ''}.__resolveReference`, refusal, authStateOf(authIn(contextValue)));
        });
      }
      if (isReportOnly || verdicts.every((refusal) => refusal === undefined)) return resolveAll(...call);
      const allowed = all.filter((_, index) => verdicts[index] === undefined);
      const entities =
        allowed.length === 0 ? [] : resolveAll(source, { ...args, representations: allowed }, contextValue, info);
      return whenSettled(entities, (list) => insertDenials(list, verdicts, info, isOutermost(position, info)));
    };

    const verdicts = all.map((reference) => decide(reference, call));
    return isSettled(verdicts)
      ? resolveAllowed(verdicts)
      : Promise.all(verdicts.map(async (verdict) => verdict)).then(resolveAllowed);
  };
}

function typeNameOf(reference: unknown): string | undefined {
  const name = typeof reference === 'object' && reference !== null && '__typename' in reference && reference.__typename;
  return typeof name === 'string' ? name : undefined;
}

function isSettled(verdicts: readonly (Verdict | PromiseLike<Verdict>)[]): verdicts is readonly Verdict[] {
  return !verdicts.some(isPromiseLike);
}

/** The list with each denial at the place of its reference. graphql-js refuses anything but a list. */
function insertDenials(
  entities: unknown,
  verdicts: readonly Verdict[],
  info: GraphQLResolveInfo,
  isForExecutor: boolean,
): unknown {
  if (!isIterable(entities)) return entities;
  const rest = Array.from(entities).reverse();
  const path = responsePathAsArray(info.path);
  return verdicts.map((refusal, index) => {
    if (refusal === undefined) return rest.pop();
    const place = { nodes: info.fieldNodes, path: [...path, index] };
    const error = createLocatedDenialError(refusal.denial, place, refusal.cause);
    // Anything but the executor might take an error in a list for an entity.
    return isForExecutor ? error : markHandled(Promise.reject(error));
  });
}

/** The promise, for a caller that may never look at it. */
export function markHandled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
