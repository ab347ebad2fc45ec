import { ApolloServer } from '@apollo/server';
import { mapSchema, MapperKind } from '@graphql-tools/utils';
import { Kind, parse } from 'graphql';
import type { GraphQLField, GraphQLSchema } from 'graphql';
import { describe, expect, it } from 'vitest';
import { findUnguarded, hasRules } from '../../src/directive/guard/coverage.js';
import { reachOfOperation } from '../../src/directive/decide-operation.js';
import { decideOperation } from '../../src/index.js';
import { anonymous, authenticatedAs } from '../../src/testing/index.js';
import { REMEDY } from '../support/refuse.js';
import { denial, guard, run } from '../support/run.js';
import { guardSubgraph } from '../support/subgraph.js';

const sdl = `
  type Query { motd: String @public orders: Int }
  type Order @key(fields: "id") { id: ID! total: Int }
  type Product @key(fields: "id") @public { id: ID! price: Int }
  type Review @key(fields: "id") { id: ID! stars: Int @public text: String }
  type Payroll @key(fields: "id") @auth(groups: ["hr"]) { id: ID! total: Int }
  interface Media @key(fields: "id") { id: ID! }
  type Book implements Media @key(fields: "id") { id: ID! @public }
  type Film implements Media @key(fields: "id") { id: ID! }
`;

function create() {
  const ran: string[] = [];
  const resolver = (name: string) => ({
    __resolveReference: ({ id }: { readonly id: string }) =>
      ran.push(name) && { id, total: 1, price: 2, stars: 3, text: 'T' },
  });
  const names = ['Order', 'Product', 'Review', 'Payroll', 'Book', 'Film'];
  const schema = guardSubgraph(
    sdl,
    {
      Query: { motd: () => 'hello' },
      Media: { __resolveType: () => 'Book' },
      ...Object.fromEntries(names.map((name) => [name, resolver(name)])),
    },
    { unannotated: 'authenticated' },
  );
  return { schema, ran };
}

const query = `query ($r: [_Any!]!) { _entities(representations: $r) {
  __typename ... on Order { total } ... on Product { price } ... on Review { stars text } ... on Payroll { total } ... on Book { id }
} }`;
const references = (...names: string[]) => ({ r: names.map((__typename) => ({ __typename, id: '1' })) });

