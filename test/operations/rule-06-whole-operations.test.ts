import { buildASTSchema, getOperationAST, parse, validate, visit } from 'graphql';
import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { describe, expect, it } from 'vitest';
import { reachOfOperation } from '../../src/directive/decide-operation.js';
import { decideOperation } from '../../src/index.js';
import { anonymous, authenticatedAs, rejected } from '../../src/testing/index.js';
import { guard } from '../support/run.js';

function operationOf(document: DocumentNode): OperationDefinitionNode {
  const operation = getOperationAST(document);
  if (!operation) throw new Error('There is no operation.');
  return operation;
}

const onDenied = { query: 'reject', mutation: 'reject', subscription: 'reject' } as const;

function denied(schema: GraphQLSchema, source: string, auth: unknown, variableValues: Record<string, unknown> = {}) {
  const operation = { schema, document: parse(source), variableValues, contextValue: { auth } };
  return decideOperation({ ...operation, onInvalidToken: 'anonymous', onDenied }).map(
    ({ path = [], extensions, nodes, originalError }) => [
      path.join('.'),
      extensions['reason'] ?? extensions['code'],
      nodes?.length,
      originalError?.name,
    ],
  );
}

const schema = guard(`
  type Query { x: Int }
  type Mutation implements Payer {
    open: Result
    pay(amount: Int @auth(groups: ["hr"]), details: Details): Result @auth
    node: Node
    union: U
  }
  interface Payer { pay(amount: Int, details: Details): Result }
  input Details { note: String secret: String @auth(groups: ["hr"]) urgent: Boolean = false @auth(groups: ["hr"]) }
  type Result { ok: Boolean salary: Int @auth(groups: ["hr"]) again: Result }
  interface Node { id: ID @auth(groups: ["node"]) }
  interface Marked @auth(groups: ["hr"]) { id: ID }
  type Pay implements Node @auth(groups: ["hr"]) { id: ID total: Int }
  type Sale implements Node { id: ID total: Int }
  union U = Pay | Sale
`);

