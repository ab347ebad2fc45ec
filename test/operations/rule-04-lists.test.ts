import type { IExecutableSchemaDefinition } from '@graphql-tools/schema';
import { execute, graphql, GraphQLError, parse } from 'graphql';
import type { GraphQLSchema } from 'graphql';
import { describe, expect, it } from 'vitest';
import type { Auth } from '../../src/auth.js';
import { anonymous, authenticatedAs, createTestUserPool } from '../../src/testing/index.js';
import { guard } from '../support/run.js';

type Resolvers = NonNullable<IExecutableSchemaDefinition['resolvers']>;

const ask = (schema: GraphQLSchema, source: string, auth: Auth) => graphql({ schema, source, contextValue: { auth } });

/** The answer, and the unhandled rejections, each of which would end a process. */
async function watch<T>(
  act: () => Promise<T>,
): Promise<{ readonly answer: T; readonly unhandled: readonly unknown[] }> {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => unhandled.push(reason);
  process.on('unhandledRejection', note);
  const answer = await act();
  await new Promise((resolve) => setImmediate(resolve));
  process.off('unhandledRejection', note);
  return { answer, unhandled };
}

// graphql-js forgets the promises of a list's items when a later item that must not be null fails at once.
const forgetful: [name: string, sdl: string, resolvers: Resolvers, query: string, data?: unknown][] = [
  [
    'a null beside a denied row',
    'type Query { rows: [Row!] } type Row { shut: Int! @auth }',
    { Query: { rows: () => [{ shut: 1 }, null] } },
    '{ rows { shut } }',
  ],
  [
    'a null beside a row that is denied later',
    'type Query { rows: [Row!] } type Row { part: Part! } type Part { shut: Int! @auth }',
    { Query: { rows: () => [{}, null] }, Row: { part: async () => ({ shut: 1 }) } },
    '{ rows { ...Deep } } fragment Deep on Row { part { ... { shut } } }',
  ],
  [
    'a list in a list',
    'type Query { rows: [[Row!]!] } type Row { part: Part! } type Part { shut: Int! @auth }',
    { Query: { rows: () => [[{}, null], [{}]] }, Row: { part: async () => ({ shut: 1 }) } },
    '{ rows { part { shut } } }',
  ],
  [
    'an iterable that is no array',
    'type Query { rows: [Row!] } type Row { part: Part! } type Part { shut: Int! @auth }',
    { Query: { rows: async () => new Set([{}, null]) }, Row: { part: async () => ({ shut: 1 }) } },
    '{ rows { part { shut } } }',
  ],
  [
    'a row that turns out later to be another type',
    'interface Row { id: Int } type Shut implements Row @auth { id: Int } type Open implements Row { id: Int } type Query { rows: [Row!] }',
    { Query: { rows: () => [{}, null] }, Row: { __resolveType: async () => 'Shut' } },
    '{ rows { id } }',
  ],
  [
    'a denied argument',
    'type Query { rows: [Row!] } type Row { part: Part! } type Part { open(all: Boolean @auth): Int! }',
    { Query: { rows: () => [{}, null] }, Row: { part: async () => ({ open: 1 }) } },
    '{ rows { part { open(all: true) } } }',
  ],
  [
    'an implementer that is stricter than its interface',
    `interface Item { shut: Int } type Mild implements Item { shut: Int more: Int! @auth } type Strict implements Item { shut: Int! @auth }
     interface Box { rows: [Item!] } type MildBox implements Box { rows: [Mild!] } type StrictBox implements Box { rows: [Strict!] }
     type Query { boxes: [Box!] rows: Int }`,
    {
      Query: {
        boxes: () => [
          { __typename: 'MildBox', rows: [{ shut: 1 }] },
          { __typename: 'StrictBox', rows: [Promise.resolve({ shut: 2 }), null] },
        ],
      },
    },
    '{ boxes { rows { shut } } }',
    { boxes: [{ rows: [{ shut: 1 }] }, { rows: null }] },
  ],
  [
    'an item that is no promise but has a faulty `then`',
    'type Query { rows: [Row!] } type Row { part: Part! } type Part { shut: Int! @auth }',
    {
      Query: {
        rows: () => [
          {},
          {
            get then() {
              throw new Error('faulty');
            },
          },
        ],
      },
      Row: { part: async () => ({ shut: 1 }) },
    },
    '{ rows { part { shut } } }',
  ],
  [
    'two selections of the list',
    'type Query { rows: [Row!] } type Row { id: Int part: Part! } type Part { shut: Int! @auth }',
    { Query: { rows: () => [{}, null] }, Row: { part: async () => ({ shut: 1 }) } },
    '{ rows { id } rows { part { shut } } }',
  ],
];

