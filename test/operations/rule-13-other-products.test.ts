import { buildASTSchema, GraphQLInt, GraphQLObjectType, GraphQLSchema, parse } from 'graphql';
import type { GraphQLSchema as Schema } from 'graphql';
import { describe, expect, it } from 'vitest';
import { findUnguarded } from '../../src/directive/guard/coverage.js';
import { authDirective } from '../../src/index.js';
import type { AuthDirectiveOptions } from '../../src/index.js';
import { anonymous } from '../../src/testing/index.js';
import { problemsOf } from '../support/refuse.js';
import { denial, run } from '../support/run.js';

/** Built without validation, as by tools that add the definitions of a router themselves. */
function build(sdl: string): Schema {
  return buildASTSchema(parse(sdl), { assumeValidSDL: true });
}

function transform(sdl: string, options: AuthDirectiveOptions = {}): Schema {
  const { authDirectiveTypeDefs, authDirectiveTransformer } = authDirective(options);
  return authDirectiveTransformer(build(`${authDirectiveTypeDefs} ${sdl}`));
}

function problem(coordinate: string, written: string, product: string, meant = written.slice(1)): string {
  const dialect = DIALECT_OF[meant];
  const here = dialect ? ` enforce it here: authDirective({ dialects: ['${dialect}'] });` : '';
  return (
    `${coordinate}: ${written} is ${product}, which nothing enforces here. Write @auth instead,${here} or name it if ` +
    `something else enforces it: authDirective({ enforcedElsewhere: ["${meant}"] }).`
  );
}

const DIALECT_OF: Readonly<Record<string, string>> = {
  aws_auth: 'appsync',
  aws_cognito_user_pools: 'appsync',
  authenticated: 'federation',
  requiresScopes: 'federation',
  policy: 'federation',
};

const APPSYNC = 'a directive of AWS AppSync';
const ROUTER = "the Apollo router's directive";
const LIBRARY = 'a directive of another library';

