/** The oracle's half about levels (rule 14): where lists hold together that no token meets, so that the schema is refused. */
import type { Rule, Schema } from './guard-model.js';
import { rulesOfArgument, rulesOfField, rulesOfInput, rulesOfType } from './guard-oracle-rules.js';

export interface Impossible {
  /** Coordinates that the refusal names. */
  readonly named: readonly string[];
  /** Those that it may name beside them: input fields, if any argument has a rule. */
  readonly nameable: readonly string[];
}

export function findImpossible(schema: Schema): Impossible {
  const named: string[] = [];
  const nameable: string[] = [];
  for (const type of schema.types.values()) {
    // What lies within is as impossible, and is not named again.
    if (isImpossible(rulesOfType(schema, type.name))) named.push(type.name);
    else if (type.kind === 'input') {
      for (const field of type.fields) {
        if (isImpossible(rulesOfInput(schema, field))) nameable.push(`${type.name}.${field.name}`);
      }
    } else if (type.kind === 'object' || type.kind === 'interface') {
      for (const field of type.fields) {
        const coordinate = `${type.name}.${field.name}`;
        const rules = rulesOfField(schema, type, field, [], {});
        if (isImpossible(rules)) named.push(coordinate);
        else {
          for (const { name } of field.args) {
            const all = [...rules, ...rulesOfArgument(schema, type, field, name)];
            if (isImpossible(all)) named.push(`${coordinate}(${name}:)`);
          }
        }
      }
    }
  }
  return { named, nameable };
}

function isImpossible(rules: readonly Rule[]): boolean {
  const [first, ...others] = rules.flatMap(({ acr }) => (acr ? [acr] : []));
  return first !== undefined && !first.some((level) => others.every((list) => list.includes(level)));
}
