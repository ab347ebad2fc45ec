import {
  GraphQLDirective,
  GraphQLEnumType,
  GraphQLInputObjectType,
  GraphQLInt,
  GraphQLInterfaceType,
  GraphQLObjectType,
  GraphQLScalarType,
  GraphQLSchema,
  GraphQLUnionType,
  Kind,
  parse,
} from 'graphql';
import type { ConstDirectiveNode, FieldDefinitionNode } from 'graphql';
import { describe, expect, it } from 'vitest';
import { authDirective } from '../../src/directive/auth-directive.js';
import { anonymous, authenticatedAs } from '../../src/testing/index.js';
import { problemsOf } from '../support/refuse.js';
import { denial, run } from '../support/run.js';

const admins = { groups: ['admin'] };

/** A schema of one field with these extensions. */
function schemaWith(extensions: object, node?: Partial<FieldDefinitionNode>): GraphQLSchema {
  const f = { type: GraphQLInt, resolve: () => 1, extensions: { ...extensions }, astNode: node as FieldDefinitionNode };
  return new GraphQLSchema({ query: new GraphQLObjectType({ name: 'Query', fields: { f } }) });
}

function nodeOf(sdl: string): ConstDirectiveNode {
  const [definition] = parse(`type T ${sdl}`).definitions;
  const [node] = definition?.kind === Kind.OBJECT_TYPE_DEFINITION ? (definition.directives ?? []) : [];
  if (!node) throw new Error('There is no directive.');
  return node;
}

const { authDirectiveTransformer } = authDirective();

describe('rule 10: directives in code that have one meaning are enforced', () => {
  it.each<[string, unknown]>([
    ['arguments by name, as graphql-tools reads them', { auth: admins }],
    ['a list of arguments by name', { auth: [admins] }],
    ['a list of names and arguments, as Pothos and graphql-compose write them', [{ name: 'auth', args: admins }]],
    ['a list of names and `arguments`', [{ name: 'auth', arguments: admins }]],
    ['a list of pairs', [['auth', admins]]],
    ['a list of pairs with a list', [['auth', [admins]]]],
    ['a Map', new Map([['auth', admins]])],
    ['an object without a prototype', Object.assign(Object.create(null) as object, { auth: admins })],
    ['a property that is not listed', Object.defineProperty({}, 'auth', { value: admins })],
    ['one string for a list', { auth: { groups: 'admin' } }],
    ['a node', [nodeOf('@auth(groups: ["admin"])')]],
    ['a name and argument nodes', [{ name: 'auth', arguments: nodeOf('@auth(groups: "admin")').arguments }]],
    ['beside another directive', [{ name: 'deprecated', other: 1 }, { name: 'auth', args: admins }, ['key', 5]]],
  ])('%s', async (_, directives) => {
    const schema = authDirectiveTransformer(schemaWith({ directives }));
    expect(await run(schema, '{ f }', authenticatedAs({ groups: ['admin'] }))).toEqual({ data: { f: 1 } });
    expect(await run(schema, '{ f }', authenticatedAs({ groups: ['other'] }))).toEqual({
      data: { f: null },
      errors: [denial('group', 'f')],
    });
  });

  it.each<[string, unknown]>([
    ['an empty object', { auth: {} }],
    ['true', { auth: true }],
    ['a name in a list', ['auth']],
    ['a name alone in a pair', [['auth']]],
    ['a name without arguments', [{ name: 'auth' }]],
    ['a name with undefined arguments', [{ name: 'auth', args: undefined }]],
  ])('as any verified token: %s', async (_, directives) => {
    const schema = authDirectiveTransformer(schemaWith({ directives }));
    expect(await run(schema, '{ f }', authenticatedAs())).toEqual({ data: { f: 1 } });
    expect(await run(schema, '{ f }', anonymous())).toEqual({ data: { f: null }, errors: [denial('missing', 'f')] });
  });

  it('all of several uses', async () => {
    const directives = { auth: [{ groups: ['a'] }, { groups: ['b'] }] };
    const schema = authDirectiveTransformer(schemaWith({ directives }));
    expect(await run(schema, '{ f }', authenticatedAs({ groups: ['a', 'b'] }))).toEqual({ data: { f: 1 } });
    expect(await run(schema, '{ f }', authenticatedAs({ groups: ['a'] }))).toEqual({
      data: { f: null },
      errors: [denial('group', 'f')],
    });
  });

  it('what Pothos was given, with or without its plugin for directives', async () => {
    const pothosOptions = { type: 'Int', directives: { auth: admins } };
    for (const extensions of [{ pothosOptions }, { pothosOptions, directives: [{ name: 'auth', args: admins }] }]) {
      const schema = authDirectiveTransformer(schemaWith(extensions));
      expect(await run(schema, '{ f }', authenticatedAs({ groups: ['admin'] }))).toEqual({ data: { f: 1 } });
      expect(await run(schema, '{ f }', authenticatedAs())).toEqual({
        data: { f: null },
        errors: [denial('group', 'f')],
      });
    }
  });

  it('a value that answers differently each time counts as what it was when it was judged', async () => {
    let reads = 0;
    const groups = new Proxy(['admin'], {
      get: (target, key): unknown => (key === '0' ? (reads++ === 0 ? 'admin' : 'everyone') : Reflect.get(target, key)),
    });
    const schema = authDirectiveTransformer(schemaWith({ directives: { auth: { groups } } }));
    expect(await run(schema, '{ f }', authenticatedAs({ groups: ['everyone'] }))).toEqual({
      data: { f: null },
      errors: [denial('group', 'f')],
    });
  });
});

