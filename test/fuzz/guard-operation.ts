/** Random operations: aliases, fragments with and without a type condition, `@skip`, `@include`, variables everywhere. */
import type { Choices } from './guard-choices.js';
import { possibleTypes } from './guard-data.js';
import { isRequired } from './guard-inputs.js';
import type { VariableMaker } from './guard-inputs.js';
import { namedType, typeOf } from './guard-model.js';
import type {
  Condition,
  Field,
  FieldSelection,
  Fragment,
  LiteralField,
  Operation,
  OperationKind,
  Schema,
  Selection,
} from './guard-model.js';
import { printLiteral, printTypeRef } from './guard-text.js';

const DEPTH = 4;
const FIELDS = 24;

export function randomOperation(choices: Choices, schema: Schema, variables: VariableMaker): Operation {
  const kinds: readonly OperationKind[] = ['query', 'query', 'mutation', 'subscription'];
  const kind = choices.oneOf(kinds.filter((each) => schema.roots[each] !== undefined)) ?? 'query';
  const maker = new OperationMaker(choices, schema, variables);
  const root = schema.roots[kind] ?? '';
  const selections = kind === 'subscription' ? maker.oneField(root) : maker.selections(root, DEPTH);
  return { kind, variables: variables.variables, selections, fragments: maker.fragments };
}

class OperationMaker {
  readonly fragments = new Map<string, Fragment>();
  readonly #choices: Choices;
  readonly #schema: Schema;
  readonly #variables: VariableMaker;
  /** What each response key stands for: the same everywhere, so that selections can always be merged. */
  readonly #keys = new Map<string, string>();
  #fieldsLeft = FIELDS;

  constructor(choices: Choices, schema: Schema, variables: VariableMaker) {
    this.#choices = choices;
    this.#schema = schema;
    this.#variables = variables;
  }

  selections(parent: string, depth: number): readonly Selection[] {
    return this.#choices.times(1 + this.#choices.below(3), () => this.#selection(parent, depth));
  }

  /** The one root field of a subscription, within fragments at times. No condition may stand on it or around it. */
  oneField(root: string): readonly Selection[] {
    const field = this.#randomField(root, DEPTH) ?? plainField('__typename');
    const shape = this.#choices.below(4);
    if (shape === 1) {
      const on = this.#choices.chance(0.5) ? root : undefined;
      return [{ kind: 'inline', on, selections: [field], conditions: [] }];
    }
    if (shape === 2) return [{ kind: 'spread', fragment: this.#addFragment(root, [field]), conditions: [] }];
    return [field];
  }

  #selection(parent: string, depth: number): Selection {
    const shape = depth > 0 ? this.#choices.below(12) : 0;
    if (shape >= 10) return { kind: 'spread', fragment: this.#fragment(parent, depth), conditions: this.#conditions() };
    if (shape >= 7) {
      const on = shape === 7 ? undefined : this.#overlapping(parent);
      const selections = this.selections(on ?? parent, depth - 1);
      return { kind: 'inline', on, selections, conditions: this.#conditions() };
    }
    if (parent === this.#schema.roots.query && this.#choices.chance(0.03)) {
      return plainField('__schema', [plainField('queryType', [plainField('name')])]);
    }
    const field = this.#choices.chance(0.06) ? undefined : this.#randomField(parent, depth);
    return { ...(field ?? plainField('__typename')), conditions: this.#conditions() };
  }

  #fragment(parent: string, depth: number): string {
    const known = [...this.fragments.values()].filter(({ on }) => this.#overlap(on, parent));
    const reused = this.#choices.chance(0.3) ? this.#choices.oneOf(known) : undefined;
    if (reused) return reused.name;
    const on = this.#overlapping(parent);
    // Made before it is added, so that it cannot spread itself.
    const selections = this.selections(on, depth - 1);
    return this.#addFragment(on, selections);
  }

  #addFragment(on: string, selections: readonly Selection[]): string {
    const name = `F${this.fragments.size}`;
    this.fragments.set(name, { name, on, selections });
    return name;
  }

  #randomField(parent: string, depth: number): FieldSelection | undefined {
    const type = typeOf(this.#schema, parent);
    if (type.kind !== 'object' && type.kind !== 'interface') return undefined;
    const mayGoDeeper = depth > 1 && this.#fieldsLeft > 0;
    const fields = mayGoDeeper ? type.fields : type.fields.filter((each) => !this.#hasSelections(each));
    const field = this.#choices.oneOf(fields);
    if (!field) return undefined;
    this.#fieldsLeft -= 1;
    const args = field.args
      .filter((arg) => isRequired(arg) || this.#choices.chance(0.6))
      .map((arg) => ({ name: arg.name, value: this.#variables.literal(arg) }));
    const selections = this.#hasSelections(field) ? this.selections(namedType(field.type), depth - 1) : [];
    return { ...plainField(field.name, selections), key: this.#key(field, args), args };
  }

  #hasSelections({ type }: Field): boolean {
    const kind = this.#schema.types.get(namedType(type))?.kind;
    return kind === 'object' || kind === 'interface' || kind === 'union';
  }

  #key({ name, type }: Field, args: readonly LiteralField[]): string {
    const text = args.map((arg) => `${arg.name}: ${printLiteral(arg.value)}`).join(', ');
    const meaning = `${name}(${text}): ${printTypeRef(type)}`;
    for (let index = this.#choices.chance(0.25) ? 1 : 0; ; index += 1) {
      const key = index === 0 ? name : `${name}${index}`;
      const known = this.#keys.get(key);
      if (known !== undefined && known !== meaning) continue;
      this.#keys.set(key, meaning);
      return key;
    }
  }

  #overlapping(parent: string): string {
    const candidates = [...this.#schema.types.values()]
      .filter(({ kind }) => kind === 'object' || kind === 'interface' || kind === 'union')
      .map(({ name }) => name)
      .filter((name) => this.#overlap(name, parent));
    return this.#choices.oneOf(candidates) ?? parent;
  }

  #overlap(one: string, other: string): boolean {
    const members = possibleTypes(this.#schema, other);
    return possibleTypes(this.#schema, one).some((name) => members.includes(name));
  }

  #conditions(): readonly Condition[] {
    const directives = (['skip', 'include'] as const).filter(() => this.#choices.chance(0.08));
    return directives.map((directive) => ({
      directive,
      value: this.#choices.chance(0.6) ? { variable: this.#variables.condition() } : this.#choices.chance(0.5),
    }));
  }
}

function plainField(name: string, selections: readonly Selection[] = []): FieldSelection {
  return { kind: 'field', key: name, name, args: [], selections, conditions: [] };
}
