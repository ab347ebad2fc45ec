/** Gives a schema a custom scalar whose values nothing can compare. */
import { isInputObjectType, isObjectType, isInterfaceType, isScalarType, valueFromAST } from 'graphql';
import type { GraphQLArgument, GraphQLInputField, GraphQLSchema } from 'graphql';
import type { Schema } from './guard-model.js';

class Opaque {
  readonly #input: unknown;

  constructor(input: unknown) {
    this.#input = input;
  }

  toJSON(): unknown {
    return this.#input;
  }
}

export function makeScalarOpaque(schema: GraphQLSchema, model: Schema): void {
  const scalar = schema.getType('S');
  if (!isScalarType(scalar)) return;
  scalar.parseValue = (value) => new Opaque(value);
  scalar.parseLiteral = (node) => new Opaque(node);
  // The defaults were read when the schema was built, by the scalar as it was then. In the model's order: the default of
  // an input object holds those of earlier ones.
  for (const name of model.types.keys()) {
    const type = schema.getType(name);
    if (isInputObjectType(type)) Object.values(type.getFields()).forEach(readDefault);
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    for (const { args } of Object.values(type.getFields())) args.forEach(readDefault);
  }
}

function readDefault(input: GraphQLArgument | GraphQLInputField): void {
  const node = input.astNode?.defaultValue;
  if (node) input.defaultValue = valueFromAST(node, input.type);
}
