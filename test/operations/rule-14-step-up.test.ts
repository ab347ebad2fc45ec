import { subscribe as toolsSubscribe } from '@graphql-tools/executor';
import { graphql, GraphQLInt, GraphQLObjectType, GraphQLSchema, parse } from 'graphql';
import type { GraphQLResolveInfo } from 'graphql';
import { describe, expect, it } from 'vitest';
import { createAuthenticatedAuth } from '../../src/auth.js';
import { AuthConfigurationError, authDirective, decideOperation, requireAuth } from '../../src/index.js';
import { anonymous, authenticatedAs, rejected } from '../../src/testing/index.js';
import type { AuthenticatedAsOptions } from '../../src/testing/index.js';
import { problemsOf } from '../support/refuse.js';
import { collect, denial, guard, run, stepUp, toAnswer } from '../support/run.js';

// Seconds. The caller of `signedIn` has signed in at 1000.
const SIGNED_IN_AT = 1000;

/** A caller by a clock that the test turns, with a grace of 10 s. */
function signedIn(options: AuthenticatedAsOptions = {}, graceSeconds = 10) {
  const clock = { now: SIGNED_IN_AT };
  const auth = createAuthenticatedAuth(
    { ...authenticatedAs({ authTime: SIGNED_IN_AT, ...options }), expiresAt: 90_000 },
    { clock: () => clock.now * 1000, graceSeconds, emit: () => {}, poolName: undefined },
  );
  return { auth, clock };
}

const levels = guard('type Query { pay: Int @auth(acr: ["mfa", "phishing-resistant"]) any: Int @auth }', {
  Query: { pay: () => 1, any: () => 2 },
});
const recent = guard('type Query { pay: Int @auth(maxAge: 60) any: Int @auth }', {
  Query: { pay: () => 1, any: () => 2 },
});

describe('rule 14: acr', () => {
  it.each(['mfa', 'phishing-resistant'])('allows each level of the list: %s', async (acr) => {
    for (const tokenUse of ['id', 'access'] as const) {
      expect(await run(levels, '{ pay }', authenticatedAs({ tokenUse, acr }))).toEqual({ data: { pay: 1 } });
    }
  });

  it.each<[string, Record<string, unknown>]>([
    ['no acr', {}],
    ['another level', { acr: 'password' }],
    ['the level in other letters', { acr: 'MFA' }],
    ['the level with a space', { acr: 'mfa ' }],
    ['several levels in one text', { acr: 'mfa phishing-resistant' }],
    ['an empty text', { acr: '' }],
    ['a list with the level', { acr: ['mfa'] }],
    ['an object', { acr: { mfa: true } }],
    ['a number', { acr: 1 }],
    ['true', { acr: true }],
    ['null', { acr: null }],
    ['the level in amr', { amr: ['mfa'] }],
  ])('denies a token with %s, and says which levels are enough', async (_, claims) => {
    expect(await run(levels, '{ pay any }', authenticatedAs({ claims: claims as { acr: string } }))).toEqual({
      data: { pay: null, any: 2 },
      errors: [stepUp({ acrValues: ['mfa', 'phishing-resistant'] }, 'pay')],
    });
  });

  it('gives each error a list of its own, because hooks may change it', async () => {
    for (let round = 0; round < 2; round += 1) {
      const contextValue = { auth: authenticatedAs() };
      const { errors: [error] = [] } = await graphql({ schema: levels, source: '{ pay }', contextValue });
      const acrValues = error?.extensions['acrValues'] as string[];
      expect(acrValues).toEqual(['mfa', 'phishing-resistant']);
      acrValues.pop();
    }
  });

  it('takes several lists as their intersection, wherever they stand', async () => {
    const schema = guard(
      `type Query @auth(acr: ["a", "b", "c"]) { f(x: Int @auth(acr: ["a", "c"])): T @auth(acr: ["b", "c", "a"]) @auth(acr: ["c", "b", "a"]) }
       type T @auth(acr: ["c", "a", "d"]) { g: Int }`,
      { Query: { f: () => ({ g: 1 }) } },
    );
    for (const acr of ['a', 'c']) {
      expect(await run(schema, '{ f { g } }', authenticatedAs({ acr }))).toEqual({ data: { f: { g: 1 } } });
    }
    for (const acr of ['b', 'd']) {
      expect(await run(schema, '{ f(x: 1) { g } }', authenticatedAs({ acr }))).toEqual({
        data: { f: null },
        errors: [stepUp({ acrValues: ['c', 'a'] }, 'f')],
      });
    }
  });
});

