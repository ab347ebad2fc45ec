import { makeExecutableSchema } from '@graphql-tools/schema';
import { mapSchema } from '@graphql-tools/utils';
import { buildASTSchema, buildSchema, GraphQLInt, GraphQLObjectType, GraphQLSchema, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { AuthConfigurationError, authDirective } from '../../src/index.js';
import type { AuthDirectiveOptions } from '../../src/index.js';
import { authenticatedAs } from '../../src/testing/index.js';
import { problemsOf } from '../support/refuse.js';
import { denial, guard, run } from '../support/run.js';

describe('rule 10: the transformer', () => {
  it.each<[string, string, AuthDirectiveOptions, string]>([
    [
      'an empty list',
      'f: Int @auth(groups: [])',
      {},
      'Query.f: Expected `groups` to be a list of names, got an empty list, which no caller meets. Name one, or leave it out.',
    ],
    [
      'a blank name',
      'f: Int @auth(scopes: [" "])',
      {},
      'Query.f: Expected each of `scopes` to be printable ASCII without white space, quotation marks and backslashes, got " ". Correct it, or leave it out.',
    ],
    [
      'a name with white space',
      'f: Int @auth(groups: ["a b"])',
      {},
      'Query.f: Expected each of `groups` to be a name without white space, got "a b". Correct it, or leave it out.',
    ],
    [
      'null for a list',
      'f: Int @auth(groups: null)',
      {},
      'Query.f: Expected each of `groups` to be a name without white space, got null. Correct it, or leave it out.',
    ],
    [
      'null for a token use',
      'f: Int @auth(tokenUse: null)',
      {},
      'Query.f: Expected `tokenUse` to be ID or ACCESS, got null. Write one of them without quotation marks, or leave it out for either token.',
    ],
    [
      'an unknown token use',
      'f: Int @auth(tokenUse: REFRESH)',
      {},
      'Query.f: Expected `tokenUse` to be ID or ACCESS, got REFRESH. Write one of them without quotation marks, or leave it out for either token.',
    ],
    [
      'an enum value for a group',
      'f: Int @auth(groups: ADMIN)',
      {},
      'Query.f: Expected each of `groups` to be a string, got ADMIN. Write `groups: ["ADMIN"]`.',
    ],
    [
      'an enum value among groups',
      'f: Int @auth(groups: ["a", ADMIN])',
      {},
      'Query.f: Expected each of `groups` to be a string, got ADMIN. Write `groups: ["ADMIN"]`.',
    ],
    [
      'a string for a token use',
      'f: Int @auth(tokenUse: "ACCESS")',
      {},
      'Query.f: Expected `tokenUse` to be ID or ACCESS, got "ACCESS". Write one of them without quotation marks, or leave it out for either token.',
    ],
    [
      'a number for groups',
      'f: Int @auth(groups: 5)',
      {},
      'Query.f: Expected each of `groups` to be a name without white space, got 5. Correct it, or leave it out.',
    ],
    [
      'an object for scopes',
      'f: Int @auth(scopes: { read: true })',
      {},
      'Query.f: Expected each of `scopes` to be printable ASCII without white space, quotation marks and backslashes, got {"read":true}. Correct it, or leave it out.',
    ],
    [
      'a list in a list',
      'f: Int @auth(groups: [["a"]])',
      {},
      'Query.f: Expected each of `groups` to be a name without white space, got ["a"]. Correct it, or leave it out.',
    ],
    [
      'null in a list',
      'f: Int @auth(groups: ["a", null])',
      {},
      'Query.f: Expected each of `groups` to be a name without white space, got null. Correct it, or leave it out.',
    ],
    [
      'a policy that is no string',
      'f: Int @auth(policies: mine)',
      { policies: { mine: () => true } },
      'Query.f: Expected each of `policies` to be a string, got mine. Write `policies: ["mine"]`.',
    ],
    [
      'scopes of an ID token',
      'f: Int @auth(tokenUse: ID, scopes: ["s"])',
      {},
      'Query.f: An ID token has no scopes. Leave out `scopes`, or ask for `tokenUse: ACCESS`.',
    ],
    [
      'an unknown group',
      'f: Int @auth(groups: ["a", "admn"])',
      { groups: ['a', 'admin'] },
      'Query.f: Expected each of `groups` to be one of authDirective({ groups }), got "admn". Correct it, or add it there.',
    ],
    [
      'an unknown policy',
      'f: Int @auth(policies: ["p"])',
      {},
      'Query.f: Expected each of `policies` to be a key of authDirective({ policies }), got "p". Correct it, or add it there.',
    ],
    [
      'an unknown policy of an argument',
      'f(x: Int @auth(policies: ["p"])): Int',
      {},
      'Query.f(x:): Expected each of `policies` to be a key of authDirective({ policies }), got "p". Correct it, or add it there.',
    ],
    [
      '@public beside a rule',
      'f: Int @public @auth',
      {},
      'Query.f: @public lifts no rule, and @auth beside it holds. Remove one of them.',
    ],
    [
      '@public on an interface’s field',
      'f: Int } interface I { g: Int @public',
      {},
      'I.g: @public has no effect here. Put it on the field of each type that implements it.',
    ],
    [
      'a policy on a scalar',
      'f: Int } scalar T @auth(policies: ["p"]) type U { x: Int',
      { policies: { p: () => true } },
      'T: A policy needs a field to look at. Put `policies` on the fields that return this type.',
    ],
    [
      'a policy on an enum',
      'f: Int } enum T @auth(policies: ["p"]) { A } type U { x: Int',
      { policies: { p: () => true } },
      'T: A policy needs a field to look at. Put `policies` on the fields that return this type.',
    ],
    [
      'a guarded input that an operation’s directive takes',
      'f: Int } directive @d(x: In) on FIELD input In { a: Int @auth',
      {},
      '@d(x:): A request may give this argument a value that has @auth, and nothing can enforce it there. Use a type without a rule.',
    ],
    [
      'an enum value in a list in a list',
      'f: Int @auth(groups: [[ADMIN]])',
      {},
      'Query.f: Expected each of `groups` to be a name without white space, got [ADMIN]. Correct it, or leave it out.',
    ],
  ])('refuses %s', (_, fields, options, problem) => {
    expect(problemsOf(() => guard(`type Query { ${fields} }`, {}, options))).toEqual([problem]);
  });

  it('lists all problems at once, in the message a line each', () => {
    const build = () => guard('type Query { f: Int @auth(groups: [], tokenUse: null) g: Int @auth(scopes: "") }');
    const problems = [
      'Query.f: Expected `tokenUse` to be ID or ACCESS, got null. Write one of them without quotation marks, or leave it out for either token.',
      'Query.f: Expected `groups` to be a list of names, got an empty list, which no caller meets. Name one, or leave it out.',
      'Query.g: Expected each of `scopes` to be printable ASCII without white space, quotation marks and backslashes, got "". Correct it, or leave it out.',
    ];
    expect(problemsOf(build)).toEqual(problems);
    expect(build).toThrow(new AuthConfigurationError(problems));
  });

  it.each([
    [
      'has an argument `requires`',
      'directive @auth(requires: String) on FIELD_DEFINITION type Query { f: Int @auth(requires: "ADMIN") }',
    ],
    ['has no argument `tokenUse`', 'directive @auth on FIELD_DEFINITION type Query { f: Int @auth }'],
    [
      'has `tokenUse: String` instead of `tokenUse: AuthTokenUse`',
      `directive @auth(tokenUse: String, groups: [String!], scopes: [String!], policies: [String!], pools: [String!], acr: [String!], maxAge: Int)
     repeatable on FIELD_DEFINITION type Query { f: Int @auth }`,
    ],
    [
      'has a default for `groups`',
      `enum AuthTokenUse { ACCESS ID } directive @auth(tokenUse: AuthTokenUse, groups: [String!] = ["a"], scopes: [String!], policies: [String!], pools: [String!], acr: [String!], maxAge: Int)
     repeatable on FIELD_DEFINITION type Query { f: Int @auth }`,
    ],
    [
      'allows the place SCHEMA, where nothing can be enforced',
      `enum AuthTokenUse { ACCESS ID } directive @auth(tokenUse: AuthTokenUse, groups: [String!], scopes: [String!], policies: [String!], pools: [String!], acr: [String!], maxAge: Int)
     repeatable on FIELD_DEFINITION | SCHEMA type Query { f: Int @auth }`,
    ],
    [
      'is not `repeatable` (some tools, such as graphql-compose, drop the word)',
      `enum AuthTokenUse { ACCESS ID } directive @auth(tokenUse: AuthTokenUse, groups: [String!], scopes: [String!], policies: [String!], pools: [String!], acr: [String!], maxAge: Int)
     on FIELD_DEFINITION type Query { f: Int @auth }`,
    ],
  ])('refuses another definition of @auth, which %s', (difference, sdl) => {
    expect(problemsOf(() => authDirective().authDirectiveTransformer(buildSchema(sdl)))[0]).toBe(
      `@auth: The schema's definition of this directive is not the one that is enforced here: it ${difference}. Use ` +
        "`authDirectiveTypeDefs`, or choose another name: authDirective({ name: 'requiresAuth' }).",
    );
  });

  it('refuses a place where nothing can be enforced, in a schema that is built in code', () => {
    const extensions = { directives: { auth: {} } };
    const query = new GraphQLObjectType({ name: 'Query', fields: { f: { type: GraphQLInt } } });
    expect(
      problemsOf(() => authDirective().authDirectiveTransformer(new GraphQLSchema({ query, extensions }))),
    ).toEqual(['schema: @auth cannot be enforced on the schema itself. Put it on a type, a field or an argument.']);
    const sdl = 'type Query { e: E } enum E { A @auth }';
    const schema = buildASTSchema(parse(sdl), { assumeValidSDL: true });
    expect(problemsOf(() => authDirective().authDirectiveTransformer(schema))).toEqual([
      'E.A: @auth cannot be enforced on an enum value. Put it on a type, a field or an argument.',
    ]);
  });

  it('refuses an argument that is given twice, or that does not exist', () => {
    const { authDirectiveTypeDefs, authDirectiveTransformer } = authDirective();
    const sdl = `${authDirectiveTypeDefs} type Query { f: Int @auth(groups: ["a"], groups: ["b"]) g: Int @auth(group: "a") }`;
    const schema = buildASTSchema(parse(sdl), { assumeValidSDL: true });
    expect(problemsOf(() => authDirectiveTransformer(schema))).toEqual([
      'Query.f: @auth has `groups` twice. Keep one of them.',
      'Query.g: Unknown argument "group" of @auth. Known arguments: tokenUse, groups, scopes, policies, pools, acr, maxAge.',
    ]);
  });

  it('accepts a single string for a list, as the specification does', async () => {
    const schema = guard('type Query { f: Int @auth(groups: "a") }', { Query: { f: () => 1 } });
    expect(await run(schema, '{ f }', authenticatedAs({ groups: ['a'] }))).toEqual({ data: { f: 1 } });
    expect(await run(schema, '{ f }', authenticatedAs({ groups: ['b'] }))).toEqual({
      data: { f: null },
      errors: [denial('group', 'f')],
    });
  });

  it('enforces both rules that one field has in two files, when the definition is merged with them', async () => {
    const { authDirectiveTypeDefs, authDirectiveTransformer } = authDirective();
    const files = ['type Query { f: Int @auth(groups: ["hr"]) }', 'type Query { f: Int @auth(groups: ["admin"]) }'];
    const typeDefs = [authDirectiveTypeDefs, ...files];
    const schema = authDirectiveTransformer(makeExecutableSchema({ typeDefs, resolvers: { Query: { f: () => 1 } } }));
    expect(await run(schema, '{ f }', authenticatedAs({ groups: ['hr', 'admin'] }))).toEqual({ data: { f: 1 } });
    expect(await run(schema, '{ f }', authenticatedAs({ groups: ['hr'] }))).toEqual({
      data: { f: null },
      errors: [denial('group', 'f')],
    });
  });

  it('refuses a schema that was transformed before, also by another directive of this package', () => {
    const schema = guard('type Query { f: Int @auth }');
    const problem =
      'Query.f: this schema was transformed before, and has its guards. Use authDirectiveTransformer once, as the last transformation.';
    expect(problemsOf(() => authDirective().authDirectiveTransformer(schema))).toEqual([problem]);
    expect(problemsOf(() => authDirective({ name: 'other' }).authDirectiveTransformer(schema))).toEqual([problem]);
    expect(problemsOf(() => authDirective().authDirectiveTransformer(mapSchema(schema, {})))).toEqual([problem]);
  });
});
