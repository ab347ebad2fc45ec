/** The rules of arguments and input fields: which of them a request's arguments reach. */
import { getNamedType, getNullableType, isInputObjectType, isListType, Kind } from 'graphql';
import type {
  FieldNode,
  GraphQLArgument,
  GraphQLField,
  GraphQLInputField,
  GraphQLInputObjectType,
  GraphQLInputType,
  GraphQLNamedType,
  GraphQLSchema,
  ValueNode,
} from 'graphql';
import { isAnnotated } from './annotations.js';
import type { SchemaElement } from './annotations.js';
import { both } from './requirement.js';
import type { Requirement } from './requirement.js';
import { isSameValue } from './same-value.js';

type Variables = Readonly<Record<string, unknown>>;
type Element = GraphQLArgument | GraphQLInputField;

/** An argument or an input field that has a rule, or through whose value one can be reached. */
interface RuledInput {
  readonly coordinate: string;
  readonly name: string;
  readonly type: GraphQLInputType;
  readonly defaultValue: unknown;
  readonly requirement: Requirement | undefined;
  readonly isDeep: boolean;
}

export interface FieldInputs {
  readonly args: readonly RuledInput[];
  /**
   * What the provided arguments ask. Provided is what the document writes, null included, and what a variable brings; a
   * variable's default stands in the document, so the caller provides it. Not provided is an argument or a field left
   * out, or given as a variable without a value: the schema's default is nobody's wish.
   *
   * graphql-js fills the schema's defaults into a variable's value before a resolver can look. A field in there that is
   * provably its default (`isSameValue`) therefore counts as left out: leaving it out has the same effect.
   */
  readonly provided: (node: FieldNode, variableValues: Variables, schema: GraphQLSchema) => readonly Requirement[];
  /** Each input field of the schema that has a rule, by its coordinate. */
  readonly ofInputFields: () => ReadonlyMap<string, Requirement>;
}

export interface InputRules {
  readonly ofField: (
    field: GraphQLField<unknown, unknown>,
    inherited: readonly GraphQLField<unknown, unknown>[],
  ) => FieldInputs | undefined;
  /** Whether a value of the type has a rule, or can hold something that has. */
  readonly isRuled: (type: GraphQLInputType) => boolean;
}

type RuledFields = ReadonlyMap<GraphQLInputObjectType, ReadonlyMap<string, RuledInput>>;

const NOTHING: readonly Requirement[] = [];

export function readInputRules(
  schema: GraphQLSchema,
  own: (element: SchemaElement) => Requirement | undefined,
): InputRules {
  let cached: RuledFields | undefined;
  const ruledFields = () => (cached ??= findRuledFields(schema, ofElement));
  const answers = new WeakMap<Variables, Answers>();

  function ofElement(element: Element): Requirement | undefined {
    return both(own(element), own(getNamedType(element.type)));
  }

  function toRuledInput(
    arg: GraphQLArgument,
    field: GraphQLField<unknown, unknown>,
    requirement: Requirement | undefined,
  ) {
    const isDeep = ruledFields().has(getNamedType(arg.type) as GraphQLInputObjectType);
    if (requirement === undefined && !isDeep) return [];
    const coordinate = `${field.name}(${arg.name}:)`;
    return [{ coordinate, name: arg.name, type: arg.type, defaultValue: arg.defaultValue, requirement, isDeep }];
  }

  const ruledTypes = new Map<GraphQLNamedType, boolean>();
  function isRuledType(type: GraphQLNamedType): boolean {
    let answer = ruledTypes.get(type);
    if (answer === undefined) {
      answer = own(type) !== undefined || ruledFields().has(type as GraphQLInputObjectType);
      ruledTypes.set(type, answer);
    }
    return answer;
  }

  function mayAsk({ args }: GraphQLField<unknown, unknown>): boolean {
    return args.some((arg) => isAnnotated(arg) || isRuledType(getNamedType(arg.type)));
  }

  function ofField(field: GraphQLField<unknown, unknown>, inherited: readonly GraphQLField<unknown, unknown>[]) {
    if (!mayAsk(field) && !inherited.some(mayAsk)) return undefined;
    const args = field.args.flatMap((arg) => {
      const ancestors = inherited.flatMap((each) => each.args.find(({ name }) => name === arg.name) ?? []);
      return toRuledInput(arg, field, [arg, ...ancestors].map(ofElement).reduce(both, undefined));
    });
    return args.length === 0
      ? undefined
      : { args, provided: createProvided(args, ruledFields(), answers), ofInputFields };
  }

  let cachedFields: ReadonlyMap<string, Requirement> | undefined;
  function ofInputFields(): ReadonlyMap<string, Requirement> {
    return (cachedFields ??= new Map(
      [...ruledFields().values()].flatMap((fields) =>
        [...fields.values()].flatMap(({ coordinate, requirement }) => (requirement ? [[coordinate, requirement]] : [])),
      ),
    ));
  }

  return {
    ofField,
    isRuled: (type) => isRuledType(getNamedType(type)),
  };
}