it('lists the levels of each element in its own order of preference, also where others ask for the same', async () => {
  const schema = guard(
    `type Query { f: Int @auth(acr: ["mfa", "key"]) @auth(acr: ["key", "mfa"]) g: Int @auth(acr: ["key", "mfa"]) @auth(acr: ["mfa", "key"]) }`,
  );
  expect(await run(schema, '{ f g }', authenticatedAs())).toEqual({
    data: { f: null, g: null },
    errors: [stepUp({ acrValues: ['mfa', 'key'] }, 'f'), stepUp({ acrValues: ['key', 'mfa'] }, 'g')],
  });
});

describe('rule 14: maxAge', () => {
  it.each<[string, number, Record<string, unknown>]>([
    ['at the sign-in', 1000, {}],
    ['before the end of the time', 1059.999, {}],
    ['within the grace', 1069.999, {}],
    ['a minute before the sign-in, by the clock of the server', 940, {}],
    ['with a time of fractions', 1000, { auth_time: 999.5 }],
  ])('allows %s', async (_, now, claims) => {
    const { auth, clock } = signedIn({ claims: claims });
    clock.now = now;
    expect(await run(recent, '{ pay }', auth)).toEqual({ data: { pay: 1 } });
  });

  it.each<[string, number, Record<string, unknown>]>([
    ['at the end of the grace', 1070, {}],
    ['long after the sign-in', 5000, {}],
    ['a sign-in that is more than a minute ahead', 939.999, {}],
    ['a token without auth_time', 1000, { auth_time: undefined }],
    ['a client-credentials token', 1000, { auth_time: undefined, username: undefined, scope: 'a/b' }],
    ['a clock that answers NaN', NaN, {}],
  ])('denies %s, and says how recent the sign-in has to be', async (_, now, claims) => {
    const { auth, clock } = signedIn({ claims: claims });
    clock.now = now;
    const reason = Number.isNaN(now) ? denial('expired', 'pay') : stepUp({ maxAge: 60 }, 'pay');
    expect(await run(recent, '{ pay }', auth)).toEqual({ data: { pay: null }, errors: [reason] });
  });

  it('takes the smallest of several', async () => {
    const schema = guard(
      'type Query @auth(maxAge: 300) { f: T @auth(maxAge: 600) @auth(maxAge: 120) } type T @auth(maxAge: 200) { g: Int @auth(maxAge: 60) }',
      { Query: { f: () => ({ g: 1 }) } },
    );
    const { auth, clock } = signedIn({}, 0);
    clock.now = 1119;
    expect(await run(schema, '{ f { g } }', auth)).toEqual({
      data: { f: { g: null } },
      errors: [stepUp({ maxAge: 60 }, 'f', 'g')],
    });
    clock.now = 1120;
    expect(await run(schema, '{ f { g } }', auth)).toEqual({
      data: { f: null },
      errors: [stepUp({ maxAge: 120 }, 'f')],
    });
  });

  it('ends a remembered decision, on fields, arguments, types, members and items of lists', async () => {
    const schema = guard(
      `type Query { f: Int @auth(maxAge: 60) g(x: Int @auth(maxAge: 60), y: In): Int o: Own n: Node nodes: [Node] us: [U] e: E }
       input In { deep: Int @auth(maxAge: 60) }
       type Own { leaf: Int @auth(maxAge: 60) }
       interface Node { id: Int } type Pay implements Node @auth(maxAge: 60) { id: Int }
       union U = Pay enum E @auth(maxAge: 60) { A }`,
      {
        Query: {
          f: () => 1,
          g: () => 2,
          o: () => ({ leaf: 3 }),
          n: () => ({ __typename: 'Pay', id: 4 }),
          nodes: () => [{ __typename: 'Pay', id: 5 }],
          us: () => [{ __typename: 'Pay', id: 6 }],
          e: () => 'A',
        },
      },
    );
    const query = '{ f g(x: 1) d: g(y: { deep: 1 }) o { leaf } n { id } nodes { id } us { __typename } e }';
    const { auth, clock } = signedIn({}, 0);
    const allowed = {
      data: { f: 1, g: 2, d: 2, o: { leaf: 3 }, n: { id: 4 }, nodes: [{ id: 5 }], us: [{ __typename: 'Pay' }], e: 'A' },
    };
    expect(await run(schema, query, auth)).toEqual(allowed);
    clock.now = 1059;
    expect(await run(schema, query, auth)).toEqual(allowed);
    clock.now = 1060;
    const paths = [['d'], ['e'], ['f'], ['g'], ['n'], ['nodes', 0], ['o', 'leaf'], ['us', 0]];
    expect(await run(schema, query, auth)).toEqual({
      data: { f: null, g: null, d: null, o: { leaf: null }, n: null, nodes: [null], us: [null], e: null },
      errors: paths.map((path) => stepUp({ maxAge: 60 }, ...path)),
    });
  });

  it('holds for an execution that had begun in time, and not for the next one of the same token', async () => {
    const { auth, clock } = signedIn({}, 0);
    const slow = guard(
      'type Query { a: A @auth(maxAge: 60) } type A { b: Int @auth(maxAge: 60) c: [Int] @auth(maxAge: 30) }',
      {
        Query: {
          a: async () => {
            clock.now = 5000;
            return { b: 1, c: [2] };
          },
        },
      },
    );
    const ask = async () => toAnswer(await graphql({ schema: slow, source: '{ a { b c } }', contextValue: { auth } }));
    expect(await ask()).toEqual({ data: { a: { b: 1, c: [2] } } });
    expect(await ask()).toEqual({ data: { a: null }, errors: [stepUp({ maxAge: 60 }, 'a')] });
  });

  it('counts from the beginning of an event, for all that is below its root', async () => {
    const { auth, clock } = signedIn({}, 0);
    const schema = guard(
      `type Query { q: Int } type Subscription { tick: Tick @auth(maxAge: 60) } type Tick { slow: Slow @auth(maxAge: 60) }
       type Slow { later: Int @auth(maxAge: 60) }`,
      {
        Subscription: {
          tick: {
            async *subscribe() {
              yield { tick: {} };
              yield { tick: {} };
            },
          },
        },
        Tick: {
          slow: async () => {
            clock.now = 5000;
            return { later: 1 };
          },
        },
      },
    );
    expect(await collect(schema, 'subscription { tick { slow { later } } }', auth)).toEqual([
      { data: { tick: { slow: { later: 1 } } } },
      { data: { tick: null }, errors: [stepUp({ maxAge: 60 }, 'tick')] },
    ]);
  });

  it('counts for each caller by themselves, also in one execution', () => {
    const schema = guard('type Query { f: Int @auth(maxAge: 60) }', { Query: { f: () => 1 } });
    const first = signedIn({}, 0);
    const second = signedIn({}, 0);
    second.clock.now = 5000;
    const resolve = schema.getQueryType()?.getFields()['f']?.resolve;
    const path = { key: 'f', prev: undefined, typename: 'Query' };
    const info = { variableValues: {}, fieldNodes: [] as const, path } as unknown as GraphQLResolveInfo;
    expect(resolve?.(undefined, {}, { auth: first.auth }, info)).toBe(1);
    expect(() => resolve?.(undefined, {}, { auth: second.auth }, info)).toThrow('A stronger or more recent sign-in');
  });

  it('is kept apart for executions that take turns', async () => {
    const { auth, clock } = signedIn({}, 0);
    const gates: (() => void)[] = [];
    const slow = guard('type Query { a: A @auth } type A { b: Int @auth(maxAge: 60) }', {
      Query: {
        a: () =>
          new Promise((resolve) =>
            gates.push(() => {
              resolve({ b: 1 });
            }),
          ),
      },
    });
    const ask = async () => toAnswer(await graphql({ schema: slow, source: '{ a { b } }', contextValue: { auth } }));
    const first = ask();
    clock.now = 1100;
    const second = ask();
    for (const open of [...gates].reverse()) open();
    expect(await first).toEqual({ data: { a: { b: 1 } } });
    expect(await second).toEqual({ data: { a: { b: null } }, errors: [stepUp({ maxAge: 60 }, 'a', 'b')] });
  });

  const subscription = (clock: { now: number }) =>
    guard(
      `type Query { q: Int } type Subscription { ticks: Int @auth(maxAge: 60) open: Tick }
       type Tick { n: Int secret: Int @auth(maxAge: 60) list: [Int] @auth(maxAge: 60) }`,
      {
        Subscription: {
          ticks: {
            async *subscribe() {
              for (const now of [1000, 1059, 1060]) {
                clock.now = now;
                yield { ticks: now };
              }
            },
          },
          open: {
            async *subscribe() {
              for (const now of [1000, 1059, 1060]) {
                clock.now = now;
                yield { open: { n: now, secret: now, list: [now] } };
              }
            },
          },
        },
      },
    );

  it('is looked at again at each event of a subscription', async () => {
    const { auth, clock } = signedIn({}, 0);
    expect(await collect(subscription(clock), 'subscription { ticks }', auth)).toEqual([
      { data: { ticks: 1000 } },
      { data: { ticks: 1059 } },
      { data: { ticks: null }, errors: [stepUp({ maxAge: 60 }, 'ticks')] },
    ]);
    expect(await collect(subscription(clock), 'subscription { ticks }', auth)).toEqual({
      data: undefined,
      errors: [stepUp({ maxAge: 60 }, 'ticks')],
    });
  });

  it('is looked at again below the root of each event, also where an executor shares the variables between them', async () => {
    const { auth, clock } = signedIn({}, 0);
    const schema = subscription(clock);
    const stream = await toolsSubscribe({
      schema,
      document: parse('subscription { open { n secret list } }'),
      contextValue: { auth },
    });
    if (!(Symbol.asyncIterator in stream)) throw new Error('The subscription did not start.');
    const events: unknown[] = [];
    for await (const event of stream) events.push(toAnswer(event));
    const expected = [
      { data: { open: { n: 1000, secret: 1000, list: [1000] } } },
      { data: { open: { n: 1059, secret: 1059, list: [1059] } } },
      {
        data: { open: { n: 1060, secret: null, list: null } },
        errors: [stepUp({ maxAge: 60 }, 'open', 'list'), stepUp({ maxAge: 60 }, 'open', 'secret')],
      },
    ];
    expect(events).toEqual(expected);
    clock.now = 1000;
    expect(await collect(schema, 'subscription { open { n secret list } }', auth)).toEqual(expected);
  });

  it.each(['ticked: Tick @auth', 'ticked(x: Int @auth): Tick', 'ticked: Tick'])(
    'holds for an event that had begun in time, however long its root field takes: %s',
    async (field) => {
      const { auth, clock } = signedIn({}, 0);
      const schema = guard(
        `type Query { q: Int } type Subscription { ${field} } type Tick { secret: Int @auth(maxAge: 60) }`,
        {
          Subscription: {
            ticked: {
              async *subscribe() {
                for (const now of [1059, 1060]) {
                  clock.now = now;
                  yield { ticked: now };
                }
              },
              resolve: async ({ ticked: secret }: { ticked: number }) => {
                clock.now = 5000;
                return { secret };
              },
            },
          },
        },
      );
      const source = `subscription { ticked${field.includes('x:') ? '(x: 1)' : ''} { secret } }`;
      expect(await collect(schema, source, auth)).toEqual([
        { data: { ticked: { secret: 1059 } } },
        { data: { ticked: { secret: null } }, errors: [stepUp({ maxAge: 60 }, 'ticked', 'secret')] },
      ]);
    },
  );

  it('counts from the beginning of a query that reaches the type of subscriptions', async () => {
    const { auth, clock } = signedIn({}, 0);
    const schema = guard(
      'type Query { slow: Subscription @auth } type Subscription { a: Int @auth(maxAge: 60) b(x: Int @auth(maxAge: 60)): Int }',
      {
        Query: {
          slow: async () => {
            clock.now = 5000;
            return { a: 1, b: 2 };
          },
        },
      },
    );
    const ask = async (source: string) => toAnswer(await graphql({ schema, source, contextValue: { auth } }));
    expect(await ask('{ slow { a b(x: 1) } }')).toEqual({ data: { slow: { a: 1, b: 2 } } });
    expect(await ask('{ slow { a } }')).toEqual({
      data: { slow: { a: null } },
      errors: [stepUp({ maxAge: 60 }, 'slow', 'a')],
    });
  });

  it('refuses a mutation as a whole before anything runs', () => {
    const schema = guard(
      'type Query { q: Int } type Mutation { log: Int pay(x: Int @auth(maxAge: 30)): Int @auth(maxAge: 60, acr: ["mfa"]) }',
    );
    const { auth, clock } = signedIn({ acr: 'mfa' }, 0);
    const decided = (source: string) =>
      toAnswer({ errors: decideOperation({ schema, document: parse(source), contextValue: { auth } }) }).errors;
    expect(decided('mutation { log pay(x: 1) }')).toEqual([]);
    clock.now = 1030;
    expect(decided('mutation { log pay }')).toEqual([]);
    expect(decided('mutation { log pay(x: 1) }')).toEqual([stepUp({ acrValues: ['mfa'], maxAge: 30 }, 'pay')]);
    clock.now = 1060;
    expect(decided('mutation { log pay }')).toEqual([stepUp({ acrValues: ['mfa'], maxAge: 60 }, 'pay')]);
  });
});

