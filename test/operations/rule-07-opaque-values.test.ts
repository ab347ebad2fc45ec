/** Rule 7 with scalars and enums whose values keep their state where no comparison of properties sees it. */
import { GraphQLEnumType, GraphQLInputObjectType, GraphQLObjectType, GraphQLScalarType, GraphQLSchema, GraphQLString, Kind, parse } from 'graphql'; // prettier-ignore
import { mergeSchemas } from '@graphql-tools/schema';
import { mapSchema } from '@graphql-tools/utils';
import { describe, expect, it } from 'vitest';
import { authDirective } from '../../src/index.js';
import { anonymous, authenticatedAs } from '../../src/testing/index.js';
import { isSameValue } from '../../src/directive/rules/same-value.js';
import { denial, guard, run } from '../support/run.js';

const admin = authenticatedAs({ groups: ['admin'] });

class Money {
  readonly #amount: string;

  constructor(amount: string) {
    this.#amount = amount;
  }

  toString(): string {
    return this.#amount;
  }
}

class List extends Array<unknown> {
  #text = '';

  static holding(text: string): List {
    const list = new List();
    list.#text = text;
    return list;
  }

  override toString(): string {
    return this.#text;
  }
}

/** What a scalar may make of a text so that two texts give values that look alike. */
const makers: Readonly<Record<string, (text: string) => unknown>> = {
  'a class with private state': (text) => new Money(text),
  URLSearchParams: (text) => new URLSearchParams({ text }),
  Headers: (text) => new Headers({ text }),
  Blob: (text) => new Blob([text]),
  'an array of a class': (text) => List.holding(text),
  'a list of objects': (text) => [new Money(text)],
  'an object of objects': (text) => ({ inner: { money: new Money(text) } }),
  'an object with a symbol': (text) => ({ [Symbol.for('text')]: text }),
  'an object with a hidden member': (text) => Object.defineProperty({}, 'text', { value: text }),
  'an object with a getter': (text) => ({ get a() { return text === '0' ? 1 : 1 + 0 * text.length; }, toString: undefined }), // prettier-ignore
  'a list with a hidden member': (text) => Object.defineProperty([], 'text', { value: text }),
  'a Proxy': (text) => new Proxy({}, { get: (_, name) => (name === 'text' ? text : undefined) }),
  'a function': (text) => () => text,
  'a Promise': async (text) => Promise.resolve(text),
  'a WeakRef': (text) => new WeakRef({ text }),
};

const typeDefs = `
  scalar Value
  input Deep { value: Value = "0" @auth(groups: ["admin"]) }
  input Order {
    discount: Value = "0" @auth(groups: ["admin"])
    several: [Value] = ["0"] @auth(groups: ["admin"])
    deep: Deep = {}
    deeper: [Deep!] = [{ value: "0" }] @auth(groups: ["admin"])
  }
  type Query { order(in: Order): String }`;

describe('rule 7: a value of a custom scalar in a variable', () => {
  it.each(Object.entries(makers))('counts as provided when it is %s, unless it is left out', async (_, make) => {
    const Value = new GraphQLScalarType({
      name: 'Value',
      parseValue: (value) => make(String(value)),
      parseLiteral: (node) => make(node.kind === Kind.STRING ? node.value : ''),
    });
    const schema = guard(typeDefs, { Value, Query: { order: () => 'ran' } });
    const source = 'query ($in: Order) { order(in: $in) }';
    const denied = { data: { order: null }, errors: [denial('missing', 'order')] };
    const values = ['100', '0'];
    for (const sent of [
      ...values.map((value) => ({ discount: value })),
      ...values.map((value) => ({ several: [value] })),
      ...values.map((value) => ({ deep: { value } })),
      ...values.map((value) => ({ deeper: [{ value }] })),
      { discount: null },
    ]) {
      expect(await run(schema, source, anonymous(), { in: sent })).toEqual(denied);
      expect(await run(schema, source, admin, { in: sent })).toEqual({ data: { order: 'ran' } });
    }
    for (const sent of [{}, null, { deep: {} }]) {
      expect(await run(schema, source, anonymous(), { in: sent })).toEqual({ data: { order: 'ran' } });
    }
    expect(await run(schema, '{ order(in: { discount: "100" }) }', anonymous())).toEqual(denied);
    expect(await run(schema, 'query ($v: Value) { order(in: { discount: $v }) }', anonymous(), { v: '0' })).toEqual(
      denied,
    );
  });

  it('counts as provided when it is a value of an enum other than the default', async () => {
    const { authDirectiveTransformer } = authDirective();
    const Level = new GraphQLEnumType({
      name: 'Level',
      values: { LOW: { value: new Money('low') }, HIGH: { value: new Money('high') } },
    });
    const low = Level.getValue('LOW')?.value as unknown;
    const In = new GraphQLInputObjectType({
      name: 'In',
      fields: {
        level: { type: Level, defaultValue: low, extensions: { directives: { auth: { groups: ['admin'] } } } },
      },
    });
    const schema = authDirectiveTransformer(
      new GraphQLSchema({
        query: new GraphQLObjectType({
          name: 'Query',
          fields: { order: { type: GraphQLString, args: { in: { type: In } }, resolve: () => 'ran' } },
        }),
      }),
    );
    const source = 'query ($in: In) { order(in: $in) }';
    const ran = { data: { order: 'ran' } };
    expect(await run(schema, source, anonymous(), { in: { level: 'HIGH' } })).toMatchObject({ data: { order: null } });
    expect(await run(schema, source, anonymous(), { in: { level: 'LOW' } })).toEqual(ran);
    expect(await run(schema, source, anonymous(), { in: {} })).toEqual(ran);
  });
});

