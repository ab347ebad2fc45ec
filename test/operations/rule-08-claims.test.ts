import { GraphQLID, GraphQLObjectType, GraphQLSchema, GraphQLString } from 'graphql';
import { describe, expect, it } from 'vitest';
import { authDirective, claimPolicy } from '../../src/index.js';
import type { ClaimPolicyOptions } from '../../src/index.js';
import { anonymous, authenticatedAs } from '../../src/testing/index.js';
import { problemsOf } from '../support/refuse.js';
import { denial, guard, run } from '../support/run.js';

const allowed = { data: { f: 'ran' } };
const denied = { data: { f: null }, errors: [denial('policy', 'f')] };
const verdicts = { allows: allowed, denies: denied };

const withClaims = (claims: Record<string, unknown>) => authenticatedAs({ tokenUse: 'id', claims });

const typeDefs = `
  input TenantInput { tenantId: ID, deep: TenantInput }
  scalar Any
  type Query {
    f(tenantId: ID, ids: [ID], number: Int, any: Any, input: TenantInput): String @auth(policies: ["tenant"])
  }`;

const guardF = (options: ClaimPolicyOptions) =>
  guard(typeDefs, { Query: { f: () => 'ran' } }, { policies: { tenant: claimPolicy(options) } });

describe('rule 8: a claim that equals an argument', () => {
  it('allows the tenant of the token alone, by a literal and by a variable', async () => {
    const schema = guardF({ claim: 'custom:tenant', equals: { argument: 'tenantId' } });
    const ofAcme = withClaims({ 'custom:tenant': 'acme' });
    expect(await run(schema, '{ f(tenantId: "acme") }', ofAcme)).toEqual(allowed);
    expect(await run(schema, 'query ($id: ID) { f(tenantId: $id) }', ofAcme, { id: 'acme' })).toEqual(allowed);
    expect(await run(schema, '{ f(tenantId: "other") }', ofAcme)).toEqual(denied);
    expect(await run(schema, 'query ($id: ID) { f(tenantId: $id) }', ofAcme, { id: 'Acme' })).toEqual(denied);
    expect(await run(schema, 'query ($id: ID) { f(tenantId: $id) }', ofAcme)).toEqual(denied);
    expect(await run(schema, '{ f }', ofAcme)).toEqual(denied);
    expect(await run(schema, '{ f(tenantId: "acme") }', withClaims({}))).toEqual(denied);
    expect(await run(schema, '{ f(tenantId: "acme") }', anonymous())).toEqual({
      data: { f: null },
      errors: [denial('missing', 'f')],
    });
  });

  it('holds for an argument of a schema in code', async () => {
    const { authDirectiveTransformer } = authDirective({
      policies: { tenant: claimPolicy({ claim: 'custom:tenant', equals: { argument: 'tenantId' } }) },
    });
    const query = new GraphQLObjectType({
      name: 'Query',
      fields: {
        f: {
          type: GraphQLString,
          args: { tenantId: { type: GraphQLID } },
          extensions: { directives: { auth: { policies: ['tenant'] } } },
          resolve: () => 'ran',
        },
      },
    });
    const schema = authDirectiveTransformer(new GraphQLSchema({ query }));
    const ofAcme = withClaims({ 'custom:tenant': 'acme' });
    expect(await run(schema, '{ f(tenantId: "acme") }', ofAcme)).toEqual(allowed);
    expect(await run(schema, '{ f(tenantId: "other") }', ofAcme)).toEqual(denied);
  });

  // The whole table of kinds: nothing is converted on either side.
  it.each<['allows' | 'denies', claim: unknown, argument: unknown]>([
    ['allows', 'a', 'a'],
    ['allows', 5, 5],
    ['allows', 0, 0],
    ['allows', 2 ** 53 - 1, 2 ** 53 - 1],
    ['denies', 2 ** 53, 2 ** 53],
    ['denies', 0.5, 0.5],
    ['denies', '5', 5],
    ['denies', 5, '5'],
    ['denies', '', ''],
    ['denies', 'a', 'A'],
    ['denies', 'a', 'a '],
    ['denies', true, true],
    ['denies', null, null],
    ['denies', 'a', ['a']],
    ['denies', ['a'], 'a'],
    ['denies', ['a'], ['a']],
    ['denies', [], []],
    ['denies', {}, {}],
    ['denies', 'a', { toString: 'a' }],
    ['denies', undefined, null],
  ])('%s the claim %j and the argument %j', async (verdict, claim, any) => {
    const schema = guardF({ claim: 'custom:tenant', equals: { argument: 'any' } });
    const auth = withClaims(claim === undefined ? {} : { 'custom:tenant': claim });
    expect(await run(schema, 'query ($any: Any) { f(any: $any) }', auth, { any })).toEqual(verdicts[verdict]);
  });

  it('compares a number with an argument that is a number', async () => {
    const schema = guardF({ claim: 'tenantNumber', equals: { argument: 'number' } });
    expect(await run(schema, '{ f(number: 7) }', withClaims({ tenantNumber: 7 }))).toEqual(allowed);
    expect(await run(schema, '{ f(number: 8) }', withClaims({ tenantNumber: 7 }))).toEqual(denied);
    expect(await run(schema, '{ f(number: 7) }', withClaims({ tenantNumber: '7' }))).toEqual(denied);
  });

  it.each<['allows' | 'denies', string]>([
    ['allows', '{ deep: { tenantId: "acme" } }'],
    ['denies', '{ deep: { tenantId: "other" } }'],
    ['denies', '{ tenantId: "acme" }'],
    ['denies', '{ tenantId: "acme", deep: {} }'],
    ['denies', '{ deep: null }'],
    ['denies', 'null'],
  ])('%s the input %s at the end of a path', async (verdict, input) => {
    const schema = guardF({ claim: 'custom:tenant', equals: { argument: 'input.deep.tenantId' } });
    const auth = withClaims({ 'custom:tenant': 'acme' });
    expect(await run(schema, `{ f(input: ${input}) }`, auth)).toEqual(verdicts[verdict]);
  });

  it('denies by an unverified email or phone number', async () => {
    const schema = guardF({ claim: 'email', equals: { argument: 'tenantId' } });
    const source = '{ f(tenantId: "a@example.com") }';
    const email = 'a@example.com';
    expect(await run(schema, source, withClaims({ email, email_verified: true }))).toEqual(allowed);
    expect(await run(schema, source, withClaims({ email, email_verified: false }))).toEqual(denied);
    expect(await run(schema, source, withClaims({ email, email_verified: 'true' }))).toEqual(denied);
    expect(await run(schema, source, withClaims({ email, phone_number_verified: true }))).toEqual(denied);
  });
});

