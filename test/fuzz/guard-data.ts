/** Random data: a few objects of each type that refer to each other, with nulls and faults among them. */
import type { Choices } from './guard-choices.js';
import { typeOf } from './guard-model.js';
import type { Composite, Data, Instance, Schema, TypeRef, Value } from './guard-model.js';

const INSTANCES = 2;

export function randomData(choices: Choices, schema: Schema): Data {
  return new DataMaker(choices, schema).make();
}

class DataMaker {
  readonly #choices: Choices;
  readonly #schema: Schema;
  readonly #mayHaveFaults: boolean;

  constructor(choices: Choices, schema: Schema) {
    this.#choices = choices;
    this.#schema = schema;
    this.#mayHaveFaults = choices.chance(0.5);
  }

  make(): Data {
    const objects = [...this.#schema.types.values()].filter((type): type is Composite => type.kind === 'object');
    const instances = new Map<string, Instance>();
    for (const { name, fields } of objects) {
      for (let index = 0; index < INSTANCES; index += 1) {
        const values = fields.map((field) => [field.name, this.#fieldValue(field.type)] as const);
        instances.set(`${name}:${index}`, { type: name, fields: new Map(values) });
      }
    }
    const roots = Object.entries(this.#schema.roots).map(([kind, name]) => [kind, `${name}:0`] as const);
    const events = this.#choices.pick([2, 0, 3]);
    return { instances, roots: Object.fromEntries(roots), events };
  }

  #fieldValue(type: TypeRef): Value {
    return this.#isFault(0.06) ? { kind: 'throw' } : this.#value(type);
  }

  #isFault(probability: number): boolean {
    return this.#mayHaveFaults && this.#choices.chance(probability);
  }

  #value(type: TypeRef): Value {
    if (type.kind === 'nonNull') return this.#isFault(0.04) ? { kind: 'null' } : this.#nonNull(type.of);
    return this.#choices.chance(0.12) ? { kind: 'null' } : this.#nonNull(type);
  }

  #nonNull(type: TypeRef): Value {
    if (type.kind === 'nonNull') return this.#nonNull(type.of);
    if (type.kind === 'list') {
      return { kind: 'list', items: this.#choices.times(this.#choices.below(4), () => this.#value(type.of)) };
    }
    if (type.name === 'Int') return { kind: 'leaf', value: this.#choices.below(100) };
    if (type.name === 'String') return { kind: 'leaf', value: this.#choices.pick(['one', 'two']) };
    const named = typeOf(this.#schema, type.name);
    if (named.kind === 'enum') return { kind: 'leaf', value: this.#choices.pick(['A', 'B', 'C']) };
    if (named.kind === 'scalar') return { kind: 'leaf', value: this.#choices.below(100) };
    const object = this.#choices.oneOf(possibleTypes(this.#schema, type.name));
    if (object !== undefined) return { kind: 'object', key: `${object}:${this.#choices.below(INSTANCES)}` };
    // An interface that nothing implements.
    return { kind: 'null' };
  }
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