describe('rule 9: the default of a subgraph', () => {
  it('leaves its SDL open, so that a gateway can start', async () => {
    const { schema } = create();
    expect(await run(schema, '{ motd s: _service { __typename sdl } }', anonymous())).toMatchObject({
      data: { motd: 'hello', s: { __typename: '_Service', sdl: expect.stringContaining('type Order') as string } },
    });
  });

  it('asks for a token before a reference is resolved, unless its type or one of its fields is @public', async () => {
    const { schema, ran } = create();
    expect(await run(schema, query, anonymous(), references('Order', 'Product', 'Review', 'Payroll', 'Book'))).toEqual({
      data: {
        _entities: [
          null,
          { __typename: 'Product', price: 2 },
          { __typename: 'Review', stars: 3, text: null },
          null,
          { __typename: 'Book', id: '1' },
        ],
      },
      errors: [
        denial('missing', '_entities', 0),
        denial('missing', '_entities', 2, 'text'),
        denial('missing', '_entities', 3),
      ],
    });
    expect(new Set(ran)).toEqual(new Set(['Product', 'Review', 'Book']));
  });

  it('resolves the references of any token, where no rule asks for more', async () => {
    const { schema } = create();
    expect(await run(schema, query, authenticatedAs(), references('Order', 'Payroll'))).toEqual({
      data: { _entities: [{ __typename: 'Order', total: 1 }, null] },
      errors: [denial('group', '_entities', 1)],
    });
  });

  it('asks for a token before a reference to an interface, unless each of its types is open', async () => {
    const { schema, ran } = create();
    expect(await run(schema, query, anonymous(), references('Media'))).toEqual({
      data: { _entities: [null] },
      errors: [denial('missing', '_entities', 0)],
    });
    expect(ran).toEqual([]);
    const open = guardSubgraph(
      `type Query { f: Int } interface Media @key(fields: "id") { id: ID! }
       type Book implements Media @key(fields: "id") { id: ID! @public }`,
      { Media: { __resolveType: () => 'Book' } },
      { unannotated: 'authenticated' },
    );
    const source = '{ _entities(representations: [{ __typename: "Media", id: "1" }]) { ... on Book { id } } }';
    expect(await run(open, source, anonymous())).toEqual({ data: { _entities: [{ id: '1' }] } });
  });

  it('lifts no rule of the root type', async () => {
    const schema = guardSubgraph('type Query @auth { f: Int }', {}, { unannotated: 'authenticated' });
    expect(await run(schema, '{ _service { sdl } }', anonymous())).toMatchObject({
      errors: [denial('missing', '_service')],
    });
  });

  it('is checked at start', () => {
    const { schema } = create();
    expect([findUnguarded(schema), hasRules(schema)]).toEqual([[], true]);
    const stripped = mapSchema(schema, {
      [MapperKind.QUERY_ROOT_FIELD]: (field, name) =>
        name === '_entities' ? { ...field, resolve: () => [] } : undefined,
    });
    expect(findUnguarded(stripped)).toEqual([`Query._entities has a rule that no guard enforces. ${REMEDY}`]);
  });

  it('keeps answers about references private, even those of their types alone', () => {
    const { schema } = create();
    const hasRulesIn = (source: string) => {
      const document = parse(source);
      const [operation] = document.definitions;
      return operation?.kind === Kind.OPERATION_DEFINITION && reachOfOperation(schema, document, operation).hasRules;
    };
    expect(hasRulesIn('{ _entities(representations: []) { __typename } }')).toBe(true);
    expect(hasRulesIn('{ _service { sdl } }')).toBe(false);
  });

  it('refuses a whole operation on entities by what is selected on them', () => {
    const { schema } = create();
    const decide = (source: string) =>
      decideOperation({
        schema,
        document: parse(source),
        contextValue: { auth: anonymous() },
        onDenied: { query: 'reject' },
      });
    expect(decide('{ _service { sdl } _entities(representations: []) { ... on Product { price } } }')).toEqual([]);
    expect(decide('{ _entities(representations: []) { ... on Order { total } } }')).toMatchObject([
      { path: ['_entities', 'total'] },
    ]);
  });

  const service = 'type _Service { sdl: String }';
  const entities = 'scalar _Any union _Entity = User type User { id: ID }';
  it.each<[string, string]>([
    ['Query._service', `type Query { _service: String }`],
    ['Query._service', `type Query { _service: _Service } ${service}`],
    ['Query._service', `type Query { _service(x: Int): _Service! } ${service}`],
    ['Query._service', `type Query { _service: _Service! } type _Service { sdl: String secret: String }`],
    ['Query._service', `type Query { _service: _Service! } type _Service { sdl(x: Int): String }`],
    ['Query._service', `type Query { _service: _Service! } type _Service { sdl: Int }`],
    ['Query._service', `type Query { _service: _Service! } type _Service { name: String }`],
    ['Query._service', `type Query { _service: _Service! } interface _Service { sdl: String }`],
    ['_Service.sdl', `type Query { open: _Service @public } ${service}`],
    ['Query._entities', `type Query { _entities(representations: [_Any!]!): [_Entity]! } ${entities}`],
    [
      'Query._entities',
      `type Query { _service: _Service! _entities(representations: [_Any]!): [_Entity]! } ${service} ${entities}`,
    ],
    [
      'Query._entities',
      `type Query { _service: _Service! _entities(representations: [_Any!]! x: Int): [_Entity]! } ${service} ${entities}`,
    ],
    [
      'Query._entities',
      `type Query { _service: _Service! _entities(representations: [_Any!]!): _Entity } ${service} ${entities}`,
    ],
    [
      'Query._entities',
      `type Query { _service: _Service! _entities(representations: [_Any!]!): [_Entity]! } ${service} scalar _Any type _Entity { id: ID }`,
    ],
    [
      'Query._entities',
      `type Query { _service: _Service! _entities(representations: [_Any!]!): [_Entity]! } ${service} union _Entity = User type User { id: ID } input _Any { id: ID }`,
    ],
    ['Other._service', `type Query { _service: _Service! other: Other } type Other { _service: _Service! } ${service}`],
    ['Other._entities', `type Query { other: Other } type Other { _entities: Int }`],
  ])('closes a field that only has the name of a subgraph’s: %s in %s', (coordinate, typeDefs) => {
    const schema: GraphQLSchema = guard(typeDefs, {}, { unannotated: 'authenticated' });
    const [typeName = '', fieldName = ''] = coordinate.split('.');
    const type = schema.getType(typeName);
    const field = type && 'getFields' in type ? type.getFields()[fieldName] : undefined;
    if (!field || !('resolve' in field)) throw new Error('The schema has no such field.');
    expect(hasRules(schema)).toBe(true);
    const { resolve } = field as GraphQLField<unknown, unknown>;
    // The denial is the guard's own; the rest of the schema does not matter.
    const info = { fieldNodes: [], path: { prev: undefined, key: fieldName, typename: typeName } };
    let answer: unknown;
    try {
      answer = resolve?.({}, {}, { auth: anonymous() }, info as never);
    } catch (error) {
      answer = error;
    }
    expect(answer).toMatchObject({ extensions: { code: 'UNAUTHENTICATED' } });
  });

  it('knows a subgraph whose root type has another name', async () => {
    const schema = guard(
      `schema { query: Root } type Root { _service: _Service! f: Int } ${service}`,
      { Root: { _service: () => ({ sdl: 'type Root' }) } },
      { unannotated: 'authenticated' },
    );
    expect(await run(schema, '{ _service { sdl } f }', anonymous())).toEqual({
      data: { _service: { sdl: 'type Root' }, f: null },
      errors: [denial('missing', 'f')],
    });
    expect(new ApolloServer({ schema })).toBeDefined();
  });
});