describe('rule 7: a default in a copy of a guarded schema', () => {
  it('counts as the default although it was parsed anew', async () => {
    const Value = new GraphQLScalarType({
      name: 'Value',
      parseValue: (value) => new Money(String(value)),
      serialize: String,
    });
    const schema = guard(typeDefs, { Value, Query: { order: () => 'ran' } });
    const source = 'query ($in: Order) { order(in: $in) }';
    for (const copy of [mapSchema(schema, {}), mergeSchemas({ schemas: [schema] })]) {
      expect(await run(copy, source, anonymous(), { in: { deep: {} } })).toEqual({ data: { order: 'ran' } });
      expect(await run(copy, source, anonymous(), { in: { discount: '0' } })).toMatchObject({ data: { order: null } });
    }
  });
});

describe('rule 7: variables in an object with a prototype, as graphql-js before 16.14 makes them', () => {
  const schema = guard('input In { vip: Boolean @auth } type Query { order(in: In, top: Boolean @auth): String }', {
    Query: { order: () => 'ran' },
  });
  const resolve = schema.getQueryType()?.getFields()['order']?.resolve;
  const call = (source: string, variableValues: object) => {
    const [operation] = parse(source).definitions;
    const fieldNodes = operation?.kind === Kind.OPERATION_DEFINITION ? operation.selectionSet.selections : [];
    const path = { key: 'order', prev: undefined, typename: 'Query' };
    return () => resolve?.({}, {}, { auth: anonymous() }, { fieldNodes, variableValues, schema, path } as never);
  };

  it.each([
    ['query ($toString: Boolean) { order(in: { vip: $toString }) }', {}],
    ['query ($toString: Boolean) { order(top: $toString) }', {}],
    ['query ($__proto__: Boolean) { order(in: { vip: $__proto__ }) }', {}],
    ['query ($n: Boolean) { order(in: { vip: $n }) }', Object.create({ n: true }) as object],
    ['query ($in: In) { order(in: $in) }', { in: Object.create({ vip: true }) as object }],
  ])('provide what graphql-js finds through the prototype: %s', (source, variables) => {
    expect(call(source, variables)).toThrow('Authentication is required.');
    expect(call('query ($n: Boolean) { order(in: { vip: $n }) }', {})()).toBe('ran');
  });
});

describe('isSameValue', () => {
  const one = new Money('1');

  it.each([
    [1, 1],
    ['a', 'a'],
    [null, null],
    [Number.NaN, Number.NaN],
    [
      [1, ['a']],
      [1, ['a']],
    ],
    [{ a: { b: [1] } }, { a: { b: [1] } }],
    [Object.assign(Object.create(null) as object, { a: 1 }), { a: 1 }],
    [one, one],
    [{ a: one }, { a: one }],
  ])('is true for a value that is the default: %o, %o', (value, defaultValue) => {
    expect(isSameValue(value, defaultValue)).toBe(true);
  });

  it.each([
    [1, '1'],
    [0, -0],
    [1n, 1],
    [null, undefined],
    [[1], [1, 2]],
    [{ a: 1 }, { b: 1 }],
    [{ a: 1 }, { a: 1, b: 2 }],
    [{ a: undefined }, {}],
    [
      { a: 1, b: 1 },
      { b: 1, a: 1 },
    ],
    [[], {}],
    [one, new Money('1')],
    [new Date(0), new Date(0)],
    [new Map(), new Map()],
    [Object.assign([1], { a: 1 }), [1]],
    [[undefined], Array<undefined>(1)],
    [Object.create({ a: 1 }), {}],
  ])('is false for another value: %o, %o', (value, defaultValue) => {
    expect(isSameValue(value, defaultValue)).toBe(false);
  });

  it('is false for values that contain themselves', () => {
    const [ring, other]: unknown[][] = [[], []];
    ring?.push(ring);
    other?.push(other);
    expect(isSameValue(ring, other)).toBe(false);
  });
});
