/** The guard of a field: a function around its resolver or its `subscribe` that enforces rules. */
import type { GraphQLError, GraphQLResolveInfo } from 'graphql';
import { authStateOf, isExpired } from '../../auth.js';
import type { AuthenticatedAuth } from '../../auth.js';
import { createFieldDenialError } from '../../denial-error.js';
import { denials } from '../../errors.js';
import type { Denial } from '../../errors.js';
import type { Ask } from '../decision/ask-policies.js';
import { authIn, refusalOf } from '../decision/decide.js';
import type { MaybeContext, Refusal } from '../decision/decide.js';
import { current, decideAll, decideInExecution, isCurrent } from '../decision/execution.js';
import { markPrivate } from './cache-hint.js';
import type { CacheControlled } from './cache-hint.js';
import { denialShown, isBelowGuard, isOutermost, noteVerdict, showDenial, verdictOf } from './outermost.js';
import type { Resolver, Stand } from './outermost.js';
import type { GuardRecord } from './registry.js';
import type { Report } from './report.js';
import type { Requirement } from '../rules/requirement.js';
import { isPromiseLike } from '../decision/promises.js';

export interface FieldGuard extends GuardRecord {
  readonly coordinate: string;
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
  // The execution in which the rule was met last.
  let metIn: object | undefined;
  return (source, args, contextValue, info: GraphQLResolveInfo & CacheControlled) => {
    // Written out: two calls here are a quarter of what a guard costs.
    if (info.cacheControl !== undefined) markPrivate(info);
    const auth = (contextValue as MaybeContext)?.auth;
    if (metIn === current.key && current.auth === auth && current.variableValues === info.variableValues) {
      return resolve(source, args, contextValue, info);
    }
    const refusal = decideInExecution(auth, rule, info);
    if (refusal === undefined && isCurrent(auth, info)) metIn = current.key;
    const denied = refusal && deny(refusal, guard, [source, args, contextValue, info], report, stand);
    return denied ?? resolve(source, args, contextValue, info);
  };
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
    const refusal = hasEnded ? refusalOf(state, denials.expired) : decideAll(auth, rules, info);
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
