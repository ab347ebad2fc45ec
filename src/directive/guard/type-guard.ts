/** The guard of an abstract type: a function around its `resolveType` that enforces the rules of the concrete types. */
import { getArgumentValues, getNamedType, getNullableType, isListType, responsePathAsArray } from 'graphql';
import type { GraphQLError, GraphQLResolveInfo, GraphQLTypeResolver } from 'graphql';
import { authStateOf } from '../../auth.js';
import { createLocatedDenialError } from '../../denial-error.js';
import { authIn } from '../decision/decide.js';
import type { Refusal } from '../decision/decide.js';
import { decideInExecution } from '../decision/execution.js';
import { isPromiseLike } from '../decision/promises.js';
import { memoize } from '../rules/memoize.js';
import { decidePolicies } from './field-guard.js';
import type { GuardServices } from './field-guard.js';
import { itemPathOf } from './list-guard.js';
import { throwWhenListed } from './reference-guard.js';
import { recordGuard } from './registry.js';
import type { GuardRecord, Members } from './registry.js';

type Path = GraphQLResolveInfo['path'];

export interface TypeGuard extends GuardRecord {
  /** The abstract type. */
  readonly typeName: string;
  readonly members: Members;
}

/** Puts a guard around `resolveType`, which is the first to know the concrete type of a value. */
export function guardResolveType(
  resolveType: GraphQLTypeResolver<unknown, unknown>,
  record: TypeGuard,
  { askPolicies, report }: GuardServices,
): GraphQLTypeResolver<unknown, unknown> {
  const { members, isReportOnly } = record;

  /** Gives what `resolveType` gave, unless the caller is denied such a value. */
  function check<T>(
    name: T,
    [value, contextValue, info]: readonly [unknown, unknown, GraphQLResolveInfo],
    isReturned: boolean,
    path: Path | undefined,
  ) {
    // graphql-js refuses anything but the name of a type.
    const requirement = typeof name === 'string' ? members.get(name) : undefined;
    if (requirement === undefined) return name;
    const { rule, valuePolicies } = requirement;
    // Until a value is what the field returned, it may be a bare reference: `@apollo/subgraph` asks of an interface what the
    // references of `_entities` are.
    const policies = isReturned ? [...requirement.policies, ...valuePolicies] : requirement.policies;
    const byToken = decideInExecution(authIn(contextValue), rule, info);
    if (!byToken && policies.length === 0) return name;
    const finish = (refusal: Refusal | undefined) => {
      if (refusal === undefined) return name;
      report(String(name), refusal, authStateOf(authIn(contextValue)));
      return isReportOnly ? name : deny(refusal, info, path);
    };
    if (byToken) return finish(byToken);
    const byPolicies = decidePolicies(policies, [value, argsOf(info), contextValue, info], askPolicies);
    return isPromiseLike(byPolicies) ? Promise.resolve(byPolicies).then(finish) : finish(byPolicies);
  }

  const guarded: GraphQLTypeResolver<unknown, unknown> = (value, contextValue, info, type) => {
    // A later transformation may have given the type another name. Not every executor passes the type.
    const { name: typeName } = (type as { readonly name: string } | undefined) ?? { name: record.typeName };
    const isReturned = getNamedType(info.returnType).name === typeName;
    const path = isReturned ? pathOf(info) : undefined;
    const name = resolveType(value, contextValue, info, type);
    return isPromiseLike(name)
      ? Promise.resolve(name).then((resolved) => check(resolved, [value, contextValue, info], isReturned, path))
      : check(name, [value, contextValue, info], isReturned, path);
  };
  recordGuard(guarded, record);
  return guarded;
}

/** The arguments of the field whose value is at hand: read once for all items, because a literal may be as large as the document. */
const argsOf = memoize(({ parentType, fieldName, fieldNodes: [node], variableValues }: GraphQLResolveInfo) => {
  const field = parentType.getFields()[fieldName];
  return field && node ? getArgumentValues(field, node, variableValues) : {};
}, new WeakMap<GraphQLResolveInfo, Record<string, unknown>>());

/** @throws {GraphQLError} unless the error has to wait for a list. */
function deny(refusal: Refusal, info: GraphQLResolveInfo, path: Path | undefined): Promise<never> {
  const error = createItemDenialError(refusal, info, path);
  const later = path === undefined ? throwWhenListed(error, info) : undefined;
  if (later) return later;
  throw error;
}

/** Where the value at hand is, which the field has returned. */
function pathOf(info: GraphQLResolveInfo): Path | undefined {
  return isListType(getNullableType(info.returnType)) ? itemPathOf(info) : info.path;
}

/** Has no path if the path is not known: graphql-js adds it, with the index of the list item. */
function createItemDenialError(
  { denial, cause }: Refusal,
  info: GraphQLResolveInfo,
  path: Path | undefined,
): GraphQLError {
  const place = path && { nodes: info.fieldNodes, path: responsePathAsArray(path) };
  return createLocatedDenialError(denial, place, cause);
}
