/** The schema: the `.graphql` files, the resolvers, and `@auth` enforced. */
import { readdir, readFile } from 'node:fs/promises';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { authDirective } from 'apollo-cognito-auth';
import type { GraphQLSchema } from 'graphql';
import { resolvers } from './resolvers.js';
import { groups } from './user-pool/people.js';

const directory = new URL('../schema/', import.meta.url);

export async function createSchema(): Promise<GraphQLSchema> {
  // With the known groups named here, a misspelt group in the schema stops the server from starting.
  const { authDirectiveTypeDefs, authDirectiveTransformer } = authDirective({ groups });
  const files = (await readdir(directory)).filter((name) => name.endsWith('.graphql')).sort();
  const typeDefs = await Promise.all(files.map((name) => readFile(new URL(name, directory), 'utf8')));
  return authDirectiveTransformer(makeExecutableSchema({ typeDefs: [authDirectiveTypeDefs, ...typeDefs], resolvers }));
}
