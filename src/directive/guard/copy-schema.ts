/** A copy of a schema, each type and field anew, so that guards stand in the copy alone. */
import { rewireTypes } from '@graphql-tools/utils';
import { GraphQLSchema, isObjectType } from 'graphql';
import type { GraphQLObjectType } from 'graphql';

/** What `mapSchema` does without a mapper, at half its cost: nothing here changes a type that a default value is read by. */
export function copySchema(schema: GraphQLSchema): GraphQLSchema {
  const { typeMap, directives } = rewireTypes(schema.getTypeMap(), schema.getDirectives());
  const copyOf = (original: GraphQLObjectType | null | undefined): GraphQLObjectType | undefined => {
    const copy = original && typeMap[original.name];
    return isObjectType(copy) ? copy : undefined;
  };
  return new GraphQLSchema({
    ...schema.toConfig(),
    query: copyOf(schema.getQueryType()),
    mutation: copyOf(schema.getMutationType()),
    subscription: copyOf(schema.getSubscriptionType()),
    types: Object.values(typeMap),
    directives,
  });
}