describe('rule 14: the reason of a combined refusal', () => {
  const parts = {
    pool: 'pools: ["staff"]',
    'token-use': 'tokenUse: ACCESS',
    group: 'groups: ["admin"]',
    scope: 'scopes: ["pay/write"]',
    'step-up': 'acr: ["mfa"], maxAge: 60',
  } as const;
  const order = Object.keys(parts) as (keyof typeof parts)[];
  const pairs = order
    .flatMap((one) => order.map((other) => [one, other] as const))
    .filter(([one, other]) => one !== other);
  const nothing = authenticatedAs({ tokenUse: 'id' });

  it.each(pairs)('is the first of the order, in whichever order the rules stand: %s, %s', async (one, other) => {
    const first = order.find((each) => each === one || each === other) ?? one;
    const schema = guard(
      `type Query { all: Int @auth(${parts[one]} ${parts[other]}) two: Int @auth(${parts[one]}) @auth(${parts[other]})
         arg(x: Int @auth(${parts[other]})): Int @auth(${parts[one]}) typed: T @auth(${parts[one]}) }
       enum T @auth(${parts[other]}) { A } type Mutation { arg(x: Int @auth(${parts[other]})): Int @auth(${parts[one]}) }`,
    );
    const expected = (path: string) =>
      first === 'step-up' ? stepUp({ acrValues: ['mfa'], maxAge: 60 }, path) : denial(first, path);
    expect(await run(schema, '{ all arg(x: 1) two typed }', nothing)).toEqual({
      data: { all: null, arg: null, two: null, typed: null },
      errors: ['all', 'arg', 'two', 'typed'].map(expected),
    });
    const document = parse('mutation { arg(x: 1) }');
    const errors = decideOperation({ schema, document, contextValue: { auth: nothing } });
    expect(toAnswer({ errors }).errors).toEqual([expected('arg')]);
  });

  it('is that of an expired token before anything else that several rules lack', async () => {
    const schema = guard('type Query { f(x: Int @auth(groups: "b", maxAge: 5)): Int @auth(groups: "a", acr: "mfa") }');
    const { auth, clock } = signedIn();
    clock.now = 100_000;
    expect(await run(schema, '{ f(x: 1) }', auth)).toEqual({ data: { f: null }, errors: [denial('expired', 'f')] });
    const errors = decideOperation({
      schema,
      document: parse('{ f(x: 1) }'),
      contextValue: { auth },
      onDenied: { query: 'reject' },
    });
    expect(toAnswer({ errors }).errors).toEqual([denial('expired', 'f')]);
  });

  it('is that of the credentials before anything else, and step-up before policies', async () => {
    let asked = 0;
    const policies = { never: () => (asked += 1) < 0 };
    const schema = guard(
      `type Query { f: Int @auth(${Object.values(parts).join(' ')}, policies: ["never"]) p: Int @auth(acr: ["mfa"], policies: ["never"]) }`,
      {},
      { policies },
    );
    expect(await run(schema, '{ f }', anonymous())).toEqual({ data: { f: null }, errors: [denial('missing', 'f')] });
    expect(await run(schema, '{ f }', rejected('expired'))).toEqual({
      data: { f: null },
      errors: [denial('expired', 'f')],
    });
    expect(await run(schema, '{ p }', nothing)).toEqual({
      data: { p: null },
      errors: [stepUp({ acrValues: ['mfa'] }, 'p')],
    });
    expect(asked).toBe(0);
    expect(await run(schema, '{ p }', authenticatedAs({ acr: 'mfa' }))).toEqual({
      data: { p: null },
      errors: [denial('policy', 'p')],
    });
  });
});

