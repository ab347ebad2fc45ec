/** The rules of arguments and input fields: which of them a request's arguments can reach. */
import { getNamedType, isInputObjectType } from 'graphql';
import type { GraphQLArgument, GraphQLField, GraphQLInputField, GraphQLInputObjectType } from 'graphql';
import type { GraphQLInputType, GraphQLNamedType, GraphQLSchema } from 'graphql';
import type { SchemaElement } from './annotations.js';
import { createProvidedInputs } from './provided-inputs.js';
import type { FindProvided, RuledFields, RuledInput } from './provided-inputs.js';
import { and } from './requirement.js';
import type { Requirement } from './requirement.js';

type Field = GraphQLField<unknown, unknown>;
type Input = GraphQLArgument | GraphQLInputField;

/** The arguments of a field through which a request can provide what has a rule. */
export interface FieldInputs {
  readonly args: readonly RuledInput[];
  readonly provided: FindProvided;
  /** Each input field of the schema that has a rule, by its coordinate. */
  readonly ofInputFields: () => ReadonlyMap<string, Requirement>;
}

export interface InputRules {
  /** `inherited` is the same field on each interface of its type. */
  readonly ofField: (field: Field, inherited: readonly Field[]) => FieldInputs | undefined;
  /** Whether a value of the type has a rule, or can hold a field that has one. */
  readonly isRuled: (type: GraphQLInputType) => boolean;
}

export function readInputRules(
  schema: GraphQLSchema,
  own: (element: SchemaElement) => Requirement | undefined,
): InputRules {
  const ofInput = (input: Input) => and(own(input), own(getNamedType(input.type)));
  const ruledFields = findRuledFields(schema, ofInput);
  const createFindProvided = createProvidedInputs(ruledFields);
  const isDeep = (type: GraphQLNamedType) => isInputObjectType(type) && ruledFields.has(type);

  let inputFields: ReadonlyMap<string, Requirement> | undefined;
  const ofInputFields = () => (inputFields ??= byCoordinate(ruledFields));

  function ofField(field: Field, inherited: readonly Field[]): FieldInputs | undefined {
    const args: RuledInput[] = [];
    for (const arg of field.args) {
      let requirement = ofInput(arg);
      for (const each of inherited) {
        const ancestor = each.args.find(({ name }) => name === arg.name);
        if (ancestor) requirement = and(requirement, ofInput(ancestor));
      }
      const input = toRuledInput(arg, requirement, isDeep(getNamedType(arg.type)));
      if (input) args.push(input);
    }
    return args.length === 0 ? undefined : { args, provided: createFindProvided(args), ofInputFields };
  }

  return {
    ofField,
    isRuled(wrapped) {
      const type = getNamedType(wrapped);
      return own(type) !== undefined || isDeep(type);
    },
  };
}

/** The fields that have a rule or lead to one. Input object types may refer to each other in circles. */
function findRuledFields(schema: GraphQLSchema, ofInput: (input: Input) => Requirement | undefined): RuledFields {
  const types = Object.values(schema.getTypeMap()).filter(isInputObjectType);
  const users = new Map<GraphQLInputObjectType, GraphQLInputObjectType[]>(types.map((type) => [type, []]));
  const requirements = new Map<GraphQLInputField, Requirement>();
  const pending: GraphQLInputObjectType[] = [];
  for (const type of types) {
    for (const field of Object.values(type.getFields())) {
      const requirement = ofInput(field);
      if (requirement) {
        requirements.set(field, requirement);
        pending.push(type);
      }
      const named = getNamedType(field.type);
      if (isInputObjectType(named)) users.get(named)?.push(type);
    }
  }
  const ruled = new Set<GraphQLNamedType>();
  const fields = new Map<GraphQLInputObjectType, ReadonlyMap<string, RuledInput>>();
  for (let type = pending.pop(); type; type = pending.pop()) {
    if (ruled.has(type)) continue;
    ruled.add(type);
    pending.push(...(users.get(type) ?? []));
  }
  for (const type of types) {
    if (!ruled.has(type)) continue;
    const inputs = new Map<string, RuledInput>();
    for (const field of Object.values(type.getFields())) {
      const input = toRuledInput(field, requirements.get(field), ruled.has(getNamedType(field.type)));
      if (input) inputs.set(field.name, input);
    }
    fields.set(type, inputs);
  }
  return fields;
}

function toRuledInput(
  { name, type, defaultValue }: Input,
  requirement: Requirement | undefined,
  isDeep: boolean,
): RuledInput | undefined {
  return requirement || isDeep ? { name, type, defaultValue, requirement, isDeep } : undefined;
}

function byCoordinate(ruledFields: RuledFields): ReadonlyMap<string, Requirement> {
  return new Map(
    [...ruledFields].flatMap(([type, fields]) =>
      [...fields.values()].flatMap(({ name, requirement }) =>
        requirement ? [[`${type.name}.${name}`, requirement] as const] : [],
      ),
    ),
  );
}
