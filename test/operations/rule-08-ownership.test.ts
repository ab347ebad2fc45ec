import { describe, expect, it } from 'vitest';
import { ownerPolicy } from '../../src/directive/decision/owner-policy.js';
import type { OwnerPolicyOptions } from '../../src/directive/decision/owner-policy.js';
import { authenticatedAs } from '../../src/testing/index.js';
import { problemsOf } from '../support/refuse.js';
import { denial, guard, run } from '../support/run.js';

const denied = { data: { order: { total: null } }, errors: [denial('policy', 'order', 'total')] };
const allowed = { data: { order: { total: 1 } } };

/** A field of an order that the policy guards. */
function ordersOf(order: object, options: OwnerPolicyOptions) {
  return guard(
    'type Query { order: Order } type Order { total: Int @auth(policies: ["own"]) }',
    { Query: { order: () => order }, Order: { total: () => 1 } },
    { policies: { own: ownerPolicy(options) } },
  );
}

describe('rule 8: ownership by a claim that has to be verified', () => {
  it.each([
    ['allows', 'email', 'a@example.com', { email: 'a@example.com', email_verified: true }],
    ['denies', 'email', 'a@example.com', { email: 'a@example.com', email_verified: false }],
    ['denies', 'email', 'a@example.com', { email: 'a@example.com', email_verified: 'true' }],
    ['denies', 'email', 'a@example.com', { email: 'a@example.com' }],
    ['denies', 'email', 'a@example.com', { email: 'a@example.com', phone_number_verified: true }],
    ['denies', 'email', 'b@example.com', { email: 'a@example.com', email_verified: true }],
    ['allows', 'phone_number', '+1', { phone_number: '+1', phone_number_verified: true }],
    ['denies', 'phone_number', '+1', { phone_number: '+1', email_verified: true }],
  ])('%s access by %s to what %s owns, for a caller with %j', async (verdict, claim, owner, claims) => {
    const schema = ordersOf({ owner }, { field: 'owner', claim });
    const auth = authenticatedAs({ tokenUse: 'id', claims });
    expect(await run(schema, '{ order { total } }', auth)).toEqual(verdict === 'allows' ? allowed : denied);
  });

  it('denies an empty claim, also to what an empty text owns', async () => {
    const auth = authenticatedAs({ tokenUse: 'id', claims: { 'custom:tenant': '', 'custom:other': 'a' } });
    const [empty, full] = ['custom:tenant', 'custom:other'].map((claim) =>
      ordersOf({ owner: claim === 'custom:tenant' ? '' : 'a' }, { field: 'owner', claim }),
    );
    if (!empty || !full) throw new Error('There are two schemas.');
    expect(await run(empty, '{ order { total } }', auth)).toEqual(denied);
    expect(await run(full, '{ order { total } }', auth)).toEqual(allowed);
  });

  it('compares the username of either kind of token', async () => {
    const schema = ordersOf({ owner: 'ann' }, { field: 'owner', claim: 'username' });
    for (const tokenUse of ['id', 'access'] as const) {
      expect(await run(schema, '{ order { total } }', authenticatedAs({ tokenUse, username: 'ann' }))).toEqual(allowed);
      expect(await run(schema, '{ order { total } }', authenticatedAs({ tokenUse, username: 'ben' }))).toEqual(denied);
    }
  });

  it('denies an access token, which has none of these claims', async () => {
    const schema = ordersOf({ owner: 'a@example.com' }, { field: 'owner', claim: 'email' });
    expect(await run(schema, '{ order { total } }', authenticatedAs())).toEqual(denied);
  });
});

