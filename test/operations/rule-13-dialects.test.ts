import { makeExecutableSchema, mergeSchemas } from '@graphql-tools/schema';
import { mapSchema, MapperKind } from '@graphql-tools/utils';
import { defaultFieldResolver, GraphQLInt, graphql, GraphQLObjectType, GraphQLSchema, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { findUnguarded, hasRules } from '../../src/directive/guard/coverage.js';
import { findWarnings } from '../../src/directive/guard/start-warnings.js';
import { authDirective, decideOperation } from '../../src/index.js';
import type { AuthDirectiveOptions } from '../../src/index.js';
import { anonymous, authenticatedAs } from '../../src/testing/index.js';
import { problemsOf, REMEDY } from '../support/refuse.js';
import { denial, guard, run } from '../support/run.js';
import { guardSubgraph } from '../support/subgraph.js';

const FEDERATION = `
  directive @authenticated on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM
  directive @requiresScopes(scopes: [[String!]!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM
  directive @policy(policies: [[String!]!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM
`;
const APPSYNC = `
  directive @aws_auth(cognito_groups: [String!]!) on FIELD_DEFINITION
  directive @aws_cognito_user_pools(cognito_groups: [String!]) on FIELD_DEFINITION | OBJECT
  directive @aws_iam on FIELD_DEFINITION | OBJECT
`;
type Resolvers = NonNullable<Parameters<typeof guard>[1]>;

/** `f` is 1, and `g` is 2. */
function resolversOf(sdl: string): Resolvers {
  const fields = Object.entries<() => number>({ f: () => 1, g: () => 2 }).filter(([name]) =>
    new RegExp(`\\b${name}[:(]`).test(sdl),
  );
  return { Query: Object.fromEntries(fields) };
}

function federated(sdl: string, options: AuthDirectiveOptions = {}, resolvers = resolversOf(sdl)): GraphQLSchema {
  return guard(`${FEDERATION} ${sdl}`, resolvers, { dialects: ['federation'], ...options });
}

function appsync(sdl: string, options: AuthDirectiveOptions = {}, resolvers = resolversOf(sdl)): GraphQLSchema {
  return guard(`${APPSYNC} ${sdl}`, resolvers, { dialects: ['appsync'], unannotated: 'public', ...options });
}

const scopes = (...names: string[]) => authenticatedAs({ scopes: names });
const groups = (...names: string[]) => authenticatedAs({ groups: names });
const allowed = { data: { f: 1 } };
const denied = (reason: Parameters<typeof denial>[0]) => ({ data: { f: null }, errors: [denial(reason, 'f')] });

describe('rule 13: the dialect of federation', () => {
  it('requires a verified token for @authenticated', async () => {
    const schema = federated('type Query { f: Int @authenticated }');
    expect(await run(schema, '{ f }', anonymous())).toEqual(denied('missing'));
    expect(await run(schema, '{ f }', authenticatedAs({ tokenUse: 'id' }))).toEqual(allowed);
    expect(findUnguarded(schema)).toEqual([]);
  });

  it('requires all scopes of one of the lists of @requiresScopes', async () => {
    const schema = federated('type Query { f: Int @requiresScopes(scopes: [["a", "b"], ["c"], ["b", "d"]]) }');
    expect(await run(schema, '{ f }', anonymous())).toEqual(denied('missing'));
    const names = ['a', 'b', 'c', 'd'];
    for (let bits = 0; bits < 16; bits += 1) {
      const own = names.filter((_, index) => bits & (1 << index));
      const has = (...all: string[]) => all.every((name) => own.includes(name));
      const expected = has('a', 'b') || has('c') || has('b', 'd') ? allowed : denied('scope');
      expect([own, await run(schema, '{ f }', scopes(...own))]).toEqual([own, expected]);
    }
    expect(await run(schema, '{ f }', authenticatedAs({ tokenUse: 'id' }))).toEqual(denied('scope'));
  });

  it('requires all policies of one of the lists of @policy, for a verified token', async () => {
    const asked: string[] = [];
    const policy = (name: string) => async (request: { args: Readonly<Record<string, unknown>> }) => {
      asked.push(name);
      return String(request.args['has']).includes(name);
    };
    const schema = federated('type Query { f(has: String): Int @policy(policies: [["a", "b"], ["c"]]) }', {
      policies: { a: policy('a'), b: policy('b'), c: policy('c') },
    });
    expect(await run(schema, '{ f(has: "abc") }', anonymous())).toEqual(denied('missing'));
    expect(asked).toEqual([]);
    for (const [has, expected] of [
      ['', false],
      ['a', false],
      ['b', false],
      ['ab', true],
      ['c', true],
      ['ac', true],
    ] as const) {
      const answer = await run(schema, `{ f(has: "${has}") }`, authenticatedAs());
      expect([has, answer]).toEqual([has, expected ? allowed : denied('policy')]);
    }
  });

  it('holds wherever federation allows its directives, and on every `extend`', async () => {
    const sdl = `
      type Query { o: O i: I s: S e: E u: U a: Both }
      type O @authenticated { id: Int } interface I @requiresScopes(scopes: [["i"]]) { id: Int }
      type Impl implements I { id: Int } scalar S @authenticated enum E @authenticated { A }
      union U = O | Free type Free { id: Int } type Both { id: Int } extend type Both @requiresScopes(scopes: [["x"]])
    `;
    const value = { __typename: 'Impl', id: 1 };
    const more = {
      Query: {
        o: () => value,
        i: () => value,
        s: () => 's',
        e: () => 'A',
        u: () => ({ __typename: 'O' }),
        a: () => value,
      },
    };
    const schema = federated(sdl, {}, more);
    const query = '{ o { id } i { id } s e u { __typename } a { id } }';
    const paths = ['a', 'e', 'i', 'o', 's', 'u'];
    expect(await run(schema, query, anonymous())).toEqual({
      data: { o: null, i: null, s: null, e: null, u: null, a: null },
      errors: paths.map((path) => denial('missing', path)),
    });
    expect(await run(schema, query, scopes('i', 'x'))).toMatchObject({
      data: { o: { id: 1 }, u: { __typename: 'O' } },
    });
    expect(await run(schema, query, authenticatedAs())).toMatchObject({
      data: { o: { id: 1 }, i: null, s: 's', a: null },
    });
  });

  it('adds up with @auth, with other uses and with interfaces', async () => {
    const schema = federated(
      `interface Node { f: Int @requiresScopes(scopes: [["a"]]) }
       type Query implements Node { f: Int @auth(groups: ["g"]) @authenticated }`,
    );
    expect(await run(schema, '{ f }', groups('g'))).toEqual(denied('scope'));
    expect(await run(schema, '{ f }', scopes('a'))).toEqual(denied('group'));
    expect(await run(schema, '{ f }', authenticatedAs({ groups: ['g'], scopes: ['a'] }))).toEqual(allowed);
  });

  it.each([
    ['an import', 'import: ["@key", "@authenticated", "@requiresScopes"]', '@authenticated', '@requiresScopes'],
    [
      'an import by another name',
      'import: ["@key", { name: "@authenticated", as: "@signedIn" }, { name: "@requiresScopes", as: "@scoped" }]',
      '@signedIn',
      '@scoped',
    ],
    ['no import', 'import: ["@key"]', '@federation__authenticated', '@federation__requiresScopes'],
    ['a namespace', 'as: "fed", import: ["@key"]', '@fed__authenticated', '@fed__requiresScopes'],
  ])('is known by the name that @link gives: %s', async (_, link, signedIn, scoped) => {
    const schema = guardSubgraph(
      `type Query { f: Int ${signedIn} g: Int ${scoped}(scopes: [["a"]]) }
       type User @key(fields: "id") ${scoped}(scopes: [["u"]]) { id: ID! }`,
      { Query: { f: () => 1, g: () => 2 } },
      { dialects: ['federation'] },
      `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", ${link})`,
    );
    expect(await run(schema, '{ f g }', anonymous())).toMatchObject({ data: { f: null, g: null } });
    expect(await run(schema, '{ f g }', scopes('b'))).toMatchObject({ data: { f: 1, g: null } });
    const entity = '{ _entities(representations: [{ __typename: "User", id: "1" }]) { __typename } }';
    expect(await run(schema, entity, scopes('a'))).toMatchObject({ errors: [denial('scope', '_entities', 0)] });
    expect(await run(schema, entity, scopes('u'))).toEqual({ data: { _entities: [{ __typename: 'User' }] } });
    // A router reads its rules there.
    expect(await run(schema, '{ _service { sdl } }', anonymous())).toMatchObject({
      data: { _service: { sdl: expect.stringContaining(`f: Int ${signedIn}`) as string } },
    });
    expect(findUnguarded(schema)).toEqual([]);
  });

  it('is read from code', async () => {
    const f = (directives: unknown) => ({ type: GraphQLInt, resolve: () => 1, extensions: { directives } });
    const build = (directives: unknown) =>
      new GraphQLSchema({ query: new GraphQLObjectType({ name: 'Query', fields: { f: f(directives) } }) });
    const { authDirectiveTransformer } = authDirective({ dialects: ['federation'] });
    for (const directives of [
      { requiresScopes: { scopes: [['a'], ['b', 'c']] } },
      [{ name: 'requiresScopes', args: { scopes: ['a', ['b', 'c']] } }],
      [['requiresScopes', { scopes: [['a'], ['b', 'c']] }]],
    ]) {
      const schema = authDirectiveTransformer(build(directives));
      expect(await run(schema, '{ f }', scopes('b'))).toEqual(denied('scope'));
      expect(await run(schema, '{ f }', scopes('a'))).toEqual(allowed);
      expect(await run(schema, '{ f }', scopes('b', 'c'))).toEqual(allowed);
    }
    const refused = (directives: unknown) => problemsOf(() => authDirectiveTransformer(build(directives)));
    expect(refused({ Authenticated: {} })).toEqual([
      'Query.f: Expected the name of the directive to be "authenticated", got "Authenticated". Write @authenticated and its ' +
        'arguments in SDL, or `extensions: { directives: { authenticated: { … } } }` in code.',
    ]);
    expect(refused({ authenticated: 'yes' })).toEqual([
      expect.stringContaining('Expected the arguments of @authenticated to be an object, got "yes"'),
    ]);
    const misplaced = new GraphQLObjectType({
      name: 'Query',
      fields: { f: { type: GraphQLInt, extensions: { directive: { authenticated: {} } } } },
    });
    expect(problemsOf(() => authDirectiveTransformer(new GraphQLSchema({ query: misplaced })))).toEqual([
      expect.stringContaining('`extensions.directive` is not read.'),
    ]);
  });

  it('decides whole operations', () => {
    const schema = federated('type Query { f: Int } type Mutation { pay: Int @requiresScopes(scopes: [["pay"]]) }');
    const decide = (auth: unknown) =>
      decideOperation({ schema, document: parse('mutation { pay }'), contextValue: { auth } });
    expect(decide(scopes('read'))).toMatchObject([{ path: ['pay'], extensions: { reason: 'scope' } }]);
    expect(decide(scopes('pay'))).toEqual([]);
  });

  it('is checked at start: a lost guard is refused, and no @auth is missed', () => {
    const schema = federated('type Query { f: Int @authenticated }');
    expect([hasRules(schema), findWarnings(schema)]).toEqual([true, []]);
    const lost = mapSchema(schema, {
      [MapperKind.QUERY_ROOT_FIELD]: (field) => ({ ...field, resolve: defaultFieldResolver }),
    });
    expect(findUnguarded(lost)).toEqual([`Query.f has a rule that no guard enforces. ${REMEDY}`]);
    const other = authDirective().authDirectiveTransformer(makeExecutableSchema({ typeDefs: 'type Query { g: Int }' }));
    expect(findUnguarded(mergeSchemas({ schemas: [schema, other] }))).toEqual([]);
  });

  it('in a dry run denies nothing', async () => {
    const lines: string[] = [];
    const logger = { warn: (line: string) => lines.push(line), error: () => undefined };
    const schema = federated('type Query { f: Int @authenticated }', { enforcement: 'report', logger });
    expect(await run(schema, '{ f }', anonymous())).toEqual(allowed);
    expect(lines[0]).toContain('Query.f would be denied (missing)');
  });

  it('is no other product’s: a directive of its own name is the one that is written', async () => {
    const schema = guard('type Query { f: Int @policy(groups: ["g"]) }', resolversOf('f:'), {
      name: 'policy',
      dialects: ['federation'],
    });
    expect(await run(schema, '{ f }', authenticatedAs())).toEqual(denied('group'));
    expect(await run(schema, '{ f }', groups('g'))).toEqual(allowed);
  });

  const many = (width: number, count: number) =>
    `[${Array.from({ length: count }, (_, row) => `[${Array.from({ length: width }, (__, column) => `"s${row}.${column}"`).join(' ')}]`).join(' ')}]`;
  const TOO_MANY = 'to have at most 256 clauses as an AND of ORs, got more. Write fewer alternatives, or a policy.';

  it.each([
    [
      'an empty list',
      '@requiresScopes(scopes: [])',
      'Expected `scopes` to be a list of names, got an empty list, which no caller meets. Name one, or leave it out.',
    ],
    [
      'an empty inner list',
      '@requiresScopes(scopes: [["a"], []])',
      'Expected `scopes` to be a list of names, got an empty list, which no caller meets. Name one, or leave it out.',
    ],
    [
      'an empty list of policies',
      '@policy(policies: [[]])',
      'Expected `policies` to be a list of names, got an empty list, which no caller meets. Name one, or leave it out.',
    ],
    [
      'a blank name',
      '@requiresScopes(scopes: [["a b"]])',
      'Expected each of `scopes` to be printable ASCII without white space, quotation marks and backslashes, got "a b". Correct it, or leave it out.',
    ],
    [
      'an unknown policy',
      '@policy(policies: [["known", "other"]])',
      'Expected each of `policies` to be a key of authDirective({ policies }), got "other". Correct it, or add it there.',
    ],
    ['512 clauses', `@requiresScopes(scopes: ${many(2, 9)})`, `Expected @requiresScopes ${TOO_MANY}`],
    ['257 clauses', `@requiresScopes(scopes: ${many(257, 1)})`, `Expected @requiresScopes ${TOO_MANY}`],
    ['512 clauses of policies', `@policy(policies: ${many(2, 9)})`, `Expected @policy ${TOO_MANY}`],
    [
      '@public beside it',
      '@authenticated @public',
      '@public lifts no rule, and @authenticated beside it holds. Remove one of them.',
    ],
  ])('refuses at build: %s', (_, directives, problem) => {
    const problems = problemsOf(() =>
      federated(`type Query { f: Int ${directives} }`, { policies: { known: () => true } }),
    );
    expect(problems).toContain(`Query.f: ${problem}`);
  });

  it('accepts 256 clauses, and many alternatives of one name', async () => {
    const schema = federated(
      `type Query { f: Int @requiresScopes(scopes: ${many(2, 8)}) g: Int @requiresScopes(scopes: ${many(1, 400)}) }`,
    );
    expect(await run(schema, '{ f }', scopes('s7.0', 's7.1'))).toEqual(allowed);
    expect(await run(schema, '{ f }', scopes('s7.0', 's6.1'))).toEqual(denied('scope'));
    expect(await run(schema, '{ g }', scopes('s399.0'))).toEqual({ data: { g: 2 } });
    expect(await run(schema, '{ g }', scopes('s400.0'))).toEqual({ data: { g: null }, errors: [denial('scope', 'g')] });
  });

  it.each([
    ['argument', 'type Query { f(x: Int @authenticated): Int }', 'Query.f(x:)'],
    ['input type', 'type Query { f(x: In): Int } input In @authenticated { a: Int }', 'In'],
    ['input field', 'type Query { f(x: In): Int } input In { a: Int @authenticated }', 'In.a'],
    ['enum value', 'type Query { f: E } enum E { A @authenticated }', 'E.A'],
    ['union', 'type Query { f: U } union U @authenticated = Query', 'U'],
    ['schema', 'type Query { f: Int } extend schema @authenticated', 'schema'],
  ])('refuses its directives where federation has none: %s', (_, sdl, coordinate) => {
    const anywhere =
      'directive @authenticated on ARGUMENT_DEFINITION | INPUT_OBJECT | INPUT_FIELD_DEFINITION | ENUM_VALUE | UNION | SCHEMA';
    expect(problemsOf(() => guard(`${anywhere} ${sdl}`, {}, { dialects: ['federation'] }))).toEqual([
      `${coordinate}: @authenticated cannot be enforced here. Put it on a field, or on an object, interface, scalar or enum type.`,
    ]);
  });

  it('refuses a directive of the same name and another meaning', () => {
    const sdl = 'directive @policy(name: String) on FIELD_DEFINITION type Query { f: Int @policy(name: "x") }';
    expect(problemsOf(() => guard(sdl, {}, { dialects: ['federation'] }))).toEqual([
      'Query.f: Unknown argument "name" of @policy. Known arguments: policies.',
      'Query.f: Expected @policy to have `policies`, got none. Write @policy(policies: [["…"]]).',
    ]);
    const authenticated =
      'directive @authenticated(role: String) on FIELD_DEFINITION type Query { f: Int @authenticated(role: "x") }';
    expect(problemsOf(() => guard(authenticated, {}, { dialects: ['federation'] }))).toEqual([
      'Query.f: Unknown argument "role" of @authenticated. It has none.',
    ]);
  });

  it('leaves the directives of other dialects refused', () => {
    expect(
      problemsOf(() => federated(`${APPSYNC} type Query { f: Int @aws_iam g: Int @aws_auth(cognito_groups: ["a"]) }`)),
    ).toEqual([
      expect.stringMatching(/^Query\.f: @aws_iam is a directive of AWS AppSync/),
      expect.stringMatching(/^Query\.g: @aws_auth is a directive of AWS AppSync/),
    ]);
  });
});

describe('rule 13: policies of federation on types', () => {
  const sdl = `
    type Query { direct: Secret nodes: [Node!] maybe(has: Boolean): [Node] one: Node pay: Money }
    interface Node { id: Int }
    type Secret implements Node @policy(policies: [["open"]]) { id: Int }
    type Free implements Node { id: Int }
    scalar Money @policy(policies: [["open"]])
  `;
  const secret = { __typename: 'Secret', id: 1 };
  const free = { __typename: 'Free', id: 2 };
  const more = {
    Query: {
      direct: () => secret,
      nodes: () => [free, secret, free],
      maybe: () => [secret, free],
      one: () => secret,
      pay: () => 5,
    },
  };
  const query = '{ direct { id } nodes { id } maybe(has: true) { id } one { id } pay }';

  it.each<[string, (answer: boolean) => unknown]>([
    ['synchronous', (answer) => answer],
    ['asynchronous', async (answer) => answer],
  ])('are asked wherever a value of the type enters a response: %s', async (_, respond) => {
    const sources: unknown[] = [];
    let isOpen = false;
    const open = ({ source, args }: { source: unknown; args: object }) => {
      sources.push([source, args]);
      return respond(isOpen) as boolean;
    };
    const schema = federated(sdl, { policies: { open } }, more);
    expect(findUnguarded(schema)).toEqual([]);
    expect(await run(schema, query, authenticatedAs())).toEqual({
      data: { direct: null, nodes: null, maybe: [null, { id: 2 }], one: null, pay: null },
      errors: [
        denial('policy', 'direct'),
        denial('policy', 'maybe', 0),
        denial('policy', 'nodes', 1),
        denial('policy', 'one'),
        denial('policy', 'pay'),
      ],
    });
    expect(sources).toContainEqual([secret, { has: true }]);
    isOpen = true;
    expect(await run(schema, query, authenticatedAs())).toEqual({
      data: {
        direct: { id: 1 },
        nodes: [{ id: 2 }, { id: 1 }, { id: 2 }],
        maybe: [{ id: 1 }, { id: 2 }],
        one: { id: 1 },
        pay: 5,
      },
    });
    sources.length = 0;
    expect(await run(schema, query, anonymous())).toMatchObject({ data: { direct: null, nodes: null, one: null } });
    expect(sources).toEqual([]);
  });

  it('leave no rejection without a handler beside an item that fails at once', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', note);
    try {
      const schema = federated(
        `type Query { nodes: [Node!] } interface Node { id: Int! }
         type Secret implements Node @policy(policies: [["open"]]) { id: Int! }
         type Free implements Node { id: Int! }`,
        { policies: { open: () => new Promise<boolean>((resolve) => setTimeout(resolve, 5, false)) } },
        { Query: { nodes: () => [secret, { __typename: 'Free', id: null }] } },
      );
      const contextValue = { auth: authenticatedAs() };
      const { data, errors } = await graphql({ schema, source: '{ nodes { id } }', contextValue });
      expect({ data, errors }).toMatchObject({ data: { nodes: null }, errors: [{ path: ['nodes', 1, 'id'] }] });
      await new Promise((resolve) => setTimeout(resolve, 30));
      expect(unhandled).toEqual([]);
    } finally {
      process.off('unhandledRejection', note);
    }
  });

  it('get the reference as their source before `__resolveReference`', async () => {
    const ran: string[] = [];
    const sources: unknown[] = [];
    const schema = guardSubgraph(
      'type Query { f: Int } type User @key(fields: "id") @policy(policies: [["own"]]) { id: ID! }',
      { User: { __resolveReference: (reference: { id: string }) => ran.push(reference.id) && { id: reference.id } } },
      {
        dialects: ['federation'],
        policies: {
          own: async ({ source }) => {
            sources.push(source);
            return (source as { readonly id?: string }).id === 'mine';
          },
        },
      },
      'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@policy"])',
    );
    const source =
      '{ _entities(representations: [{ __typename: "User", id: "theirs" }, { __typename: "User", id: "mine" }]) { ... on User { id } } }';
    expect(await run(schema, source, authenticatedAs())).toEqual({
      data: { _entities: [null, { id: 'mine' }] },
      errors: [denial('policy', '_entities', 0)],
    });
    expect(new Set(ran)).toEqual(new Set(['mine']));
    expect(sources[0]).toEqual({ __typename: 'User', id: 'theirs' });
  });

  it('are asked at the field, and those of @auth about its value', async () => {
    const sources: unknown[] = [];
    const note = ({ source }: { readonly source: unknown }) => sources.push(source) > 0;
    const schema = guardSubgraph(
      'type Query { f: T } type T @policy(policies: [["p"]]) @auth(policies: ["p"]) { id: Int }',
      { Query: { f: () => ({ id: 1 }) } },
      { dialects: ['federation'], policies: { p: note } },
      'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@policy"])',
    );
    expect(await run(schema, '{ f { id } }', authenticatedAs())).toEqual({ data: { f: { id: 1 } } });
    expect(sources).toEqual([undefined, { id: 1 }, undefined, { id: 1 }]);
  });
});