describe('rule 6: a whole operation', () => {
  it('is refused with one error for each denied selection, in the document’s order', () => {
    const source = 'mutation { open { ok salary salary } second: open { salary } pay { ok } }';
    expect(denied(schema, source, authenticatedAs())).toEqual([
      ['open.salary', 'group', 2, undefined],
      ['second.salary', 'group', 1, undefined],
    ]);
    expect(denied(schema, source, authenticatedAs({ groups: ['hr'] }))).toEqual([]);
  });

  it('is decided by its own fragments, also when another document has the same operation node', () => {
    const open = parse('mutation { open { ...F } } fragment F on Result { ok }');
    const narrowed = visit(open, {
      FragmentDefinition: () => parse('fragment F on Result { salary }').definitions[0],
    });
    expect(narrowed.definitions[0]).toBe(open.definitions[0]);
    const decide = (document: DocumentNode) =>
      decideOperation({ schema, document, contextValue: { auth: anonymous() } });
    expect(decide(open)).toEqual([]);
    expect(decide(narrowed).map(({ path }) => path)).toEqual([['open', 'salary']]);
  });

  it('is refused with no error for what is below a denied selection', () => {
    expect(denied(schema, 'mutation { pay { salary again { salary } } }', anonymous())).toEqual([
      ['pay', 'missing', 1, undefined],
    ]);
  });

  it('is refused for the reason of a rejected token, or for a context without an auth', () => {
    const source = 'mutation { pay { ok } }';
    expect(denied(schema, source, rejected('revoked'))).toEqual([['pay', 'revoked', 1, undefined]]);
    expect(denied(schema, source, rejected('keys-unavailable'))).toEqual([
      ['', 'keys-unavailable', undefined, 'KeysUnavailableError'],
    ]);
    expect(denied(schema, source, undefined)).toEqual([['pay', 'INTERNAL_SERVER_ERROR', 1, 'AuthConfigurationError']]);
    expect(denied(schema, source, { ...authenticatedAs() })).toEqual([
      ['pay', 'INTERNAL_SERVER_ERROR', 1, 'AuthConfigurationError'],
    ]);
    expect(denied(schema, 'mutation { open { ok } }', undefined)).toEqual([]);
  });

  it.each([
    ['mutation { open { salary @skip(if: true) } }', {}, []],
    ['mutation { open { salary @include(if: false) } }', {}, []],
    ['mutation { open { salary @skip(if: false) @include(if: true) } }', {}, ['open.salary']],
    ['mutation ($s: Boolean!) { open { salary @skip(if: $s) } }', { s: true }, []],
    ['mutation ($s: Boolean!) { open { salary @skip(if: $s) } }', { s: false }, ['open.salary']],
    ['mutation ($s: Boolean! = true) { open { salary @skip(if: $s) } }', {}, []],
    ['mutation ($i: Boolean! = true) { open { ... @include(if: $i) { salary } } }', {}, ['open.salary']],
    [
      'mutation ($i: Boolean! = true) { open { ...F @include(if: $i) } } fragment F on Result { salary }',
      { i: false },
      [],
    ],
    [
      'mutation { a: open { ...F @skip(if: true) } b: open { ...F } } fragment F on Result { salary }',
      {},
      ['b.salary'],
    ],
  ])('is decided with @skip and @include honoured: %s with %j', (source, variables, expected) => {
    expect(denied(schema, source, authenticatedAs(), variables).map(([path]) => path)).toEqual(expected);
  });

  it.each([
    'mutation { open { ...F } } fragment F on Result { ...G } fragment G on Result { again { salary } }',
    'mutation { ...F } fragment F on Mutation { open { again { ... on Result { ... { salary } } } } }',
  ])('is refused for a selection in fragments: %s', (source) => {
    expect(denied(schema, source, authenticatedAs())).toEqual([['open.again.salary', 'group', 1, undefined]]);
  });

  it('cannot hide a field behind an interface that has no rule itself', () => {
    const source = 'mutation { open { ok } ... on Payer { pay { ok } } }';
    expect(denied(schema, source, anonymous())).toEqual([['pay', 'missing', 1, undefined]]);
    expect(denied(schema, 'mutation { ...P } fragment P on Payer { pay { ok } }', anonymous())).toEqual([
      ['pay', 'missing', 1, undefined],
    ]);
  });

  it('is refused for what is certain of an abstract type: the interface’s field, and the types that fragments name', () => {
    const node = authenticatedAs({ groups: ['node'] });
    expect(denied(schema, 'mutation { node { id } }', authenticatedAs())).toEqual([['node.id', 'group', 1, undefined]]);
    expect(denied(schema, 'mutation { node { id __typename } union { __typename } }', node)).toEqual([]);
    expect(denied(schema, 'mutation { node { ... on Pay { total } } }', node)).toEqual([
      ['node', 'group', 1, undefined],
    ]);
    expect(denied(schema, 'mutation { node { ... on Sale { total } } }', node)).toEqual([]);
    expect(denied(schema, 'mutation { union { ...P } } fragment P on Pay { total }', node)).toEqual([
      ['union', 'group', 1, undefined],
    ]);
    expect(denied(schema, 'mutation { union { ... on Marked { id } } }', node)).toEqual([
      ['union', 'group', 1, undefined],
    ]);
    expect(denied(schema, 'mutation { union { ... on Node { id } } }', node)).toEqual([]);
  });

  it.each([
    ['mutation { pay(amount: 1) { ok } }', {}, true],
    ['mutation { pay(amount: null) { ok } }', {}, true],
    ['mutation { pay { ok } }', {}, false],
    ['mutation ($a: Int) { pay(amount: $a) { ok } }', {}, false],
    ['mutation ($a: Int) { pay(amount: $a) { ok } }', { a: 1 }, true],
    ['mutation ($a: Int = 1) { pay(amount: $a) { ok } }', {}, true],
    ['mutation ($d: Details) { pay(details: $d) { ok } }', { d: { note: 'x' } }, false],
    ['mutation ($d: Details) { pay(details: $d) { ok } }', { d: { secret: 'x' } }, true],
    ['mutation ($d: Details) { pay(details: $d) { ok } }', { d: { urgent: true } }, true],
  ])('is refused for the inputs that the request provides: %s with %j', (source, variables, isDenied) => {
    expect(denied(schema, source, authenticatedAs(), variables)).toEqual(
      isDenied ? [['pay', 'group', 1, undefined]] : [],
    );
  });

  it('is left to the executor when its variables do not fit: it refuses them before anything runs', () => {
    expect(denied(schema, 'mutation ($a: Int!) { pay(amount: $a) { ok } }', authenticatedAs(), { a: 'x' })).toEqual([]);
  });

  it('is known to reach a rule for any caller, or to reach none', () => {
    const reaches = (source: string) => {
      const document = parse(source);
      return reachOfOperation(schema, document, operationOf(document)).hasRules;
    };
    expect(reaches('{ x }')).toBe(false);
    expect(reaches('mutation { open { ok } }')).toBe(false);
    expect(reaches('mutation { open { salary @skip(if: true) } }')).toBe(true);
    expect(reaches('mutation { node { __typename } }')).toBe(true);
    expect(reaches('mutation { union { ... on Sale { total } } }')).toBe(true);
    expect(reaches('{ __typename __schema { types { name } } }')).toBe(false);
  });

  it('is refused as a misconfiguration on a schema that was never transformed, and for nothing in a dry run', () => {
    const bare = buildASTSchema(parse('directive @auth on FIELD_DEFINITION type Query { f: Int @auth }'));
    expect(denied(bare, '{ f }', anonymous())).toEqual([
      ['', 'INTERNAL_SERVER_ERROR', undefined, 'AuthConfigurationError'],
    ]);
    const dry = guard('type Query { f: Int @auth }', {}, { enforcement: 'report' });
    expect(denied(dry, '{ f }', anonymous())).toEqual([]);
  });

  it('is refused, and not half run, when a condition is a variable that is null after all', () => {
    const source = 'mutation ($i: Boolean = true) { open { ok @include(if: $i) } pay { ok } }';
    expect(denied(schema, source, anonymous(), { i: null })).toEqual([['pay', 'missing', 1, undefined]]);
  });

  it('is known to reach a rule of an interface’s implementers', () => {
    const hidden = guard(
      'interface Node { title: String } type User implements Node { title: String @auth } type Query { node: Node }',
    );
    const document = parse('{ node { title } }');
    expect(reachOfOperation(hidden, document, operationOf(document)).hasRules).toBe(true);
  });

  it('is refused with a bounded list of errors, which no data bounds because nothing runs', () => {
    const leaves = Array.from({ length: 4000 }, (_, index) => `s${index}: salary`).join(' ');
    const source = `mutation { open { ${'again { '.repeat(500)} ${leaves} ${'}'.repeat(500)} } }`;
    const listed = denied(schema, source, authenticatedAs());
    expect(listed.length).toBeGreaterThan(0);
    expect(JSON.stringify(listed).length).toBeLessThan(30_000);
    const same = `mutation { open { ${'salary '.repeat(20_000)} } }`;
    expect(denied(schema, same, authenticatedAs()).map(([path, reason]) => [path, reason])).toEqual([
      ['open.salary', 'group'],
    ]);
  });

  it('costs in proportion to its length, also when it is made to hurt', () => {
    const doubling = Array.from(
      { length: 5000 },
      (_, index) => `fragment F${index} on Result { again { ...F${index + 1} } other: again { ...F${index + 1} } }`,
    );
    const source = `mutation { open { ...F0 } } ${doubling.join(' ')} fragment F5000 on Result { salary }`;
    const began = performance.now();
    expect(denied(schema, source, authenticatedAs()).map(([, reason]) => reason)).toEqual(['group']);
    expect(performance.now() - began).toBeLessThan(2000);
  });

  describe('on an interface', () => {
    const members = guard(`
      type Query { x: Int }
      type Mutation { node: Node, mixed: Mixed, list: [[Sealed!]!], pair: Pair, narrowed: Node }
      interface Node { title(upper: Boolean): String, code: Int, size(unit: String): Int }
      type User implements Node {
        title(upper: Boolean): String @auth(groups: ["a"])
        code: Int @auth(groups: ["a"])
        size(unit: String @auth(groups: ["a"])): Int
      }
      type Post implements Node {
        title(upper: Boolean): String @auth(groups: ["b"])
        code: Int
        size(unit: String @auth(groups: ["b"])): Int
      }
      interface Mixed { id: ID }
      type Open implements Mixed { id: ID }
      type Closed implements Mixed @auth(groups: ["a"]) { id: ID }
      interface Sealed { id: ID }
      type One implements Sealed @auth(groups: ["a"]) { id: ID }
      type Two implements Sealed @auth(groups: ["b"]) { id: ID }
      union Pair = One | Two
      interface Empty { id: ID }
    `);
    const [inNone, inA] = [authenticatedAs(), authenticatedAs({ groups: ['a'] })];

    it.each([
      ['mutation { node { title } }', ['node.title group']],
      ['mutation { node { code } }', []],
      ['mutation { node { size } }', []],
      ['mutation { node { size(unit: "m") } }', ['node.size group']],
      ['mutation ($u: String) { node { size(unit: $u) } }', []],
      // The same field at two places, with other arguments.
      ['mutation { node { size(unit: "m") } other: node { size } }', ['node.size group']],
      ['mutation { other: node { size } node { size(unit: "m") } }', ['node.size group']],
      ['mutation ($u: String) { node { size(unit: "m") } other: node { size(unit: $u) } }', ['node.size group']],
      ['mutation ($u: String) { other: node { size(unit: $u) } node { size(unit: "m") } }', ['node.size group']],
      ['mutation { mixed { id } }', []],
      ['mutation { list { id } }', ['list group']],
      ['mutation { pair { __typename } }', ['pair group']],
      ['mutation { node { ... { ...F } } } fragment F on Node { title again: title }', ['node.title group', 'node.again group']], // prettier-ignore
    ])('is refused for what every possible type denies: %s', (source, expected) => {
      const found = denied(members, source, inNone);
      expect(found.map(([path, reason]) => `${String(path)} ${String(reason)}`)).toEqual(expected);
      expect(denied(members, source, inA)).toEqual([]);
    });

    // `OfUser` is a type of User alone, `OfOpen` of Open alone; both have `name`.
    const narrowing = guard(`
      type Query { x: Int }
      type Mutation { of: OfUser, any: Named, user: User, both: Both }
      interface Named { name: String }
      interface OfUser { name: String }
      interface OfOpen { name: String, open: Int }
      type User implements Named & OfUser { name: String @auth(groups: ["a"]) }
      type Both implements Named & OfOpen { name: String, open: Int }
      type Sealed implements Named @auth(groups: ["a"]) { name: String }
      union Some = User | Sealed
    `);

    it.each([
      // Around the fragment, only User can turn up, so the open types of Named do not count.
      ['mutation { of { ... on Named { name } } }', ['of.name group']],
      ['mutation { of { ... on Named { ... on Named { again: name } } } }', ['of.again group']],
      ['mutation { any { ... on OfUser { ... on Named { name } } } }', ['any.name group']],
      ['mutation { any { ... on Some { ... on OfUser { ...F } } } } fragment F on Named { name }', ['any.name group']],
      // No value is of both types, so the rule of Sealed cannot deny.
      ['mutation { of { ... on Named { ... on Sealed { name } } } }', []],
      ['mutation { of { ... on Named { ... on OfOpen { open } } } }', []],
      ['mutation { any { ... on OfOpen { ... on Named { ... on Sealed { name } name } } } }', []],
      ['mutation { any { ...F ... on OfUser { ...F } } } fragment F on Named { name }', ['any.name group']],
      // The same field at two places, where not the same types can turn up.
      ['mutation { any { ... on OfUser { ... on Named { name } } } more: any { name } }', ['any.name group']],
      ['mutation { more: any { name } any { ... on OfUser { ... on Named { name } } } }', ['any.name group']],
      // Of an object's type nothing else can turn up.
      ['mutation { both { ... on Named { ... on User { name } } } }', []],
      ['mutation { user { ... on Named { ... on Both { name } } } }', []],
      ['mutation { user { ... on Named { name } } }', ['user.name group']],
      ['mutation { user { ... on Named { ... on OfOpen { name } } } }', []],
    ])('is refused for what the types deny that fragments leave: %s', (source, expected) => {
      expect(validate(narrowing, parse(source))).toEqual([]);
      const found = denied(narrowing, source, inNone);
      expect(found.map(([path, reason]) => `${String(path)} ${String(reason)}`)).toEqual(expected);
      expect(denied(narrowing, source, inA)).toEqual([]);
    });
  });

  it('is refused, when it is too large to be looked at whole, to exactly the callers that any rule denies', () => {
    const types = Array.from({ length: 300 }, (_, index) => `type T${index} implements I { id: ID ${index === 7 ? '@auth' : ''} }`); // prettier-ignore
    const large = guard(
      `interface I { id: ID } ${types.join(' ')} type Query { x: Int } type Mutation { first: Int, i: I }`,
    );
    const fields = Array.from({ length: 1_000 }, (_, index) => `a${index}: id`).join(' ');
    const spreads = Array.from({ length: 300 }, (_, index) => `... on T${(index + 8) % 300} { ...F }`).join(' ');
    const source = `mutation { one: first i { ${spreads} } } fragment F on I { ${fields} }`;
    expect(denied(large, source, anonymous())).toEqual([['one', 'missing', 1, undefined]]);
    expect(denied(large, source, undefined)).toEqual([['one', 'INTERNAL_SERVER_ERROR', 1, 'AuthConfigurationError']]);
    expect(denied(large, source, authenticatedAs())).toEqual([]);
    const open = guard('type Query { x: Int } type Mutation { first: Int } type Other { secret: Int @auth }');
    const long = `mutation { ${Array.from({ length: 60_000 }, (_, index) => `a${index}: first`).join(' ')} }`;
    const document = parse(long);
    expect(reachOfOperation(open, document, operationOf(document)).hasRules).toBe(true);
  });
});
