/** Asks policies: all of a field's at once, each within its time, and nothing of how they went but yes or no. */
import type { AuthState } from '../../auth.js';
import type { NamedPolicy, PolicyRequest } from './policies.js';
import type { PolicyClause } from '../rules/requirement.js';
import { isPromiseLike, withTimeout } from './promises.js';

export type Ask = (
  clauses: readonly PolicyClause[],
  request: PolicyRequest,
  state: AuthState,
) => boolean | Promise<boolean>;

/**
 * All policies that a field names are asked, and the answer waits for all: how long it takes says nothing about which of
 * them refused. Synchronous when they all are.
 */
export function createAsk(policies: ReadonlyMap<string, NamedPolicy>): Ask {
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
    const holds = (given: readonly boolean[]) =>
      clauses.every((clause) => clause.some((name) => given[names.indexOf(name)] === true));
    const isSettled = answers.every((answer) => typeof answer === 'boolean');
    return isSettled ? holds(answers) : Promise.all(answers.map(async (answer) => answer)).then(holds);
  };
}
