import type { IExecutableSchemaDefinition } from '@graphql-tools/schema';
import { execute, graphql, GraphQLError, parse } from 'graphql';
import type { GraphQLSchema } from 'graphql';
import { describe, expect, it } from 'vitest';
import type { Auth } from '../../src/auth.js';
import { anonymous, authenticatedAs } from '../../src/testing/index.js';
import { guard } from './run.js';

type Resolvers = NonNullable<IExecutableSchemaDefinition['resolvers']>;

const ask = (schema: GraphQLSchema, source: string, auth: Auth) => graphql({ schema, source, contextValue: { auth } });

/** What is answered, and the rejections that nobody handled, each of which would end a process. */
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
const forgetful: readonly (readonly [string, string, Resolvers, string])[] = [
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

  it.each(forgetful)('does not bring the process down with faulty data: %s', async (_, sdl, resolvers, query) => {
    const { answer, unhandled } = await watch(() => ask(guard(sdl, resolvers), query, anonymous()));
    expect([answer.data, answer.errors?.length, unhandled]).toEqual([{ rows: null }, 1, []]);
  });

  it('does not bring the process down when a policy denies beside faulty data', async () => {
    const schema = guard(
      'type Query { rows: [Row!] } type Row { shut: Int! @auth(policies: ["never"]) }',
      { Query: { rows: () => [{ shut: 1 }, null] } },
      { policies: { never: async () => false } },
    );
    const { answer, unhandled } = await watch(() => ask(schema, '{ rows { shut } }', authenticatedAs()));
    expect([answer.data, answer.errors?.length, unhandled]).toEqual([{ rows: null }, 1, []]);
  });

  it('takes a list as it is when nothing below it can be denied to the caller', async () => {
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
});
