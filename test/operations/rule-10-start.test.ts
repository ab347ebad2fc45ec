import { makeExecutableSchema, mergeSchemas } from '@graphql-tools/schema';
import { mapSchema, MapperKind } from '@graphql-tools/utils';
import { ApolloServer } from '@apollo/server';
import { buildSchema, defaultFieldResolver, GraphQLInt, GraphQLObjectType, GraphQLSchema } from 'graphql';
import { describe, expect, it } from 'vitest';
import { findUnguarded, hasRules } from '../../src/directive/guard/coverage.js';
import { dryRunOf } from '../../src/directive/guard/registry.js';
import { authDirective } from '../../src/index.js';
import { authenticatedAs } from '../../src/testing/index.js';
import { REMEDY } from '../support/refuse.js';
import { guard } from '../support/run.js';

const FORGOTTEN = `The schema defines the directive of authDirective() and was never transformed. ${REMEDY}`;

describe('rule 10: the check at start', () => {
  const { authDirectiveTypeDefs, authDirectiveTransformer } = authDirective();
  const sdl = `
    type Query { open: Int f: Int @auth(groups: ["g"]) node: Node u(in: In): Int }
    interface Node { id: Int } type Pay implements Node @auth { id: Int }
    input In { a: Int @auth }
    type Subscription { ticks: Int @auth open: Int }
  `;
  const untransformed = () => makeExecutableSchema({ typeDefs: [authDirectiveTypeDefs, sdl] });

  it('accepts a schema whose rules all have guards, also after a transformation that keeps them', () => {
    const schema = authDirectiveTransformer(untransformed());
    expect(findUnguarded(schema)).toEqual([]);
    expect(findUnguarded(mapSchema(schema, {}))).toEqual([]);
    expect([hasRules(schema), dryRunOf(schema)]).toEqual([true, 'none']);
  });

  it('refuses a schema that was never transformed', () => {
    expect(findUnguarded(untransformed())).toEqual([
      FORGOTTEN,
      `Query.f has a rule that no guard enforces. ${REMEDY}`,
      `Query.u has a rule that no guard enforces. ${REMEDY}`,
      `Subscription.ticks has a rule that no guard enforces. ${REMEDY}`,
      `Subscription.open has no guard that refuses it when the token expires. ${REMEDY}`,
      `Pay has a rule that no guard enforces where it is reached as Node. ${REMEDY}`,
    ]);
  });

  it('refuses a schema whose fields ask for a token by default, even without an @auth in it', () => {
    const strict = authDirective({ name: 'strictAuth', unannotated: 'authenticated' });
    const schema = makeExecutableSchema({
      typeDefs: [strict.authDirectiveTypeDefs, 'type Query { f: Int g: Int @public }'],
    });
    expect([findUnguarded(schema), hasRules(schema), dryRunOf(schema)]).toEqual([[FORGOTTEN], false, 'none']);
    expect(findUnguarded(strict.authDirectiveTransformer(schema))).toEqual([]);
  });

  it('accepts a schema without rules', () => {
    const schema = buildSchema('type Query { f: Int } type Subscription { g: Int }');
    expect([findUnguarded(schema), hasRules(schema), dryRunOf(schema)]).toEqual([[], false, 'none']);
    const transformed = authDirectiveTransformer(
      makeExecutableSchema({ typeDefs: [authDirectiveTypeDefs, 'type Query { f: Int }'] }),
    );
    expect([findUnguarded(transformed), hasRules(transformed)]).toEqual([[], false]);
  });

  it('refuses a guard that a later transformation replaced or wrapped', () => {
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

  it('refuses a guard of a weaker rule', () => {
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

  it('refuses a schema that lost the guard of `subscribe` or `resolveType`', () => {
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

  it('refuses a schema that lost its default rule', () => {
    const strict = authDirective({ unannotated: 'authenticated' }).authDirectiveTransformer(
      makeExecutableSchema({ typeDefs: [authDirectiveTypeDefs, 'type Query { f: Int g: Int @public }'] }),
    );
    const stripped = mapSchema(strict, {
      [MapperKind.QUERY_ROOT_FIELD]: (field) => ({ ...field, resolve: defaultFieldResolver }),
    });
    expect(findUnguarded(strict)).toEqual([]);
    expect(findUnguarded(stripped)).toEqual([`Query.f has a rule that no guard enforces. ${REMEDY}`]);
  });

  it('refuses rules under another name, wherever the directive is defined', () => {
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

  it('accepts a schema whose resolvers Apollo Server has wrapped in place for another server', async () => {
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
    expect([findUnguarded(schema), dryRunOf(schema), ran]).toEqual([[], 'all', ['f']]);
  });

  it('refuses a renamed directive in code when the transformer was forgotten', () => {
    authDirective({ name: 'onlyInCode' });
    const f = { type: GraphQLInt, extensions: { directives: { onlyInCode: {} } } };
    const schema = new GraphQLSchema({ query: new GraphQLObjectType({ name: 'Query', fields: { f } }) });
    expect(findUnguarded(schema)).toEqual([`Query.f has a rule that no guard enforces. ${REMEDY}`]);
  });

  it('accepts another product’s @auth beside a renamed directive', () => {
    const renamed = authDirective({ name: 'requiresAuth' });
    const schema = renamed.authDirectiveTransformer(
      buildSchema(
        `directive @auth(requires: String) on FIELD_DEFINITION ${renamed.authDirectiveTypeDefs}
         type Query { f: Int @auth(requires: "ADMIN") g: Int @requiresAuth }`,
      ),
    );
    expect([findUnguarded(schema), hasRules(schema)]).toEqual([[], true]);
    expect(findUnguarded(mapSchema(schema, {}))).toEqual([]);
  });

  it('accepts two schemas merged under two names of the directive, unless a guard of either is lost', () => {
    const renamed = authDirective({ name: 'requiresAuth' });
    const schemas = [
      authDirectiveTransformer(
        makeExecutableSchema({ typeDefs: [authDirectiveTypeDefs, 'type Query { f: Int @auth }'] }),
      ),
      renamed.authDirectiveTransformer(
        makeExecutableSchema({ typeDefs: [renamed.authDirectiveTypeDefs, 'type Query { g: Int @requiresAuth }'] }),
      ),
    ];
    const merged = mergeSchemas({ schemas });
    expect(findUnguarded(merged)).toEqual([]);
    const stripped = mapSchema(merged, {
      [MapperKind.QUERY_ROOT_FIELD]: (field) => ({ ...field, resolve: defaultFieldResolver }),
    });
    expect(findUnguarded(stripped)).toEqual([
      `Query.f has a rule that no guard enforces. ${REMEDY}`,
      `Query.g has a rule that no guard enforces. ${REMEDY}`,
    ]);
  });

  it('refuses a merged schema that lost the default rule of its first or last part', () => {
    const strict = () =>
      authDirective({ unannotated: 'authenticated' }).authDirectiveTransformer(
        makeExecutableSchema({ typeDefs: [authDirectiveTypeDefs, 'type Query { f: Int }'] }),
      );
    const lax = () =>
      authDirectiveTransformer(
        makeExecutableSchema({ typeDefs: [authDirectiveTypeDefs, 'type Query { g: Int @public }'] }),
      );
    for (const schemas of [
      [strict(), lax()],
      [lax(), strict()],
    ]) {
      const merged = mergeSchemas({ schemas });
      expect(findUnguarded(merged)).toEqual([]);
      const stripped = mapSchema(merged, {
        [MapperKind.QUERY_ROOT_FIELD]: (field) => ({ ...field, resolve: defaultFieldResolver }),
      });
      expect(findUnguarded(stripped)).toEqual([`Query.f has a rule that no guard enforces. ${REMEDY}`]);
    }
  });

  it('refuses a directive that was added to a transformed schema in a form that nothing reads', () => {
    const schema = authDirectiveTransformer(untransformed());
    const open = schema.getQueryType()?.getFields()['open'];
    if (!open) throw new Error('The schema has no such field.');
    open.extensions = { directives: { hasRole: { role: 'ADMIN' } }, auth: {} };
    expect(findUnguarded(schema)).toEqual([
      'Query.open: @hasRole is a directive of another library, which nothing enforces here. Write @auth instead, or name ' +
        'it if something else enforces it: authDirective({ enforcedElsewhere: ["hasRole"] }).',
      'Query.open: `extensions["auth"]` is not read. Write `extensions: { directives: { auth: { … } } }`, with `{}` for no arguments.',
    ]);
  });

  it('refuses a rule without a clear meaning that was added to a guarded field', () => {
    const schema = guard('type Query { f: Int @auth }');
    const f = schema.getQueryType()?.getFields()['f'];
    if (!f) throw new Error('The schema has no such field.');
    f.extensions = { directives: { auth: 'admin' } };
    expect(findUnguarded(schema)).toEqual([`Query.f has a rule that no guard enforces. ${REMEDY}`]);
  });
});

describe('rule 10: a schema that was never transformed', () => {
  it('is refused with its first five elements and a count of the others', () => {
    const fields = Array.from({ length: 12 }, (_, index) => `f${String(index)}: Int @auth`).join(' ');
    const { authDirectiveTypeDefs } = authDirective();
    const schema = makeExecutableSchema({ typeDefs: [authDirectiveTypeDefs, `type Query { ${fields} }`] });
    const problems = findUnguarded(schema);
    expect(problems).toHaveLength(7);
    expect(problems[1]).toMatch(/^Query\.f0 has a rule that no guard enforces\./);
    expect(problems[6]).toBe('The same of 7 more.');
  });
});
