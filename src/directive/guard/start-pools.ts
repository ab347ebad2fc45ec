/** Compares the pools that the rules of a schema name with the pools of the verifier, when a server starts. */
import type { GraphQLSchema } from 'graphql';
import { print } from '../../settings.js';
import { listFirst } from './start-warnings.js';
import { writtenRules } from './written-rules.js';
import type { RuledElement } from './written-rules.js';

export interface PoolFindings {
  /** A sentence for each element whose rule names a pool that the verifier does not have: no token would meet it. */
  readonly problems: readonly string[];
  /** For rules on groups that name no pool: with several pools, the same name is a group of each. */
  readonly warnings: readonly string[];
}

/** @param poolNames Undefined when pools are found at run time: a rule on one is decided when it is asked. */
export function checkPools(schema: GraphQLSchema, poolNames: readonly string[] | undefined): PoolFindings {
  const elements = writtenRules(schema);
  return {
    problems: poolNames ? findUnknownPools(elements, poolNames) : [],
    warnings: poolNames?.length === 1 ? [] : warningsOfGroups(elements),
  };
}

function findUnknownPools(elements: readonly RuledElement[], poolNames: readonly string[]): readonly string[] {
  const known = poolNames.map(print).join(', ');
  return elements.flatMap(({ coordinate, clauses, alternatives }) =>
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

function warningsOfGroups(elements: readonly RuledElement[]): readonly string[] {
  const coordinates = elements
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
