/** What the rules of a schema say about pools, held against the pools of the verifier. */
import type { GraphQLSchema } from 'graphql';
import { print } from '../../settings.js';
import { writtenRules } from './written-rules.js';

const MOST_LISTED = 5;

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

/** With several pools, a group of the one counts like the group of that name of the other. */
export function poolWarnings(schema: GraphQLSchema, poolNames: readonly string[] | undefined): readonly string[] {
  if (poolNames?.length === 1) return [];
  const coordinates = writtenRules(schema)
    .filter(({ clauses, alternatives }) => {
      const isOfAnyPool = !clauses.some(({ pools }) => pools);
      return isOfAnyPool && [...clauses, ...alternatives].some(({ groups, pools }) => groups && !pools);
    })
    .map(({ coordinate }) => coordinate);
  if (coordinates.length === 0) return [];
  const listed = [...coordinates.slice(0, MOST_LISTED), ...(coordinates.length > MOST_LISTED ? ['…'] : [])].join(', ');
  return [
    'The verifier has several user pools, and a group counts alike whichever of them it is of: rules with `groups` and without ' +
      `\`pools\` stand on ${listed}. Add \`pools\` to them, unless every pool's groups are meant.`,
  ];
}
