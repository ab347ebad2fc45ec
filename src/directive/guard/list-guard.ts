/**
 * The guard of a list: it gives graphql-js the items in a form that bears denials, when the caller may be denied one.
 *
 * Each with its path noted: `resolveType` gets the field's path and not the item's, and an error without a path makes
 * graphql-js build another one around it, for twenty times what the denial of a field costs.
 *
 * Each as a promise, where a denial of an item or below it can end it: graphql-js 16 forgets the promises of the items before
 * one that fails at once, and a forgotten promise that is rejected ends the process (docs/decisions: lists by promise).
 */
import type { GraphQLResolveInfo } from 'graphql';
import { authIn } from '../decision/decide.js';
import { decideInExecution } from '../decision/execution.js';
import { isIterable, isPromiseLike, whenSettled } from '../decision/promises.js';
import type { Rule } from '../rules/rule.js';
import type { Denials } from './endable-lists.js';
import { guardAbove } from './outermost.js';
import type { GuardPosition, Resolver } from './outermost.js';
import type { Members } from './registry.js';

type Path = GraphQLResolveInfo['path'];

/** What the items of a list can be denied by. */
export interface ListGuard {
  /** By what they turn out to be. */
  readonly members: Members | undefined;
  /** By policies about each of them. */
  readonly haveValuePolicies: boolean;
  /** By what is selected below them; undefined when that could not end an item. */
  readonly denialsBelow: ((info: GraphQLResolveInfo) => Denials) | undefined;
}

/** The resolver of a list whose items the caller may be denied. */
export function guardItems(
  resolve: Resolver,
  { members, haveValuePolicies, denialsBelow }: ListGuard,
  position: GuardPosition,
): Resolver {
  const asked = [...(members?.values() ?? [])];
  const memberRules = asked.map(({ rule }) => rule);
  const havePolicies =
    haveValuePolicies || asked.some(({ policies, valuePolicies }) => policies.length + valuePolicies.length > 0);
  return (source, args, contextValue, info) => {
    const result: unknown = resolve(source, args, contextValue, info);
    if (isEmpty(result) || result instanceof Error) return result;
    const auth = authIn(contextValue);
    const isMet = (rule: Rule) => decideInExecution(auth, rule, info) === undefined;
    const allows = ({ rules, isUncertain }: Denials) => !isUncertain && rules.every(isMet);
    const areMembersAllowed = !havePolicies && memberRules.every(isMet);
    const asPromises = denialsBelow !== undefined && !(areMembersAllowed && allows(denialsBelow(info)));
    // What stands between two guards gets the list as it is; the outer one gives it its form.
    if ((areMembersAllowed && !asPromises) || guardAbove(position, info)) return result;
    return trackItems(result, info, asPromises);
  };
}

function isEmpty(result: unknown): boolean {
  return Array.isArray(result) && result.length === 0;
}

/** The path of the item at hand in one list. */
interface ItemPath {
  path: Path;
  readonly asPromises: boolean;
}

const itemPaths = new WeakMap<GraphQLResolveInfo, ItemPath>();

/** The path of the item at hand; undefined when nothing tracks the list. To be read before anything is awaited. */
export function itemPathOf(info: GraphQLResolveInfo): Path | undefined {
  return itemPaths.get(info)?.path;
}

/** The field's result, in a form that notes each item's path right before graphql-js takes the item. */
function trackItems(result: unknown, info: GraphQLResolveInfo, asPromises: boolean): unknown {
  const itemPath: ItemPath = { path: info.path, asPromises };
  return whenSettled(result, (value) => {
    // From here on what `itemPathOf` says is true; an iterable that is taken as it is gets no note.
    if (!isList(value, asPromises)) return value;
    itemPaths.set(info, itemPath);
    return track(value, info.path, itemPath);
  });
}

/** Any iterable is a list for graphql-js. One that is no array is left alone unless its items have to be promises. */
function isList(value: unknown, asPromises: boolean): value is Iterable<unknown> {
  return Array.isArray(value) || (asPromises && isIterable(value));
}

function track(value: unknown, path: Path, itemPath: ItemPath): unknown {
  if (isPromiseLike(value)) {
    // No promise in between: another item's turn would come before graphql-js takes this one.
    return {
      then: (resolve: (value: unknown) => unknown, reject: (reason: unknown) => unknown) =>
        value.then((item) => resolve(track(item, path, itemPath)), reject),
    };
  }
  itemPath.path = path;
  return isList(value, itemPath.asPromises) ? trackList(Array.from(value), path, itemPath) : value;
}

// A true array for other readers; graphql-js iterates (`Array.from`), and completes each item before the next.
function trackList(items: readonly unknown[], path: Path, itemPath: ItemPath): readonly unknown[] {
  return Object.defineProperty([...items], Symbol.iterator, {
    *value() {
      for (let index = 0; index < items.length; index += 1) {
        const item = itemPath.asPromises ? Promise.resolve(items[index]) : items[index];
        yield track(item, { prev: path, key: index, typename: undefined }, itemPath);
      }
    },
  });
}