describe('rule 8: a claim or a value that is a list', () => {
  type List = ClaimPolicyOptions['list'];
  it.each<['allows' | 'denies', List, claim: unknown, value: unknown]>([
    ['allows', 'claim', ['a', 'b'], 'b'],
    ['allows', 'claim', [1, 2], 2],
    ['denies', 'claim', ['a', 'b'], 'c'],
    ['denies', 'claim', ['a', 'b'], ['a']],
    ['denies', 'claim', 'a', 'a'],
    ['denies', 'claim', [['a']], 'a'],
    ['denies', 'claim', [], 'a'],
    ['denies', 'claim', [''], ''],
    ['denies', 'claim', [null], null],
    ['denies', 'claim', ['1'], 1],
    ['denies', 'claim', { 0: 'a', length: 1 }, 'a'],
    ['allows', 'value', 'a', ['a']],
    ['allows', 'value', 'a', ['a', 'a']],
    ['denies', 'value', 'a', ['a', 'b']],
    ['denies', 'value', 'a', ['a', null]],
    ['denies', 'value', 'a', []],
    ['denies', 'value', 'a', 'a'],
    ['denies', 'value', 'a', null],
    ['denies', 'value', 'a', [['a']]],
    ['denies', 'value', ['a'], ['a']],
    ['denies', 'value', '', ['']],
    ['allows', 'both', ['a', 'b'], ['b', 'a']],
    ['allows', 'both', ['a', 'b'], ['b']],
    ['denies', 'both', ['a', 'b'], ['a', 'c']],
    ['denies', 'both', ['a', 'b'], []],
    ['denies', 'both', [], []],
    ['denies', 'both', 'a', ['a']],
    ['denies', 'both', ['a'], 'a'],
    ['denies', undefined, ['a'], 'a'],
    ['denies', undefined, 'a', ['a']],
  ])('%s with the list %j the claim %j and the value %j', async (verdict, list, claim, any) => {
    const schema = guardF({ claim: 'tenants', equals: { argument: 'any' }, list });
    const auth = withClaims({ tenants: claim });
    expect(await run(schema, 'query ($any: Any) { f(any: $any) }', auth, { any })).toEqual(verdicts[verdict]);
  });

  it('denies an argument that brings another tenant beside the caller’s, and one without any', async () => {
    const schema = guardF({ claim: 'custom:tenant', equals: { argument: 'ids' }, list: 'value' });
    const ofAcme = withClaims({ 'custom:tenant': 'acme' });
    expect(await run(schema, '{ f(ids: ["acme"]) }', ofAcme)).toEqual(allowed);
    expect(await run(schema, '{ f(ids: "acme") }', ofAcme)).toEqual(allowed);
    expect(await run(schema, '{ f(ids: ["acme", "other"]) }', ofAcme)).toEqual(denied);
    expect(await run(schema, '{ f(ids: []) }', ofAcme)).toEqual(denied);
    expect(await run(schema, '{ f }', ofAcme)).toEqual(denied);
  });

  it('denies a list of holes, which has no item', async () => {
    const schema = guard(
      'type Query { box: Box } type Box { f: String @auth(policies: ["tenant"]) }',
      { Query: { box: () => ({ owners: new Array(3), f: 'ran' }) } },
      { policies: { tenant: claimPolicy({ claim: 'sub', equals: { field: 'owners' }, list: 'value' }) } },
    );
    expect(await run(schema, '{ box { f } }', authenticatedAs())).toEqual({
      data: { box: { f: null } },
      errors: [denial('policy', 'box', 'f')],
    });
  });

  it('allows a group in an argument that is one of the caller’s', async () => {
    const schema = guardF({ claim: 'cognito:groups', equals: { argument: 'tenantId' }, list: 'claim' });
    const auth = authenticatedAs({ groups: ['red', 'blue'] });
    expect(await run(schema, '{ f(tenantId: "blue") }', auth)).toEqual(allowed);
    expect(await run(schema, '{ f(tenantId: "green") }', auth)).toEqual(denied);
  });
});