describe('rule 8: ownership by own properties', () => {
  class Row {
    readonly #owner = 'anaya';
    get ownerId(): string {
      return this.#owner;
    }
  }
  class Special extends Row {}
  const anaya = authenticatedAs({ sub: 'anaya' });

  it.each<['allows' | 'denies', string, object]>([
    ['allows', 'a plain object', { ownerId: 'anaya' }],
    ['allows', 'an object without a prototype', Object.assign(Object.create(null) as object, { ownerId: 'anaya' })],
    ['allows', 'an instance with a getter', new Row()],
    ['allows', 'an instance with an inherited getter', new Special()],
    ['denies', 'an object with a number', { ownerId: 5 }],
    ['denies', 'an object with a list of the caller', { ownerId: ['anaya'] }],
    ['denies', 'an object with a String object', { ownerId: new String('anaya') }],
    ['denies', 'an object with a promise', { ownerId: Promise.resolve('anaya') }],
    ['denies', 'an empty object', {}],
  ])('%s access when the parent is %s', async (verdict, _, order) => {
    expect(await run(ordersOf(order, { field: 'ownerId' }), '{ order { total } }', anaya)).toEqual(
      verdict === 'allows' ? allowed : denied,
    );
  });

  it('compares text alone, also when both are the same number', async () => {
    const auth = authenticatedAs({ tokenUse: 'id', claims: { number: 5 } });
    const schema = ordersOf({ ownerId: 5 }, { field: 'ownerId', claim: 'number' });
    expect(await run(schema, '{ order { total } }', auth)).toEqual(denied);
  });

  it('denies access by a property of Object.prototype, in the parent, the arguments, the claims or the auth', async () => {
    const machine = authenticatedAs({ sub: 'evil', username: undefined });
    const schemas = [
      ordersOf({}, { field: 'ownerId' }),
      ordersOf(new URLSearchParams(), { field: 'ownerId' }),
      ordersOf({}, { field: 'ownerId', claim: 'custom:tenant' }),
      ordersOf({ ownerId: 'evil' }, { field: 'ownerId', claim: 'custom:tenant' }),
      ordersOf({ ownerId: 'evil' }, { field: 'ownerId', claim: 'username' }),
      ordersOf({ ownerId: 'evil' }, { field: 'ownerId', claim: 'email' }),
    ];
    const polluted = ['ownerId', 'custom:tenant', 'username', 'email'];
    for (const name of polluted) Object.defineProperty(Object.prototype, name, { value: 'evil', configurable: true });
    Object.defineProperty(Object.prototype, 'email_verified', { value: true, configurable: true });
    try {
      for (const schema of schemas) expect(await run(schema, '{ order { total } }', machine)).toEqual(denied);
    } finally {
      for (const name of [...polluted, 'email_verified']) Reflect.deleteProperty(Object.prototype, name);
    }
  });
});