const FORM = 'Write `extensions: { directives: { auth: { … } } }`, with `{}` for no arguments.';
const args = (got: string) => [`Query.f: Expected the arguments of @auth to be an object, got ${got}. ${FORM}`];
const directives = (got: string) => [
  `Query.f: Expected \`extensions.directives\` to be an object of directives by name, got ${got}. ${FORM}`,
];
const named = (got: string, meant = 'auth') => [
  `Query.f: Expected the name of the directive to be "${meant}", got ${JSON.stringify(got)}. Write @${meant} and its ` +
    `arguments in SDL, or \`extensions: { directives: { ${meant}: { … } } }\` in code.`,
];

class WithGetter {
  get auth(): object {
    return admins;
  }
}

const throwing = () => {
  throw new Error('postgres://secret');
};

describe('rule 10: directives in code that have no clear meaning are refused when the schema is built', () => {
  it.each<[string, unknown, readonly string[]]>([
    ['text', 'auth', directives('"auth"')],
    ['text with arguments', '@auth(groups: ["admin"])', directives('"@auth(groups: [\\"admin\\"])"')],
    ['a number', 5, directives('5')],
    ['a Set', new Set(['auth']), directives('an object of a class')],
    ['a function', () => ({ auth: admins }), directives('a function')],
    ['an instance with getters', new WithGetter(), directives('an object of a class')],
    ['a prototype', Object.create({ auth: admins }), directives('an object of a class')],
    ['a Proxy that throws', new Proxy({}, { ownKeys: throwing }), directives('a value that cannot be read')],
    ['a list that throws', new Proxy([], { get: throwing }), directives('a value that cannot be read')],
    [
      'a list of objects by name',
      [{ auth: admins }],
      directives('a list with {"auth":{"groups":[…]}}, which has no `name`'),
    ],
    ['a flat pair', ['auth', admins], directives('a list with {"groups":["admin"]}, which has no `name`')],
    ['a list with null', [null], directives('a list with null, which has no `name`')],
    ['a list of longer lists', [['auth', admins, admins]], directives('a list in a list')],
    ['a Map by objects', new Map([[{}, admins]]), directives('a Map with the key {}')],
    ['a string for arguments', { auth: 'admin' }, args('"admin"')],
    ['a list of groups for arguments', { auth: ['admin'] }, args('"admin"')],
    ['a list of lists for arguments', { auth: [[admins]] }, args('[{"groups":[…]}]')],
    ['no uses', { auth: [] }, args('[]')],
    ['null', { auth: null }, args('null')],
    ['undefined', { auth: undefined }, args('undefined')],
    ['false', { auth: false }, args('false')],
    ['zero', { auth: 0 }, args('0')],
    ['a Map of arguments', { auth: new Map([['groups', ['admin']]]) }, args('an object of a class')],
    ['a prototype of arguments', { auth: Object.create(admins) as object }, args('an object of a class')],
    ['a getter', Object.defineProperty({}, 'auth', { get: () => admins, enumerable: true }), args('a getter')],
    [
      'a getter for an argument',
      {
        auth: {
          get groups() {
            return ['admin'];
          },
        },
      },
      args('a getter for `groups`'),
    ],
    ['both args and arguments', [{ name: 'auth', args: {}, arguments: admins }], args('both `args` and `arguments`')],
    ['arguments beside the name', [{ name: 'auth', groups: ['admin'] }], args('`groups` beside its name')],
    ['null for args', [{ name: 'auth', args: null }], args('null')],
    ['a list for args', [{ name: 'auth', args: ['admin'] }], args('["admin"]')],
    ['text in a pair', [['auth', 'admin']], args('"admin"')],
    [
      'names that may be groups',
      ['auth', 'admin'],
      [
        'Query.f: Expected `extensions.directives` to be a list of directives, got "admin" beside "auth", which the ' +
          `schema does not define. ${FORM}`,
      ],
    ],
    ['a name with @', { '@auth': admins }, named('@auth')],
    ['a name in capitals', { Auth: admins }, named('Auth')],
    ['a listed name in capitals', ['AUTH'], named('AUTH')],
    ['a name with blanks', { 'auth ': admins }, named('auth ')],
    ['a name with its arguments', ['auth(groups: ["admin"])'], named('auth(groups: ["admin"])')],
    ['a near miss of @public', { '@Public': {} }, named('@Public', 'public')],
    [
      'the token use in lower case',
      { auth: { tokenUse: 'id' } },
      [
        "Query.f: Expected `tokenUse` to be 'ID' or 'ACCESS', got \"id\". Write one of them in capitals, or leave it out for either token.",
      ],
    ],
    [
      'undefined groups',
      { auth: { groups: undefined } },
      [
        'Query.f: Expected each of `groups` to be a name without white space, got undefined. Correct it, or leave it out.',
      ],
    ],
    [
      'a Set of groups',
      { auth: { groups: new Set(['admin']) } },
      [
        'Query.f: Expected each of `groups` to be a name without white space, got an object of a class. Correct it, or leave it out.',
      ],
    ],
    [
      'an unknown argument',
      { auth: { group: ['admin'] } },
      ['Query.f: Unknown argument "group" of @auth. Known arguments: tokenUse, groups, scopes, policies.'],
    ],
    [
      '@public that is false',
      { public: false },
      [
        'Query.f: Expected the arguments of @public to be an object, got false. Write `extensions: { directives: { public: ' +
          '{ … } } }`, with `{}` for no arguments.',
      ],
    ],
    [
      '@public with a condition',
      { public: { if: false } },
      ['Query.f: Expected @public to have no arguments, got "if". Leave it out.'],
    ],
  ])('%s', (_, value, problems) => {
    expect(problemsOf(() => authDirectiveTransformer(schemaWith({ directives: value })))).toEqual(problems);
  });

  it.each([
    [{ auth: admins }, '`extensions["auth"]`'],
    [{ '@auth': admins }, '`extensions["@auth"]`'],
    [{ directive: { auth: admins } }, '`extensions.directive`'],
    [{ directive: ['@auth'] }, '`extensions.directive`'],
  ])('a place that nothing reads: %j', (extensions, place) => {
    expect(problemsOf(() => authDirectiveTransformer(schemaWith(extensions)))).toEqual([
      `Query.f: ${place} is not read. ${FORM}`,
    ]);
  });

  it('a node whose name is the whole text, as type-graphql and Nest make it', () => {
    for (const name of ['auth(groups: ["admin"])', 'Auth', ' @auth']) {
      const node = { kind: Kind.DIRECTIVE, name: { kind: Kind.NAME, value: name }, arguments: [] } as const;
      const schema = schemaWith({}, { kind: Kind.FIELD_DEFINITION, directives: [node] });
      expect(problemsOf(() => authDirectiveTransformer(schema))).toEqual(named(name));
    }
  });

  it('on every kind of element', () => {
    const extensions = { directives: { Auth: {} } };
    const input = new GraphQLInputObjectType({
      name: 'In',
      extensions,
      fields: { a: { type: GraphQLInt, extensions } },
    });
    const named = new GraphQLInterfaceType({
      name: 'Named',
      extensions,
      fields: { id: { type: GraphQLInt, extensions } },
    });
    const member = new GraphQLObjectType({
      name: 'Member',
      extensions,
      interfaces: [named],
      fields: { id: { type: GraphQLInt, args: { x: { type: input, extensions } } } },
    });
    const union = new GraphQLUnionType({ name: 'Union', extensions, types: [member] });
    const kind = new GraphQLEnumType({ name: 'Kind', extensions, values: { A: { extensions } } });
    const money = new GraphQLScalarType({ name: 'Money', extensions });
    const fields = { named: { type: named }, union: { type: union }, kind: { type: kind }, money: { type: money } };
    const directive = new GraphQLDirective({
      name: 'other',
      locations: ['FIELD_DEFINITION' as never],
      extensions,
      args: { x: { type: GraphQLInt, extensions } },
    });
    const schema = new GraphQLSchema({
      query: new GraphQLObjectType({ name: 'Query', fields }),
      types: [member],
      directives: [directive],
      extensions,
    });
    const coordinates = problemsOf(() => authDirectiveTransformer(schema)).map((problem) => problem.split(': ')[0]);
    expect(coordinates.sort()).toEqual(
      ['@other', '@other(x:)', 'In', 'In.a', 'Kind', 'Kind.A', 'Member', 'Member.id(x:)', 'Money', 'Named']
        .concat(['Named.id', 'Union', 'schema'])
        .sort(),
    );
  });

  it('and not directives that have another meaning', () => {
    const others = { cacheControl: { maxAge: 1 }, key: [{ fields: 'id' }], authd: {}, authorizedBy: 'x' };
    expect(problemsOf(() => authDirectiveTransformer(schemaWith({ directives: others, complexity: 5 })))).toEqual([]);
    expect(problemsOf(() => authDirectiveTransformer(schemaWith({ directives: ['cacheControl', 'key'] })))).toEqual([]);
    expect(problemsOf(() => authDirectiveTransformer(schemaWith({ directive: { x: 1 } })))).toEqual([]);
  });

  it('and nothing that was put on Object.prototype', () => {
    const schema = schemaWith({});
    Object.defineProperty(Object.prototype, 'directives', { value: ['auth'], configurable: true });
    try {
      expect(problemsOf(() => authDirectiveTransformer(schema))).toEqual([]);
    } finally {
      Reflect.deleteProperty(Object.prototype, 'directives');
    }
  });
});

