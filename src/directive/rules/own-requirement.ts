/** What is written on one element of a schema, in `@auth` and in the directives of other products that are enforced here. */
import type { GraphQLSchema } from 'graphql';
import { usesOf } from './annotations.js';
import type { ElementReader, SchemaElement } from './annotations.js';
import { createDialectReader } from './dialect-rule.js';
import { and, requirementOf } from './requirement.js';
import type { Requirement } from './requirement.js';

type Settings = Parameters<typeof createDialectReader>[1];

/** Reads the requirement of an element, without what it inherits; undefined when nothing is written on it. */
export type ReadOwnRequirement = (
  element: SchemaElement,
  requirementOfUses?: typeof requirementOf,
) => Requirement | undefined;

export function createOwnRequirement(
  schema: GraphQLSchema,
  settings: Settings,
  read: ElementReader,
): ReadOwnRequirement {
  const dialectRuleOf = createDialectReader(schema, settings, read);
  return (element, requirementOfUses = requirementOf) => {
    const reading = read(element);
    const requirement = requirementOfUses(usesOf(reading, settings.names));
    if (dialectRuleOf === undefined) return requirement;
    return reading.uses.map((use) => dialectRuleOf(use)?.requirement).reduce(and, requirement);
  };
}