describe('rule 8: a claim that equals a property of the parent', () => {
  class Tenant {
    readonly #id = 'acme';
    get id(): string {
      return this.#id;
    }
  }
  const ask = (parent: object, options: Omit<ClaimPolicyOptions, 'equals'>, field: string, claims: object) =>
    run(
      guard(
        'type Query { box: Box } type Box { f: String @auth(policies: ["tenant"]) }',
        { Query: { box: () => parent }, Box: { f: () => 'ran' } },
        { policies: { tenant: claimPolicy({ ...options, equals: { field } }) } },
      ),
      '{ box { f } }',
      withClaims({ ...claims }),
    );
  const boxes = {
    allows: { data: { box: { f: 'ran' } } },
    denies: { data: { box: { f: null } }, errors: [denial('policy', 'box', 'f')] },
  };
  const acme = { 'custom:tenant': 'acme' };

  it.each<['allows' | 'denies', string, string, object]>([
    ['allows', 'a property', 'tenantId', { tenantId: 'acme' }],
    ['denies', 'another tenant', 'tenantId', { tenantId: 'other' }],
    ['allows', 'a path', 'tenant.id', { tenant: { id: 'acme' } }],
    ['allows', 'a path into an instance with a getter', 'tenant.id', { tenant: new Tenant() }],
    ['allows', 'a property with a dot in its name', 'tenant.id', { 'tenant.id': 'acme' }],
    ['denies', 'a path beside such a property', 'tenant.id', { 'tenant.id': 'other', tenant: { id: 'acme' } }],
    ['denies', 'a path into a list', 'tenants.0', { tenants: ['acme'] }],
    ['denies', 'a path into a promise', 'tenant.id', { tenant: Promise.resolve({ id: 'acme' }) }],
    ['denies', 'a path into null', 'tenant.id', { tenant: null }],
    ['denies', 'a path into text', 'tenant.length', { tenant: 'acme' }],
  ])('%s %s', async (verdict, _, field, parent) => {
    expect(await ask(parent, { claim: 'custom:tenant' }, field, acme)).toEqual(boxes[verdict]);
  });

  it.each<['allows' | 'denies', string, string, object]>([
    ['allows', 'a name with dots', 'https://acme.example/tenant', { 'https://acme.example/tenant': 'acme' }],
    ['allows', 'a path into an object', 'tenant.id', { tenant: { id: 'acme' } }],
    ['denies', 'a path beside a claim of that name', 'tenant.id', { 'tenant.id': 'other', tenant: { id: 'acme' } }],
    ['denies', 'a path into a list', 'tenant.0', { tenant: ['acme'] }],
  ])('%s a claim that is %s', async (verdict, _, claim, claims) => {
    expect(await ask({ tenantId: 'acme' }, { claim }, 'tenantId', claims)).toEqual(boxes[verdict]);
  });

  it('ignores what stands on Object.prototype, anywhere on a path', async () => {
    Object.defineProperty(Object.prototype, 'id', { value: 'acme', configurable: true });
    Object.defineProperty(Object.prototype, 'custom:tenant', { value: 'acme', configurable: true });
    try {
      expect(await ask({ tenant: {} }, { claim: 'custom:tenant' }, 'tenant.id', acme)).toEqual(boxes.denies);
      expect(await ask({ tenant: new Date() }, { claim: 'custom:tenant' }, 'tenant.id', acme)).toEqual(boxes.denies);
      expect(await ask({ a: 'acme' }, { claim: 'custom:tenant' }, 'a', {})).toEqual(boxes.denies);
      expect(await ask({ a: 'acme' }, { claim: 'tenant.id' }, 'a', { tenant: {} })).toEqual(boxes.denies);
      const byArgument = guardF({ claim: 'custom:tenant', equals: { argument: 'any.id' } });
      const ofAcme = withClaims(acme);
      expect(await run(byArgument, 'query ($any: Any) { f(any: $any) }', ofAcme, { any: {} })).toEqual(denied);
    } finally {
      Reflect.deleteProperty(Object.prototype, 'id');
      Reflect.deleteProperty(Object.prototype, 'custom:tenant');
    }
  });
});

