/** Apollo Server over HTTP with the package's context and plugin, and callers of a test pool. */
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { cognitoAuthPlugin, createAuthContext } from 'apollo-cognito-auth';
import type { Auth, AuthContext } from 'apollo-cognito-auth';
import { createTestUserPool } from 'apollo-cognito-auth/testing';
import type { GraphQLSchema } from 'graphql';

const pool = createTestUserPool();
const verifier = pool.verifier();

export interface Source {
  readonly schema: GraphQLSchema;
  /** What the library needs in the context. */
  readonly extend?: (auth: Auth) => object;
}

/** Asks a server with this schema, as a caller in these groups; `undefined` is a caller without a token. */
export async function ask(
  { schema, extend = () => ({}) }: Source,
  groups: readonly string[] | undefined,
  query: string,
  variables = {},
) {
  const server = new ApolloServer<AuthContext>({ schema, plugins: [cognitoAuthPlugin({ verifier })] });
  const { url } = await startStandaloneServer(server, {
    context: createAuthContext({ verifier }, extend),
    listen: { port: 0 },
  });
  try {
    const authorization = groups && `Bearer ${pool.accessToken({ 'cognito:groups': groups })}`;
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors = [] } = (await response.json()) as {
      data?: unknown;
      errors?: { path?: string[]; extensions: { code: string; reason?: string } }[];
    };
    return {
      status: response.status,
      data,
      denied: errors
        .map(({ path, extensions }) => `${path?.join('.')}: ${extensions.reason ?? extensions.code}`)
        .sort(),
    };
  } finally {
    await server.stop();
  }
}
