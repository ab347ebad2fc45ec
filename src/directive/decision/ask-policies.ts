/** Asks the policies of a field: all at once, each within its time. The answer is yes or no, and nothing more. */
import type { AuthState } from '../../auth.js';
import type { PolicyClause } from '../rules/requirement.js';
import type { NamedPolicy, PolicyRequest } from './policies.js';
import { isPromiseLike, withTimeout } from './promises.js';

/** Whether the policies allow the request: of each clause, at least one. */
export type AskPolicies = (
  clauses: readonly PolicyClause[],
  request: PolicyRequest,
  state: AuthState,
) => boolean | PromiseLike<boolean>;

/**
 * Every policy that a field names is asked, and the answer waits for all of them: how long it takes does not tell which
 * one refused. Synchronous when all of them are.
 */
export function createAskPolicies(policies: ReadonlyMap<string, NamedPolicy>): AskPolicies {
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

  function askOne(name: string, request: PolicyRequest, state: AuthState): boolean | PromiseLike<boolean> {
    const policy = policies.get(name);
    if (policy === undefined) return false;
    const began = performance.now();
    try {
      const answer = policy.check(request);
      if (!isPromiseLike(answer)) return answer === true;
      return withTimeout(answer, policy.timeoutMs).then(
        (value) => value === true,
        (cause: unknown) => fail(name, cause, began, state),
      );
    } catch (cause) {
      return fail(name, cause, began, state);
    }
  }

  return (clauses, request, state) => {
    const names = [...new Set(clauses.flat())];
    const answers = names.map((name) => askOne(name, request, state));
    const isAllowed = (given: readonly boolean[]) =>
      clauses.every((clause) => clause.some((name) => given[names.indexOf(name)] === true));
    const isSettled = answers.every((answer) => typeof answer === 'boolean');
    return isSettled ? isAllowed(answers) : Promise.all(answers.map(async (answer) => answer)).then(isAllowed);
  };
}
