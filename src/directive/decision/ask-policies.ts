/** Asks the policies of a field or a value: all at once, each within its time. The answer is yes or no, and nothing more. */
import type { AuthState } from '../../auth.js';
import type { PolicyClause } from '../rules/requirement.js';
import { evaluate } from './decide.js';
import type { Alternatives, NamedPolicy, PolicyRequest, TimedCheck } from './policies.js';
import { markContextPrivate } from './private-context.js';
import { isPromiseLike, withTimeout } from './promises.js';

/** Whether the policies allow the request: of each clause, at least one. */
export type AskPolicies = (clauses: readonly PolicyClause[], request: PolicyRequest, state: AuthState) => Answer;

type Answer = boolean | PromiseLike<boolean>;

/** Asks one policy. A failure is an event with this name. */
export type AskPolicy = (name: string, policy: Alternatives, request: PolicyRequest, state: AuthState) => Answer;

/**
 * Every policy that a field names is asked, and the answer waits for all of them: how long it takes does not tell which
 * one refused. Synchronous when all of them are.
 */
export function createAskPolicies(policies: ReadonlyMap<string, NamedPolicy>): AskPolicies {
  const ask = createAskPolicy();
  return (clauses, request, state) => {
    const names = [...new Set(clauses.flat())];
    const answers = names.map((name) => {
      const policy = policies.get(name);
      return policy !== undefined && ask(name, policy, request, state);
    });
    return whenAnswered(answers, (given) =>
      clauses.every((clause) => clause.some((name) => given[names.indexOf(name)] === true)),
    );
  };
}

/** If the token meets a clause, no check is asked; if not, all checks are, and the answer waits for all of them. */
export function createAskPolicy(): AskPolicy {
  // A load that fails fails for each of its items; the log needs it once.
  const reported = new WeakSet();

  function fail(policy: string, cause: unknown, began: number, { origin }: AuthState): false {
    if (typeof cause === 'object' && cause !== null) {
      if (reported.has(cause)) return false;
      reported.add(cause);
    }
    origin.emit({ type: 'policy.failed', policy, cause, durationMs: performance.now() - began });
    return false;
  }

  function askOne(name: string, { check, timeoutMs }: TimedCheck, request: PolicyRequest, state: AuthState): Answer {
    const began = performance.now();
    try {
      const answer = check(request);
      if (!isPromiseLike(answer)) return answer === true;
      return withTimeout(answer, timeoutMs).then(
        (value) => value === true,
        (cause: unknown) => fail(name, cause, began, state),
      );
    } catch (cause) {
      return fail(name, cause, began, state);
    }
  }

  return (name, { clauses, checks }, request, state) => {
    if (clauses.some(({ maxAge }) => maxAge !== undefined)) markContextPrivate(request.context, true);
    if (clauses.some((clause) => evaluate(state, [clause]) === undefined)) return true;
    const answers = checks.map((each) => askOne(name, each, request, state));
    return whenAnswered(answers, (given) => given.includes(true));
  };
}

function whenAnswered(answers: readonly Answer[], decide: (given: readonly boolean[]) => boolean): Answer {
  const isSettled = answers.every((answer) => typeof answer === 'boolean');
  return isSettled ? decide(answers) : Promise.all(answers.map(async (answer) => answer)).then(decide);
}
