/** Random input values: literals with variables in them, defaults, and the variables of a request. */
import type { Choices } from './guard-choices.js';
import { jsonOf } from './guard-model.js';
import type { AnyType, Input, Json, Literal, TypeRef, Variable, Variables } from './guard-model.js';
import { printTypeRef } from './guard-text.js';

export type Types = ReadonlyMap<string, AnyType>;

/** What may stand in a literal. */
interface LiteralPlace {
  /** Gives a variable of this type, now and then. */
  readonly variable?: (type: TypeRef, hasDefault: boolean) => Literal | undefined;
  /** Input objects that may be written; a default must not be part of itself. */
  readonly mayWrite: (name: string) => boolean;
  readonly depth: number;
}

export function randomLiteral(
  choices: Choices,
  types: Types,
  type: TypeRef,
  place: LiteralPlace,
  hasDefault = false,
): Literal {
  const variable = place.variable?.(type, hasDefault);
  if (variable) return variable;
  if (type.kind === 'nonNull') return randomNonNull(choices, types, type.of, place);
  return !canWrite(types, type, place) || choices.chance(0.12)
    ? { kind: 'null' }
    : randomNonNull(choices, types, type, place);
}

function randomNonNull(choices: Choices, types: Types, type: TypeRef, place: LiteralPlace): Literal {
  if (type.kind === 'nonNull') return randomNonNull(choices, types, type.of, place);
  if (type.kind === 'list') {
    if (!canWrite(types, type.of, place)) return { kind: 'list', items: [] };
    // A single value stands for a list of one (section 3.11 of the specification).
    if (isSimple(type.of) && choices.chance(0.15)) return randomNonNull(choices, types, type.of, place);
    return {
      kind: 'list',
      items: choices.times(choices.below(3), () => randomLiteral(choices, types, type.of, place)),
    };
  }
  const named = types.get(type.name);
  if (named?.kind === 'input') {
    const inner = { ...place, depth: place.depth - 1 };
    const fields = named.fields
      .filter((field) => isRequired(field) || (canWrite(types, field.type, inner) && choices.chance(0.5)))
      .map(({ name, type, defaultValue }) => ({
        name,
        value: randomLiteral(choices, types, type, inner, defaultValue !== undefined),
      }));
    return { kind: 'object', fields };
  }
  if (named?.kind === 'enum') {
    const value = choices.pick(['A', 'B', 'C']);
    return { kind: 'scalar', text: value, value };
  }
  if (type.name === 'String') {
    const value = choices.pick(['x', 'y']);
    return { kind: 'scalar', text: JSON.stringify(value), value };
  }
  const value = choices.below(3);
  return { kind: 'scalar', text: String(value), value };
}

const isSimple = (type: TypeRef): boolean => type.kind === 'named' || (type.kind === 'nonNull' && isSimple(type.of));

function canWrite(types: Types, type: TypeRef, { mayWrite, depth }: LiteralPlace): boolean {
  if (type.kind !== 'named') return type.kind === 'list' || canWrite(types, type.of, { mayWrite, depth });
  return mayWrite(type.name) && (types.get(type.name)?.kind !== 'input' || depth > 0);
}

export const isRequired = ({ type, defaultValue }: Input) => type.kind === 'nonNull' && defaultValue === undefined;

const booleanLiteral = (value: boolean): Literal => ({ kind: 'scalar', text: String(value), value });

/** The variables of one operation, declared where they are first used. */
export class VariableMaker {
  readonly #choices: Choices;
  readonly #types: Types;
  readonly #made: Variable[] = [];
  /** Variables that stand where null is not allowed, though their type allows it (section 5.8.5 of the specification). */
  readonly #neverNull = new Set<string>();

  constructor(choices: Choices, types: Types) {
    this.#choices = choices;
    this.#types = types;
  }

  get variables(): readonly Variable[] {
    return this.#made;
  }

  /** A literal with variables in it. */
  literal({ type, defaultValue }: Input): Literal {
    const place: LiteralPlace = {
      depth: 3,
      mayWrite: () => true,
      variable: (wanted, hasDefault) => (this.#choices.chance(0.25) ? this.#variable(wanted, hasDefault) : undefined),
    };
    return randomLiteral(this.#choices, this.#types, type, place, defaultValue !== undefined);
  }

  /** A variable for `@skip` and `@include`. */
  condition(): string {
    return this.#use({ kind: 'nonNull', of: { kind: 'named', name: 'Boolean' } }, false);
  }

  #variable(type: TypeRef, hasDefault: boolean): Literal {
    return { kind: 'variable', name: this.#use(type, hasDefault) };
  }

  #use(wanted: TypeRef, hasDefault: boolean): string {
    const isNullable = wanted.kind === 'nonNull' && hasDefault && this.#choices.chance(0.5);
    const type = isNullable ? wanted.of : wanted;
    const text = printTypeRef(type);
    const known = this.#made.filter(
      (each) => printTypeRef(each.type) === text && !(isNullable && each.defaultValue?.kind === 'null'),
    );
    const reused = this.#choices.chance(0.4) ? this.#choices.oneOf(known) : undefined;
    const variable = reused ?? { name: `v${this.#made.length}`, type, defaultValue: this.#default(type, isNullable) };
    if (!reused) this.#made.push(variable);
    if (isNullable) this.#neverNull.add(variable.name);
    return variable.name;
  }

  #default(type: TypeRef, isNeverNull: boolean): Literal | undefined {
    if (!this.#choices.chance(0.3)) return undefined;
    if (printTypeRef(type) === 'Boolean!') return booleanLiteral(this.#choices.chance(0.5));
    const given: TypeRef = isNeverNull ? { kind: 'nonNull', of: type } : type;
    return randomLiteral(this.#choices, this.#types, given, { depth: 2, mayWrite: () => true });
  }

  /** The variables of one request. What may be left out sometimes is. */
  send(): Variables {
    const sent: Record<string, Json> = {};
    for (const { name, type, defaultValue } of this.#made) {
      const mayBeAbsent = type.kind !== 'nonNull' || defaultValue !== undefined;
      if (mayBeAbsent && this.#choices.chance(0.4)) continue;
      const given: TypeRef =
        this.#neverNull.has(name) && type.kind !== 'nonNull' ? { kind: 'nonNull', of: type } : type;
      const isBoolean = printTypeRef(type) === 'Boolean!';
      const literal = isBoolean
        ? booleanLiteral(this.#choices.chance(0.5))
        : randomLiteral(this.#choices, this.#types, given, { depth: 3, mayWrite: () => true });
      sent[name] = jsonOf(literal);
    }
    return sent;
  }
}
