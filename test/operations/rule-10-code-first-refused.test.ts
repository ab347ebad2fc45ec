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
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { authDirective } from '../../src/index.js';
import { directiveNode, schemaWith } from '../support/coded-field.js';
import { problemsOf } from '../support/refuse.js';

const admins = { groups: ['admin'] };

const { authDirectiveTransformer } = authDirective();

const FORM = 'Write `extensions: { directives: { auth: { … } } }`, with `{}` for no arguments.';
const args = (got: string) => [`Query.f: Expected the arguments of @auth to be an object, got ${got}. ${FORM}`];
const directives = (got: string) => [
  `Query.f: Expected \`extensions.directives\` to be an object of directives by name, got ${got}. ${FORM}`,
];
const named = (got: string, meant = 'auth') => [
  `Query.f: Expected the name of the directive to be "${meant}", got ${JSON.stringify(got)}. Write @${meant} and its ` +
    `arguments in SDL, or \`extensions: { directives: { ${meant}: { … } } }\` in code.`,
];

/** A field as Nexus keeps the options of its arguments, some of them `nonNull(list(arg({ … })))`. */
function nexusArgument(x: object): object {
  return { nexus: { config: { args: { x, y: 'Int' } } } };
}

class WithGetter {
  get auth(): object {
    return admins;
  }
}

const throwing = () => {
  throw new Error('postgres://secret');
};

describe('rule 10: the transformer refuses directives in code', () => {
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
      [
        'Query.f: Unknown argument "group" of @auth. Known arguments: tokenUse, groups, scopes, policies, pools, acr, maxAge.',
      ],
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
  ])('without a clear meaning: %s', (_, value, problems) => {
    expect(problemsOf(() => authDirectiveTransformer(schemaWith({ directives: value })))).toEqual(problems);
  });

  it.each([
    [{ auth: admins }, '`extensions["auth"]`'],
    [{ '@auth': admins }, '`extensions["@auth"]`'],
    [{ directive: { auth: admins } }, '`extensions.directive`'],
    [{ directive: ['@auth'] }, '`extensions.directive`'],
    [{ directive: '@auth(groups: ["admin"])' }, '`extensions.directive`'],
    [
      { pothosOptions: { values: { A: { directives: { auth: {} } } } } },
      '`extensions.pothosOptions.values.A.directives`',
    ],
    [nexusArgument({ config: { directives: { auth: {} } } }), '`extensions.nexus.config.args.x.directives`'],
    [nexusArgument({ config: { directive: ['auth'] } }), '`extensions.nexus.config.args.x.directive`'],
    [
      nexusArgument({ ofNexusType: { ofNexusType: { config: { directives: [{ name: 'auth' }] } } } }),
      '`extensions.nexus.config.args.x.directives`',
    ],
  ])('in a place that nothing reads: %j', (extensions, place) => {
    expect(problemsOf(() => authDirectiveTransformer(schemaWith(extensions)))).toEqual([
      `Query.f: ${place} is not read. ${FORM}`,
    ]);
  });

  it('as a node whose name is the whole text, as type-graphql and Nest make it', () => {
    for (const name of ['auth(groups: ["admin"])', 'Auth', ' @auth']) {
      const node = { kind: Kind.DIRECTIVE, name: { kind: Kind.NAME, value: name }, arguments: [] } as const;
      const schema = schemaWith({}, { kind: Kind.FIELD_DEFINITION, directives: [node] });
      expect(problemsOf(() => authDirectiveTransformer(schema))).toEqual(named(name));
    }
  });

  it('in options of an argument that cannot be read', () => {
    expect(
      problemsOf(() => authDirectiveTransformer(schemaWith(nexusArgument({ config: { directives: 'auth' } })))),
    ).toEqual([
      'Query.f: Expected `extensions.nexus.config.args.x.directives` to be an object of directives by name, got "auth". ' +
        FORM,
    ]);
  });

  it('once, where a library writes them both as a node and in extensions', () => {
    const extensions = { directives: { auth: { groups: [] } } };
    const schema = schemaWith(extensions, {
      kind: Kind.FIELD_DEFINITION,
      directives: [directiveNode('@auth(groups: [])')],
    });
    expect(problemsOf(() => authDirectiveTransformer(schema))).toHaveLength(1);
  });

  it('with a token use as text, because the library was not given the definition', () => {
    const node = directiveNode('@auth(tokenUse: "ACCESS")');
    const schema = schemaWith({}, { kind: Kind.FIELD_DEFINITION, directives: [node] });
    expect(problemsOf(() => authDirectiveTransformer(schema))).toEqual([
      'Query.f: Expected `tokenUse` to be ID or ACCESS, got "ACCESS" in a schema that does not define @auth. Give the ' +
        "schema's builder the definition: buildSchema(authDirectiveTypeDefs).getDirectives().",
    ]);
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

  it('but not directives that have another meaning', () => {
    const others = { cacheControl: { maxAge: 1 }, key: [{ fields: 'id' }], authd: {}, authorizedBy: 'x' };
    expect(problemsOf(() => authDirectiveTransformer(schemaWith({ directives: others, complexity: 5 })))).toEqual([]);
    expect(problemsOf(() => authDirectiveTransformer(schemaWith({ directives: ['cacheControl', 'key'] })))).toEqual([]);
    expect(problemsOf(() => authDirectiveTransformer(schemaWith({ directive: { x: 1 } })))).toEqual([]);
    expect(problemsOf(() => authDirectiveTransformer(schemaWith({ directive: 'x' })))).toEqual([]);
    const argument = nexusArgument({ config: { directives: others, type: 'Int' } });
    expect(problemsOf(() => authDirectiveTransformer(schemaWith(argument)))).toEqual([]);
  });

  it('but nothing that was put on Object.prototype', () => {
    const schema = schemaWith({});
    Object.defineProperty(Object.prototype, 'directives', { value: ['auth'], configurable: true });
    try {
      expect(problemsOf(() => authDirectiveTransformer(schema))).toEqual([]);
    } finally {
      Reflect.deleteProperty(Object.prototype, 'directives');
    }
  });

  it.each([
    'Directives',
    'DIRECTIVES',
    'directives ',
    'Directive',
    '@directives',
    'astDirectives',
    'appliedDirectives',
  ])('under extensions[%j]', (key) => {
    for (const extensions of [{ [key]: { auth: admins } }, { pothosOptions: { [key]: [{ name: 'auth' }] } }]) {
      expect(problemsOf(() => authDirectiveTransformer(schemaWith(extensions)))).toEqual([
        expect.stringMatching(/^Query\.f: `extensions.*` is not read\. Write `extensions: \{ directives: /),
      ]);
    }
    expect(() => authDirectiveTransformer(schemaWith({ [key]: { other: true } }))).not.toThrow();
  });

  it.each(['pothosOptions', 'nexus'])('in extensions.%s that cannot be read', (key) => {
    const options = new Proxy({}, { ownKeys: throwing, getOwnPropertyDescriptor: throwing });
    const extensions = key === 'nexus' ? { nexus: { config: options } } : { pothosOptions: options };
    const place = key === 'nexus' ? 'extensions.nexus.config' : 'extensions.pothosOptions';
    expect(problemsOf(() => authDirectiveTransformer(schemaWith(extensions)))).toEqual([
      `Query.f: Expected \`${place}\` to be an object, got a value that cannot be read. ${FORM}`,
    ]);
  });
});
