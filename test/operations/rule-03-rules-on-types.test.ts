import {
  GraphQLError,
  GraphQLInt,
  GraphQLInterfaceType,
  GraphQLList,
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLUnionType,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { authDirective } from '../../src/index.js';
import { anonymous, authenticatedAs } from '../../src/testing/index.js';
import { denial, guard, run } from '../support/run.js';

const hr = authenticatedAs({ groups: ['hr'] });

describe('rule 3: a rule on a type', () => {
  it('denies each field that returns the type, however wrapped, before its resolver runs', async () => {
    const ran: string[] = [];
    const note = (name: string, value: unknown) => () => {
      ran.push(name);
      return value;
    };
    const schema = guard(
      `type Query { one: Pay some: [Pay] all: [[Pay!]!] nested: Box }
       type Box { pay: Pay }
       type Pay @auth(groups: ["hr"]) { total: Int }`,
      {
        Query: {
          one: note('one', { total: 1 }),
          some: note('some', [{ total: 2 }]),
          all: note('all', [[{ total: 3 }]]),
          nested: note('nested', {}),
        },
        Box: { pay: note('pay', { total: 4 }) },
      },
    );
    const query = '{ one { __typename total } some { total } all { total } nested { pay { __typename } } }';
    expect(await run(schema, query, authenticatedAs())).toEqual({
      data: { one: null, some: null, all: null, nested: { pay: null } },
      errors: [
        denial('group', 'all'),
        denial('group', 'nested', 'pay'),
        denial('group', 'one'),
        denial('group', 'some'),
      ],
    });
    expect([...new Set(ran)]).toEqual(['nested']);
    expect(await run(schema, query, hr)).toEqual({
      data: {
        one: { __typename: 'Pay', total: 1 },
        some: [{ total: 2 }],
        all: [[{ total: 3 }]],
        nested: { pay: { __typename: 'Pay' } },
      },
    });
  });

  const abstract = `
    interface Entry { id: Int }
    type Sale implements Entry { id: Int }
    type Pay implements Entry @auth(groups: ["hr"]) { id: Int total: Int }
    union Found = Sale | Pay
    type Query { entries: [Entry] entry: Entry found: [Found] lists: [[Entry]] strict: [Entry!] late: [Entry] }
  `;
  const entries = [
    { __typename: 'Sale', id: 1 },
    { __typename: 'Pay', id: 2, total: 20 },
    { __typename: 'Pay', id: 3, total: 30 },
  ];
  const resolvers = {
    Query: {
      entries: () => entries,
      entry: () => entries[1],
      found: async () => entries,
      lists: () => [entries, null, [entries[2], new GraphQLError('broken', { extensions: { code: 'BROKEN' } }), null]],
      strict: () => entries,
      late: () =>
        entries.map(async (entry, index) => {
          // The last comes first.
          for (let turn = index; turn < 5; turn += 1) await Promise.resolve();
          return entry;
        }),
    },
  };

  it('denies a member of an interface or a union as soon as its type is known', async () => {
    const schema = guard(abstract, resolvers);
    expect(
      await run(schema, '{ entries { id } found { __typename } entry { __typename } }', authenticatedAs()),
    ).toEqual({
      data: { entries: [{ id: 1 }, null, null], found: [{ __typename: 'Sale' }, null, null], entry: null },
      errors: [
        denial('group', 'entries', 1),
        denial('group', 'entries', 2),
        denial('group', 'entry'),
        denial('group', 'found', 1),
        denial('group', 'found', 2),
      ],
    });
    expect(await run(schema, '{ entries { id } found { __typename } entry { __typename } }', hr)).toEqual({
      data: {
        entries: [{ id: 1 }, { id: 2 }, { id: 3 }],
        found: [{ __typename: 'Sale' }, { __typename: 'Pay' }, { __typename: 'Pay' }],
        entry: { __typename: 'Pay' },
      },
    });
  });

  it('puts the item into the path of its error: in lists of lists, beside other errors and in lists of promises', async () => {
    const schema = guard(abstract, resolvers);
    expect(await run(schema, '{ lists { id } late { id } }', authenticatedAs())).toEqual({
      data: { lists: [[{ id: 1 }, null, null], null, [null, null, null]], late: [{ id: 1 }, null, null] },
      errors: [
        denial('group', 'late', 1),
        denial('group', 'late', 2),
        denial('group', 'lists', 0, 1),
        denial('group', 'lists', 0, 2),
        denial('group', 'lists', 2, 0),
        { message: 'broken', path: ['lists', 2, 1], extensions: { code: 'BROKEN' } },
      ],
    });
  });

  it('denies an item that must not be null, and its null propagates', async () => {
    expect(await run(guard(abstract, resolvers), '{ strict { id } }', authenticatedAs())).toEqual({
      data: { strict: null },
      errors: [denial('group', 'strict', 1)],
    });
  });

  it('denies a member of which nothing is selected', async () => {
    expect(await run(guard(abstract, resolvers), '{ found { ... on Sale { id } } }', authenticatedAs())).toEqual({
      data: { found: [{ id: 1 }, null, null] },
      errors: [denial('group', 'found', 1), denial('group', 'found', 2)],
    });
  });

  it('denies a member when resolveType returns a promise', async () => {
    const schema = guard(abstract, {
      ...resolvers,
      Entry: { __resolveType: async (value: { __typename: string }) => value.__typename },
    });
    expect(await run(schema, '{ entries { id } late { id } }', authenticatedAs())).toEqual({
      data: { entries: [{ id: 1 }, null, null], late: [{ id: 1 }, null, null] },
      errors: [
        denial('group', 'entries', 1),
        denial('group', 'entries', 2),
        denial('group', 'late', 1),
        denial('group', 'late', 2),
      ],
    });
  });

  it('denies a member when resolveType returns a function that graphql-js waits for', async () => {
    const schema = guard(abstract, {
      ...resolvers,
      Entry: {
        __resolveType: (value: { __typename: string }) => {
          const promise = Promise.resolve(value.__typename);
          return Object.assign(() => {}, { then: promise.then.bind(promise) }) as never;
        },
      },
    });
    expect(await run(schema, '{ entries { __typename } }', authenticatedAs())).toEqual({
      data: { entries: [{ __typename: 'Sale' }, null, null] },
      errors: [denial('group', 'entries', 1), denial('group', 'entries', 2)],
    });
  });

  it('denies a member that isTypeOf recognises', async () => {
    const schema = guard(
      'type Query { found: [Found] } union Found = A | B type A { id: Int } type B @auth { id: Int }',
      {
        Query: { found: () => [{ id: 1 }, { id: 2 }] },
        A: { __isTypeOf: (value: { id: number }) => value.id === 1 },
        B: { __isTypeOf: async (value: { id: number }) => value.id === 2 },
      },
    );
    expect(await run(schema, '{ found { __typename } }', anonymous())).toEqual({
      data: { found: [{ __typename: 'A' }, null] },
      errors: [denial('missing', 'found', 1)],
    });
    expect(await run(schema, '{ found { __typename } }', authenticatedAs())).toEqual({
      data: { found: [{ __typename: 'A' }, { __typename: 'B' }] },
    });
  });

  it('is inherited from an interface by its implementers, through interfaces of interfaces', async () => {
    const schema = guard(
      `interface A @auth(groups: ["hr"]) { id: Int }
       interface B implements A { id: Int }
       type T implements A & B { id: Int }
       union U = T
       type Query { a: A b: B t: T u: U }`,
      {
        Query: {
          a: () => ({ __typename: 'T' }),
          b: () => ({ __typename: 'T' }),
          t: () => ({}),
          u: () => ({ __typename: 'T' }),
        },
      },
    );
    const query = '{ a { __typename } b { __typename } t { __typename } u { __typename } }';
    expect(await run(schema, query, authenticatedAs())).toEqual({
      data: { a: null, b: null, t: null, u: null },
      errors: [denial('group', 'a'), denial('group', 'b'), denial('group', 't'), denial('group', 'u')],
    });
    expect(await run(schema, query, hr)).toEqual({
      data: { a: { __typename: 'T' }, b: { __typename: 'T' }, t: { __typename: 'T' }, u: { __typename: 'T' } },
    });
  });

  it('denies the members of a union where they are reached through it, and nowhere else', async () => {
    const schema = guard('union U @auth = T type T { id: Int } type Query { u: U t: T }', {
      Query: { u: () => ({ __typename: 'T', id: 1 }), t: () => ({ id: 2 }) },
    });
    expect(await run(schema, '{ u { ... on T { id } } t { id } }', anonymous())).toEqual({
      data: { u: null, t: { id: 2 } },
      errors: [denial('missing', 'u')],
    });
  });

  it('denies each field that returns an enum or a scalar', async () => {
    const schema = guard(
      'enum Level @auth { LOW } scalar Secret @auth(groups: ["hr"]) type Query { level: Level secrets: [Secret!] }',
      {
        Query: { level: () => 'LOW', secrets: () => ['x'] },
      },
    );
    expect(await run(schema, '{ level secrets }', authenticatedAs())).toEqual({
      data: { level: 'LOW', secrets: null },
      errors: [denial('group', 'secrets')],
    });
    expect(await run(schema, '{ level secrets }', anonymous())).toEqual({
      data: { level: null, secrets: null },
      errors: [denial('missing', 'level'), denial('missing', 'secrets')],
    });
  });

  it('counts on `extend` of every kind of type, wherever the directive is defined', async () => {
    const { authDirectiveTypeDefs, authDirectiveTransformer } = authDirective();
    const { makeExecutableSchema } = await import('@graphql-tools/schema');
    const typeDefs = [
      `type Query { t: T i: I u: U e: E s: S } type T { id: Int } interface I { id: Int } type J implements I { id: Int }
       union U = J enum E { X } scalar S`,
      'extend type T @auth(groups: ["a"])',
      'extend type T @auth(groups: ["b"])',
      'extend interface I @auth extend union U @auth extend enum E @auth extend scalar S @auth',
    ];
    const resolvers = {
      Query: {
        t: () => ({ id: 1 }),
        i: () => ({ __typename: 'J' }),
        u: () => ({ __typename: 'J' }),
        e: () => 'X',
        s: () => 1,
      },
    };
    for (const all of [
      [authDirectiveTypeDefs, ...typeDefs],
      [...typeDefs, authDirectiveTypeDefs],
    ]) {
      const schema = authDirectiveTransformer(makeExecutableSchema({ typeDefs: all, resolvers }));
      expect(await run(schema, '{ i { id } u { __typename } e s }', anonymous())).toEqual({
        data: { i: null, u: null, e: null, s: null },
        errors: [denial('missing', 'e'), denial('missing', 'i'), denial('missing', 's'), denial('missing', 'u')],
      });
      expect(await run(schema, '{ t { id } }', authenticatedAs({ groups: ['a'] }))).toEqual({
        data: { t: null },
        errors: [denial('group', 't')],
      });
      expect(await run(schema, '{ t { id } }', authenticatedAs({ groups: ['a', 'b'] }))).toEqual({
        data: { t: { id: 1 } },
      });
    }
  });

  it.each([
    ['an object', { auth: { groups: ['hr'] } }],
    ['an object of lists', { auth: [{}, { groups: ['hr'] }] }],
    ['a list', [{ name: 'auth', args: { groups: ['hr'] } }]],
  ])('counts in `extensions.directives` of a schema that is built in code, as %s', async (_, directives) => {
    const node = new GraphQLInterfaceType({ name: 'Node', fields: { id: { type: GraphQLInt } } });
    const pay = new GraphQLObjectType({
      name: 'Pay',
      interfaces: [node],
      fields: { id: { type: GraphQLInt } },
      extensions: { directives },
    });
    const found = new GraphQLUnionType({ name: 'Found', types: [pay] });
    const query = new GraphQLObjectType({
      name: 'Query',
      fields: {
        pay: { type: pay, resolve: () => ({ id: 1 }) },
        node: { type: node, resolve: () => ({ __typename: 'Pay', id: 2 }) },
        found: { type: new GraphQLList(found), resolve: () => [{ __typename: 'Pay', id: 3 }] },
        total: { type: GraphQLInt, resolve: () => 4, extensions: { directives } },
      },
    });
    const schema = authDirective().authDirectiveTransformer(new GraphQLSchema({ query }));
    const operation = '{ pay { id } node { id } found { __typename } total }';
    expect(await run(schema, operation, authenticatedAs())).toEqual({
      data: { pay: null, node: null, found: [null], total: null },
      errors: [denial('group', 'found', 0), denial('group', 'node'), denial('group', 'pay'), denial('group', 'total')],
    });
    expect(await run(schema, operation, hr)).toEqual({
      data: { pay: { id: 1 }, node: { id: 2 }, found: [{ __typename: 'Pay' }], total: 4 },
    });
  });
});
