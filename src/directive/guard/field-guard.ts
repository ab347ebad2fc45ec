/** The guard of a field: a function around its resolver or its `subscribe` that enforces rules. */
import type { GraphQLError, GraphQLResolveInfo } from 'graphql';
import { authStateOf } from '../../auth.js';
import { createFieldDenialError } from '../../denial-error.js';
import { denials } from '../../errors.js';
import { endingOf } from '../../expiry.js';
import type { AskPolicies } from '../decision/ask-policies.js';
import { authIn, misconfigured, toRefusal } from '../decision/decide.js';
import type { MaybeContext, Refusal } from '../decision/decide.js';
import { decideAll, decideEvent, decideInExecution, executionAtHand, NO_EXECUTION } from '../decision/execution.js';
import { isPromiseLike, whenSettled } from '../decision/promises.js';
import type { PolicyClause, Requirement } from '../rules/requirement.js';
import { isAnyAging, markPrivate } from './cache-hint.js';
import type { CacheControlled } from './cache-hint.js';
import { guardAbove, isOutermost, showDenial } from './outermost.js';
import type { ForeignWrapper, GuardPosition, Resolver } from './outermost.js';
import type { GuardRecord } from './registry.js';
import type { Report } from './report.js';

export interface FieldGuard extends GuardRecord {
  readonly coordinate: string;
}

/** What the guards of one schema share. */
export interface GuardServices {
  readonly askPolicies: AskPolicies;
  readonly report: Report;
}

type Call = Parameters<Resolver>;

/** The resolver behind a guard: synchronous when the resolver is, unless a policy has to be waited for. */
export function guardResolver(
  resolve: Resolver,
  guard: FieldGuard,
  services: GuardServices,
  position: GuardPosition,
): Resolver {
  const { requirement, inputs, checksExpiry } = guard;
  const isSimple = !inputs && (requirement === undefined || requirement.policies.length === 0);
  if (isSimple && checksExpiry) return guardEvent(resolve, guard, services.report, position);
  return isSimple && requirement
    ? guardByRule(resolve, guard, requirement, services.report, position)
    : guardByAll(resolve, guard, services, position);
}

/** The same for the field of a subscription, of which each event is an execution: nothing is worth remembering. */
function guardEvent(resolve: Resolver, guard: FieldGuard, report: Report, position: GuardPosition): Resolver {
  const { requirement, members } = guard;
  const rule = requirement?.rule;
  const isAging = isAnyAging([...(requirement ? [requirement] : []), ...(members?.values() ?? [])]);
  return (source, args, contextValue, info) => {
    if (rule !== undefined || members) markPrivate(info, isAging);
    const auth = authIn(contextValue);
    const refusal = decideEvent(auth, rule, info);
    if (refusal?.denial === denials.expired) endingOf(contextValue)?.();
    const denied =
      refusal && deny(refusal, [source, args, contextValue, info], guard, report, position, position.wrapper);
    return denied ?? resolve(source, args, contextValue, info);
  };
}

/** The shortest way for what nearly all guards are: one look at the execution in which the rule was met last. */
function guardByRule(
  resolve: Resolver,
  guard: FieldGuard,
  { rule }: Requirement,
  report: Report,
  position: GuardPosition,
): Resolver {
  let metIn = NO_EXECUTION;
  const isAging = isAnyAging([{ rule }, ...(guard.members?.values() ?? [])]);
  return (source, args, contextValue, info: GraphQLResolveInfo & CacheControlled) => {
    // Written out: two calls here are a quarter of what a guard costs.
    if (info.cacheControl !== undefined) markPrivate(info, isAging);
    const auth = (contextValue as MaybeContext)?.auth;
    if (metIn.auth === auth && metIn.variableValues === info.variableValues) {
      return resolve(source, args, contextValue, info);
    }
    const refusal = decideInExecution(auth, rule, info);
    if (refusal === undefined) metIn = executionAtHand(auth, rule, info);
    const denied =
      refusal && deny(refusal, [source, args, contextValue, info], guard, report, position, position.wrapper);
    return denied ?? resolve(source, args, contextValue, info);
  };
}

