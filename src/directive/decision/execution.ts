/**
 * The execution at hand: whether its caller's token has run out since the `Auth` was made is looked at once for each
 * execution, not once for each field, and a rule remembers in which execution it was met last.
 */
import type { GraphQLResolveInfo } from 'graphql';
import { authStateOf, isExpired } from '../../auth.js';
import type { AuthState } from '../../auth.js';
import { denials } from '../../errors.js';
import type { Rule } from '../rules/rule.js';
import { decide, evaluate, misconfigured, refusalOf } from './decide.js';
import type { Refusal } from './decide.js';

/** The fields of one operation, or of one event of a subscription, for one `Auth`. */
export interface Execution {
  auth: unknown;
  /** The coerced variables, which graphql-js makes anew for each execution. */
  variableValues: object;
  state: AuthState | undefined;
}

// Of no execution: equal to nothing that comes from outside.
const NOTHING: object = Object.freeze({});

/** Where no rule was met. */
export const NO_EXECUTION: Execution = { auth: NOTHING, variableValues: NOTHING, state: undefined };

// The last one. One is enough: an execution's fields come in a row.
let current = NO_EXECUTION;

// The `Auth` that was good when the execution of these variables began, for executions that take turns.
const goodAuths = new WeakMap<object, unknown>();

/**
 * The execution of an `Auth` whose token has not run out when it begins; undefined for a token that has, and for anything
 * that is no `Auth`. What has begun goes on to its end: a request is decided as it arrives. An `Auth` may outlive its
 * request, on a WebSocket for one, and its decisions are remembered.
 */
export function liveExecutionOf(
  auth: unknown,
  { variableValues }: Partial<Pick<GraphQLResolveInfo, 'variableValues'>>,
): Execution | undefined {
  if (current.auth === auth && current.variableValues === variableValues) return current;
  const state = authStateOf(auth);
  if (state === undefined) return undefined;
  // Nothing by which this execution could be known again: who calls a resolver by hand may leave the variables out.
  if (variableValues === undefined) return isExpired(state) ? undefined : { auth, variableValues: NOTHING, state };
  if (goodAuths.get(variableValues) !== auth) {
    if (isExpired(state)) return undefined;
    goodAuths.set(variableValues, auth);
  }
  // Rules still point to what is over: it must not keep anybody's `Auth` or large variables.
  if (current !== NO_EXECUTION) forget(current);
  current = { auth, variableValues, state };
  return current;
}

function forget(execution: Execution): void {
  execution.auth = NOTHING;
  execution.variableValues = NOTHING;
  execution.state = undefined;
}

export function decideInExecution(auth: unknown, rule: Rule, info: GraphQLResolveInfo): Refusal | undefined {
  const state = authStateOf(auth);
  if (state === undefined) return misconfigured(auth);
  const execution = liveExecutionOf(auth, info);
  const denial = execution ? decide(state, rule) : denials.expired;
  if (denial) return refusalOf(state, denial);
  if (execution) rule.metIn = execution;
  return undefined;
}

export function decideAll(auth: unknown, rules: readonly Rule[], info: GraphQLResolveInfo): Refusal | undefined {
  const refusals = rules.flatMap((rule) => decideInExecution(auth, rule, info) ?? []);
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