describe('rule 13: directives of other products', () => {
  it.each([
    ['aws_auth', APPSYNC],
    ['aws_cognito_user_pools', APPSYNC],
    ['aws_iam', APPSYNC],
    ['aws_api_key', APPSYNC],
    ['aws_oidc', APPSYNC],
    ['aws_lambda', APPSYNC],
    ['authenticated', ROUTER],
    ['requiresScopes', ROUTER],
    ['policy', ROUTER],
    ['hasRole', LIBRARY],
    ['hasScope', LIBRARY],
    ['hasPermission', LIBRARY],
    ['isAuthenticated', LIBRARY],
    ['requireAuth', LIBRARY],
    ['authorize', LIBRARY],
    ['authorized', LIBRARY],
    ['authentication', LIBRARY],
    ['authorization', LIBRARY],
  ])('are refused in use, unless something else enforces them: @%s', (name, product) => {
    const sdl = `directive @${name}(x: Int) on FIELD_DEFINITION | OBJECT type Query { f: Int @${name}(x: 1) }`;
    expect(problemsOf(() => transform(sdl))).toEqual([problem('Query.f', `@${name}`, product)]);
    expect(findUnguarded(transform(sdl, { enforcedElsewhere: [name] }))).toEqual([]);
    expect(problemsOf(() => transform(`directive @${name} on OBJECT type Query { f: Int }`))).toEqual([]);
  });

  it('are refused on every element, and in every `extend`', () => {
    const sdl = `
      type Query @hasRole { f(x: In @hasRole): E } extend type Query @hasScope { g: U n: N m: Money }
      input In @hasRole { a: Int @hasRole } enum E @hasRole { A @hasRole } union U @hasRole = Query
      interface N @hasRole { id: Int @hasRole } scalar Money @hasRole schema @hasRole { query: Query }
    `;
    const coordinates = problemsOf(() => transform(sdl)).map((each) => each.split(' ')[0]);
    expect(coordinates.sort()).toEqual(
      [
        'E:',
        'E.A:',
        'In:',
        'In.a:',
        'Money:',
        'N:',
        'N.id:',
        'Query:',
        'Query:',
        'Query.f(x:):',
        'U:',
        'schema:',
      ].sort(),
    );
  });

  it.each<[string, unknown, string]>([
    ['by name', { authenticated: {} }, '@authenticated'],
    ['listed', ['authenticated'], '@authenticated'],
    ['named', [{ name: 'authenticated', arguments: {} }], '@authenticated'],
    ['paired', [['authenticated', {}]], '@authenticated'],
    ['in a Map', new Map([['authenticated', null]]), '@authenticated'],
    ['with an unreadable value', { authenticated: 'x' }, '@authenticated'],
    ['with an @', { '@authenticated': {} }, 'the directive "@authenticated"'],
    ['in other case', { Authenticated: {} }, '@Authenticated'],
    ['with its arguments', ['authenticated(x: 1)'], 'the directive "authenticated(x: 1)"'],
  ])('are refused in code: %s', (_, directives, written) => {
    const f = { type: GraphQLInt, extensions: { directives } };
    const schema = new GraphQLSchema({ query: new GraphQLObjectType({ name: 'Query', fields: { f } }) });
    expect(problemsOf(() => authDirective().authDirectiveTransformer(schema))).toEqual([
      problem('Query.f', written, ROUTER, 'authenticated'),
    ]);
    const { authDirectiveTransformer } = authDirective({ enforcedElsewhere: ['authenticated'] });
    expect(problemsOf(() => authDirectiveTransformer(schema))).toEqual([]);
  });

  it.each([
    ['signedIn', 'authenticated', 'federation/v2.5", import: [{ name: "@authenticated", as: "@signedIn" }]'],
    ['signedIn', 'authenticated', 'federation/v2.5", import: { name: "@authenticated", as: "@signedIn" }'],
    ['federation__authenticated', 'authenticated', 'federation/v2.9"'],
    ['federation__policy', 'policy', 'federation/v2.6", import: ["@key"]'],
    ['fed__requiresScopes', 'requiresScopes', 'federation/v2.5", as: "fed"'],
    ['needs', 'requiresScopes', 'requiresScopes/v0.1", as: "needs"'],
    ['rule', 'policy', 'policy/v0.1", import: [{ name: "@policy", as: "@rule" }]'],
  ])('are known by the name that @link gives them: @%s', (name, meant, feature) => {
    for (const link of ['link', 'imported']) {
      const sdl = `extend schema @${link}(url: "https://specs.apollo.dev/${feature}) type Query { f: Int @${name} }`;
      expect(problemsOf(() => transform(sdl))).toEqual([problem('Query.f', `@${name}`, ROUTER, meant)]);
      expect(problemsOf(() => transform(sdl, { enforcedElsewhere: [meant] }))).toEqual([]);
    }
  });

  it('are told from other directives that @link imports', () => {
    const sdl = `
      extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", { name: "@tag", as: "@label" }])
        @link(url: "https://example.com/other/v1.0", as: "other", import: [{ name: "@x", as: "@y" }])
      type Query @key(fields: "id") { f: Int @label @y @other__authenticates }
    `;
    expect(problemsOf(() => transform(sdl))).toEqual([]);
  });

  it('are enforced when authDirective() has their name', async () => {
    const schema = transform('type Query { f: Int @authenticated }', { name: 'authenticated' });
    expect(await run(schema, '{ f }', anonymous())).toEqual({ data: { f: null }, errors: [denial('missing', 'f')] });
  });

  it.each<[AuthDirectiveOptions, RegExp]>([
    [
      { enforcedElsewhere: ['authenticatd'] },
      /to be names of directives of other products, got "authenticatd"\. Leave it out, or write one of these without "@": aws_auth, /,
    ],
    [
      { enforcedElsewhere: ['@authenticated'] },
      /got "@authenticated"\. Leave it out, or write one of these without "@"/,
    ],
    [
      { enforcedElsewhere: ['auth'] },
      /to be names of other directives than @auth, which is enforced here, got "auth"\. Leave it out\.$/,
    ],
    [
      { name: 'hasRole', enforcedElsewhere: ['hasRole'] },
      /to be names of other directives than @hasRole, which is enforced here, got "hasRole"/,
    ],
    [{ enforcedElsewhere: 'authenticated' as never }, /to be a list of directives' names, got "authenticated"/],
    [{ enforcedElsewhere: [5 as never] }, /got 5/],
    [
      { dialects: ['federation'], enforcedElsewhere: ['authenticated'] },
      /to be names of directives that dialects: \['federation'\] does not enforce here, got "authenticated"\. Leave it out, or leave out the dialect\.$/,
    ],
    [
      { dialects: ['appsync'], unannotated: 'public', enforcedElsewhere: ['aws_iam', 'aws_auth'] },
      /dialects: \['appsync'\] does not enforce here, got "aws_auth"/,
    ],
    [
      { dialects: ['federation'], enforcedElsewhere: ['aws_auth', 'aws_other'] },
      /to be names of directives of other products, got "aws_other"/,
    ],
  ])('are not excused by a wrong option, which is refused: %j', (options, sentence) => {
    expect(problemsOf(() => authDirective(options))).toEqual([expect.stringMatching(sentence)]);
  });
});
