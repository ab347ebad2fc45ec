/** Random data: a few objects of each type that refer to each other, with nulls and faults among them. */
import type { Choices } from './guard-choices.js';
import { typeOf } from './guard-model.js';
import type { Composite, Data, Instance, Schema, TypeRef, Value } from './guard-model.js';

const INSTANCES = 2;

export function randomData(choices: Choices, schema: Schema): Data {
  const objects = [...schema.types.values()].filter((type): type is Composite => type.kind === 'object');
  const instances = new Map<string, Instance>();
  for (const { name, fields } of objects) {
    for (let index = 0; index < INSTANCES; index += 1) {
      const values = fields.map((field) => [field.name, randomFieldValue(choices, schema, field.type)] as const);
      instances.set(`${name}:${index}`, { type: name, fields: new Map(values) });
    }
  }
  const roots = Object.entries(schema.roots).map(([kind, name]) => [kind, `${name}:0`] as const);
  return { instances, roots: Object.fromEntries(roots), events: choices.pick([1, 2, 0]) };
}

function randomFieldValue(choices: Choices, schema: Schema, type: TypeRef): Value {
  return choices.chance(0.03) ? { kind: 'throw' } : randomValue(choices, schema, type);
}

function randomValue(choices: Choices, schema: Schema, type: TypeRef, nullChance = 0.12): Value {
  if (type.kind === 'nonNull') return randomValue(choices, schema, type.of, 0.02);
  if (choices.chance(nullChance)) return { kind: 'null' };
  if (type.kind === 'list') {
    return { kind: 'list', items: choices.times(choices.below(4), () => randomValue(choices, schema, type.of)) };
  }
  if (type.name === 'Int') return { kind: 'leaf', value: choices.below(100) };
  if (type.name === 'String') return { kind: 'leaf', value: choices.pick(['one', 'two']) };
  const named = typeOf(schema, type.name);
  if (named.kind === 'enum') return { kind: 'leaf', value: choices.pick(['A', 'B', 'C']) };
  if (named.kind === 'scalar') return { kind: 'leaf', value: choices.below(100) };
  const object = choices.oneOf(possibleTypes(schema, type.name));
  return object === undefined ? { kind: 'null' } : { kind: 'object', key: `${object}:${choices.below(INSTANCES)}` };
}

/** The objects that a value of this type may be. */
export function possibleTypes(schema: Schema, name: string): readonly string[] {
  const type = typeOf(schema, name);
  if (type.kind === 'object') return [name];
  if (type.kind === 'union') return type.members;
  return [...schema.types.values()].flatMap((each) =>
    each.kind === 'object' && each.interfaces.includes(name) ? [each.name] : [],
  );
}
