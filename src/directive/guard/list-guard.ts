/**
 * The items of a list as graphql-js is given them when the caller may be denied one.
 *
 * Each with its path noted: `resolveType` gets the field's path and not the item's, and an error without a path makes
 * graphql-js build another one around it, for twenty times what the denial of a field costs. A thousand denied rows must
 * not be the cheap way to hurt a server.
 *
 * Each by a promise, where a denial below an item can end the item and with it the list: graphql-js 16 forgets the
 * promises of the items before one that fails at once, and if one of them is rejected later nobody listens, which ends the
 * process. What comes by a promise is waited for with the others, whatever is wrong with its neighbours.
 */
import type { GraphQLResolveInfo } from 'graphql';
import { authIn } from '../decision/decide.js';
import { decideInExecution } from '../decision/execution.js';
import { isPromiseLike } from '../decision/promises.js';
import type { Rule } from '../rules/rule.js';
import type { Denials } from './endable-lists.js';
import { isBelowGuard, isOutermost } from './outermost.js';
import type { Resolver, Stand } from './outermost.js';
import type { Members } from './registry.js';

type Path = GraphQLResolveInfo['path'];

/** What the items of a list can be denied by. */
export interface ListGuard {
  /** By what they turn out to be. */
  readonly members: Members | undefined;
  /** By what is selected below them; undefined when that could not end an item. */
  readonly denialsBelow: ((info: GraphQLResolveInfo) => Denials) | undefined;
}

/** The resolver of a list whose items the caller may be denied: it answers the same, in a form that bears denials. */
export function guardItems(resolve: Resolver, { members, denialsBelow }: ListGuard, stand: Stand): Resolver {
  const memberRules = [...(members?.values() ?? [])].map(({ rule }) => rule);
  return (source, args, contextValue, info) => {
    const result: unknown = resolve(source, args, contextValue, info);
    if (isEmpty(result) || result instanceof Error) return result;
    const auth = authIn(contextValue);
    const meets = (rule: Rule) => decideInExecution(auth, rule, info) === undefined;
    const below = denialsBelow?.(info);
    const isByPromise = below !== undefined && (below.isUncertain || ![...below.rules].every(meets));
    if (!isByPromise && memberRules.every(meets)) return result;
    // What stands between two guards gets the list as it is; the outer one gives it its form.
    return !isOutermost(stand, info) && isBelowGuard(stand, info) ? result : trackItems(result, info, isByPromise);
  };
}

function isEmpty(result: unknown): boolean {
  return Array.isArray(result) && result.length === 0;
}

/** What is known on the way through one list. */
interface Cursor {
  path: Path;
  readonly isByPromise: boolean;
}

const cursors = new WeakMap<GraphQLResolveInfo, Cursor>();

/** The path of the item at hand; undefined when nothing tracks the list. To be read before anything is awaited. */
export function itemPathOf(info: GraphQLResolveInfo): Path | undefined {
  return cursors.get(info)?.path;
}

/** The field's result, in a form that notes each item's path right before graphql-js takes the item. */
function trackItems(result: unknown, info: GraphQLResolveInfo, isByPromise: boolean): unknown {
  const cursor: Cursor = { path: info.path, isByPromise };
  const start = (value: unknown) => {
    // From here on what `itemPathOf` says is true; an iterable that is taken as it is gets no note.
    if (!isList(value, cursor)) return value;
    cursors.set(info, cursor);
    return track(value, info.path, cursor);
  };
  return isPromiseLike(result) ? result.then(start) : start(result);
}

/** Any iterable is a list for graphql-js. One that is no array is left alone unless its items have to be promises. */
function isList(value: unknown, { isByPromise }: Cursor): value is Iterable<unknown> {
  return (
    Array.isArray(value) || (isByPromise && typeof value === 'object' && value !== null && Symbol.iterator in value)
  );
}

function track(value: unknown, path: Path, cursor: Cursor): unknown {
  if (isPromiseLike(value)) {
    // No promise in between: another item's turn would come before graphql-js takes this one.
    return {
      then: (resolve: (value: unknown) => unknown, reject: (reason: unknown) => unknown) =>
        value.then((item) => resolve(track(item, path, cursor)), reject),
    };
  }
  cursor.path = path;
  return isList(value, cursor) ? trackList(Array.from(value), path, cursor) : value;
}

// A true array for whoever looks at it; graphql-js iterates (`Array.from`), and completes each item before the next.
function trackList(items: readonly unknown[], path: Path, cursor: Cursor): readonly unknown[] {
  return Object.defineProperty([...items], Symbol.iterator, {
    *value() {
      for (let index = 0; index < items.length; index += 1) {
        const item = cursor.isByPromise ? Promise.resolve(items[index]) : items[index];
        yield track(item, { prev: path, key: index, typename: undefined }, cursor);
      }
    },
  });
}