describe('rule 14: requireAuth', () => {
  it('decides by the clock at the moment, with the same errors', () => {
    const { auth, clock } = signedIn({ acr: 'mfa' }, 0);
    const rule = { acr: ['mfa', 'passkey'], maxAge: 60 };
    expect(requireAuth({ auth }, rule)).toBe(auth);
    clock.now = 1060;
    expect(() => requireAuth({ auth }, rule)).toThrow(
      expect.objectContaining({
        message: 'A stronger or more recent sign-in is required.',
        extensions: { code: 'UNAUTHENTICATED', reason: 'step-up', acrValues: ['mfa', 'passkey'], maxAge: 60 },
      }),
    );
  });

  it.each([[['']], [['a b']], [['x"y']], [['a\r\nset-cookie: b']], [['é']]])(
    'denies a level that no token can have, and does not repeat it: %j',
    (acr) => {
      const auth = authenticatedAs({ claims: { acr: acr[0] ?? '' } });
      expect(() => requireAuth({ auth }, { acr })).toThrow(
        expect.objectContaining({ extensions: { code: 'UNAUTHENTICATED', reason: 'step-up' } }),
      );
    },
  );

  it.each([
    { acr: [] },
    { acr: 'mfa' },
    { acr: undefined },
    { maxAge: 0 },
    { maxAge: -1 },
    { maxAge: 1.5 },
    { maxAge: '60' },
    { maxAge: NaN },
    { maxAge: Infinity },
    { maxAge: undefined },
    { maxAge: null },
    { maxAge: 2 ** 31 },
    { pools: [] },
  ])('refuses a rule of the wrong shape: %j', (rule) => {
    const auth = authenticatedAs({ acr: 'mfa' });
    expect(() => requireAuth({ auth }, rule as object)).toThrow(
      expect.objectContaining({ extensions: { code: 'INTERNAL_SERVER_ERROR' } }),
    );
  });
});

