/**
 * The execution at hand: the fields of one operation, or of one event of a subscription, for one `Auth`. Whether the
 * token has expired is asked once for each execution, not once for each field, and a guard remembers in which execution
 * its rule was met.
 */
import type { GraphQLResolveInfo } from 'graphql';
import { authStateOf } from '../../auth.js';
import { isExpired } from '../../expiry.js';
import type { AuthState } from '../../auth.js';
import { denials } from '../../errors.js';
import type { Rule } from '../rules/rule.js';
import { decide, evaluate, misconfigured, toRefusal } from './decide.js';
import type { Refusal } from './decide.js';

type Variables = GraphQLResolveInfo['variableValues'];
type ExecutionInfo = Partial<Pick<GraphQLResolveInfo, 'variableValues'>>;

/** What tells one execution from another. */
export interface Execution {
  auth: unknown;
  /** The coerced variables, which graphql-js makes anew for each execution. */
  variableValues: object;
}

// No value from outside equals it.
const NOTHING: object = Object.freeze({});

/** Of no field. */
export const NO_EXECUTION: Execution = { auth: NOTHING, variableValues: NOTHING };

// The last one. One is enough: an execution's fields come in a row.
let current: Execution = { ...NO_EXECUTION };

/** The execution of this `Auth` and these variables, for a guard to remember; `NO_EXECUTION` unless it is at hand. */
export function executionAtHand(auth: unknown, { variableValues }: ExecutionInfo): Execution {
  return current.auth === auth && current.variableValues === variableValues ? current : NO_EXECUTION;
}

// The `Auth` whose token had not expired when the execution of these variables began, for executions that take turns.
const goodAuths = new WeakMap<Variables, unknown>();

/**
 * Whether the token had not expired when the execution began: a request is decided as it arrives, and what has begun goes
 * on to its end. An `Auth` may outlive its request, on a WebSocket for one, and its decisions are remembered.
 */
function isLive(state: AuthState, { variableValues }: ExecutionInfo): boolean {
  // Nothing tells this execution from another one: a resolver that is called by hand may get no variables.
  if (variableValues === undefined) return !isExpired(state);
  const { auth } = state;
  if (current.auth === auth && current.variableValues === variableValues) return true;
  if (goodAuths.get(variableValues) !== auth) {
    if (isExpired(state)) return false;
    goodAuths.set(variableValues, auth);
  }
  // Guards still refer to the last one: it must not keep an `Auth` or large variables alive.
  Object.assign(current, NO_EXECUTION);
  current = { auth, variableValues };
  return true;
}

/** Why the rule refuses the `auth` of a context in this execution; undefined when it is met. */
export function decideInExecution(auth: unknown, rule: Rule, info: ExecutionInfo): Refusal | undefined {
  const state = authStateOf(auth);
  if (state === undefined) return misconfigured(auth);
  const denial = isLive(state, info) ? decide(state, rule) : denials.expired;
  return denial && toRefusal(state, denial);
}

/** The same by the clock at this moment, even if the rule was met when the execution began. */
export function decideNow(auth: unknown, rule: Rule): Refusal | undefined {
  const state = authStateOf(auth);
  if (state === undefined) return misconfigured(auth);
  const denial = isExpired(state) ? denials.expired : decide(state, rule);
  return denial && toRefusal(state, denial);
}

/** The same for several rules. The reason is that of the first check of them all that fails, whichever rule it is in. */
export function decideAll(auth: unknown, rules: readonly Rule[], info: ExecutionInfo): Refusal | undefined {
  const [first, ...others] = rules.flatMap((rule) => decideInExecution(auth, rule, info) ?? []);
  const state = authStateOf(auth);
  if (state === undefined || others.length === 0 || first?.denial.code !== 'FORBIDDEN') return first;
  const denial = evaluate(
    state.auth,
    rules.flatMap(({ clauses }) => clauses),
  );
  return denial && toRefusal(state, denial);
}
