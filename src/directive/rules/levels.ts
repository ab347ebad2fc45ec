/** Finds authentication levels that no token can have: `acr` lists that hold together and have no value in common. */
import { isInterfaceType, isObjectType } from 'graphql';
import type { GraphQLSchema } from 'graphql';
import { and } from './requirement.js';
import type { Requirement } from './requirement.js';
import type { SchemaRules } from './schema-rules.js';

/** A sentence for each element whose rule no token meets. A token has one `acr`. */
export function findLevelProblems(schema: GraphQLSchema, rules: SchemaRules): readonly string[] {
  const problems = new Set<string>();
  function check(coordinate: string, requirement: Requirement | undefined): boolean {
    if (requirement === undefined || haveCommonLevel(requirement)) return true;
    problems.add(
      `${coordinate}: No value is in every \`acr\` list that holds here, so no token meets them. Give the lists a value in common.`,
    );
    return false;
  }
  for (const type of Object.values(schema.getTypeMap())) {
    const ofType = rules.ofType(type);
    const isPossible = check(type.name, ofType);
    if (!isPossible || !(isObjectType(type) || isInterfaceType(type))) continue;
    for (const field of Object.values(type.getFields())) {
      const coordinate = `${type.name}.${field.name}`;
      const ofField = rules.ofField(type, field);
      if (!check(coordinate, ofField)) continue;
      const { args = [], ofInputFields } = rules.ofInputs(type, field) ?? {};
      for (const { name, requirement } of args)
        check(`${coordinate}(${name}:)`, requirement && and(ofField, requirement));
      // Of the whole schema: not each of them can be provided here.
      for (const [input, requirement] of ofInputFields?.() ?? []) check(input, requirement);
    }
  }
  return [...problems];
}

function haveCommonLevel({ rule: { clauses } }: Requirement): boolean {
  const [first, ...others] = clauses.flatMap(({ acr }) => (acr ? [acr] : []));
  return first === undefined || first.some((level) => others.every((list) => list.includes(level)));
}
