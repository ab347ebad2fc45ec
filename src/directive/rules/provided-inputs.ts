/** Finds what the arguments and input fields that a request provides ask for. */
import { getNullableType, isInputObjectType, isListType, Kind } from 'graphql';
import type { FieldNode, GraphQLInputObjectType, GraphQLInputType, GraphQLSchema, ValueNode } from 'graphql';
import { memoize } from './memoize.js';
import type { Requirement } from './requirement.js';
import { isSameValue } from './same-value.js';

type Variables = Readonly<Record<string, unknown>>;

/** An argument or an input field that has a rule, or whose value can hold a field that has one. */
export interface RuledInput {
  readonly name: string;
  readonly type: GraphQLInputType;
  readonly defaultValue: unknown;
  readonly requirement: Requirement | undefined;
  /** Whether its value can hold a field that has a rule. */
  readonly isDeep: boolean;
}

/** The fields of each input object type that have a rule or lead to one. */
export type RuledFields = ReadonlyMap<GraphQLInputObjectType, ReadonlyMap<string, RuledInput>>;

/**
 * What the selected field asks for the arguments that the request provides.
 *
 * Provided is what the document writes, null included, and what a variable brings; a variable's default stands in the
 * document, so the caller provides it. Not provided is an argument or a field that is left out, or given as a variable
 * without a value: the schema's default is not the caller's wish.
 *
 * graphql-js fills the schema's defaults into a variable's value before a resolver can look. A field in there that is
 * provably its default (`isSameValue`) therefore counts as left out: leaving it out has the same effect
 * (docs/decisions: provable defaults).
 */
export type FindProvided = (
  node: FieldNode,
  variableValues: Variables,
  schema: GraphQLSchema,
) => readonly Requirement[];

type Found = Set<Requirement>;
type FoundInVariables = Map<string, Found>;
type Nodes = Map<FieldNode, readonly Requirement[]>;

const NOTHING: readonly Requirement[] = [];

/** For any field of a schema: takes those of the field's arguments that have a rule or lead to one. */
export function createProvidedInputs(ruledFields: RuledFields): (args: readonly RuledInput[]) => FindProvided {
  // graphql-js makes the variables anew for each execution. In it, a variable's value is walked once, however often the
  // document uses it, and a selected field once, however many rows have it (5,000 rows with three such fields take 30 ms,
  // and 36 without that).
  const variablesOf = memoize((): FoundInVariables => new Map(), new WeakMap<Variables, FoundInVariables>());
  return (args) => {
    const nodesOf = memoize((): Nodes => new Map(), new WeakMap<Variables, Nodes>());
    return (node, variableValues, schema) => {
      if (!node.arguments?.length) return NOTHING;
      const known = nodesOf(variableValues);
      let found = known.get(node);
      if (found === undefined) {
        const walk = new Walk(ruledFields, variableValues, variablesOf(variableValues), schema);
        known.set(node, (found = [...walk.arguments(args, node)]));
      }
      return found;
    };
  };
}

class Walk {
  readonly #ruledFields: RuledFields;
  readonly #variableValues: Variables;
  readonly #ofVariables: FoundInVariables;
  /** The one that is executed: it may be a copy, whose defaults were read anew. */
  readonly #schema: GraphQLSchema;

  constructor(
    ruledFields: RuledFields,
    variableValues: Variables,
    ofVariables: FoundInVariables,
    schema: GraphQLSchema,
  ) {
    this.#ruledFields = ruledFields;
    this.#variableValues = variableValues;
    this.#ofVariables = ofVariables;
    this.#schema = schema;
  }

  arguments(args: readonly RuledInput[], node: FieldNode): Found {
    const found: Found = new Set();
    // Of two arguments with one name graphql-js takes the last, if validation was skipped.
    const byName = new Map(node.arguments?.map(({ name, value }) => [name.value, value]));
    for (const arg of args) {
      const value = byName.get(arg.name);
      if (value) this.#literal(arg, value, found);
    }
    return found;
  }

  /** An argument or an input field, written in the document. */
  #literal(input: RuledInput, value: ValueNode, found: Found): void {
    if (value.kind === Kind.VARIABLE && !isThere(this.#variableValues, value.name.value)) return;
    if (input.requirement) found.add(input.requirement);
    if (input.isDeep) this.#literalValue(input.type, value, found);
  }

  #literalValue(wrapped: GraphQLInputType, value: ValueNode, found: Found): void {
    const type = getNullableType(wrapped);
    if (value.kind === Kind.VARIABLE) {
      for (const requirement of this.#variable(type, value.name.value)) found.add(requirement);
    } else if (isListType(type)) {
      const items = value.kind === Kind.LIST ? value.values : [value];
      for (const item of items) this.#literalValue(type.ofType, item, found);
    } else if (isInputObjectType(type) && value.kind === Kind.OBJECT) {
      const fields = this.#ruledFields.get(type);
      for (const { name, value: each } of value.fields) {
        const field = fields?.get(name.value);
        if (field) this.#literal(field, each, found);
      }
    }
  }

  #variable(type: GraphQLInputType, name: string): Found {
    const key = `${name} ${String(type)}`;
    let found = this.#ofVariables.get(key);
    if (found === undefined) {
      found = new Set();
      this.#coerced(type, this.#variableValues[name], found);
      this.#ofVariables.set(key, found);
    }
    return found;
  }

  /** A value that graphql-js has coerced: lists are lists, input objects have their defaults. */
  #coerced(wrapped: GraphQLInputType, value: unknown, found: Found): void {
    const type = getNullableType(wrapped);
    if (typeof value !== 'object' || value === null) return;
    if (isListType(type)) {
      const items: readonly unknown[] = Array.isArray(value) ? value : [value];
      for (const item of items) this.#coerced(type.ofType, item, found);
    } else if (isInputObjectType(type)) {
      for (const field of this.#ruledFields.get(type)?.values() ?? []) {
        if (!isThere(value, field.name)) continue;
        const each = (value as Record<string, unknown>)[field.name];
        if (this.#isDefault(type.name, field, each)) continue;
        if (field.requirement) found.add(field.requirement);
        if (field.isDeep) this.#coerced(field.type, each, found);
      }
    }
  }

  #isDefault(typeName: string, { name, defaultValue }: RuledInput, value: unknown): boolean {
    if (defaultValue === undefined) return false;
    if (isSameValue(value, defaultValue)) return true;
    const type = this.#schema.getType(typeName);
    const own = isInputObjectType(type) ? type.getFields()[name]?.defaultValue : undefined;
    return own !== undefined && value === own;
  }
}

/**
 * Whether graphql-js may find a value under the name. Before 16.14 it reads through the prototype of the objects that it
 * makes (`$toString`, and `$__proto__`, which sets one): what it finds there reaches the resolver.
 */
function isThere(values: object, name: string): boolean {
  return Object.hasOwn(values, name) || (values as Readonly<Record<string, unknown>>)[name] !== undefined;
}
