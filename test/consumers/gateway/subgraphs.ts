/** Two guarded subgraphs on loopback, and the gateway of the documents in front of them. */
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { authDirective, cognitoAuthPlugin, createAuthContext } from 'apollo-cognito-auth';
import type { AuthContext, CognitoAuthPluginOptions } from 'apollo-cognito-auth';
import { createTestUserPool } from 'apollo-cognito-auth/testing';
import { gql } from 'graphql-tag';
import { createGateway } from './samples/federation-1.js';

export const pool = createTestUserPool();

/** What ran in the subgraphs, in the order in which it ran. */
export const ran: string[] = [];

interface Reference {
  readonly id: string;
}

const LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])';

const subgraphs = {
  people: {
    typeDefs: `${LINK}
      type Query { motd: String @public people: [Person!] @public notes: [String!] }
      type Person @public { name: String contract: Contract review: Review }
      type Contract @key(fields: "id", resolvable: false) { id: ID! @public }
      type Review @key(fields: "id", resolvable: false) { id: ID! @public }
      type Mutation { rename(name: String): String @auth(groups: ["hr"]) }`,
    resolvers: {
      Query: {
        motd: () => 'hello',
        people: () => ['1', '2'].map((id) => ({ name: `P${id}`, contract: { id }, review: { id } })),
        notes: () => ['n'],
      },
      Mutation: {
        rename: () => {
          ran.push('rename');
          return 'renamed';
        },
      },
    },
  },
  contracts: {
    typeDefs: `${LINK}
      type Query { contract: Contract }
      type Contract @key(fields: "id") @auth(groups: ["hr"]) { id: ID! total: Int }
      type Review @key(fields: "id") { id: ID! stars: Int @public text: String }`,
    resolvers: {
      Contract: {
        __resolveReference: ({ id }: Reference) => {
          ran.push(`Contract ${id}`);
          return { id, total: 100 };
        },
      },
      Review: {
        __resolveReference: ({ id }: Reference) => {
          ran.push(`Review ${id}`);
          return { id, stars: 5, text: 'secret' };
        },
      },
    },
  },
};

export interface Graph {
  readonly ask: (query: string, token?: string) => Promise<unknown>;
  readonly stop: () => Promise<void>;
}

export async function serveGraph(answers: CognitoAuthPluginOptions['answers']): Promise<Graph> {
  const verifier = pool.verifier();
  const started = await Promise.all(
    Object.entries(subgraphs).map(async ([name, { typeDefs, resolvers }]) => {
      const { authDirectiveTypeDefs, authDirectiveTransformer } = authDirective({ unannotated: 'authenticated' });
      const schema = authDirectiveTransformer(
        buildSubgraphSchema([{ typeDefs: gql(authDirectiveTypeDefs) }, { typeDefs: gql(typeDefs), resolvers }]),
      );
      const server = new ApolloServer<AuthContext>({ schema, plugins: [cognitoAuthPlugin({ verifier, answers })] });
      const context = createAuthContext({ verifier });
      return { name, server, url: (await startStandaloneServer(server, { context, listen: { port: 0 } })).url };
    }),
  );
  const gateway = new ApolloServer({ gateway: createGateway(started.map(({ name, url }) => ({ name, url }))) });
  const { url } = await startStandaloneServer(gateway, {
    context: async ({ req }) => ({ authorization: req.headers.authorization }),
    listen: { port: 0 },
  });
  return {
    async ask(query, token) {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
        body: JSON.stringify({ query }),
      });
      return response.json();
    },
    async stop() {
      await Promise.all([gateway, ...started.map(({ server }) => server)].map((server) => server.stop()));
    },
  };
}