/** The whole decision, step by step: is the token still valid, are the rules met, do the policies allow it? */
function guardByAll(
  resolve: Resolver,
  guard: FieldGuard,
  { askPolicies, report }: GuardServices,
  position: GuardPosition,
): Resolver {
  const { wrapper } = position;
  const areMembersAging = isAnyAging(guard.members?.values() ?? []);
  return (...call) => {
    const [, , contextValue, info] = call;
    const auth = authIn(contextValue);
    const asked = findAsked(guard, info);
    // A rule that waits for the concrete type makes the response differ from caller to caller all the same.
    if (asked.length > 0 || guard.members) markPrivate(info, areMembersAging || isAnyAging(asked));
    const rules = asked.map(({ rule }) => rule);
    const clauses = asked.flatMap(({ policies }) => policies);
    const goOn = (refusal: Refusal | undefined) =>
      (refusal && deny(refusal, call, guard, report, position, wrapper)) ?? resolve(...call);

    const expired = guard.checksExpiry ? decideEvent(auth, undefined, info) : undefined;
    if (expired) endingOf(contextValue)?.();
    const byToken = expired ?? decideAll(auth, rules, info);
    if (byToken || clauses.length === 0) return goOn(byToken);
    const decideByPolicies = () => decidePolicies(clauses, call, askPolicies);
    if (wrapper === undefined) {
      return whenSettled(decideByPolicies(), (refusal) => {
        if (guardAbove(position, info)) noteVerdict(info, refusal);
        return goOn(refusal);
      });
    }
    // Policies are asked by the guard below: once, and about the arguments and the context that the wrapper passes on.
    return afterwards(
      () => resolve(...call),
      (finish) => {
        const verdict = verdicts.get(info);
        return whenSettled(
          verdict ? verdict.refusal : decideByPolicies(),
          (refusal) => (refusal && deny(refusal, call, guard, report, position)) ?? finish(),
        );
      },
    );
  };
}

/** What the request asks for at this field: the field's own requirement, and those of the inputs that it provides. */
function findAsked({ requirement, inputs }: FieldGuard, info: GraphQLResolveInfo): readonly Requirement[] {
  const [node] = info.fieldNodes;
  const provided = inputs && node ? inputs.provided(node, info.variableValues, info.schema) : [];
  return requirement ? [requirement, ...provided] : provided;
}

/** Why the policies refuse the call; asked only of a caller whose token meets the rules. */
export function decidePolicies(
  clauses: readonly PolicyClause[],
  [source, args, contextValue, info]: Call,
  askPolicies: AskPolicies,
): Refusal | undefined | PromiseLike<Refusal | undefined> {
  const state = authStateOf(authIn(contextValue));
  if (state === undefined) return misconfigured(authIn(contextValue));
  const { auth } = state;
  // Every rule asks for a verified token at least, and all of them were met; a resolver can have replaced the caller since.
  if (auth.status !== 'authenticated') return toRefusal(state, denials.missing);
  const answer = askPolicies(clauses, { auth, source, args, context: contextValue, info }, state);
  return whenSettled(answer, (isAllowed) => (isAllowed ? undefined : toRefusal(state, denials.policy)));
}

// What the guards below a wrapper decided by their policies, by the field's `info`.
const verdicts = new WeakMap<object, { readonly refusal: Refusal | undefined }>();

/** Once refused, it stays refused: a wrapper may call the guard again with other arguments. */
function noteVerdict(info: object, refusal: Refusal | undefined): void {
  if (verdicts.get(info)?.refusal === undefined) verdicts.set(info, { refusal });
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
 * @param unaware A wrapper that was not called, to which the denial is shown.
 * @throws {GraphQLError} to a function that was put over the guard.
 */
function deny(
  { denial, cause }: Refusal,
  call: Call,
  { coordinate, isReportOnly }: FieldGuard,
  report: Report,
  position: GuardPosition,
  unaware?: ForeignWrapper,
): GraphQLError | undefined {
  const [, , contextValue, info] = call;
  const above = guardAbove(position, info);
  if (above?.wrapper) above.wrapper.leadsToGuard = true;
  if (!above) report(coordinate, { denial, cause }, authStateOf(authIn(contextValue)));
  if (isReportOnly) return undefined;
  const error = createFieldDenialError(denial, info, cause);
  if (!isOutermost(position, info)) throw error;
  if (unaware) showDenial(unaware, call);
  return error;
}