describe('rule 8: ownership when the schema is built', () => {
  const build = (sdl: string, options: OwnerPolicyOptions) => () =>
    guard(sdl, {}, { policies: { own: ownerPolicy(options), timed: { check: ownerPolicy(options), timeout: 1 } } });
  const own = '@auth(policies: ["own"])';
  const never = 'The policy "own" could never hold here:';
  const text = 'and a claim is text. Compare an ID or a String, or write a function.';

  it.each<[string, string, OwnerPolicyOptions, readonly string[]]>([
    [
      'a misspelt argument',
      `type Query { f(ownerID: ID, x: Int): Int ${own} }`,
      { argument: 'ownerId' },
      [`Query.f: ${never} Query.f has no argument \`ownerId\`. It has \`ownerID\`, \`x\`.`],
    ],
    [
      'a field without arguments',
      `type Query { f: Int ${own} }`,
      { argument: 'ownerId' },
      [`Query.f: ${never} Query.f has no argument \`ownerId\`. Add it, or compare a \`field\` of the parent.`],
    ],
    [
      'an argument that is a list',
      `type Query { f(ids: [ID!]!): Int ${own} }`,
      { argument: 'ids' },
      [
        `Query.f: ${never} Query.f(ids:) is a list. Write claimPolicy() with list: 'value', which asks it of all items, or a function.`,
      ],
    ],
    [
      'an argument that is a number',
      `type Query { f(id: Int!): Int ${own} }`,
      { argument: 'id' },
      [`Query.f: ${never} Query.f(id:) is of the type Int, ${text}`],
    ],
    [
      'an argument that is an input object',
      `type Query { f(input: In): Int ${own} } input In { id: ID }`,
      { argument: 'input' },
      [`Query.f: ${never} Query.f(input:) is of the type In, ${text}`],
    ],
    [
      'the rule of an argument',
      `type Query { f(id: Boolean, x: Int ${own}): Int }`,
      { argument: 'id' },
      [`Query.f(x:): ${never} Query.f(id:) is of the type Boolean, ${text}`],
    ],
    [
      'a policy with a time-out',
      'type Query { f(id: Float): Int @auth(policies: ["timed"]) }',
      { argument: 'id' },
      [`Query.f: The policy "timed" could never hold here: Query.f(id:) is of the type Float, ${text}`],
    ],
    [
      'a number of the parent',
      `type Query { o: Order } type Order { ownerId: Int! total: Int ${own} }`,
      { field: 'ownerId' },
      [`Order.total: ${never} Order.ownerId is of the type Int, ${text}`],
    ],
    [
      'a number of an implementer',
      `type Query { o: Owned } interface Owned { total: Int ${own} } type Order implements Owned { ownerId: Int total: Int }`,
      { field: 'ownerId' },
      [`Owned.total: ${never} Order.ownerId is of the type Int, ${text}`],
    ],
  ])('refuses %s', (_, sdl, options, problems) => {
    expect(problemsOf(build(sdl, options))).toEqual(problems);
  });

  it('refuses an enum whose values are not text inside, and accepts one with a text among them', () => {
    const sdl = `enum Level { LOW HIGH } type Query { f(id: Level!): Int ${own} }`;
    const buildWith = (Level: Record<string, unknown>) => () =>
      guard(sdl, { Level } as Parameters<typeof guard>[1], { policies: { own: ownerPolicy({ argument: 'id' }) } });
    expect(problemsOf(buildWith({ LOW: 1, HIGH: 2 }))).toEqual([
      `Query.f: ${never} Query.f(id:) is of the type Level, ${text}`,
    ]);
    expect(buildWith({ LOW: 'low', HIGH: 2 })).not.toThrow();
  });

  it.each<[string, string, OwnerPolicyOptions]>([
    ['an ID', `type Query { f(id: ID!): Int ${own} }`, { argument: 'id' }],
    ['a scalar of one’s own', `scalar Name type Query { f(id: Name!): Int ${own} }`, { argument: 'id' }],
    ['an enum of names', `enum Name { A } type Query { f(id: Name!): Int ${own} }`, { argument: 'id' }],
    ['a property that the schema does not show', `type Query { f: Int ${own} }`, { field: 'ownerId' }],
    [
      'a property by which a resolver finds an object',
      `type Query { o: Order } type Order { owner: Person total: Int ${own} } type Person { id: ID }`,
      { field: 'owner' },
    ],
  ])('accepts %s', (_, sdl, options) => {
    expect(build(sdl, options)).not.toThrow();
  });

  it.each<[unknown, RegExp]>([
    [{}, /to be an object with either `argument` or `field`, got \{/],
    [{ argument: 'a', field: 'b' }, /to be an object with either `argument` or `field`, got \{/],
    [{ argument: ' ' }, /to be an object with either `argument` or `field`, got \{/],
    [
      { argument: 'input.ownerId' },
      /Expected `argument` of ownerPolicy\(\) to be a name, got the path "input\.ownerId"\. Write claimPolicy\(\{ claim: 'sub', equals: \{ argument: "input\.ownerId" \} \}\)\.$/,
    ],
    [{ field: 'owner.id' }, /Expected `field` of ownerPolicy\(\) to be a name, got the path "owner\.id"/],
    [{ field: 'ownerId', claim: '' }, /Expected `claim` of ownerPolicy\(\) to be the name of a claim, got ""/],
    [{ field: 'ownerId', claim: ' ' }, /Expected `claim` of ownerPolicy\(\) to be the name of a claim, got " "/],
    [{ field: 'ownerId', claim: null }, /Expected `claim` of ownerPolicy\(\) to be the name of a claim, got null/],
    [{ field: 'ownerId', claims: 'email' }, /^Unknown option `claims` in `options` of ownerPolicy\(\)/],
    [null, /^Expected `options` of ownerPolicy\(\) to be an object with argument, field, claim/],
    [Object.create({ field: 'ownerId' }), /to be a plain object/],
  ])('refuses the options %j', (options, sentence) => {
    expect(problemsOf(() => ownerPolicy(options as OwnerPolicyOptions))).toEqual([expect.stringMatching(sentence)]);
  });
});
