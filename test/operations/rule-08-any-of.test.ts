import { setTimeout as sleep } from 'node:timers/promises';
import { GraphQLObjectType, GraphQLSchema, GraphQLString, graphqlSync } from 'graphql';
import { describe, expect, it } from 'vitest';
import { createAuthenticatedAuth } from '../../src/auth.js';
import type { AuthEvent } from '../../src/events.js';
import { anyOf, authDirective, batchPolicy, claimPolicy, ownerPolicy } from '../../src/index.js';
import type { AuthDirectiveOptions } from '../../src/directive/options.js';
import type { AuthRule, Policy, PolicyRequest } from '../../src/index.js';
import { anonymous, authenticatedAs } from '../../src/testing/index.js';
import { problemsOf } from '../support/refuse.js';
import { denial, guard, run } from '../support/run.js';

const admin = authenticatedAs({ sub: 'adam', groups: ['admin'] });
const anaya = authenticatedAs({ sub: 'anaya' });
const ben = authenticatedAs({ sub: 'ben' });
const allowed = { data: { f: 'ran' } };
const denied = { data: { f: null }, errors: [denial('policy', 'f')] };
const adminOrOwner = anyOf({ groups: ['admin'] }, ownerPolicy({ argument: 'ownerId' }));

function guardF(policy: Policy, options: AuthDirectiveOptions = {}) {
  return guard(
    'type Query { f(ownerId: ID, x: Int): String @auth(policies: ["p"]) }',
    { Query: { f: () => 'ran' } },
    { ...options, policies: { p: policy } },
  );
}

/** Counts its calls. */
function counted(check: () => boolean | Promise<boolean>) {
  const policy = Object.assign(
    () => {
      policy.calls += 1;
      return check();
    },
    { calls: 0 },
  );
  return policy;
}

