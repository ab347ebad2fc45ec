import { buildASTSchema, graphql, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { authDirective } from '../../src/index.js';
import { anonymous, authenticatedAs } from '../../src/testing/index.js';
import { denial, guard, run, toAnswer } from '../support/run.js';

describe('rule 2: a rule', () => {
  it('on an interface’s field holds for the field of each implementer', async () => {
    const schema = guard(
      `interface Paid { salary: Int @auth(groups: ["hr"]) }
       type Person implements Paid { name: String salary: Int }
       type Query { me: Person paid: Paid }`,
      { Query: { me: () => ({ name: 'N', salary: 1 }), paid: () => ({ __typename: 'Person', salary: 2 }) } },
    );
    const query = '{ me { name salary } paid { salary } }';
    expect(await run(schema, query, authenticatedAs({ groups: ['hr'] }))).toEqual({
      data: { me: { name: 'N', salary: 1 }, paid: { salary: 2 } },
    });
    expect(await run(schema, query, authenticatedAs())).toEqual({
      data: { me: { name: 'N', salary: null }, paid: { salary: null } },
      errors: [denial('group', 'me', 'salary'), denial('group', 'paid', 'salary')],
    });
  });

  it('holds in full beside another one that requires a part of it', async () => {
    const schema = guard(
      `type Query { p: P @auth(groups: ["a"]) q: Q @auth(groups: ["a"]) @auth(groups: ["b"]) @auth(policies: ["yes"]) }
       type P @auth(groups: ["a"]) @auth(groups: ["b"]) { x: Int }
       type Q @auth(groups: ["a"]) { x: Int @auth(policies: ["yes"]) @auth(policies: ["no"]) }`,
      { Query: { p: () => ({ x: 1 }), q: () => ({ x: 1 }) } },
      { policies: { yes: () => true, no: () => false } },
    );
    expect(await run(schema, '{ p { x } q { x } }', authenticatedAs({ groups: ['a'] }))).toEqual({
      data: { p: null, q: null },
      errors: [denial('group', 'p'), denial('group', 'q')],
    });
    expect(await run(schema, '{ p { x } q { x } }', authenticatedAs({ groups: ['a', 'b'] }))).toEqual({
      data: { p: { x: 1 }, q: { x: null } },
      errors: [denial('policy', 'q', 'x')],
    });
  });

  it('on the field of an interface’s interface holds too, beside the field’s own', async () => {
    const schema = guard(
      `interface A { f: Int @auth(groups: ["a"]) }
       interface B implements A { f: Int @auth(groups: ["b"]) }
       type T implements A & B { f: Int @auth(groups: ["t"]) }
       type Query { t: T }`,
      { Query: { t: () => ({ f: 1 }) } },
    );
    for (const groups of [['a', 'b'], ['a', 't'], ['b', 't'], []]) {
      expect(await run(schema, '{ t { f } }', authenticatedAs({ groups }))).toEqual({
        data: { t: { f: null } },
        errors: [denial('group', 't', 'f')],
      });
    }
    expect(await run(schema, '{ t { f } }', authenticatedAs({ groups: ['a', 'b', 't'] }))).toEqual({
      data: { t: { f: 1 } },
    });
  });

  it('on a root type holds for each of its fields', async () => {
    const schema = guard(
      `schema { query: Q mutation: M } type Q @auth { a: Int b: Int @auth(groups: ["b"]) } type M @auth(groups: ["m"]) { c: Int }`,
      { Q: { a: () => 1, b: () => 2 }, M: { c: () => 3 } },
    );
    expect(await run(schema, '{ a b }', anonymous())).toEqual({
      data: { a: null, b: null },
      errors: [denial('missing', 'a'), denial('missing', 'b')],
    });
    expect(await run(schema, '{ a b }', authenticatedAs())).toEqual({
      data: { a: 1, b: null },
      errors: [denial('group', 'b')],
    });
    expect(await run(schema, 'mutation { c }', authenticatedAs())).toEqual({
      data: { c: null },
      errors: [denial('group', 'c')],
    });
    expect(await run(schema, 'mutation { c }', authenticatedAs({ groups: ['m'] }))).toEqual({ data: { c: 3 } });
  });

  it('on a root type holds where the type is reached as an ordinary object', async () => {
    const schema = guard(
      'type Query @auth { secret: Int } type Mutation { reset: Payload } type Payload { query: Query }',
      { Query: { secret: () => 1 }, Mutation: { reset: () => ({ query: {} }) } },
    );
    const mutation = 'mutation { reset { query { __typename secret } } }';
    expect(await run(schema, mutation, anonymous())).toEqual({
      data: { reset: { query: null } },
      errors: [denial('missing', 'reset', 'query')],
    });
    expect(await run(schema, mutation, authenticatedAs())).toEqual({
      data: { reset: { query: { __typename: 'Query', secret: 1 } } },
    });
  });

  it('on a field opens nothing that its type closes', async () => {
    const schema = guard('type Query { pay: Pay @auth } type Pay @auth(groups: ["hr"]) { total: Int }', {
      Query: { pay: () => ({ total: 1 }) },
    });
    expect(await run(schema, '{ pay { total } }', authenticatedAs())).toEqual({
      data: { pay: null },
      errors: [denial('group', 'pay')],
    });
  });

  it('on an argument of an interface’s field holds for its implementers', async () => {
    const schema = guard(
      `interface Search { find(all: Boolean @auth(groups: ["admin"])): String }
       type Index implements Search { find(all: Boolean): String }
       type Query { index: Index }`,
      { Query: { index: () => ({ find: () => 'found' }) } },
    );
    expect(await run(schema, '{ index { find } }', anonymous())).toEqual({ data: { index: { find: 'found' } } });
    expect(await run(schema, '{ index { find(all: true) } }', authenticatedAs())).toEqual({
      data: { index: { find: null } },
      errors: [denial('group', 'index', 'find')],
    });
  });

  it('on an interface holds where an invalid schema names the interface only through another one', async () => {
    const { authDirectiveTypeDefs, authDirectiveTransformer } = authDirective();
    const sdl = `
      ${authDirectiveTypeDefs}
      interface A implements B @auth(groups: ["a"]) { f: Int @auth(groups: ["f"]) g(x: Int @auth(groups: ["x"])): Int }
      interface B implements A { f: Int g(x: Int): Int }
      type T implements B { f: Int g(x: Int): Int }
      type Query { t: T }`;
    const built = buildASTSchema(parse(sdl), { assumeValidSDL: true, assumeValid: true });
    const query = built.getQueryType()?.getFields()['t'];
    if (query) query.resolve = () => ({ f: 1, g: 2 });
    const schema = authDirectiveTransformer(built);
    const answer = async (groups: string[]) =>
      toAnswer(
        await graphql({ schema, source: '{ t { f g(x: 1) } }', contextValue: { auth: authenticatedAs({ groups }) } }),
      );
    expect(await answer(['f', 'x'])).toEqual({ data: { t: null }, errors: [denial('group', 't')] });
    expect(await answer(['a'])).toEqual({
      data: { t: { f: null, g: null } },
      errors: [denial('group', 't', 'f'), denial('group', 't', 'g')],
    });
    expect(await answer(['a', 'f', 'x'])).toEqual({ data: { t: { f: 1, g: 2 } } });
  });
});