/** Input objects by their fields that have a rule or lead to one. Cycles are fine; a type that leads to none is left out. */
function findRuledFields(schema: GraphQLSchema, ofElement: (element: Element) => Requirement | undefined): RuledFields {
  const types = Object.values(schema.getTypeMap()).filter(isInputObjectType);
  const users = new Map<GraphQLInputObjectType, GraphQLInputObjectType[]>(types.map((type) => [type, []]));
  const requirements = new Map<GraphQLInputField, Requirement>();
  const pending: GraphQLInputObjectType[] = [];
  for (const type of types) {
    for (const field of Object.values(type.getFields())) {
      const requirement = ofElement(field);
      if (requirement) requirements.set(field, requirement);
      if (requirement) pending.push(type);
      const named = getNamedType(field.type);
      if (isInputObjectType(named)) users.get(named)?.push(type);
    }
  }
  const ruled = new Set<GraphQLInputObjectType>();
  for (let type = pending.pop(); type; type = pending.pop()) {
    if (ruled.has(type)) continue;
    ruled.add(type);
    pending.push(...(users.get(type) ?? []));
  }
  return new Map(
    [...ruled].map((type) => [
      type,
      new Map(
        Object.values(type.getFields()).flatMap((field): [string, RuledInput][] => {
          const requirement = requirements.get(field);
          const isDeep = ruled.has(getNamedType(field.type) as GraphQLInputObjectType);
          if (requirement === undefined && !isDeep) return [];
          const { name, type: fieldType, defaultValue } = field;
          const coordinate = `${type.name}.${name}`;
          return [[name, { coordinate, name, type: fieldType, defaultValue, requirement, isDeep }]];
        }),
      ),
    ]),
  );
}

/** What was found for one execution: for a field's node, however many rows have it, and for a variable, however often used. */
interface Answers {
  readonly ofNodes: Map<FieldNode, Map<readonly RuledInput[], readonly Requirement[]>>;
  readonly ofVariables: Map<string, ReadonlySet<Requirement>>;
}

function createProvided(
  args: readonly RuledInput[],
  ruledFields: RuledFields,
  answers: WeakMap<Variables, Answers>,
): FieldInputs['provided'] {
  return (node, variableValues, schema) => {
    if (!node.arguments?.length) return NOTHING;
    let answer = answers.get(variableValues);
    if (answer === undefined) {
      answer = { ofNodes: new Map(), ofVariables: new Map() };
      answers.set(variableValues, answer);
    }
    let ofNode = answer.ofNodes.get(node);
    if (ofNode === undefined)
      answer.ofNodes.set(node, (ofNode = new Map<readonly RuledInput[], readonly Requirement[]>()));
    let found = ofNode.get(args);
    if (found === undefined) {
      const walk = new Walk(ruledFields, variableValues, answer.ofVariables, schema);
      // graphql-js takes the last of two arguments of one name, and so does this, when validation was skipped.
      const byName = new Map(node.arguments.map(({ name, value }) => [name.value, value]));
      for (const arg of args) {
        const value = byName.get(arg.name);
        if (value) walk.literal(arg, value);
      }
      found = [...walk.found];
      ofNode.set(args, found);
    }
    return found;
  };
}

class Walk {
  found = new Set<Requirement>();
  readonly #ruledFields: RuledFields;
  readonly #variableValues: Variables;
  readonly #ofVariables: Map<string, ReadonlySet<Requirement>>;
  /** The one that is executed: it may be a copy, whose defaults were read anew. */
  readonly #schema: GraphQLSchema;

  constructor(
    ruledFields: RuledFields,
    variableValues: Variables,
    ofVariables: Map<string, ReadonlySet<Requirement>>,
    schema: GraphQLSchema,
  ) {
    this.#schema = schema;
    this.#ruledFields = ruledFields;
    this.#variableValues = variableValues;
    this.#ofVariables = ofVariables;
  }

  /** An argument or an input field, written in the document. */
  literal(input: RuledInput, value: ValueNode): void {
    if (value.kind === Kind.VARIABLE && !isThere(this.#variableValues, value.name.value)) return;
    if (input.requirement) this.found.add(input.requirement);
    if (input.isDeep) this.#literalValue(input.type, value);
  }

  #literalValue(wrapped: GraphQLInputType, value: ValueNode): void {
    const type = getNullableType(wrapped);
    if (value.kind === Kind.VARIABLE) this.#variable(type, value.name.value);
    else if (isListType(type)) {
      const items = value.kind === Kind.LIST ? value.values : [value];
      for (const item of items) this.#literalValue(type.ofType, item);
    } else if (isInputObjectType(type) && value.kind === Kind.OBJECT) {
      const fields = this.#ruledFields.get(type);
      for (const { name, value: each } of value.fields) {
        const field = fields?.get(name.value);
        if (field) this.literal(field, each);
      }
    }
  }

  /** A variable's value is walked once, however often the document uses it. */
  #variable(type: GraphQLInputType, name: string): void {
    const key = `${name} ${String(type)}`;
    let requirements = this.#ofVariables.get(key);
    if (requirements === undefined) {
      const outer = this.found;
      this.found = new Set();
      this.#coerced(type, this.#variableValues[name]);
      requirements = this.found;
      this.#ofVariables.set(key, requirements);
      this.found = outer;
    }
    for (const requirement of requirements) this.found.add(requirement);
  }

  /** A value that graphql-js has coerced: lists are lists, input objects have their defaults. */
  #coerced(wrapped: GraphQLInputType, value: unknown): void {
    const type = getNullableType(wrapped);
    if (typeof value !== 'object' || value === null) return;
    if (isListType(type)) {
      const items: readonly unknown[] = Array.isArray(value) ? value : [value];
      for (const item of items) this.#coerced(type.ofType, item);
    } else if (isInputObjectType(type)) {
      for (const field of this.#ruledFields.get(type)?.values() ?? []) {
        if (!isThere(value, field.name)) continue;
        const each = (value as Record<string, unknown>)[field.name];
        if (this.#isDefault(type.name, field, each)) continue;
        if (field.requirement) this.found.add(field.requirement);
        if (field.isDeep) this.#coerced(field.type, each);
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
