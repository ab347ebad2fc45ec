/**
 * The guard of values: it asks the policies of a type about each value that a field returns, as soon as the value is known
 * and before anything of it is resolved. A denial stands in the value's place (docs/decisions: values of types).
 */
import { getNamedType, getNullableType, isListType, responsePathAsArray } from 'graphql';
import type { GraphQLOutputType, GraphQLResolveInfo } from 'graphql';
import { authStateOf } from '../../auth.js';
import { createLocatedDenialError } from '../../denial-error.js';
import { authIn } from '../decision/decide.js';
import type { Refusal } from '../decision/decide.js';
import { decideInExecution } from '../decision/execution.js';
import { isAsyncIterable, isIterable, isPromiseLike, whenSettled } from '../decision/promises.js';
import type { Requirement } from '../rules/requirement.js';
import { decidePolicies } from './field-guard.js';
import type { GuardServices } from './field-guard.js';
import { guardAbove, isOutermost } from './outermost.js';
import type { GuardPosition, Resolver } from './outermost.js';
import { markHandled } from './reference-guard.js';
import type { GuardRecord } from './registry.js';

type Path = GraphQLResolveInfo['path'];

export interface ValueGuard extends GuardRecord {
  readonly requirement: Requirement;
  /** The type of the field. */
  readonly type: GraphQLOutputType;
}

/** The resolver of a field whose values are asked about. Synchronous when the resolver and the policies are. */
export function guardValues(
  resolve: Resolver,
  { requirement: { rule, valuePolicies }, type: fieldType, isReportOnly }: ValueGuard,
  { askPolicies, report }: GuardServices,
  position: GuardPosition,
): Resolver {
  const typeName = getNamedType(fieldType).name;

  return (source, args, contextValue, info) => {
    const result: unknown = resolve(source, args, contextValue, info);
    // A function over this guard may return something else, so the guard over that function asks.
    if (result instanceof Error || guardAbove(position, info)) return result;
    const isForExecutor = isOutermost(position, info);
    const auth = authIn(contextValue);
    // In a dry run the guard of the field lets a caller through whose token is refused: no policy expects one.
    if (isReportOnly && decideInExecution(auth, rule, info)) return result;

    /** Gives the value, or the error in its place. */
    function judge(value: unknown, type: GraphQLOutputType, path: Path): unknown {
      if (mayBePromise(value)) return Promise.resolve(value).then((resolved) => judge(resolved, type, path));
      if (value === null || value === undefined || value instanceof Error) return value;
      const nullable = getNullableType(type);
      if (isListType(nullable)) return judgeList(value, nullable.ofType, path);
      const refusal = decidePolicies(valuePolicies, [value, args, contextValue, info], askPolicies);
      return whenSettled(refusal, (settled) => finish(settled, value, path));
    }

    function finish(refusal: Refusal | undefined, value: unknown, path: Path): unknown {
      if (refusal === undefined) return value;
      report(typeName, refusal, authStateOf(auth));
      if (isReportOnly) return value;
      const place = { nodes: info.fieldNodes, path: responsePathAsArray(path) };
      return createLocatedDenialError(refusal.denial, place, refusal.cause);
    }

    function judgeList(list: unknown, itemType: GraphQLOutputType, path: Path): unknown {
      const judgeItem = (item: unknown, index: number) =>
        judge(item, itemType, { prev: path, key: index, typename: undefined });
      if (isIterable(list)) return judgeItems(Array.from(list), judgeItem);
      // No list at all is refused by every executor.
      return isAsyncIterable(list)
        ? judgeStream(list, (item, index) => whenSettled(judgeItem(item, index), inPlace))
        : list;
    }

    /** The list waits for what it asks about its items. An item that was a promise stays one. */
    function judgeItems(items: readonly unknown[], judgeItem: (item: unknown, index: number) => unknown): unknown {
      const isPromised = items.map(mayBePromise);
      const judged = items.map((item, index) => {
        try {
          return judgeItem(item, index);
        } catch (error) {
          // A list in it that cannot be read: the item's fault, as for an item that comes later.
          isPromised[index] = true;
          // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- what the list threw, as it is
          return Promise.reject(error);
        }
      });
      const fill = (settled: readonly unknown[]) =>
        settled.map((each, index) => (isPromised[index] ? laterInPlace(judged[index]) : inPlace(each)));
      const asked = judged.map((each, index) => (isPromised[index] ? undefined : each));
      // Nothing looks at the promised ones while this list, or one around it, waits.
      for (const each of judged) if (isPromiseLike(each)) each.then(undefined, () => undefined);
      if (!asked.some(mayBePromise)) return fill(asked);
      return Promise.all(asked).then(fill);
    }

    const laterInPlace = (judged: unknown) =>
      isForExecutor ? judged : markHandled(Promise.resolve(judged).then(inPlace));
    // Anything but the executor might take an error in a list for an item.
    const inPlace = (judged: unknown) =>
      isForExecutor || !(judged instanceof Error) ? judged : markHandled(Promise.reject(judged));

    return whenSettled(judge(result, fieldType, info.path), (judged) => {
      if (!isForExecutor && judged instanceof Error) throw judged;
      return judged;
    });
  };
}

// graphql-js 16 refuses it; other executors take it for a list.
async function* judgeStream(stream: AsyncIterable<unknown>, judgeItem: (item: unknown, index: number) => unknown) {
  let index = 0;
  for await (const item of stream) {
    yield judgeItem(item, index);
    index += 1;
  }
}

/** Whether the value is a promise, or fails like one. */
function mayBePromise(value: unknown): boolean {
  try {
    return isPromiseLike(value);
  } catch {
    return true;
  }
}
