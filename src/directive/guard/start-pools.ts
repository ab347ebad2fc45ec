/** Compares the pools that the rules of a schema name with the pools of the verifier, when a server starts. */
import type { GraphQLSchema } from 'graphql';
import { print } from '../../settings.js';
import { createElementReader, usesOf } from '../rules/annotations.js';
import { createDialectReader } from '../rules/dialect-rule.js';
import { visitElements } from '../rules/elements.js';
import { requirementOf } from '../rules/requirement.js';
import type { Clause } from '../rules/rule.js';
import { settingsOf } from './registry.js';
import { listFirst } from './start-warnings.js';

/**
 * A sentence for each element whose rule names a pool that the verifier does not have: no token would meet it.
 *
 * @param poolNames Undefined when pools are found at run time: such a rule is decided when it is asked.
 */
export function findPoolProblems(schema: GraphQLSchema, poolNames: readonly string[] | undefined): readonly string[] {
  if (poolNames === undefined) return [];
  const known = poolNames.map(print).join(', ');
  return clausesByElement(schema).flatMap(({ coordinate, clauses }) =>
    clauses
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
  const coordinates = clausesByElement(schema)
    .filter(({ clauses }) => clauses.some(({ groups }) => groups) && !clauses.some(({ pools }) => pools))
    .map(({ coordinate }) => coordinate);
  if (coordinates.length === 0) return [];
  return [
    'The verifier has several user pools, and a rule with `groups` and without `pools` accepts the group of each of them: ' +
      `${listFirst(coordinates)}. Add \`pools\` to these rules, unless they mean the groups of every pool.`,
  ];
}

interface RuledElement {
  readonly coordinate: string;
  readonly clauses: readonly Clause[];
}

/** What is written on each element that has a rule. */
function clausesByElement(schema: GraphQLSchema): readonly RuledElement[] {
  const settings = settingsOf(schema);
  const read = createElementReader();
  const dialectRuleOf = createDialectReader(schema, settings, read);
  const found: RuledElement[] = [];
  visitElements(schema, (element, _, coordinate) => {
    const reading = read(element);
    const requirements = [
      requirementOf(usesOf(reading, settings.names)),
      ...(dialectRuleOf ? reading.uses.map((use) => dialectRuleOf(use)?.requirement) : []),
    ];
    const clauses = requirements.flatMap((requirement) => requirement?.rule.clauses ?? []);
    if (clauses.length > 0) found.push({ coordinate, clauses });
  });
  return found;
}