describe('rule 8: anyOf', () => {
  it('allows an admin and the owner, and denies every other caller', async () => {
    const schema = guardF(adminOrOwner);
    const source = '{ f(ownerId: "anaya") }';
    expect(await run(schema, source, admin)).toEqual(allowed);
    expect(await run(schema, source, anaya)).toEqual(allowed);
    expect(await run(schema, source, ben)).toEqual(denied);
    expect(await run(schema, '{ f }', ben)).toEqual(denied);
    expect(await run(schema, source, anonymous())).toEqual({ data: { f: null }, errors: [denial('missing', 'f')] });
  });

  it('allows and denies the same callers in a schema in code', async () => {
    const { authDirectiveTransformer } = authDirective({ policies: { adminOrOwner } });
    const resolve = () => 'ran';
    const args = { ownerId: { type: GraphQLString } };
    const extensions = { directives: { auth: { policies: ['adminOrOwner'] } } };
    const query = new GraphQLObjectType({
      name: 'Query',
      fields: { f: { type: GraphQLString, args, extensions, resolve } },
    });
    const schema = authDirectiveTransformer(new GraphQLSchema({ query }));
    for (const [auth, answer] of [
      [admin, allowed],
      [anaya, allowed],
      [ben, denied],
    ] as const) {
      expect(await run(schema, '{ f(ownerId: "anaya") }', auth)).toEqual(answer);
    }
  });

  it('guards an argument and an input field when they are provided', async () => {
    const schema = guard(
      `input In { secret: Int @auth(policies: ["p"]) }
       type Query { f(x: Int @auth(policies: ["p"]), input: In): String }`,
      { Query: { f: () => 'ran' } },
      { policies: { p: anyOf({ groups: ['admin'] }, () => false) } },
    );
    expect(await run(schema, '{ f }', anonymous())).toEqual(allowed);
    for (const source of ['{ f(x: 1) }', '{ f(input: { secret: 1 }) }']) {
      expect(await run(schema, source, admin)).toEqual(allowed);
      expect(await run(schema, source, ben)).toEqual(denied);
    }
    const variables = { input: { secret: 1 } };
    expect(await run(schema, 'query ($input: In) { f(input: $input) }', ben, variables)).toEqual(denied);
    expect(await run(schema, 'query ($input: In) { f(input: $input) }', admin, variables)).toEqual(allowed);
  });

  it.each<[string, readonly AuthRule[], boolean]>([
    ['a group', [{ groups: ['admin', 'root'] }], true],
    ['another group', [{ groups: ['root'] }], false],
    ['one of two rules', [{ groups: ['root'] }, { tokenUse: 'access' }], true],
    ['a scope', [{ scopes: ['orders/write'] }], true],
    ['another token use', [{ tokenUse: 'id' }], false],
    ['a rule of which one part holds', [{ groups: ['admin'], scopes: ['orders/read'] }], false],
    ['a rule of which all parts hold', [{ tokenUse: 'access', groups: ['admin'], scopes: ['orders/write'] }], true],
  ])('decides a rule as the directive does: %s', async (_, rules, isMet) => {
    const auth = authenticatedAs({ groups: ['admin'], scopes: ['orders/write'] });
    expect(await run(guardF(anyOf(...rules)), '{ f }', auth)).toEqual(isMet ? allowed : denied);
    expect(await run(guardF(anyOf(...rules, () => false)), '{ f }', auth)).toEqual(isMet ? allowed : denied);
  });

  it.each<[string, AuthRule, boolean]>([
    ['a sign-in that is recent enough', { maxAge: 300 }, true],
    ['one that is not', { maxAge: 30 }, false],
    ['a level', { acr: ['gold', 'silver'] }, true],
    ['another level', { acr: ['gold'] }, false],
    ['another pool', { pools: ['customers'] }, false],
  ])('decides step-up and pools at this moment: %s', async (_, rule, isMet) => {
    const claims = { acr: 'silver', auth_time: Math.floor(Date.now() / 1000) - 60 };
    const auth = authenticatedAs({ claims });
    expect(await run(guardF(anyOf(rule, () => false)), '{ f }', auth)).toEqual(isMet ? allowed : denied);
  });

  it('asks no policy of a caller whose token meets a rule, wherever the rule stands', async () => {
    const policy = counted(() => true);
    const schema = guardF(anyOf(policy, { groups: ['admin'] }, anyOf(policy, { scopes: ['a'] })));
    expect(await run(schema, '{ f }', admin)).toEqual(allowed);
    expect(await run(schema, '{ f }', authenticatedAs({ scopes: ['a'] }))).toEqual(allowed);
    expect(policy.calls).toBe(0);
    expect(await run(schema, '{ f }', ben)).toEqual(allowed);
    // Twice by each way to run it.
    expect(policy.calls).toBe(4);
  });

  // `true` alone allows, whatever the others do.
  it.each<[string, boolean, ...(() => boolean | Promise<boolean>)[]]>([
    ['false and true', true, () => false, () => true],
    ['true later', true, () => false, async () => true],
    ['two that deny', false, () => false, async () => false],
    ['a truthy value', false, () => 'yes' as never],
    ['a promise of a truthy value', false, async () => 1 as never],
    ['a throw beside true', true, () => { throw new Error('a'); }, () => true], // prettier-ignore
    ['a throw beside true later', true, () => { throw new Error('a'); }, async () => true], // prettier-ignore
    ['a rejection beside true', true, () => Promise.reject(new Error('a')), () => true],
    ['a rejection beside false', false, () => Promise.reject(new Error('a')), () => false],
  ])('decides by %s', async (_, isAllowed, ...checks) => {
    expect(await run(guardF(anyOf(...checks)), '{ f }', ben)).toEqual(isAllowed ? allowed : denied);
  });

  it('waits for all policies, so that the time does not tell which one decided', async () => {
    let isAnswered = false;
    const slow = async () => {
      await sleep(30);
      isAnswered = true;
      return false;
    };
    const schema = guardF(anyOf(() => true, slow));
    expect((await run(schema, '{ f }', ben)).errors).toBeUndefined();
    expect(isAnswered).toBe(true);
  });

  it('keeps the time limit of each member and its own over all of them, and reports each failure under its name', async () => {
    const events: AuthEvent[] = [];
    const { claims, ...fields } = ben;
    if (fields.tokenUse !== 'access' || claims.token_use !== 'access') throw new Error('It is an access token.');
    const auth = createAuthenticatedAuth(
      { ...fields, tokenUse: 'access', claims },
      { clock: Date.now, graceSeconds: 0, poolName: undefined, emit: (event) => events.push(event) },
    );
    const never = () => new Promise<boolean>(() => {});
    const failing = () => {
      throw new Error('failing');
    };
    const endless = anyOf(
      { check: never, timeout: 0.02 },
      batchPolicy({ key: () => 1, load: never as never, timeout: 0.03 }),
    );
    expect(await run(guardF(anyOf(failing, endless)), '{ f }', auth)).toEqual(denied);
    expect(await run(guardF({ check: anyOf(never), timeout: 0.01 }), '{ f }', auth)).toEqual(denied);
    const failures = events.flatMap((event) => (event.type === 'policy.failed' ? [event] : []));
    const told = failures.map(({ policy, cause }) => `${policy}: ${(cause as Error).message}`);
    expect([...new Set(told)]).toEqual([
      'p: failing',
      'p: The policy did not answer within 20 ms.',
      'p: The policy did not answer within 30 ms.',
      'p: The policy did not answer within 10 ms.',
    ]);
  });

  it('asks a batch once for a list', async () => {
    const calls: (readonly number[])[] = [];
    const batch = batchPolicy({
      key: ({ source }: PolicyRequest<{ id: number }>) => source.id,
      load: (keys) => {
        calls.push(keys);
        return keys.map((key) => key === 2);
      },
    });
    const schema = guard(
      'type Query { rows: [Row] } type Row { f: String @auth(policies: ["p"]) }',
      {
        Query: {
          rows: () => [
            { id: 1, f: 'ran' },
            { id: 2, f: 'ran' },
          ],
        },
      },
      { policies: { p: anyOf({ groups: ['admin'] }, batch) } },
    );
    expect(await run(schema, '{ rows { f } }', ben)).toEqual({
      data: { rows: [{ f: null }, { f: 'ran' }] },
      errors: [denial('policy', 'rows', 0, 'f')],
    });
    expect(calls).toEqual([
      [1, 2],
      [1, 2],
    ]);
    expect(await run(schema, '{ rows { f } }', admin)).toEqual({ data: { rows: [{ f: 'ran' }, { f: 'ran' }] } });
    expect(calls).toHaveLength(2);
  });

  it('keeps an execution synchronous when its policies are', () => {
    const schema = guardF(adminOrOwner);
    const answer = graphqlSync({ schema, source: '{ f(ownerId: "anaya") }', contextValue: { auth: anaya } });
    expect(answer.data).toEqual({ f: 'ran' });
  });

  it('stands beside the other arguments of the directive, which all have to hold', async () => {
    const schema = guard(
      'type Query { f(ownerId: ID): String @auth(scopes: ["read"], policies: ["p"]) }',
      { Query: { f: () => 'ran' } },
      { policies: { p: adminOrOwner } },
    );
    expect(await run(schema, '{ f }', admin)).toEqual({ data: { f: null }, errors: [denial('scope', 'f')] });
    expect(await run(schema, '{ f }', authenticatedAs({ groups: ['admin'], scopes: ['read'] }))).toEqual(allowed);
  });

  it('can be called by another policy', async () => {
    const inTeam = anyOf({ groups: ['admin'] }, async ({ args }) => args['x'] === 1);
    const schema = guardF(async (request) => (await inTeam(request)) && request.args['ownerId'] === 'a');
    expect(await run(schema, '{ f(x: 1, ownerId: "a") }', ben)).toEqual(allowed);
    expect(await run(schema, '{ f(x: 2, ownerId: "a") }', ben)).toEqual(denied);
    expect(await run(schema, '{ f(x: 2, ownerId: "a") }', admin)).toEqual(allowed);
    // An object that this package did not make is no caller.
    const forged = { auth: { ...admin, groups: ['admin'] }, args: { x: 1 } } as unknown as PolicyRequest;
    expect(await inTeam(forged)).toBe(false);
  });

  it('keeps the rule that it was given when the list is changed later', async () => {
    const groups = ['admin'];
    const schema = guardF(anyOf({ groups }, () => false));
    groups.push('staff');
    expect(await run(schema, '{ f }', authenticatedAs({ groups: ['staff'] }))).toEqual(denied);
  });
});