describe('rule 10: directives where a framework or a person keeps them by another name', () => {
  it.each<[string, object]>([
    ['Nexus keeps what its plugin for directives would read', { nexus: { config: { directives: { auth: admins } } } }],
    ['Nexus, in an object of a class', { nexus: new (class { config = { directives: [{ name: 'auth', args: admins }] }; })() }], // prettier-ignore
    ['Pothos', { pothosOptions: { directives: { auth: admins } } }],
    ['a node whose name is text', { directives: [{ kind: Kind.DIRECTIVE, name: 'auth', arguments: nodeOf('@auth(groups: "admin")').arguments }] }], // prettier-ignore
  ])('are enforced: %s', async (_, extensions) => {
    const schema = authDirectiveTransformer(schemaWith(extensions));
    expect(await run(schema, '{ f }', authenticatedAs(admins))).toEqual({ data: { f: 1 } });
    expect(await run(schema, '{ f }', authenticatedAs())).toMatchObject({ data: { f: null } });
  });

  it.each([
    'Directives',
    'DIRECTIVES',
    'directives ',
    'Directive',
    '@directives',
    'astDirectives',
    'appliedDirectives',
  ])('are refused under extensions[%j]', (key) => {
    for (const extensions of [{ [key]: { auth: admins } }, { pothosOptions: { [key]: [{ name: 'auth' }] } }]) {
      expect(problemsOf(() => authDirectiveTransformer(schemaWith(extensions)))).toEqual([
        expect.stringMatching(/^Query\.f: `extensions.*` is not read\. Write `extensions: \{ directives: /),
      ]);
    }
    expect(() => authDirectiveTransformer(schemaWith({ [key]: { other: true } }))).not.toThrow();
  });
});
