import { describe, expect, it } from 'vitest';
import { anonymous, authenticatedAs } from '../../src/testing/index.js';
import { denial, guard, run } from '../support/run.js';

const admin = authenticatedAs({ groups: ['admin'] });
const stranger = authenticatedAs();
const denied = { data: { f: null }, errors: [denial('group', 'f')] };
const allowed = { data: { f: 'ran' } };

const schema = guard(
  `type Query {
     f(
       plain: Int
       all: Boolean = true @auth(groups: ["admin"])
       in: In
       list: [[In!]]
       box: Box
       kind: Kind
       code: Code
     ): String
   }
   input In {
     plain: Int
     secret: Int @auth(groups: ["admin"])
     level: Int = 1 @auth(groups: ["admin"])
     inner: In
     inners: [In]
     guarded: Box
     preset: Preset = { mode: 1 }
   }
   input Preset { mode: Int @auth(groups: ["admin"]) }
   input Box @auth(groups: ["admin"]) { plain: Int }
   enum Kind @auth(groups: ["admin"]) { A }
   scalar Code @auth(groups: ["admin"])`,
  { Query: { f: () => 'ran' } },
);

describe('rule 7: a rule on an argument or an input field', () => {
  it.each([
    'f',
    'f(plain: 1)',
    'f(in: {})',
    'f(in: { plain: 1, inner: { inners: [{ plain: 2 }] } })',
    'f(in: null)',
    'f(list: [])',
    'f(list: [[{ plain: 1 }], null])',
  ])('asks nothing of a request that does not provide it: %s', async (call) => {
    expect(await run(schema, `{ f: ${call} }`, anonymous())).toEqual(allowed);
  });

  it.each([
    'f(all: true)',
    'f(all: false)',
    'f(all: null)',
    'f(in: { secret: 1 })',
    'f(in: { secret: null })',
    'f(in: { level: 1 })',
    'f(in: { inner: { inner: { secret: 1 } } })',
    'f(in: { inners: [null, { secret: 1 }] })',
    'f(in: { inners: { secret: 1 } })',
    'f(in: { preset: { mode: 1 } })',
    'f(list: [[{ plain: 1 }, { secret: 1 }]])',
    'f(list: { secret: 1 })',
    'f(box: {})',
    'f(box: null)',
    'f(in: { guarded: {} })',
    'f(kind: A)',
    'f(code: "x")',
    'f(code: { any: ["thing"] })',
  ])('denies a literal that provides it: %s', async (call) => {
    expect(await run(schema, `{ f: ${call} }`, stranger)).toEqual(denied);
    expect(await run(schema, `{ f: ${call} }`, admin)).toEqual(allowed);
  });

  it('is asked of each variable, also when another one of the same type provides nothing', async () => {
    const source = 'query ($a: In, $b: In, $c: [[In!]]) { f: f(in: $a) g: f(in: $b) h: f(list: $c) }';
    const variables = { a: { plain: 1 }, b: { secret: 1 }, c: [[{ plain: 1 }]] };
    expect(await run(schema, source, stranger, variables)).toEqual({
      data: { f: 'ran', g: null, h: 'ran' },
      errors: [denial('group', 'g')],
    });
    const others = { a: { secret: 1 }, b: { plain: 1 }, c: [[{ secret: 1 }]] };
    expect(await run(schema, source, stranger, others)).toEqual({
      data: { f: null, g: 'ran', h: null },
      errors: [denial('group', 'f'), denial('group', 'h')],
    });
  });

  it.each([
    ['$v: Boolean', 'all: $v', { v: true }],
    ['$v: Boolean', 'all: $v', { v: null }],
    ['$v: In', 'in: $v', { v: { secret: 1 } }],
    ['$v: In', 'in: $v', { v: { secret: null } }],
    ['$v: In', 'in: $v', { v: { level: 2 } }],
    ['$v: In', 'in: $v', { v: { inner: { inners: [{}, { inner: { secret: 1 } }] } } }],
    ['$v: In', 'in: { inner: { inners: [$v] } }', { v: { secret: 1 } }],
    ['$v: Int', 'in: { secret: $v }', { v: 1 }],
    ['$v: Int', 'list: [[{ secret: $v }]]', { v: null }],
    ['$v: [[In!]]', 'list: $v', { v: [[{ plain: 1 }], [{ secret: 1 }]] }],
    ['$v: [[In!]]', 'list: $v', { v: { secret: 1 } }],
    ['$v: Box', 'box: $v', { v: {} }],
    ['$v: Box', 'box: $v', { v: null }],
    ['$v: In', 'in: $v', { v: { guarded: { plain: 1 } } }],
    ['$v: Preset', 'in: { preset: $v }', { v: { mode: 2 } }],
    ['$v: Kind', 'kind: $v', { v: 'A' }],
    ['$v: Code', 'code: $v', { v: 0 }],
    // The caller wrote these defaults: they stand in the document.
    ['$v: Boolean = false', 'all: $v', {}],
    ['$v: In = { secret: 1 }', 'in: $v', {}],
    ['$v: Int = 1', 'in: { secret: $v }', {}],
  ])('denies a variable that provides it: (%s) %s with %j', async (definition, argument, variables) => {
    const source = `query (${definition}) { f(${argument}) }`;
    expect(await run(schema, source, stranger, variables)).toEqual(denied);
    expect(await run(schema, source, admin, variables)).toEqual(allowed);
  });

  it.each([
    ['$v: Boolean', 'all: $v', {}],
    ['$v: In', 'in: $v', {}],
    ['$v: In', 'in: $v', { v: {} }],
    ['$v: In', 'in: $v', { v: { plain: 1, inner: {} } }],
    ['$v: In', 'in: $v', { v: null }],
    ['$v: In = { plain: 1 }', 'in: $v', {}],
    ['$v: Int', 'in: { secret: $v }', {}],
    ['$v: [In]', 'in: { inners: $v }', { v: [{}, null] }],
    // To write what is the default anyway changes nothing, and cannot be seen.
    ['$v: In', 'in: $v', { v: { level: 1 } }],
    ['$v: In', 'in: $v', { v: { preset: { mode: 1 } } }],
  ])(
    'asks nothing of a schema’s default or a variable without a value: (%s) %s with %j',
    async (definition, argument, variables) => {
      expect(await run(schema, `query (${definition}) { f(${argument}) }`, anonymous(), variables)).toEqual(allowed);
    },
  );

  it('asks nothing of a plain object that equals its default', async () => {
    const typeDefs = `
      input Empty { a: Int }
      input In { empty: Empty = {} @auth, list: [Empty] = [{}] @auth }
      type Query { f(in: In): String }`;
    const preset = guard(typeDefs, { Query: { f: () => 'ran' } });
    const source = 'query ($v: In) { f(in: $v) }';
    for (const v of [{}, { empty: {} }, { list: [{}] }, { list: {} }]) {
      expect(await run(preset, source, anonymous(), { v })).toEqual(allowed);
    }
    for (const v of [{ empty: { a: 1 } }, { empty: null }, { list: [] }, { list: [{}, {}] }, { list: [{ a: null }] }]) {
      expect(await run(preset, source, anonymous(), { v })).toEqual({
        data: { f: null },
        errors: [denial('missing', 'f')],
      });
    }
  });

  it('counts for each alias on its own', async () => {
    const source = 'query ($v: In) { a: f(in: $v) b: f b2: f(plain: 1) c: f(in: { inner: $v }) }';
    expect(await run(schema, source, stranger, { v: { secret: 1 } })).toEqual({
      data: { a: null, b: 'ran', b2: 'ran', c: null },
      errors: [denial('group', 'a'), denial('group', 'c')],
    });
  });

  it('adds to the field’s own rule', async () => {
    const twice = guard('type Query { f(x: Int @auth(groups: ["x"])): String @auth(groups: ["f"]) }', {
      Query: { f: () => 'ran' },
    });
    expect(await run(twice, '{ f(x: 1) }', authenticatedAs({ groups: ['f'] }))).toEqual(denied);
    expect(await run(twice, '{ f(x: 1) }', authenticatedAs({ groups: ['x'] }))).toEqual(denied);
    expect(await run(twice, '{ f(x: 1) }', authenticatedAs({ groups: ['f', 'x'] }))).toEqual(allowed);
    expect(await run(twice, '{ f }', authenticatedAs({ groups: ['f'] }))).toEqual(allowed);
  });

  it('holds for an input type that is extended, and for one that refers to itself', async () => {
    const extended = guard(
      'input In { a: Int } extend input In @auth extend input In { self: In, b: Int } type Query { f(in: [In]): String }',
      { Query: { f: () => 'ran' } },
    );
    expect(await run(extended, '{ f(in: [{ self: {} }]) }', anonymous())).toEqual({
      data: { f: null },
      errors: [denial('missing', 'f')],
    });
    expect(await run(extended, '{ f }', anonymous())).toEqual(allowed);
  });

  it('is looked for once in a large variable, however often the document uses it', async () => {
    const aliases = Array.from({ length: 1000 }, (_, index) => `a${index}: f(in: $v)`).join(' ');
    const v = { inners: Array.from({ length: 2000 }, () => ({ inners: [{ plain: 1 }] })) };
    const began = performance.now();
    const answer = await run(schema, `query ($v: In) { ${aliases} }`, anonymous(), { v });
    expect(Object.values(answer.data as object)).toEqual(Array.from({ length: 1000 }, () => 'ran'));
    expect(performance.now() - began).toBeLessThan(5000);
  });
});