describe('rule 4: a denial below a list of items that must not be null', () => {
  it('does not bring the process down when a list of promises fails around a denial', async () => {
    const schema = guard('type Query { rows: [Row!] } type Row { late: Int! shut: Int! @auth }', {
      Query: { rows: () => [{ id: 1 }, { id: 2 }, { id: 3 }] },
      Row: { late: () => Promise.reject(new GraphQLError('broken', { extensions: { code: 'BROKEN' } })) },
    });
    const { answer, unhandled } = await watch(() => ask(schema, '{ rows { late shut } }', anonymous()));
    expect([answer.data, answer.errors?.length, unhandled]).toEqual([{ rows: null }, 1, []]);
  });

  it.each<[string, string, Resolvers, string, unknown?]>(forgetful)(
    'does not bring the process down with faulty data: %s',
    async (_, sdl, resolvers, query, data = { rows: null }) => {
      const { answer, unhandled } = await watch(() => ask(guard(sdl, resolvers), query, anonymous()));
      expect([answer.data, answer.errors?.length, unhandled]).toEqual([data, 1, []]);
    },
  );

  it('does not bring the process down when a policy denies beside faulty data', async () => {
    const schema = guard(
      'type Query { rows: [Row!] } type Row { shut: Int! @auth(policies: ["never"]) }',
      { Query: { rows: () => [{ shut: 1 }, null] } },
      { policies: { never: async () => false } },
    );
    const { answer, unhandled } = await watch(() => ask(schema, '{ rows { shut } }', authenticatedAs()));
    expect([answer.data, answer.errors?.length, unhandled]).toEqual([{ rows: null }, 1, []]);
  });

  it('leaves a list as it is when nothing below it can be denied to the caller', async () => {
    const rows = Object.assign([{ open: 1, shut: 1 }], { taken: 0 });
    Object.defineProperty(rows, Symbol.iterator, {
      *value() {
        rows.taken += 1;
        yield* Array.prototype.values.call(rows);
      },
    });
    const schema = guard('type Query { rows: [Row!]! } type Row { open: Int! shut: Int! @auth }', {
      Query: { rows: () => rows },
    });
    const sync = (source: string, auth: Auth) => execute({ schema, document: parse(source), contextValue: { auth } });
    expect(sync('{ rows { open } }', anonymous())).toEqual({ data: { rows: [{ open: 1 }] } });
    expect(sync('{ rows { shut } }', authenticatedAs())).toEqual({ data: { rows: [{ shut: 1 }] } });
    expect(sync('{ rows { shut } }', anonymous())).toBeInstanceOf(Promise);
    expect(rows.taken).toBe(3);
  });

  it('does not bring the process down when the token has expired in a list of the type of subscriptions', async () => {
    let now = Date.now();
    const pool = createTestUserPool();
    const auth = await pool.verifier({ clock: () => now }).authenticate(pool.accessToken());
    now += 2 * 3_600_000;
    const schema = guard('type Query { rows: [Subscription!] } type Subscription { tick: Int! }', {
      Query: { rows: () => [Promise.resolve({ tick: 1 }), null] },
    });
    const { answer, unhandled } = await watch(() => ask(schema, '{ rows { tick } }', auth));
    expect([answer.data, answer.errors?.length, unhandled]).toEqual([{ rows: null }, 1, []]);
  });

  it('does not appear in the middle of a list when the token expires while another execution runs', async () => {
    let now = Date.now();
    const pool = createTestUserPool();
    const auth = await pool.verifier({ clock: () => now }).authenticate(pool.accessToken());
    let go: (row: object) => void = () => {};
    const schema = guard('type Query { rows: [Row!] other: Int @auth } type Row { open: Int! @auth }', {
      Query: { rows: () => [new Promise((resolve) => (go = resolve)), { open: 2 }] },
    });
    const { answer, unhandled } = await watch(() => {
      const running = ask(schema, '{ rows { open } }', auth);
      setImmediate(() => {
        now += 2 * 3_600_000;
        void ask(schema, '{ other }', authenticatedAs()).then(() => {
          go({ open: 1 });
        });
      });
      return running;
    });
    expect([answer, unhandled]).toEqual([{ data: { rows: [{ open: 1 }, { open: 2 }] } }, []]);
    expect(await ask(schema, '{ other }', auth)).toMatchObject({ data: { other: null } });
  });

  it('costs little in a document that selects the same large fragment in a thousand lists', async () => {
    const sdl = (rule: string) =>
      `type Query { rows: [Row!] } union Row = A | B type A { shut: Int! ${rule} } type B { id: Int }`;
    const resolvers = { Query: { rows: () => [{ __typename: 'A' }] } };
    const lists = Array.from({ length: 1000 }, (_, index) => `l${index}: rows { ...Large }`).join(' ');
    const fields = Array.from({ length: 2000 }, (_, index) => `f${index}: id`).join(' ');
    const document = parse(`{ ${lists} } fragment Large on B { ${fields} }`);
    const time = async (schema: GraphQLSchema) => {
      const began = performance.now();
      const { errors } = await execute({ schema, document, contextValue: { auth: anonymous() } });
      expect(errors).toBeUndefined();
      return performance.now() - began;
    };
    const open = guard(sdl(''), resolvers);
    const shut = guard(sdl('@auth'), resolvers);
    await time(shut);
    // Walked to its end in each list, it takes some hundred times as long.
    expect(await time(shut)).toBeLessThan(Math.max(20, await time(open)) * 20);
  });
});
