/** The guard of an abstract type: a function around its `resolveType` that enforces the rules of the concrete types. */
import { getNullableType, isListType, responsePathAsArray } from 'graphql';
import type { GraphQLError, GraphQLResolveInfo, GraphQLTypeResolver } from 'graphql';
import { authStateOf } from '../../auth.js';
import { createLocatedDenialError } from '../../denial-error.js';
import { authIn } from '../decision/decide.js';
import type { Refusal } from '../decision/decide.js';
import { decideInExecution } from '../decision/execution.js';
import { isPromiseLike } from '../decision/promises.js';
import { itemPathOf } from './list-guard.js';
import { recordGuard } from './registry.js';
import type { GuardRecord, Members } from './registry.js';
import type { Report } from './report.js';

type Path = GraphQLResolveInfo['path'];

/** Puts a guard around `resolveType`, which is the first to know the concrete type of a value. */
export function guardResolveType(
  resolveType: GraphQLTypeResolver<unknown, unknown>,
  record: GuardRecord & { readonly members: Members },
  report: Report,
): GraphQLTypeResolver<unknown, unknown> {
  const { members, isReportOnly } = record;
  const check = <T>(name: T, contextValue: unknown, info: GraphQLResolveInfo, path: Path | undefined): T => {
    // graphql-js refuses anything but the name of a type.
    const requirement = typeof name === 'string' ? members.get(name) : undefined;
    if (requirement === undefined) return name;
    const auth = authIn(contextValue);
    const refusal = decideInExecution(auth, requirement.rule, info);
    if (refusal) {
      report(String(name), refusal, authStateOf(auth));
      if (!isReportOnly) throw createItemDenialError(refusal, info, path);
    }
    return name;
  };
  const guarded: GraphQLTypeResolver<unknown, unknown> = (value, contextValue, info, type) => {
    const path = isListType(getNullableType(info.returnType)) ? itemPathOf(info) : info.path;
    const name = resolveType(value, contextValue, info, type);
    return isPromiseLike(name)
      ? Promise.resolve(name).then((resolved) => check(resolved, contextValue, info, path))
      : check(name, contextValue, info, path);
  };
  recordGuard(guarded, record);
  return guarded;
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
