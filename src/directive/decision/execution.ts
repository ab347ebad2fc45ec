/**
 * The execution at hand: the fields of one operation, or of one event of a subscription, for one `Auth`. Whether the
 * token has expired is asked once for each execution, not once for each field, and a guard remembers in which execution
 * its rule was met.
 */
import { OperationTypeNode } from 'graphql';
import type { GraphQLResolveInfo } from 'graphql';
import { authStateOf } from '../../auth.js';
import type { AuthState } from '../../auth.js';
import { denials } from '../../errors.js';
import { hasExpired, isExpired } from '../../expiry.js';
import type { Rule } from '../rules/rule.js';
import { decide, evaluate, misconfigured, toRefusal } from './decide.js';
import type { Refusal } from './decide.js';

type ExecutionInfo = Partial<Pick<GraphQLResolveInfo, 'variableValues' | 'operation' | 'path'>>;

/** What tells one execution from another. */
export interface Execution {
  auth: unknown;
  /** The coerced variables, which graphql-js makes anew for each execution. */
  variableValues: object;
}

// No value from outside equals it.
const NOTHING: object = Object.freeze({});

/** The execution of no field. */
export const NO_EXECUTION: Execution = { auth: NOTHING, variableValues: NOTHING };

// The last one. One is enough: an execution's fields come in a row.
let current: Execution = { ...NO_EXECUTION };

/**
 * The execution of this `Auth` and these variables, for a guard to remember that the rule was met in it; `NO_EXECUTION`
 * unless it is at hand, and for a decision that ends before the variables do.
 */
export function executionAtHand(auth: unknown, { maxAge }: Rule, info: ExecutionInfo): Execution {
  if (maxAge !== undefined && isEvent(info)) return NO_EXECUTION;
  return current.auth === auth && current.variableValues === info.variableValues ? current : NO_EXECUTION;
}

/** The beginning of an execution whose token had not expired. */
interface Beginning {
  readonly auth: unknown;
  /** Milliseconds since the epoch, by the verifier's clock. */
  readonly at: number;
}

// By what is made anew for each execution, for those that take turns: the variables, or the root path of an event.
const beginnings = new WeakMap<object, Beginning>();

/**
 * Whether the token had not expired when the execution began: a request is decided as it arrives, and what has begun goes
 * on to its end. An `Auth` may outlive its request, on a WebSocket for one, and its decisions are remembered.
 */
function isLive(state: AuthState, { variableValues }: ExecutionInfo): boolean {
  // Nothing tells this execution from another one: a resolver that is called by hand may get no variables.
  if (variableValues === undefined) return !isExpired(state);
  const { auth, origin } = state;
  if (current.auth === auth && current.variableValues === variableValues) return true;
  if (beginnings.get(variableValues)?.auth !== auth) {
    // Only a verified token has times to compare.
    const at = auth.status === 'authenticated' ? origin.clock() : NaN;
    if (auth.status === 'authenticated' && hasExpired(auth.expiresAt, origin.graceSeconds, at)) return false;
    beginnings.set(variableValues, { auth, at });
  }
  // Guards still refer to the last one: it must not keep an `Auth` or large variables alive.
  Object.assign(current, NO_EXECUTION);
  current = { auth, variableValues };
  return true;
}

/** Whether the execution is an event of a subscription. Executors may share the variables between events. */
function isEvent({ operation }: ExecutionInfo): boolean {
  return operation?.operation === OperationTypeNode.SUBSCRIPTION;
}

/** When the execution at hand began; undefined when nothing tells it from another one. */
function beginningOf({ auth, origin }: AuthState, info: ExecutionInfo): number | undefined {
  let execution: object | undefined = info.variableValues;
  if (isEvent(info)) {
    execution = info.path;
    for (let path = info.path; path !== undefined; path = path.prev) execution = path;
  }
  if (execution === undefined) return undefined;
  const known = beginnings.get(execution);
  if (known?.auth === auth) return known.at;
  const at = origin.clock();
  beginnings.set(execution, { auth, at });
  return at;
}

/** Why the rule refuses the `auth` of a context in this execution; undefined when it is met. */
export function decideInExecution(auth: unknown, rule: Rule, info: ExecutionInfo): Refusal | undefined {
  const state = authStateOf(auth);
  if (state === undefined) return misconfigured(auth);
  if (!isLive(state, info)) return toRefusal(state, denials.expired);
  const denial = decide(state, rule, rule.maxAge === undefined ? undefined : beginningOf(state, info));
  return denial && toRefusal(state, denial);
}

/**
 * The same for the field of a subscription, with which each event begins: its token is looked at by the clock at this
 * moment. Without a rule, only whether it has expired.
 */
export function decideEvent(auth: unknown, rule: Rule | undefined, info: ExecutionInfo): Refusal | undefined {
  const state = authStateOf(auth);
  if (state === undefined) return rule && misconfigured(auth);
  const { auth: caller, origin } = state;
  // Only a verified token has times to compare.
  if (caller.status === 'authenticated') {
    const at = origin.clock();
    if (hasExpired(caller.expiresAt, origin.graceSeconds, at)) return toRefusal(state, denials.expired);
    // A type may be both the root of subscriptions and a type like any other.
    if (isEvent(info) && info.path?.prev === undefined && info.path) beginnings.set(info.path, { auth: caller, at });
  }
  const denial = rule && decide(state, rule, rule.maxAge === undefined ? undefined : beginningOf(state, info));
  return denial && toRefusal(state, denial);
}

/** The same for several rules. The reason is that of the first check of them all that fails, whichever rule it is in. */
export function decideAll(auth: unknown, rules: readonly Rule[], info: ExecutionInfo): Refusal | undefined {
  const refusals = rules.flatMap((rule) => decideInExecution(auth, rule, info) ?? []);
  return combine(authStateOf(auth), rules, refusals);
}

/**
 * One refusal for those of several rules, whose reason does not depend on the order of the rules: a caller who lacks a group
 * is not told to sign in again. What is asked of a sign-in is enough for all of the rules.
 */
export function combine(
  state: AuthState | undefined,
  rules: readonly Rule[],
  [first, ...others]: readonly Refusal[],
): Refusal | undefined {
  if (first === undefined || (others.length === 0 && first.denial.reason !== 'step-up')) return first;
  if (state?.auth.status !== 'authenticated' || first.denial === denials.expired) return first;
  const denial = evaluate(
    state,
    rules.flatMap((rule) => rule.clauses),
  );
  // Undefined if the clock was set back since then.
  return denial ? toRefusal(state, denial) : first;
}
