/** A guarded subgraph of `@apollo/subgraph`, with the federation directives that the tests use. */
import { buildSubgraphSchema } from '@apollo/subgraph';
import type { GraphQLSchema } from 'graphql';
import { gql } from 'graphql-tag';
import { authDirective } from '../../src/index.js';
import type { AuthDirectiveOptions } from '../../src/index.js';

type Resolvers = NonNullable<Extract<Parameters<typeof buildSubgraphSchema>[0], { resolvers?: unknown }>['resolvers']>;

export function buildSubgraph(typeDefs: string, resolvers: Resolvers = {}, link = LINK): GraphQLSchema {
  return buildSubgraphSchema({ typeDefs: gql(`${link} ${typeDefs}`), resolvers });
}

export function guardSubgraph(
  typeDefs: string,
  resolvers: Resolvers = {},
  options: AuthDirectiveOptions = {},
  link = LINK,
): GraphQLSchema {
  const { authDirectiveTypeDefs, authDirectiveTransformer } = authDirective(options);
  return authDirectiveTransformer(buildSubgraph(`${authDirectiveTypeDefs} ${typeDefs}`, resolvers, link));
}

const LINK =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@composeDirective", "@interfaceObject"])';
