/** Wrappers around a field's resolver, its `subscribe` and a type's `resolveType` that enforce rules. */
import { getNullableType, isListType, responsePathAsArray } from 'graphql';
import type { GraphQLError, GraphQLResolveInfo, GraphQLTypeResolver } from 'graphql';
import { authStateOf, isExpired } from '../../auth.js';
import type { AuthenticatedAuth } from '../../auth.js';
import { createFieldDenialError, createLocatedDenialError } from '../../denial-error.js';
import { denials } from '../../errors.js';
import type { Denial } from '../../errors.js';
import type { Ask } from '../decision/ask-policies.js';
import { authIn, decide, evaluate, misconfigured, refusalOf } from '../decision/decide.js';
import type { MaybeContext, Refusal } from '../decision/decide.js';
import { liveExecutionOf } from '../decision/execution.js';
import { itemPathOf, trackItems } from './list-guard.js';
import { denialShown, isBelowGuard, isOutermost, noteVerdict, showDenial, verdictOf } from './outermost.js';
import type { Resolver, Stand } from './outermost.js';
import type { Denials } from './endable-lists.js';
import { recordGuard } from './registry.js';
import type { GuardRecord, Members } from './registry.js';
import type { Report } from './report.js';
import type { Requirement } from '../rules/requirement.js';
import type { Rule } from '../rules/rule.js';
import { isPromiseLike } from '../decision/promises.js';

type Path = GraphQLResolveInfo['path'];

export interface FieldGuard extends GuardRecord {
  readonly coordinate: string;
}

/** What the items of a list can be denied by. */
export interface ListGuard {
  /** By what they turn out to be. */
  readonly members: Members | undefined;
  /** By what is selected below them; undefined when that could not end an item. */
  readonly denialsBelow: ((info: GraphQLResolveInfo) => Denials) | undefined;
}

/** What the guards of one schema share. */
export interface GuardServices {
  readonly ask: Ask;
  readonly report: Report;
}

/** The resolver behind a guard: synchronous when the resolver is, unless a policy has to be waited for. */
export function guardResolver(resolve: Resolver, guard: FieldGuard, services: GuardServices, stand: Stand): Resolver {
  const { requirement, inputs, checksExpiry } = guard;
  const isSimple = !inputs && !checksExpiry && requirement?.policies.length === 0;
  return isSimple
    ? guardByRule(resolve, guard, requirement, services.report, stand)
    : guardByAll(resolve, guard, services, stand);
}

/** The shortest way for what nearly all guards are: one look at where the rule was met last. */
function guardByRule(
  resolve: Resolver,
  guard: FieldGuard,
  { rule }: Requirement,
  report: Report,
  stand: Stand,
): Resolver {
  return (source, args, contextValue, info: GraphQLResolveInfo & CacheControlled) => {
    // Written out: two calls here are a quarter of what a guard costs.
    if (info.cacheControl !== undefined) markPrivate(info);
    const auth = (contextValue as MaybeContext)?.auth;
    const { metIn } = rule;
    if (metIn.auth === auth && metIn.variableValues === info.variableValues) {
      return resolve(source, args, contextValue, info);
    }
    const refusal = refuseByRule(auth, rule, info);
    const denied = refusal && deny(refusal, guard, [source, args, contextValue, info], report, stand);
    return denied ?? resolve(source, args, contextValue, info);
  };
}

