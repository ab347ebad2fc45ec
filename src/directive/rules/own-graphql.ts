/** Whether a schema was made with the very `graphql` that this package reads it with. */
import {
  GraphQLEnumType,
  GraphQLInputObjectType,
  GraphQLInterfaceType,
  GraphQLObjectType,
  GraphQLScalarType,
  GraphQLSchema,
  GraphQLUnionType,
} from 'graphql';
import { print } from '../../settings.js';

const CLASSES = [
  GraphQLObjectType,
  GraphQLScalarType,
  GraphQLInputObjectType,
  GraphQLInterfaceType,
  GraphQLEnumType,
  GraphQLUnionType,
];

const REMEDY =
  'Two copies of graphql are loaded, and nothing could be enforced. `npm ls graphql` shows them: install one version for ' +
  'all, and import it as ES modules alone or as CommonJS alone.';

/**
 * What is wrong with the schema, as a sentence. graphql-js tells its objects by `instanceof`: in production, what another
 * copy of it made looks like nothing at all, so that no rule would be found and none enforced.
 */
export function findForeignGraphql(schema: unknown): string | undefined {
  if (!(schema instanceof GraphQLSchema)) {
    return tagOf(schema) === 'GraphQLSchema'
      ? `The schema was made by another copy of graphql than apollo-cognito-auth uses. ${REMEDY}`
      : `Expected a GraphQLSchema, got ${print(schema)}. Pass what makeExecutableSchema() or buildSchema() returns.`;
  }
  const foreign = Object.values(schema.getTypeMap()).find((type) => !CLASSES.some((each) => type instanceof each));
  return foreign && `The type ${foreign.name} was made by another copy of graphql than the schema. ${REMEDY}`;
}

function tagOf(value: unknown): unknown {
  try {
    return typeof value === 'object' && value !== null && Symbol.toStringTag in value
      ? value[Symbol.toStringTag]
      : undefined;
  } catch {
    return undefined;
  }
}