describe('rule 8: anyOf when it is written', () => {
  const rule = 'a policy, or a rule with tokenUse, groups, scopes, pools, acr or maxAge';
  it.each<[string, readonly unknown[], string]>([
    [
      'no member',
      [],
      "Expected `members` of anyOf() to be at least one policy or rule, got none. Write anyOf({ groups: ['admin'] }, ownerPolicy({ … })).",
    ],
    ...(
      [
        ['undefined', undefined, 'no plain object: undefined'],
        ['null', null, 'no plain object: null'],
        ['the name of a policy', 'isOwner', 'no plain object: "isOwner"'],
        ['a list of members', [{ groups: ['admin'] }], 'no plain object: [{"groups":[…]}]'],
        ['an empty list of groups', { groups: [] }, 'a wrong `groups`: {"groups":[]}'],
        ['a group as text', { groups: 'admin' }, 'a wrong `groups`: {"groups":"admin"}'],
        ['a misspelt option', { group: ['admin'] }, 'an unknown option: {"group":["admin"]}'],
        ['an option without a value', { groups: undefined }, 'a wrong `groups`: {"groups":undefined}'],
        ['a token use as in SDL', { tokenUse: 'ID' }, 'a wrong `tokenUse`: {"tokenUse":"ID"}'],
        ['a promise', Promise.resolve(true), 'no plain object: a promise'],
      ] as const
    ).map(([name, member, printed]): [string, unknown[], string] => [
      name,
      [() => true, member],
      `Expected \`members[1]\` of anyOf() to be ${rule}, got ${printed}. Write anyOf({ groups: ['admin'] }, ownerPolicy({ … })).`,
    ]),
    [
      'a rule that any token meets',
      [{}],
      'Expected `members[0]` of anyOf() to be a rule that asks for something, got {}, which every caller with a token ' +
        'meets. Write what it asks for, or leave out the policy.',
    ],
    [
      'a blank group',
      [{ groups: [' '] }],
      'anyOf(): members[0]: Expected each of `groups` to be a name without white space, got " ". Correct it, or leave it out.',
    ],
    [
      'a scope with white space',
      [{ scopes: ['a b'] }],
      'anyOf(): members[0]: Expected each of `scopes` to be printable ASCII without white space, quotation marks and backslashes, got "a b". Correct it, or leave it out.',
    ],
    [
      'a level with white space',
      [{ acr: ['a b'] }],
      'anyOf(): members[0]: Expected each of `acr` to be printable ASCII without white space, quotation marks and ' +
        'backslashes, got "a b". Correct it, or leave it out.',
    ],
    [
      'scopes of an ID token',
      [{ tokenUse: 'id', scopes: ['a'] }],
      'anyOf(): members[0]: An ID token has no scopes. Leave out `scopes` or `tokenUse`.',
    ],
    [
      'a definition without a check',
      [{ check: true }],
      'Expected `members[0]` of anyOf() to be a function or { check, timeout }, got {"check":true}. Write ({ auth, source }) ' +
        '=> source.ownerId === auth.sub.',
    ],
    [
      'a bad time limit',
      [{ check: () => true, timeout: 0 }],
      'Expected `timeout` of members[0] to be a positive number, got 0. Write 5 for five seconds, or leave it out.',
    ],
    [
      'a rule with a check',
      [{ check: () => true, groups: ['admin'] }],
      'Unknown option `groups` in `members[0]` of anyOf(). Known options: check, timeout.',
    ],
  ])('refuses %s', (_, members, sentence) => {
    expect(problemsOf(() => anyOf(...(members as readonly Policy[])))).toEqual([sentence]);
  });

  it('refuses a group in its rules that `authDirective` does not know', () => {
    const inner = anyOf({ groups: ['admin', 'root'] }, () => false);
    const outer = { check: anyOf({ groups: ['staff'] }, inner), timeout: 1 };
    expect(problemsOf(() => authDirective({ groups: ['admin'], policies: { inner, outer } }))).toEqual(
      [
        ['inner', 'root'],
        ['outer', 'staff'],
        ['outer', 'root'],
      ].map(
        ([policy, group]) =>
          `authDirective(): policies["${policy}"]: Expected each of \`groups\` to be one of authDirective({ groups }), got ` +
          `"${group}". Correct it, or add it there.`,
      ),
    );
    expect(problemsOf(() => authDirective({ groups: ['admin', 'root', 'staff'], policies: { inner, outer } }))).toEqual(
      [],
    );
    expect(problemsOf(() => authDirective({ policies: { inner, outer } }))).toEqual([]);
  });

  it('refuses a member that could never hold on the field, and accepts one that can', () => {
    const build = (argument: string) => () =>
      guardF(anyOf({ groups: ['admin'] }, anyOf(claimPolicy({ claim: 'sub', equals: { argument } }))));
    expect(problemsOf(build('ownerID'))).toEqual([
      'Query.f: The policy "p" could never hold here: Query.f has no argument `ownerID`. It has `ownerId`, `x`.',
    ]);
    expect(problemsOf(build('x'))).toEqual([
      'Query.f: The policy "p" could never hold here: Query.f(x:) is of the type Int, and a claim is text. Compare an ID or a String, or write a function.',
    ]);
    expect(problemsOf(build('ownerId'))).toEqual([]);
  });
});
