import { ApolloServer } from '@apollo/server';
import { describe, expect, it } from 'vitest';
import { authenticatedAs } from '../../src/testing/index.js';
import { guard } from '../support/run.js';

const schema = guard(
  `enum CacheControlScope { PUBLIC PRIVATE }
   directive @cacheControl(maxAge: Int, scope: CacheControlScope, inheritMaxAge: Boolean) on FIELD_DEFINITION | OBJECT | INTERFACE | UNION
   type Query {
     open(x: Int @auth): Int @cacheControl(maxAge: 60)
     shut: Int @cacheControl(maxAge: 60) @auth
     claimed: Int @cacheControl(maxAge: 60, scope: PUBLIC) @auth
     nodes: [Node] @cacheControl(maxAge: 60)
     policy: Int @cacheControl(maxAge: 60) @auth(policies: ["p"])
     root: Box @cacheControl(maxAge: 60)
     recent: Int @cacheControl(maxAge: 60) @auth(maxAge: 60)
     given(x: Int @auth(maxAge: 60)): Int @cacheControl(maxAge: 60)
     fresh: [Fresh] @cacheControl(maxAge: 60)
   }
   type Box { leaf: Int @auth recent: Int @auth(maxAge: 60) }
   interface Fresh { id: Int } type Now implements Fresh @auth(maxAge: 60) { id: Int } type Then implements Fresh { id: Int }
   interface Node { id: Int } type Pay implements Node @auth { id: Int } type Sale implements Node { id: Int }`,
  {
    Query: {
      nodes: () => [{ __typename: 'Sale', id: 1 }],
      root: () => ({}),
      fresh: () => [{ __typename: 'Then', id: 1 }],
    },
  },
  { policies: { p: async () => true } },
);
const server = new ApolloServer({ schema });

async function cacheControl(query: string): Promise<string | undefined> {
  const { http } = await server.executeOperation({ query }, { contextValue: { auth: authenticatedAs() } });
  return http.headers.get('cache-control');
}

describe('rule 12: the response', () => {
  it.each([
    ['to a field without a rule stays public', '{ open }', 'max-age=60, public'],
    ['to a field with a rule is private', '{ shut }', 'max-age=60, private'],
    ['stays private with any hint in the schema', '{ claimed }', 'max-age=60, private'],
    ['to any field with a rule is private as a whole', '{ open shut }', 'max-age=60, private'],
    ['to an argument with a rule is private', '{ open(x: 1) }', 'max-age=60, private'],
    ['to an abstract type with a guarded member is private', '{ nodes { id } }', 'max-age=60, private'],
    ['to a field with a policy is private', '{ policy }', 'max-age=60, private'],
    ['to a guarded leaf of an open object is private', '{ root { leaf } }', 'max-age=60, private'],
    ['to a field with maxAge is not stored', '{ recent }', 'no-store'],
    ['to a leaf with maxAge is not stored', '{ open root { recent } }', 'no-store'],
    ['to an argument with maxAge is not stored', '{ given(x: 1) }', 'no-store'],
    ['without the argument with maxAge stays public', '{ given }', 'max-age=60, public'],
    ['to an abstract type with a member with maxAge is not stored', '{ fresh { id } }', 'no-store'],
  ])('%s', async (_, query, expected) => {
    expect(await cacheControl(query)).toBe(expected);
  });
});
