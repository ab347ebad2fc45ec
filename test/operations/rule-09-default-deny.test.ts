import { describe, expect, it } from 'vitest';
import { anonymous, authenticatedAs } from '../../src/testing/index.js';
import { denial, guard, run } from '../support/run.js';

const sdl = `
  type Query { open: Int @public shut: Int product: Product @public box: Box admin: Admin @public secret: Int @auth(groups: ["g"]) }
  type Product @public { name: String price: Int @auth hidden: Hidden }
  type Box { name: String free: String @public }
  type Hidden @auth(groups: ["h"]) { id: Int }
  interface Named { name: String }
  type Admin implements Named { name: String }
  type Mutation @public { ping: Int guarded: Int @auth }
`;
const resolvers = {
  Query: {
    open: () => 1,
    shut: () => 2,
    product: () => ({ name: 'P', price: 3, hidden: { id: 4 } }),
    box: () => ({ name: 'B', free: 'F' }),
    admin: () => ({ name: 'A' }),
    secret: () => 5,
  },
  Mutation: { ping: () => 6, guarded: () => 7 },
};
const query = '{ open shut product { name price hidden { id } } box { name free } admin { name } secret }';

describe('rule 9: unannotated fields', () => {
  const strict = guard(sdl, resolvers, { unannotated: 'authenticated' });

  it('require a verified token with `unannotated: "authenticated"`, unless they or their type are @public', async () => {
    expect(await run(strict, query, anonymous())).toEqual({
      data: {
        open: 1,
        shut: null,
        product: { name: 'P', price: null, hidden: null },
        box: null,
        admin: { name: null },
        secret: null,
      },
      errors: [
        denial('missing', 'admin', 'name'),
        denial('missing', 'box'),
        denial('missing', 'product', 'hidden'),
        denial('missing', 'product', 'price'),
        denial('missing', 'secret'),
        denial('missing', 'shut'),
      ],
    });
  });

  it('are open to any verified token, where no rule requires more', async () => {
    expect(await run(strict, query, authenticatedAs())).toEqual({
      data: {
        open: 1,
        shut: 2,
        product: { name: 'P', price: 3, hidden: null },
        box: { name: 'B', free: 'F' },
        admin: { name: 'A' },
        secret: null,
      },
      errors: [denial('group', 'product', 'hidden'), denial('group', 'secret')],
    });
  });

  it('are open on a @public root type', async () => {
    expect(await run(strict, 'mutation { ping guarded }', anonymous())).toEqual({
      data: { ping: 6, guarded: null },
      errors: [denial('missing', 'guarded')],
    });
  });

  it('require what the rule of an argument says only when it is provided', async () => {
    const schema = guard(
      'type Query { f(x: Int @auth(groups: ["x"])): Int @public g(x: Int @auth(groups: ["x"])): Int }',
      { Query: { f: () => 1, g: () => 2 } },
      { unannotated: 'authenticated' },
    );
    expect(await run(schema, '{ f g }', anonymous())).toEqual({
      data: { f: 1, g: null },
      errors: [denial('missing', 'g')],
    });
    expect(await run(schema, '{ f(x: 1) g }', authenticatedAs())).toEqual({
      data: { f: null, g: 2 },
      errors: [denial('group', 'f')],
    });
  });

  it('leave introspection open', async () => {
    expect(await run(strict, '{ __typename __type(name: "Box") { name } }', anonymous())).toEqual({
      data: { __typename: 'Query', __type: { name: 'Box' } },
    });
  });

  it('are public by default', async () => {
    const lax = guard(sdl, resolvers);
    expect(await run(lax, '{ open shut box { name } }', anonymous())).toEqual({
      data: { open: 1, shut: 2, box: { name: 'B' } },
    });
  });
});