/** The resolver of a list whose items the caller may be denied: it answers the same, in a form that bears denials. */
export function guardItems(resolve: Resolver, { members, denialsBelow }: ListGuard, stand: Stand): Resolver {
  const memberRules = [...(members?.values() ?? [])].map(({ rule }) => rule);
  return (source, args, contextValue, info) => {
    const result: unknown = resolve(source, args, contextValue, info);
    if (isEmpty(result) || result instanceof Error) return result;
    const auth = authIn(contextValue);
    const meets = (rule: Rule) => refuseByRule(auth, rule, info) === undefined;
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

function guardByAll(resolve: Resolver, guard: FieldGuard, { ask, report }: GuardServices, stand: Stand): Resolver {
  const { requirement, inputs, members } = guard;
  return (...call) => {
    const [source, args, contextValue, info] = call;
    const [node] = info.fieldNodes;
    const provided = inputs && node ? inputs.provided(node, info.variableValues, info.schema) : [];
    const asked = requirement ? [requirement, ...provided] : provided;
    // A rule that waits for the concrete type makes the answer differ from caller to caller all the same.
    if (asked.length > 0 || members) markPrivate(info);

    const auth = authIn(contextValue);
    const state = authStateOf(auth);
    const rules = asked.map(({ rule }) => rule);
    const hasEnded = guard.checksExpiry && state !== undefined && isExpired(state);
    const refusal = hasEnded ? refusalOf(state, denials.expired) : refuse(auth, rules, info);
    const goOn = (denial: Refusal | undefined) => {
      const denied = denial && deny(denial, guard, call, report, stand);
      return denied ?? resolve(...call);
    };
    const clauses = asked.flatMap(({ policies }) => policies);
    if (refusal || state === undefined || clauses.length === 0) return goOn(refusal);

    // Every rule asks for a verified token at least, and none refused.
    const request = { auth: state.auth as AuthenticatedAuth, source, args, context: contextValue, info };
    const decideByPolicies = <T>(conclude: (denial: Refusal | undefined) => T): T | Promise<T> => {
      const toRefusal = (allowed: boolean) => (allowed ? undefined : refusalOf(state, denials.policy));
      const answer = ask(clauses, request, state);
      return typeof answer === 'boolean'
        ? conclude(toRefusal(answer))
        : answer.then((each) => conclude(toRefusal(each)));
    };
    if (stand.wrapper === undefined) {
      return decideByPolicies((denial) => {
        if (!isOutermost(stand, info) && isBelowGuard(stand, info)) noteVerdict(info, denial);
        return goOn(denial);
      });
    }
    // Policies are asked by the guard below: once, and about the arguments and the context that the wrapper passes on.
    return afterwards(
      () => resolve(...call),
      (finish) => {
        const verdict = verdictOf(info);
        const end = (denial: Refusal | undefined) =>
          (denial && deny(denial, guard, call, report, { ...stand, wrapper: undefined })) ?? finish();
        return verdict === undefined ? decideByPolicies(end) : end(verdict === 'allowed' ? undefined : verdict);
      },
    );
  };
}

/** Calls the resolver, and decides when it is done, one way or another. `finish` gives what it gave, or throws it. */
function afterwards(resolve: () => unknown, decide: (finish: () => unknown) => unknown): unknown {
  const fail = (error: unknown) =>
    decide(() => {
      throw error;
    });
  let result: unknown;
  try {
    result = resolve();
  } catch (error) {
    return fail(error);
  }
  return isPromiseLike(result) ? result.then((value) => decide(() => value), fail) : decide(() => result);
}

function refuseByRule(auth: unknown, rule: Rule, info: GraphQLResolveInfo): Refusal | undefined {
  const state = authStateOf(auth);
  if (state === undefined) return misconfigured(auth);
  const execution = liveExecutionOf(auth, info);
  const denial = execution ? decide(state, rule) : denials.expired;
  if (denial) return refusalOf(state, denial);
  if (execution) rule.metIn = execution;
  return undefined;
}

function refuse(auth: unknown, rules: readonly Rule[], info: GraphQLResolveInfo): Refusal | undefined {
  const refusals = rules.flatMap((rule) => refuseByRule(auth, rule, info) ?? []);
  const execution = refusals.length > 1 ? liveExecutionOf(auth, info) : undefined;
  if (execution?.state === undefined) return refusals[0];
  const { state } = execution;
  // Decided together: the reason is the first of them all, whichever element asks for it.
  const denial = evaluate(
    state.auth,
    rules.flatMap(({ clauses }) => clauses),
  );
  return denial && refusalOf(state, denial);
}

/**
 * The error of the field; undefined in a dry run. To the executor itself it is returned, not thrown: graphql-js throws
 * what a resolver returns as an error (GraphQL specification, section 6.4.4, "Handling Field Errors"), in the very
 * function that catches it, which costs a third of throwing it from here. Any other function might take it for the
 * field's value.
 *
 * @throws {GraphQLError} to a function that was put over the guard.
 */
function deny(
  refusal: Refusal,
  guard: FieldGuard,
  call: Parameters<Resolver>,
  report: Report,
  stand: Stand,
): GraphQLError | undefined {
  const [, , contextValue, info] = call;
  const isLast = isOutermost(stand, info);
  if (isLast || !isBelowGuard(stand, info)) report(guard.coordinate, refusal, authStateOf(authIn(contextValue)));
  if (guard.isReportOnly) return undefined;
  if (!isLast) throw denialShown(info) ?? createFieldDenialError(refusal.denial, info, refusal.cause);
  const error = createFieldDenialError(refusal.denial, info, refusal.cause);
  if (stand.wrapper === undefined) return error;
  showDenial(stand, call, error);
  // What a wrapper does to the error is not for the client.
  return isUnchanged(error, refusal.denial) ? error : createFieldDenialError(refusal.denial, info, refusal.cause);
}

function isUnchanged({ message, extensions }: GraphQLError, { message: constant, code, reason }: Denial): boolean {
  return (
    message === constant &&
    extensions['code'] === code &&
    extensions['reason'] === reason &&
    Object.keys(extensions).length === (reason === undefined ? 1 : 2)
  );
}

/** `resolveType` behind a guard: the first moment at which it is known what a value of an abstract type is. */
export function guardResolveType(
  resolveType: GraphQLTypeResolver<unknown, unknown>,
  record: GuardRecord & { readonly members: Members },
  report: Report,
): GraphQLTypeResolver<unknown, unknown> {
  const { members, isReportOnly } = record;
  const check = <T>(name: T, contextValue: unknown, info: GraphQLResolveInfo, path: Path | undefined): T => {
    // What is no name of a type is graphql-js's to refuse.
    const requirement = typeof name === 'string' ? members.get(name) : undefined;
    if (requirement === undefined) return name;
    const auth = authIn(contextValue);
    const refusal = refuseByRule(auth, requirement.rule, info);
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

/** Without a path where it is not known: graphql-js knows the index of the list item, and adds it. */
function createItemDenialError(
  { denial, cause }: Refusal,
  info: GraphQLResolveInfo,
  path: Path | undefined,
): GraphQLError {
  const place = path && { nodes: info.fieldNodes, path: responsePathAsArray(path) };
  return createLocatedDenialError(denial, place, cause);
}

/** What Apollo Server's cache-control plugin adds. */
interface CacheControlled {
  readonly cacheControl?: { readonly cacheHint: { restrict(hint: { readonly scope: 'PRIVATE' }): void } };
}

/** An answer that depends on the caller must not be kept by a cache that others ask. */
function markPrivate(info: GraphQLResolveInfo & CacheControlled): void {
  if (info.cacheControl !== undefined) info.cacheControl.cacheHint.restrict({ scope: 'PRIVATE' });
}