describe('rule 8: a compared claim when the schema is built', () => {
  const build = (fields: string, options: ClaimPolicyOptions) => () =>
    guard(
      `scalar Any enum Kind { A B } input In { id: ID, deep: In, list: [In], flag: Boolean }
       type Tenant { id: ID size: Int ids: [ID] } type Query { ${fields} }`,
      {},
      { policies: { p: claimPolicy(options) } },
    );
  const own = '@auth(policies: ["p"])';
  const never = 'Query.f: The policy "p" could never hold here:';
  const kinds =
    'and a claim is compared as text or as a whole number. Compare an ID, a String or an Int, or write a function.';

  it.each<[string, string, Partial<ClaimPolicyOptions> & Pick<ClaimPolicyOptions, 'equals'>, string]>([
    [
      'a misspelt argument',
      `f(tenantID: ID): Int ${own}`,
      { equals: { argument: 'tenantId' } },
      'Query.f has no argument `tenantId`. It has `tenantID`.',
    ],
    [
      'a misspelt field of an input',
      `f(input: In): Int ${own}`,
      { equals: { argument: 'input.deep.ID' } },
      'In has no field `ID`. It has `id`, `deep`, `list`, `flag`.',
    ],
    [
      'a path into a list',
      `f(input: In): Int ${own}`,
      { equals: { argument: 'input.list.id' } },
      'In.list is a list, and no path leads into one. Write a function that looks into it.',
    ],
    [
      'a path into an ID',
      `f(id: ID): Int ${own}`,
      { equals: { argument: 'id.tenant' } },
      'Query.f(id:) is of the type ID, which has no field `tenant`. Correct the path.',
    ],
    [
      'a truth value',
      `f(input: In): Int ${own}`,
      { equals: { argument: 'input.flag' } },
      `In.flag is of the type Boolean, ${kinds}`,
    ],
    [
      'an input object',
      `f(input: In): Int ${own}`,
      { equals: { argument: 'input.deep' } },
      `In.deep is of the type In, ${kinds}`,
    ],
    [
      'a number beside a claim that is always text',
      `f(n: Int): Int ${own}`,
      { claim: 'sub', equals: { argument: 'n' } },
      'Query.f(n:) is of the type Int, and a claim is text. Compare an ID or a String, or write a function.',
    ],
    [
      'a list that was not declared',
      `f(ids: [ID!]!): Int ${own}`,
      { equals: { argument: 'ids' } },
      "Query.f(ids:) is a list. Write claimPolicy() with list: 'value', which asks it of all items, or a function.",
    ],
    [
      'the same beside a list of claims',
      `f(ids: [ID!]!): Int ${own}`,
      { equals: { argument: 'ids' }, list: 'claim' },
      "Query.f(ids:) is a list. Write claimPolicy() with list: 'value', which asks it of all items, or a function.",
    ],
    [
      'a list of lists',
      `f(ids: [[ID!]]): Int ${own}`,
      { equals: { argument: 'ids' }, list: 'both' },
      'Query.f(ids:) is a list of lists. Write a function that looks into it.',
    ],
    [
      'a list that is none',
      `f(id: ID!): Int ${own}`,
      { equals: { argument: 'id' }, list: 'value' },
      "Query.f(id:) is not a list. Write list: 'claim', or leave out `list`.",
    ],
    [
      'a list of the parent',
      `f: Int ${own} tenant: Tenant`,
      { equals: { field: 'tenant.ids' } },
      "Tenant.ids is a list. Write claimPolicy() with list: 'value', which asks it of all items, or a function.",
    ],
    [
      'a path into a list of the parent',
      `f: Int ${own} tenants: [Tenant]`,
      { equals: { field: 'tenants.id' } },
      'Query.tenants is a list, and no path leads into one. Write a function that looks into it.',
    ],
  ])('refuses %s', (_, fields, options, problem) => {
    expect(problemsOf(build(fields, { claim: 'custom:tenant', ...options }))).toEqual([`${never} ${problem}`]);
  });

  it.each<[string, string, ClaimPolicyOptions]>([
    ['an ID', `f(id: ID): Int ${own}`, { claim: 'a', equals: { argument: 'id' } }],
    ['an Int', `f(id: Int): Int ${own}`, { claim: 'a', equals: { argument: 'id' } }],
    ['an enum', `f(id: Kind): Int ${own}`, { claim: 'a', equals: { argument: 'id' } }],
    ['a scalar of one’s own', `f(id: Any): Int ${own}`, { claim: 'a', equals: { argument: 'id' } }],
    ['a path into such a scalar', `f(id: Any): Int ${own}`, { claim: 'a', equals: { argument: 'id.b.c' } }],
    ['a list in such a scalar', `f(id: Any): Int ${own}`, { claim: 'a', equals: { argument: 'id' }, list: 'value' }],
    ['a list', `f(id: [ID!]!): Int ${own}`, { claim: 'a', equals: { argument: 'id' }, list: 'value' }],
    ['a list of numbers', `f(id: [Int]): Int ${own}`, { claim: 'a', equals: { argument: 'id' }, list: 'both' }],
    ['a path of the parent', `f: Int ${own} tenant: Tenant`, { claim: 'a', equals: { field: 'tenant.size' } }],
    ['what the schema does not show', `f: Int ${own} tenant: Tenant`, { claim: 'a', equals: { field: 'tenant.x.y' } }],
    ['what a resolver changes', `f: Int ${own} tenant: String`, { claim: 'a', equals: { field: 'tenant.id' } }],
  ])('accepts %s', (_, fields, options) => {
    expect(problemsOf(build(fields, options))).toEqual([]);
  });

  it.each<[unknown, string]>([
    [undefined, 'Expected `options` of claimPolicy() to be an object with claim, equals, list, got undefined.'],
    [
      { equals: { argument: 'a' } },
      "Expected `claim` of claimPolicy() to be the name of a claim, got undefined. Write claim: 'custom:tenant'.",
    ],
    [
      { claim: ' ', equals: { argument: 'a' } },
      'Expected `claim` of claimPolicy() to be the name of a claim, got " ". Write claim: \'custom:tenant\'.',
    ],
    ...[
      undefined,
      'tenantId',
      {},
      { argument: 'a', field: 'b' },
      { argument: '' },
      { field: 'a..b' },
      { field: 5 },
    ].map((equals): [unknown, string] => [
      { claim: 'a', equals },
      'Expected `equals` of claimPolicy() to be an object with either `argument` or `field`, a name or a path, got ' +
        `${equals === undefined ? 'undefined' : JSON.stringify(equals)}. Write equals: { argument: 'tenantId' }.`,
    ]),
    [
      { claim: 'a', equals: { arg: 'a' } },
      'Unknown option `arg` in `equals` of claimPolicy(). Known options: argument, field.',
    ],
    [
      { claim: 'a', equals: { argument: 'a' }, list: 'any' },
      "Expected `list` of claimPolicy() to be 'claim' or 'value' or 'both', got \"any\".",
    ],
    [
      { claim: 'a', equals: { argument: 'a' }, list: 'none' },
      "Expected `list` of claimPolicy() to be 'claim' or 'value' or 'both', got \"none\".",
    ],
    [
      { claim: 'a', equals: { argument: 'a' }, lists: 'value' },
      'Unknown option `lists` in `options` of claimPolicy(). Known options: claim, equals, list.',
    ],
  ])('refuses the options %j', (options, sentence) => {
    expect(problemsOf(() => claimPolicy(options as ClaimPolicyOptions))).toEqual([sentence]);
  });
});
