/** The rules about the token that are written in a schema, element by element: in directives, and in the policies they name. */
import type { GraphQLSchema } from 'graphql';
import { createElementReader } from '../rules/annotations.js';
import { visitElements } from '../rules/elements.js';
import { createOwnRequirement } from '../rules/own-requirement.js';
import type { Clause } from '../rules/rule.js';
import { settingsOf } from './registry.js';

export interface RuledElement {
  readonly coordinate: string;
  /** All of these. */
  readonly clauses: readonly Clause[];
  /** Of policies: each is enough for its policy (`anyOf`). */
  readonly alternatives: readonly Clause[];
}

/** Each element with a rule of its own. What it inherits is left out. */
export function writtenRules(schema: GraphQLSchema): readonly RuledElement[] {
  const settings = settingsOf(schema);
  const own = createOwnRequirement(schema, settings, createElementReader());
  const found: RuledElement[] = [];
  visitElements(schema, (element, _, coordinate) => {
    const requirement = own(element);
    if (requirement === undefined) return;
    const policies = new Set([...requirement.policies, ...requirement.valuePolicies].flat());
    found.push({
      coordinate,
      clauses: requirement.rule.clauses,
      alternatives: [...policies].flatMap((policy) => settings.policyClauses.get(policy) ?? []),
    });
  });
  return found;
}
