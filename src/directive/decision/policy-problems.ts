/** What can be wrong with a policy: a group in its rules that is not known, and a field on which it could never allow. */
import { AuthConfigurationError } from '../../errors.js';
import { print } from '../../settings.js';
import { unknownNames } from '../rules/names.js';
import type { PolicyProblems } from '../rules/problems.js';
import { comparisonProblem } from './claim-problems.js';
import type { NamedPolicy } from './policies.js';

/** @throws {AuthConfigurationError} when a rule in a policy names a group that is not known. */
export function withProblems(
  policies: ReadonlyMap<string, NamedPolicy>,
  groups: ReadonlySet<string> | undefined,
): ReadonlyMap<string, NamedPolicy & PolicyProblems> {
  const problems = [...policies.values()].flatMap(({ name, clauses }) =>
    clauses
      .flatMap((clause) => unknownNames('groups', 'groups', clause.groups ?? [], { groups, policies }))
      .map((problem) => `authDirective(): policies[${print(name)}]: ${problem}`),
  );
  if (problems.length > 0) throw new AuthConfigurationError(problems);
  return new Map(
    [...policies].map(([name, policy]) => [
      name,
      {
        ...policy,
        problemOf: (place, schema) =>
          policy.checks.flatMap(({ check }) => comparisonProblem(check, place, schema) ?? [])[0],
      },
    ]),
  );
}
