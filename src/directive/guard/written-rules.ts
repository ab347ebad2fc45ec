/** The rules about the token that are written in a schema, element by element: in directives, and in the policies they name. */
import type { GraphQLSchema } from 'graphql';
import { createElementReader, usesOf } from '../rules/annotations.js';
import { createDialectReader } from '../rules/dialect-rule.js';
import { visitElements } from '../rules/elements.js';
import { requirementOf } from '../rules/requirement.js';
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
  const read = createElementReader();
  const dialectRuleOf = createDialectReader(schema, settings, read);
  const found: RuledElement[] = [];
  visitElements(schema, (element, _, coordinate) => {
    const reading = read(element);
    const requirements = [
      requirementOf(usesOf(reading, settings.names)),
      ...(dialectRuleOf ? reading.uses.map((use) => dialectRuleOf(use)?.requirement) : []),
    ].filter((requirement) => requirement !== undefined);
    if (requirements.length === 0) return;
    const policies = new Set(
      requirements.flatMap((requirement) => [...requirement.policies, ...requirement.valuePolicies].flat()),
    );
    found.push({
      coordinate,
      clauses: requirements.flatMap(({ rule }) => rule.clauses),
      alternatives: [...policies].flatMap((policy) => settings.policyClauses.get(policy) ?? []),
    });
  });
  return found;
}
