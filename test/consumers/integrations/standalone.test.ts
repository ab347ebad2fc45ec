import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { authDirective, cognitoAuthPlugin, createAuthContext } from 'apollo-cognito-auth';
import { createTestUserPool } from 'apollo-cognito-auth/testing';
import { buildSchema } from 'graphql';
import { expect, it } from 'vitest';

it('serves a guarded field to a caller with a token', async () => {
  const verifier = createTestUserPool().verifier();
  const { authDirectiveTypeDefs, authDirectiveTransformer } = authDirective();
  const schema = authDirectiveTransformer(buildSchema(`${authDirectiveTypeDefs} type Query { f: Int @auth }`));
  const server = new ApolloServer({ schema, plugins: [cognitoAuthPlugin({ verifier })] });
  const { url } = await startStandaloneServer(server, {
    context: createAuthContext({ verifier }),
    listen: { port: 0 },
  });
  const response = await fetch(`${url}?query={f}`, { headers: { 'apollo-require-preflight': '1' } });
  expect([response.status, response.headers.get('www-authenticate')]).toEqual([200, 'Bearer']);
  await server.stop();
});
