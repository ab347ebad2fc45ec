/** The error of a denial, as hooks of others see it. */
import { execute, GraphQLError, parse } from 'graphql';
import type { ExecutionResult, GraphQLSchema } from 'graphql';
import { describe, expect, it } from 'vitest';
import { createDenialError, createLocatedDenialError, demandOf } from '../../src/denial-error.js';
import { denials } from '../../src/errors.js';
import { anonymous } from '../../src/testing/index.js';
import { guard } from '../support/run.js';

function errorsOf(schema: GraphQLSchema, source: string): readonly GraphQLError[] {
  // Every resolver is synchronous.
  const { errors = [] } = execute({
    schema,
    document: parse(source),
    contextValue: { auth: anonymous() },
  }) as ExecutionResult;
  return errors;
}

const spread = (value: object | undefined): object => ({ ...value });

const [error] = errorsOf(guard('type Query { a: Int @auth }'), '{ a }');

const shown = {
  message: 'Authentication is required.',
  locations: [{ line: 1, column: 3 }],
  path: ['a'],
  extensions: { code: 'UNAUTHENTICATED', reason: 'missing' },
};

describe('the error of a denial', () => {
  it('is a GraphQLError that shows what a GraphQLError shows', () => {
    expect(error).toBeInstanceOf(GraphQLError);
    expect(error).toBeInstanceOf(Error);
    expect(spread(error)).toEqual(shown);
    expect(JSON.parse(JSON.stringify(error))).toEqual(shown);
    const real = new GraphQLError('x', { path: ['a'], extensions: {} });
    const members = (value: object | undefined) => Object.keys(value ?? {}).sort();
    expect(members(error)).toEqual(members(real));
  });

  it('does not show its cause or its nodes', () => {
    const cause = new Error('connect ECONNREFUSED 10.0.0.7');
    const nodes = error?.nodes as never;
    for (const each of [
      createDenialError(denials.misconfigured, cause),
      createLocatedDenialError(denials.misconfigured, { nodes, path: ['a'] }, cause),
    ]) {
      expect(each.originalError).toBe(cause);
      expect(Object.values(spread(each))).not.toContain(cause);
      expect(JSON.stringify(spread(each))).not.toContain('10.0.0.7');
      expect(spread(each)).not.toHaveProperty('nodes');
    }
    expect(error?.nodes).toHaveLength(1);
  });

  it('has a stack of one constant line', () => {
    expect(error?.stack?.split('\n')).toEqual(['GraphQLError: The stack of a denial is not captured.']);
    expect(error?.toString()).toContain('Authentication is required.');
    expect(error?.name).toBe('GraphQLError');
  });

  it('may be changed by a hook, as any GraphQLError', () => {
    const mine = createDenialError(denials.group);
    Object.assign(mine, { originalError: new Error('x'), nodes: [], stack: 'y', name: 'z', positions: [1] });
    expect(mine).toMatchObject({ stack: 'y', name: 'z' });
    mine.extensions['http'] = { status: 403 };
    expect(createDenialError(denials.group).extensions).toEqual({ code: 'FORBIDDEN', reason: 'group' });
  });

  it('lists ten locations at most', () => {
    const schema = guard('type Query { items: [Item] } type Item { a: Int @auth }', {
      Query: { items: () => Array.from({ length: 100 }, () => ({ a: 1 })) },
    });
    const errors = errorsOf(schema, `{ items { ${'a '.repeat(2_000)} } }`);
    expect(errors).toHaveLength(100);
    expect(new Set(errors.map(({ locations }) => locations?.length))).toEqual(new Set([10]));
    expect(JSON.stringify(errors).length).toBeLessThan(100 * 1_000);
  });
});

describe('what a denial asks', () => {
  const demand = { scopes: [['orders/read']], acrValues: undefined, maxAge: undefined };
  const denial = createDenialError({ ...denials.scope, demand });

  it('is known of the error that graphql-js makes of it', () => {
    expect(demandOf(denial)).toBe(demand);
    expect(demandOf(new GraphQLError('x', { originalError: denial }))).toBe(demand);
  });

  it('is nothing of what a resolver itself throws, also of a ring and of a getter that throws', () => {
    const ring = new Error('ring');
    Object.assign(ring, { originalError: ring });
    const rings = new GraphQLError('ring');
    Object.assign(rings, { originalError: rings });
    const getter = Object.defineProperty(new Error('getter'), 'originalError', {
      get: () => {
        throw new Error('read');
      },
    });
    const wrapped = [ring, getter].map((originalError) => new GraphQLError('x', { originalError }));
    expect([undefined, null, 'x', ring, rings, ...wrapped].map((each) => demandOf(each))).toEqual(
      Array.from({ length: 7 }, () => undefined),
    );
  });
});
