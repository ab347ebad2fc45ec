import { makeExecutableSchema } from '@graphql-tools/schema';
import { graphql, parse, print } from 'graphql';
import type { GraphQLSchema } from 'graphql';
import { describe, expect, it } from 'vitest';
import { authDirective } from '../../src/index.js';
import { leaveOutRules } from '../../src/directive/rules/subgraph-sdl.js';
import { buildSubgraph, guardSubgraph } from '../support/subgraph.js';

async function sdlOf(schema: GraphQLSchema): Promise<unknown> {
  const { data, errors } = await graphql({ schema, source: '{ _service { sdl } }' });
  expect(errors).toBeUndefined();
  return (data?.['_service'] as { readonly sdl: unknown }).sdl;
}

const plain = `
  "The root" type Query { "A greeting" motd: String orders(first: Int): [Order] n: Int @authenticated }
  type Order @key(fields: "id") { id: ID! total: Int total2: Int }
  interface Node { id: ID! } union U = Order enum E { A } scalar Money
  input In { a: Int }
`;
const ruled = `
  "The root" type Query { "A greeting" motd: String @public orders(first: Int @auth(groups: ["a"])): [Order] @auth n: Int @authenticated @auth }
  type Order @key(fields: "id") @auth(tokenUse: ACCESS) @auth(groups: ["a", "b"]) { id: ID! total: Int @auth total2: Int }
  interface Node @auth { id: ID! } union U @auth = Order enum E @auth { A } scalar Money @auth
  input In @auth { a: Int @auth }
`;
const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@authenticated"])`;

describe('rule 3: the SDL of a subgraph', () => {
  it('has no rules of this package, and everything else as without them', async () => {
    const expected = String(await sdlOf(buildSubgraph(plain, {}, LINK)));
    expect(await sdlOf(guardSubgraph(ruled, {}, { enforcedElsewhere: ['authenticated'] }, LINK))).toBe(
      print(parse(expected)),
    );
    expect(expected).toContain('n: Int @authenticated');
    expect(expected).toContain('"""A greeting"""');
    expect(expected).toContain('extend schema\n  @link(url: "https://specs.apollo.dev/federation/v2.9"');
  });

  it('has none by other names either', async () => {
    const names = { name: 'requiresCognito', publicName: 'isPublic', enforcedElsewhere: ['authenticated'] };
    const renamed = ruled.replaceAll('@auth(', '@requiresCognito(').replaceAll(/@auth(?= |$)/gm, '@requiresCognito');
    const sdl = await sdlOf(guardSubgraph(renamed.replace('@public', '@isPublic'), {}, names, LINK));
    expect(sdl).toBe(print(parse(String(await sdlOf(buildSubgraph(plain, {}, LINK))))));
  });

  it('is what it was before the transformer where there are no rules', async () => {
    const { authDirectiveTransformer } = authDirective({ enforcedElsewhere: ['authenticated'] });
    const subgraph = buildSubgraph(plain, {}, LINK);
    expect(await sdlOf(authDirectiveTransformer(subgraph))).toBe(await sdlOf(subgraph));
  });

  it('keeps a directive that @composeDirective keeps, with its definition', async () => {
    const link = `extend schema
      @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@composeDirective"])
      @link(url: "https://example.com/auth/v1.0", import: ["@auth"]) @composeDirective(name: "@auth")`;
    const sdl = String(
      await sdlOf(guardSubgraph('type Query { f: Int @auth(tokenUse: ID) g: Int @public }', {}, {}, link)),
    );
    expect(sdl).toContain('f: Int @auth(tokenUse: ID)');
    expect(sdl).toContain('directive @auth(');
    expect(sdl).toContain('enum AuthTokenUse');
    expect(sdl).not.toContain('@public');
  });

  it('is given as it is where it cannot be read, or is made anew each time', async () => {
    const given: unknown[] = ['type {', null, 'type A @auth { a: Int }', 'type B @auth { b: Int }'];
    const { authDirectiveTypeDefs, authDirectiveTransformer } = authDirective();
    const typeDefs = `${authDirectiveTypeDefs} type Query { _service: _Service! } type _Service { sdl: String }`;
    const resolvers = { Query: { _service: () => ({ sdl: async () => given.shift() }) } };
    const schema = authDirectiveTransformer(makeExecutableSchema({ typeDefs, resolvers }));
    expect([await sdlOf(schema), await sdlOf(schema), await sdlOf(schema), await sdlOf(schema)]).toEqual([
      'type {',
      null,
      'type A {\n  a: Int\n}',
      'type B {\n  b: Int\n}',
    ]);
  });

  it.each([
    ['extend type A @auth', 'extend type A @auth type B { b: Int }', 'type B {\n  b: Int\n}'],
    ['extend schema @auth', 'extend schema @auth type B { b: Int }', 'type B {\n  b: Int\n}'],
    ['another extension', 'extend type A @key(fields: "id") @auth', 'extend type A @key(fields: "id")'],
    [
      'a definition that @link imports',
      'extend schema @link(url: "https://example.com/x/v1", import: [{ name: "@x", as: "@auth" }]) directive @auth on OBJECT type B @auth { b: Int }',
      'extend schema @link(url: "https://example.com/x/v1", import: [{name: "@x", as: "@auth"}])\n\ndirective @auth on OBJECT\n\ntype B {\n  b: Int\n}',
    ],
    [
      'the type of tokenUse, in use',
      'enum AuthTokenUse { ID } type B @auth { b: AuthTokenUse }',
      'enum AuthTokenUse {\n  ID\n}\n\ntype B {\n  b: AuthTokenUse\n}',
    ],
    [
      'another directive',
      'directive @author on OBJECT type B @author { b: Int @auth }',
      'directive @author on OBJECT\n\ntype B @author {\n  b: Int\n}',
    ],
  ])('stays SDL: %s', (_, sdl, expected) => {
    expect(leaveOutRules(sdl, ['auth', 'public'])).toBe(expected);
  });
});
