/** A schema of one field that has its directives in code, as frameworks write them. */
import { GraphQLInt, GraphQLObjectType, GraphQLSchema, Kind, parse } from 'graphql';
import type { ConstDirectiveNode, FieldDefinitionNode } from 'graphql';

/** `Query.f` with these extensions; `f` resolves to 1. */
export function schemaWith(extensions: object, node?: Partial<FieldDefinitionNode>): GraphQLSchema {
  const f = { type: GraphQLInt, resolve: () => 1, extensions: { ...extensions }, astNode: node as FieldDefinitionNode };
  return new GraphQLSchema({ query: new GraphQLObjectType({ name: 'Query', fields: { f } }) });
}

/** The node of a use, such as `@auth(groups: ["admin"])`. */
export function directiveNode(use: string): ConstDirectiveNode {
  const [definition] = parse(`type T ${use}`).definitions;
  const [node] = definition?.kind === Kind.OBJECT_TYPE_DEFINITION ? (definition.directives ?? []) : [];
  if (!node) throw new Error('There is no directive.');
  return node;
}
