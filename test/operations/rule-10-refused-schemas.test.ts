import { makeExecutableSchema } from '@graphql-tools/schema';
import { mapSchema, MapperKind } from '@graphql-tools/utils';
import { ApolloServer } from '@apollo/server';
import {
  buildASTSchema,
  buildSchema,
  defaultFieldResolver,
  GraphQLInt,
  GraphQLObjectType,
  GraphQLSchema,
  parse,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { findUnguarded, hasRules, isReportOnly } from '../../src/directive/coverage.js';
import type { AuthDirectiveOptions } from '../../src/directive/options.js';
import { authDirective } from '../../src/directive/transformer.js';
import { AuthConfigurationError } from '../../src/errors.js';
import { authenticatedAs } from '../../src/testing/index.js';
import { guard } from './run.js';

function problemsOf(build: () => unknown): readonly string[] {
  try {
    build();
  } catch (error) {
    if (!(error instanceof AuthConfigurationError)) throw error;
    return error.message.split('\n');
  }
  return [];
}

const REMEDY =
  'Pass the schema through authDirectiveTransformer, as the last transformation, and give the server what it returns.';

const FORGOTTEN = `The schema defines the directive of authDirective() and was never transformed. ${REMEDY}`;

describe('rule 10: refused when the schema is built', () => {
  it.each<[string, string, AuthDirectiveOptions, string]>([
    [
      'an empty list',
      'f: Int @auth(groups: [])',
      {},
      'Query.f: `groups` is empty, so nobody could meet it. Name some, or leave it out.',
    ],
    [
      'a blank name',
      'f: Int @auth(scopes: [" "])',
      {},
      'Query.f: `scopes` must hold names without white space, found " ". Correct it, or leave it out.',
    ],
    [
      'a name with white space',
      'f: Int @auth(groups: ["a b"])',
      {},
      'Query.f: `groups` must hold names without white space, found "a b". Correct it, or leave it out.',
    ],
    [
      'null for a list',
      'f: Int @auth(groups: null)',
      {},
      'Query.f: `groups` must hold names without white space, found null. Correct it, or leave it out.',
    ],
    [
      'null for a token use',
      'f: Int @auth(tokenUse: null)',
      {},
      'Query.f: `tokenUse` must be ID or ACCESS, found null. Leave it out for either.',
    ],
    [
      'an unknown token use',
      'f: Int @auth(tokenUse: REFRESH)',
      {},
      'Query.f: `tokenUse` must be ID or ACCESS, found "REFRESH". Leave it out for either.',
    ],
    [
      'scopes of an ID token',
      'f: Int @auth(tokenUse: ID, scopes: ["s"])',
      {},
      'Query.f: an ID token has no scopes. Leave out `scopes`, or ask for `tokenUse: ACCESS`.',
    ],
    [
      'an unknown group',
      'f: Int @auth(groups: ["a", "admn"])',
      { groups: ['a', 'admin'] },
      'Query.f: the group "admn" is not one of authDirective({ groups }). Correct it, or add it there.',
    ],
    [
      'an unknown policy',
      'f: Int @auth(policies: ["p"])',
      {},
      'Query.f: there is no policy "p". Add it: authDirective({ policies: { p: ... } }).',
    ],
    [
      'an unknown policy of an argument',
      'f(x: Int @auth(policies: ["p"])): Int',
      {},
      'Query.f(x:): there is no policy "p". Add it: authDirective({ policies: { p: ... } }).',
    ],
    [
      '@public beside a rule',
      'f: Int @public @auth',
      {},
      'Query.f: @public beside @auth: the rule holds all the same. Remove one of them.',
    ],
    [
      '@public on an interface’s field',
      'f: Int } interface I { g: Int @public',
      {},
      'I.g: @public has no effect here. Put it on the field of each type that implements it.',
    ],
    [
      'a policy on an object',
      'f: Int } type T @auth(policies: ["p"]) { x: Int',
      { policies: { p: () => true } },
      'T: a policy needs a field to look at. Put `policies` on the fields that return this type.',
    ],
    [
      'a policy on an interface',
      'f: Int } interface T @auth(policies: ["p"]) { x: Int',
      { policies: { p: () => true } },
      'T: a policy needs a field to look at. Put `policies` on the fields that return this type.',
    ],
    [
      'a guarded input that an operation’s directive takes',
      'f: Int } directive @d(x: In) on FIELD input In { a: Int @auth',
      {},
      '@d(x:): a request may give this argument a value that has @auth, and nothing can enforce it there. Use a type without a rule.',
    ],
  ])('%s', (_, fields, options, problem) => {
    expect(problemsOf(() => guard(`type Query { ${fields} }`, {}, options))).toEqual([problem]);
  });

  it('with all problems at once', () => {
    expect(
      problemsOf(() => guard('type Query { f: Int @auth(groups: [], tokenUse: null) g: Int @auth(scopes: "") }')),
    ).toEqual([
      'Query.f: `tokenUse` must be ID or ACCESS, found null. Leave it out for either.',
      'Query.f: `groups` is empty, so nobody could meet it. Name some, or leave it out.',
      'Query.g: `scopes` must hold names without white space, found "". Correct it, or leave it out.',
    ]);
  });

  it.each([
    'directive @auth(requires: String) on FIELD_DEFINITION type Query { f: Int @auth(requires: "ADMIN") }',
    'directive @auth on FIELD_DEFINITION type Query { f: Int @auth }',
    `enum AuthTokenUse { ACCESS ID } directive @auth(tokenUse: AuthTokenUse, groups: [String!], scopes: [String!], policies: [String!])
     repeatable on FIELD_DEFINITION | SCHEMA type Query { f: Int @auth }`,
    `enum AuthTokenUse { ACCESS ID } directive @auth(tokenUse: AuthTokenUse, groups: [String!], scopes: [String!], policies: [String!])
     on FIELD_DEFINITION type Query { f: Int @auth }`,
  ])('another definition of @auth: %s', (sdl) => {
    expect(problemsOf(() => authDirective().authDirectiveTransformer(buildSchema(sdl)))[0]).toBe(
      "@auth: the schema's definition of this directive is not the one that is enforced here. Use " +
        "`authDirectiveTypeDefs`, or choose another name: authDirective({ name: 'requiresAuth' }).",
    );
  });

  it('a place where nothing can be enforced, in a schema built in code', () => {
    const extensions = { directives: { auth: {} } };
    const query = new GraphQLObjectType({ name: 'Query', fields: { f: { type: GraphQLInt } } });
    expect(
      problemsOf(() => authDirective().authDirectiveTransformer(new GraphQLSchema({ query, extensions }))),
    ).toEqual(['schema: @auth cannot be enforced here. Put it on a type, a field or an argument.']);
    const sdl = 'type Query { e: E } enum E { A @auth }';
    const schema = buildASTSchema(parse(sdl), { assumeValidSDL: true });
    expect(problemsOf(() => authDirective().authDirectiveTransformer(schema))).toEqual([
      'E.A: @auth cannot be enforced here. Put it on a type, a field or an argument.',
    ]);
  });

  it('a schema that was transformed before, also by another directive of this package', () => {
    const schema = guard('type Query { f: Int @auth }');
    const problem =
      'Query.f: this schema was transformed before, and has its guards. Use authDirectiveTransformer once, as the last transformation.';
    expect(problemsOf(() => authDirective().authDirectiveTransformer(schema))).toEqual([problem]);
    expect(problemsOf(() => authDirective({ name: 'other' }).authDirectiveTransformer(schema))).toEqual([problem]);
    expect(problemsOf(() => authDirective().authDirectiveTransformer(mapSchema(schema, {})))).toEqual([problem]);
  });

  it.each<[object, string]>([
    [
      { Name: 'auth' },
      'authDirective(): options has no setting `Name`. The settings are: name, groups, policies, unannotated, enforcement, logger, fieldResolver.',
    ],
    [
      { name: '@auth' },
      'authDirective(): `name` must be a name for a directive that is not taken, without "@", found "@auth".',
    ],
    [
      { name: 'public' },
      'authDirective(): `name` must be a name for a directive that is not taken, without "@", found "public".',
    ],
    [
      { groups: [] },
      'authDirective(): `groups` must be a list of the names of groups, exactly as in Cognito. Leave it out to allow any name.',
    ],
    [
      { unannotated: 'private' },
      "authDirective(): `unannotated` must be 'public' or 'authenticated', found \"private\".",
    ],
    [{ enforcement: 'off' }, "authDirective(): `enforcement` must be 'enforce' or 'report', found \"off\"."],
    [{ enforcement: null }, "authDirective(): `enforcement` must be 'enforce' or 'report', found null."],
    [{ policies: { p: true } }, 'authDirective(): the policy "p" must be a function or batchPolicy({ key, load }).'],
    [
      { policies: { p: { check: () => true, timeout: 0 } } },
      'authDirective(): the `timeout` of the policy "p" must be a positive number, found 0.',
    ],
    [{ logger: {} }, 'authDirective(): `logger` must have the methods `warn` and `error`.'],
  ])('an option that is not one: %j', (options, problem) => {
    expect(problemsOf(() => authDirective(options))).toEqual([problem]);
  });
});

describe('rule 10: refused when the server starts', () => {
  const { authDirectiveTypeDefs, authDirectiveTransformer } = authDirective();
  const sdl = `
    type Query { open: Int f: Int @auth(groups: ["g"]) node: Node u(in: In): Int }
    interface Node { id: Int } type Pay implements Node @auth { id: Int }
    input In { a: Int @auth }
    type Subscription { ticks: Int @auth open: Int }
  `;
  const untransformed = () => makeExecutableSchema({ typeDefs: [authDirectiveTypeDefs, sdl] });

  it('nothing, when every rule has its guard, also after a transformation that leaves the guards', () => {
    const schema = authDirectiveTransformer(untransformed());
    expect(findUnguarded(schema)).toEqual([]);
    expect(findUnguarded(mapSchema(schema, {}))).toEqual([]);
    expect([hasRules(schema), isReportOnly(schema)]).toEqual([true, false]);
  });

  it('a schema that was never transformed', () => {
    expect(findUnguarded(untransformed())).toEqual([
      FORGOTTEN,
      `Query.f has a rule that no guard enforces. ${REMEDY}`,
      `Query.u has a rule that no guard enforces. ${REMEDY}`,
      `Subscription.ticks has a rule that no guard enforces. ${REMEDY}`,
      `Subscription.open has no guard that refuses it when the token expires. ${REMEDY}`,
      `Pay has a rule that no guard enforces where it is reached as Node. ${REMEDY}`,
    ]);
  });

  it('a schema whose fields ask for a token by default, without one @auth in it', () => {
    const strict = authDirective({ name: 'strictAuth', unannotated: 'authenticated' });
    const schema = makeExecutableSchema({
      typeDefs: [strict.authDirectiveTypeDefs, 'type Query { f: Int g: Int @public }'],
    });
    expect([findUnguarded(schema), hasRules(schema), isReportOnly(schema)]).toEqual([[FORGOTTEN], false, false]);
    expect(findUnguarded(strict.authDirectiveTransformer(schema))).toEqual([]);
  });

  it('not a schema without rules', () => {
    const schema = buildSchema('type Query { f: Int } type Subscription { g: Int }');
    expect([findUnguarded(schema), hasRules(schema), isReportOnly(schema)]).toEqual([[], false, false]);
    const transformed = authDirectiveTransformer(
      makeExecutableSchema({ typeDefs: [authDirectiveTypeDefs, 'type Query { f: Int }'] }),
    );
    expect([findUnguarded(transformed), hasRules(transformed)]).toEqual([[], false]);
  });

  it('a later transformation that replaced a resolver, or put something before the guard', () => {
    const schema = authDirectiveTransformer(untransformed());
    const replaced = mapSchema(schema, {
      [MapperKind.QUERY_ROOT_FIELD]: (field, name) => (name === 'f' ? { ...field, resolve: () => 1 } : undefined),
    });
    expect(findUnguarded(replaced)).toEqual([`Query.f has a rule that no guard enforces. ${REMEDY}`]);
    const cached = mapSchema(schema, {
      [MapperKind.QUERY_ROOT_FIELD]: (field, name) =>
        name === 'f' ? { ...field, resolve: (...args) => field.resolve?.(...args) } : undefined,
    });
    expect(findUnguarded(cached)).toEqual([`Query.f has a rule that no guard enforces. ${REMEDY}`]);
  });

  it('a guard of another, weaker rule', () => {
    const strong = authDirectiveTransformer(untransformed());
    const weak = authDirectiveTransformer(
      makeExecutableSchema({
        typeDefs: [
          authDirectiveTypeDefs,
          'type Query { f: Int @auth u(in: In): Int } input In { a: Int b: Int @auth }',
        ],
      }),
    );
    const mixed = mapSchema(strong, {
      [MapperKind.QUERY_ROOT_FIELD]: (field, name) => {
        const other = weak.getQueryType()?.getFields()[name]?.resolve;
        return other ? { ...field, resolve: other } : undefined;
      },
    });
    expect(findUnguarded(mixed)).toEqual([
      `Query.f has a rule that no guard enforces. ${REMEDY}`,
      `Query.u has a rule that no guard enforces. ${REMEDY}`,
    ]);
  });

  it('a lost `subscribe` or `resolveType`', () => {
    const schema = authDirectiveTransformer(untransformed());
    const ticks = schema.getSubscriptionType()?.getFields()['ticks'];
    const node = schema.getType('Node');
    if (!ticks || !node || !('resolveType' in node)) throw new Error('The schema has lost more than that.');
    ticks.subscribe = async function* () {};
    node.resolveType = () => 'Pay';
    expect(findUnguarded(schema)).toEqual([
      `Subscription.ticks has no guard that refuses it when the token expires. ${REMEDY}`,
      `Pay has a rule that no guard enforces where it is reached as Node. ${REMEDY}`,
    ]);
  });

  it('a lost default rule', () => {
    const strict = authDirective({ unannotated: 'authenticated' }).authDirectiveTransformer(
      makeExecutableSchema({ typeDefs: [authDirectiveTypeDefs, 'type Query { f: Int g: Int @public }'] }),
    );
    const stripped = mapSchema(strict, {
      [MapperKind.QUERY_ROOT_FIELD]: (field) => ({ ...field, resolve: defaultFieldResolver }),
    });
    expect(findUnguarded(strict)).toEqual([]);
    expect(findUnguarded(stripped)).toEqual([`Query.f has a rule that no guard enforces. ${REMEDY}`]);
  });

  it('rules under another name, whoever defined it', () => {
    const custom = authDirective({ name: 'requiresCognito' });
    const typeDefs = [custom.authDirectiveTypeDefs, 'type Query { f: Int @requiresCognito }'];
    expect(findUnguarded(makeExecutableSchema({ typeDefs }))).toEqual([
      FORGOTTEN,
      `Query.f has a rule that no guard enforces. ${REMEDY}`,
    ]);
    const copied = custom.authDirectiveTypeDefs.replaceAll('requiresCognito', 'pasted');
    expect(findUnguarded(makeExecutableSchema({ typeDefs: [copied, 'type Query { f: Int @pasted }'] }))).toEqual([
      FORGOTTEN,
      `Query.f has a rule that no guard enforces. ${REMEDY}`,
    ]);
    expect(
      findUnguarded(buildSchema('directive @auth(requires: String) on FIELD_DEFINITION type Query { f: Int @auth }')),
    ).toEqual([`Query.f has a rule that no guard enforces. ${REMEDY}`]);
    expect(
      findUnguarded(
        buildSchema('directive @requiresCognito(x: Int) on FIELD_DEFINITION type Query { f: Int @requiresCognito }'),
      ),
    ).toEqual([]);
  });

  it('not a schema whose resolvers Apollo Server has wrapped in place, in use by another server', async () => {
    const ran: string[] = [];
    const schema = guard(
      'type Query { f: Int @auth g: Int @auth }',
      { Query: { f: () => ran.push('f') } },
      { enforcement: 'report' },
    );
    const server = new ApolloServer({ schema });
    const before = schema.getQueryType()?.getFields()['f']?.resolve;
    await server.executeOperation({ query: '{ f }' }, { contextValue: { auth: authenticatedAs() } });
    expect(schema.getQueryType()?.getFields()['f']?.resolve).not.toBe(before);
    expect([findUnguarded(schema), isReportOnly(schema), ran]).toEqual([[], true, ['f']]);
  });
});