describe('rule 13: the dialect of AppSync', () => {
  it('requires one of the groups, or any verified token without groups', async () => {
    const schema = appsync(
      `type Query { f: Int @aws_auth(cognito_groups: ["a", "b"]) g: Int @aws_cognito_user_pools h: Int @aws_cognito_user_pools(cognito_groups: ["b"]) }`,
      { groups: ['a', 'b'] },
      { Query: { f: () => 1, g: () => 2, h: () => 3 } },
    );
    expect(await run(schema, '{ f g h }', anonymous())).toMatchObject({ data: { f: null, g: null, h: null } });
    expect(await run(schema, '{ f g h }', authenticatedAs())).toEqual({
      data: { f: null, g: 2, h: null },
      errors: [denial('group', 'f'), denial('group', 'h')],
    });
    expect(await run(schema, '{ f g h }', groups('a'))).toMatchObject({ data: { f: 1, g: 2, h: null } });
    expect(await run(schema, '{ f g h }', groups('b'))).toEqual({ data: { f: 1, g: 2, h: 3 } });
  });

  it('counts the directive of a type and that of its field', async () => {
    const schema = appsync(
      `type Query { f: T } type T @aws_cognito_user_pools(cognito_groups: ["t"]) { id: Int own: Int @aws_cognito_user_pools(cognito_groups: ["f"]) }`,
      {},
      { Query: { f: () => ({ id: 1, own: 2 }) } },
    );
    expect(await run(schema, '{ f { id own } }', groups('f'))).toEqual(denied('group'));
    expect(await run(schema, '{ f { id own } }', groups('t'))).toEqual({
      data: { f: { id: 1, own: null } },
      errors: [denial('group', 'f', 'own')],
    });
    expect(await run(schema, '{ f { id own } }', groups('t', 'f'))).toEqual({ data: { f: { id: 1, own: 2 } } });
  });

  it('closes fields without a directive where `unannotated` says so', async () => {
    const schema = appsync('type Query { f: Int g: Int @public }', { unannotated: 'authenticated' });
    expect(await run(schema, '{ f g }', anonymous())).toMatchObject({ data: { f: null, g: 2 } });
  });

  it('leaves the other directives of AppSync refused, unless something else enforces them', async () => {
    const sdl = 'type Query { f: Int @aws_iam @aws_cognito_user_pools }';
    expect(problemsOf(() => appsync(sdl))).toEqual([
      'Query.f: @aws_iam is a directive of AWS AppSync, which nothing enforces here. Write @auth instead, or name it if ' +
        'something else enforces it: authDirective({ enforcedElsewhere: ["aws_iam"] }).',
    ]);
    const schema = appsync(sdl, { enforcedElsewhere: ['aws_iam'] });
    expect(await run(schema, '{ f }', anonymous())).toEqual(denied('missing'));
  });

  it.each([
    [
      'type Query { f: Int @aws_auth(cognito_groups: []) }',
      'Query.f: Expected `cognito_groups` to be a list of names, got an empty list, which no caller meets. Name one, or leave it out.',
    ],
    [
      'type Query { f: Int @aws_auth(cognito_groups: ["x y"]) }',
      'Query.f: Expected each of `cognito_groups` to be a name without white space, got "x y". Correct it, or leave it out.',
    ],
    [
      'type Query { f: Int @aws_cognito_user_pools(cognito_groups: null) }',
      'Query.f: Expected each of `cognito_groups` to be a name without white space, got null. Correct it, or leave it out.',
    ],
    [
      'type Query { f: Int @aws_auth(cognito_groups: ["admins"]) }',
      'Query.f: Expected each of `cognito_groups` to be one of authDirective({ groups }), got "admins". Correct it, or add it there.',
    ],
  ])('refuses at build: %s', (sdl, problem) => {
    expect(problemsOf(() => appsync(sdl, { groups: ['admin'] }))).toEqual([problem]);
  });

  it('works beside the dialect of federation', async () => {
    const schema = guard(
      `${FEDERATION} ${APPSYNC} type Query { f: Int @authenticated @aws_auth(cognito_groups: ["a"]) }`,
      resolversOf('f:'),
      { dialects: ['appsync', 'federation'], unannotated: 'public' },
    );
    expect(await run(schema, '{ f }', authenticatedAs())).toEqual(denied('group'));
    expect(await run(schema, '{ f }', groups('a'))).toEqual(allowed);
  });
});