describe('rule 14: the transformer', () => {
  it.each([['0'], ['-5'], ['1.5'], ['60.0'], ['"60"'], ['null'], ['true'], ['[60]'], ['99999999999']])(
    'refuses maxAge: %s',
    (maxAge) => {
      const [problem] = problemsOf(() => guard(`type Query { f: Int @auth(maxAge: ${maxAge}) }`));
      expect(problem).toMatch(
        /^Query\.f: Expected `maxAge` to be a whole number of seconds from 1 to 2147483647, got .+\. Write `maxAge: 300`, or leave it out\.$/,
      );
    },
  );

  it.each([['[]'], ['""'], ['"a b"'], ['"a\\"b"'], ['"a\\\\b"'], ['"é"'], ['null'], ['5'], ['[null]']])(
    'refuses acr: %s',
    (acr) => {
      const [problem] = problemsOf(() => guard(`type Query { f: Int @auth(acr: ${acr}) }`));
      expect(problem).toMatch(/^Query\.f: Expected (each of )?`acr` to be /);
    },
  );

  it.each([
    ['a field', 'type Query { f: Int @auth(acr: "a") @auth(acr: "b") }', 'Query.f'],
    ['a field and its type', 'type Query { f: T @auth(acr: "a") } enum T @auth(acr: ["b", "c"]) { A }', 'Query.f'],
    ['a root type', 'type Query @auth(acr: "a") { f: Int @auth(acr: "b") }', 'Query.f'],
    [
      'an interface',
      'type Query { f: Int } interface I @auth(acr: "a") { x: Int } type T implements I @auth(acr: "b") { x: Int }',
      'T',
    ],
    ['an argument', 'type Query { f(x: Int @auth(acr: "a")): Int @auth(acr: "b") }', 'Query.f(x:)'],
    ['an input field', 'type Query { f(x: In): Int } input In { y: Int @auth(acr: "a") @auth(acr: "b") }', 'In.y'],
    [
      'three lists, two of which go together',
      'type Query { f: Int @auth(acr: ["a", "b"]) @auth(acr: ["b", "c"]) @auth(acr: ["c", "a"]) }',
      'Query.f',
    ],
  ])('refuses lists of levels without a common one, of %s', (_, sdl, coordinate) => {
    expect(problemsOf(() => guard(sdl))).toEqual([
      `${coordinate}: No value is in every \`acr\` list that holds here, so no token meets them. Give the lists a value in common.`,
    ]);
  });

  const inCode = (auth: object) =>
    authDirective().authDirectiveTransformer(
      new GraphQLSchema({
        query: new GraphQLObjectType({
          name: 'Query',
          fields: { f: { type: GraphQLInt, resolve: () => 1, extensions: { directives: { auth } } } },
        }),
      }),
    );

  it('reads the arguments in code', async () => {
    const schema = inCode({ acr: 'mfa', maxAge: 60 });
    expect(await run(schema, '{ f }', authenticatedAs({ acr: 'mfa' }))).toEqual({ data: { f: 1 } });
    expect(await run(schema, '{ f }', authenticatedAs({ acr: 'mfa', authTime: 5 }))).toEqual({
      data: { f: null },
      errors: [stepUp({ acrValues: ['mfa'], maxAge: 60 }, 'f')],
    });
  });

  it.each<[object]>([
    [{ maxAge: '60' }],
    [{ maxAge: 1.5 }],
    [{ maxAge: 0 }],
    [{ maxAge: undefined }],
    [{ maxAge: NaN }],
    [{ acr: [] }],
    [{ acr: undefined }],
    [{ acr: ['a b'] }],
    [{ pools: [] }],
    [{ pools: [5] }],
    [{ maxage: 60 }],
  ])('refuses in code: %j', (auth) => {
    expect(() => inCode(auth)).toThrow(AuthConfigurationError);
  });
});
