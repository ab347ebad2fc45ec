/** Compares the pools that the rules of a schema name with the pools of the verifier, when a server starts. */
import type { GraphQLSchema } from 'graphql';
import { print } from '../../settings.js';
import { listFirst } from './start-warnings.js';
import { writtenRules } from './written-rules.js';

/**
 * A sentence for each element whose rule names a pool that the verifier does not have: no token would meet it.
 *
 * @param poolNames Undefined when pools are found at run time: such a rule is decided when it is asked.
 */
export function findPoolProblems(schema: GraphQLSchema, poolNames: readonly string[] | undefined): readonly string[] {
  if (poolNames === undefined) return [];
  const known = poolNames.map(print).join(', ');
  return writtenRules(schema).flatMap(({ coordinate, clauses, alternatives }) =>
    [...clauses, ...alternatives]
      .flatMap(({ pools }) => pools ?? [])
      .filter((name) => !poolNames.includes(name))
      .map(
        (name) =>
          `${coordinate}: Expected each of \`pools\` to be the name of a pool of the verifier (${known}), got ${print(name)}. ` +
          "Correct it, or name the pool: createCognitoVerifier({ userPoolId, clientId, name: '…' }).",
      ),
  );
}

/** A warning for rules on groups that name no pool: with several pools, the same name is a group of each. */
export function poolWarnings(schema: GraphQLSchema, poolNames: readonly string[] | undefined): readonly string[] {
  if (poolNames?.length === 1) return [];
  const coordinates = writtenRules(schema)
    .filter(({ clauses, alternatives }) => {
      const isOfAnyPool = !clauses.some(({ pools }) => pools);
      return isOfAnyPool && [...clauses, ...alternatives].some(({ groups, pools }) => groups && !pools);
    })
    .map(({ coordinate }) => coordinate);
  if (coordinates.length === 0) return [];
  return [
    'The verifier has several user pools, and a rule with `groups` and without `pools` accepts the group of each of them: ' +
      `${listFirst(coordinates)}. Add \`pools\` to these rules, unless they mean the groups of every pool.`,
  ];
}
