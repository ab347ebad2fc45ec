import { buildASTSchema, GraphQLInt, GraphQLObjectType, GraphQLSchema, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { findUnguarded } from '../../src/directive/guard/coverage.js';
import { authDirective } from '../../src/index.js';
import type { AuthDirectiveOptions } from '../../src/index.js';
import { anonymous, authenticatedAs } from '../../src/testing/index.js';
import { problemsOf } from '../support/refuse.js';
import { denial, run } from '../support/run.js';

function transform(
  sdl: string,
  options: AuthDirectiveOptions,
  typeDefs = authDirective(options).authDirectiveTypeDefs,
) {
  const schema = buildASTSchema(parse(`${typeDefs} ${sdl}`), { assumeValidSDL: true });
  for (const field of Object.values(schema.getQueryType()?.getFields() ?? {})) field.resolve = () => 1;
  return authDirective(options).authDirectiveTransformer(schema);
}

const renamed = { name: 'requiresAuth' };

describe('rule 10: a renamed directive', () => {
  it('stands beside the @auth of another product, which keeps its own meaning', async () => {
    const schema = transform(
      'directive @auth(requires: String) on FIELD_DEFINITION type Query { f: Int @auth(requires: "ADMIN") g: Int @requiresAuth }',
      renamed,
    );
    expect(findUnguarded(schema)).toEqual([]);
    expect(await run(schema, '{ f g }', anonymous())).toEqual({
      data: { f: 1, g: null },
      errors: [denial('missing', 'g')],
    });
  });

  it('makes an @auth a problem that no other product defines', () => {
    expect(problemsOf(() => transform('type Query { f: Int @auth }', renamed))).toEqual([
      'Query.f: @auth is not enforced: the directive is called @requiresAuth here. Write @requiresAuth; if this is ' +
        "another product's, add its definition to the schema.",
    ]);
    const f = { type: GraphQLInt, extensions: { directives: { '@auth': {} } } };
    const schema = new GraphQLSchema({ query: new GraphQLObjectType({ name: 'Query', fields: { f } }) });
    expect(problemsOf(() => authDirective(renamed).authDirectiveTransformer(schema))).toEqual([
      'Query.f: the directive "@auth" is not enforced: the directive is called @requiresAuth here. Write @requiresAuth; ' +
        "if this is another product's, add its definition to the schema.",
    ]);
  });

  it('makes another directive a problem that has the definition of this package', () => {
    for (const name of ['auth', 'needsAuth']) {
      const { authDirectiveTypeDefs } = authDirective({ name });
      expect(problemsOf(() => transform(`type Query { f: Int @${name} }`, renamed, authDirectiveTypeDefs))).toEqual([
        `Query.f: @${name} has the definition of authDirective(), whose name is @requiresAuth here. Write @requiresAuth.`,
      ]);
    }
  });

  it('has near misses of its own name, which are refused', () => {
    expect(problemsOf(() => transform('type Query { f: Int @RequiresAuth }', renamed))).toEqual([
      'Query.f: Expected the name of the directive to be "requiresAuth", got "RequiresAuth". Write @requiresAuth and its ' +
        'arguments in SDL, or `extensions: { directives: { requiresAuth: { … } } }` in code.',
    ]);
  });

  it.each(['@Auth', '@AUTH(groups: ["a"])', '@aUTH'])(
    'is not meant by a name that only looks like it, which is refused: %s',
    (use) => {
      const definition = `directive ${use.replace('["a"]', '[String]')} on FIELD_DEFINITION`;
      for (const more of ['', definition]) {
        const [problem, ...others] = problemsOf(() => transform(`${more} type Query { f: Int ${use} }`, {}));
        expect(problem).toMatch(/^Query\.f: Expected the name of the directive to be "auth", got "[aA]/);
        expect(others).toEqual([]);
      }
    },
  );
});

describe('rule 10: a renamed @public', () => {
  const foreign = 'directive @public(reason: String) on FIELD_DEFINITION | ENUM_VALUE';
  const strict = { unannotated: 'authenticated', publicName: 'isPublic' } as const;

  it('stands beside the @public of another product, which opens nothing', async () => {
    const schema = transform(`${foreign} type Query { f: Int @public(reason: "x") g: Int @isPublic }`, strict);
    expect(findUnguarded(schema)).toEqual([]);
    expect(await run(schema, '{ f g }', anonymous())).toEqual({
      data: { f: null, g: 1 },
      errors: [denial('missing', 'f')],
    });
    expect(await run(schema, '{ f g }', authenticatedAs())).toEqual({ data: { f: 1, g: 1 } });
  });

  it('is suggested where another product has @public', () => {
    const { authDirectiveTypeDefs } = authDirective({ publicName: 'isPublic' });
    expect(problemsOf(() => transform(`${foreign} type Query { f: Int }`, {}, authDirectiveTypeDefs))).toEqual([
      '@public: The schema has another directive of this name. Use `authDirectiveTypeDefs`, or choose another name: ' +
        "authDirective({ publicName: 'isPublic' }).",
    ]);
  });

  it('is called by its own name in a problem', () => {
    expect(problemsOf(() => transform('type Query { f: Int @isPublic @auth }', strict))).toEqual([
      'Query.f: @isPublic lifts no rule, and @auth beside it holds. Remove one of them.',
    ]);
  });
});
