/** `@auth(policies:)` on a type: each value of it is decided when it is known, before any field of it runs. */
import { execute as toolsExecute } from '@graphql-tools/executor';
import { mapSchema, MapperKind } from '@graphql-tools/utils';
import {
  graphql,
  GraphQLInterfaceType,
  GraphQLList,
  GraphQLObjectType,
  GraphQLScalarType,
  GraphQLSchema,
  GraphQLString,
  graphqlSync,
  GraphQLUnionType,
  parse,
} from 'graphql';
import type { ExecutionResult, GraphQLFieldResolver } from 'graphql';
import { describe, expect, it } from 'vitest';
import type { AuthDirectiveOptions } from '../../src/directive/options.js';
import { findUnguarded } from '../../src/directive/guard/coverage.js';
import { anyOf, authDirective, batchPolicy, claimPolicy, decideOperation, ownerPolicy } from '../../src/index.js';
import type { PolicyRequest } from '../../src/index.js';
import { anonymous, authenticatedAs } from '../../src/testing/index.js';
import { problemsOf, REMEDY } from '../support/refuse.js';
import { collect, denial, guard, run, toAnswer } from '../support/run.js';
import { guardSubgraph } from '../support/subgraph.js';

interface Doc {
  readonly __typename?: string;
  readonly ownerId: string;
  readonly title?: string;
}

const anaya = authenticatedAs({ sub: 'anaya' });
const mine: Doc = { ownerId: 'anaya', title: 'mine' };
const other: Doc = { ownerId: 'ben', title: 'other' };
const own = ownerPolicy({ field: 'ownerId' });
const ownLater = async ({ auth, source }: PolicyRequest<Doc>) => Promise.resolve(source.ownerId === auth.sub);
const document = 'type Document @auth(policies: ["own"]) { ownerId: ID! title: String }';

type Resolvers = Parameters<typeof guard>[1];

const guardOwn = (sdl: string, resolvers: Resolvers, options: AuthDirectiveOptions = {}) =>
  guard(sdl, resolvers, { policies: { own }, ...options });

/** The answer, without a rejection that nothing handles: one would end a process. */
async function runSafely(schema: GraphQLSchema, source: string, ask = run) {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => unhandled.push(reason);
  process.on('unhandledRejection', note);
  const answer = await ask(schema, source, anaya);
  await new Promise((resolve) => setTimeout(resolve, 15));
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
  return answer;
}

/** Without Apollo Server, which adds to the errors of resolvers. */
const runAlone: typeof run = async (schema, source, auth) =>
  toAnswer(await graphql({ schema, source, contextValue: { auth } }));

const later = <T>(value: T, ms = 5) => new Promise<T>((resolve) => setTimeout(resolve, ms, value));

describe('rule 8: a policy on a type', () => {
  it('is asked about the value, and only the caller it allows gets it', async () => {
    const schema = guardOwn(`type Query { doc: Document } ${document}`, { Query: { doc: () => mine } });
    expect(await run(schema, '{ doc { title } }', anaya)).toEqual({ data: { doc: { title: 'mine' } } });
    expect(await run(schema, '{ doc { title } }', authenticatedAs({ sub: 'ben' }))).toEqual({
      data: { doc: null },
      errors: [denial('policy', 'doc')],
    });
  });

  it('holds in a schema in code, and in an extension of the type', async () => {
    const { authDirectiveTransformer } = authDirective({ policies: { own } });
    const Document = new GraphQLObjectType({
      name: 'Document',
      extensions: { directives: { auth: { policies: ['own'] } } },
      fields: { title: { type: GraphQLString } },
    });
    const resolve = () => [other, mine];
    const query = new GraphQLObjectType({
      name: 'Query',
      fields: { docs: { type: new GraphQLList(Document), resolve } },
    });
    const extended =
      'type Query { docs: [Document] } type Document { title: String } extend type Document @auth(policies: ["own"])';
    for (const schema of [
      authDirectiveTransformer(new GraphQLSchema({ query })),
      guardOwn(extended, { Query: { docs: resolve } }),
    ]) {
      expect(await run(schema, '{ docs { title } }', anaya)).toEqual({
        data: { docs: [null, { title: 'mine' }] },
        errors: [denial('policy', 'docs', 0)],
      });
    }
  });

  it('is asked before any field of the value runs, and after the field’s resolver; token rules before it', async () => {
    const ran: string[] = [];
    const note = (name: string) => () => (ran.push(name), name === 'doc' ? other : name);
    const schema = guard(
      'type Query { doc: Document } type Document @auth(groups: ["staff"], policies: ["own"]) { title: String }',
      { Query: { doc: note('doc') }, Document: { title: note('title') } },
      { policies: { own: (request) => (ran.push('policy'), own(request)) } },
    );
    const ask = async (auth: unknown) =>
      toAnswer(await graphql({ schema, source: '{ doc { title __typename } }', contextValue: { auth } }));
    expect(await ask(anonymous())).toEqual({ data: { doc: null }, errors: [denial('missing', 'doc')] });
    expect(await ask(anaya)).toEqual({ data: { doc: null }, errors: [denial('group', 'doc')] });
    expect(ran).toEqual([]);
    expect(await ask(authenticatedAs({ sub: 'anaya', groups: ['staff'] }))).toEqual({
      data: { doc: null },
      errors: [denial('policy', 'doc')],
    });
    expect(ran).toEqual(['doc', 'policy']);
  });

  it('sees the value as its source, and the arguments, the context and the info of the field', async () => {
    const seen: unknown[] = [];
    const schema = guard(
      'type Query { docs(first: Int = 3): [Document] } type Document @auth(policies: ["p"]) { title: String }',
      { Query: { docs: () => [mine] } },
      {
        policies: {
          p({ auth, source, args, context, info }) {
            seen.push([auth.sub, source, { ...args }, (context as { auth: unknown }).auth === auth, info.fieldName]);
            return true;
          },
        },
      },
    );
    await graphql({ schema, source: '{ docs { title } }', contextValue: { auth: anaya } });
    expect(seen).toEqual([['anaya', mine, { first: 3 }, true, 'docs']]);
  });

  it('asks each policy of each repetition once, also if it comes from the type and from its interface', async () => {
    const asked: string[] = [];
    const note = (name: string, answer: boolean) => () => (asked.push(name), answer);
    const schema = guard(
      `type Query { doc: Document }
       interface Node @auth(policies: ["a"]) { id: ID }
       interface Owned implements Node @auth(policies: ["a"]) @auth(policies: ["b", "no"]) { id: ID }
       type Document implements Node & Owned @auth(policies: ["c"]) { id: ID }`,
      { Query: { doc: () => ({ id: 1 }) } },
      { policies: { a: note('a', true), b: note('b', true), c: note('c', true), no: note('no', false) } },
    );
    const answer = await graphql({ schema, source: '{ doc { id } }', contextValue: { auth: anaya } });
    expect(toAnswer(answer)).toEqual({ data: { doc: { id: '1' } } });
    expect(asked.sort()).toEqual(['a', 'b', 'c', 'no']);
  });

  it('takes every kind of policy', async () => {
    const policies = {
      own: anyOf({ groups: ['admin'] }, claimPolicy({ claim: 'sub', equals: { field: 'ownerId' } })),
    };
    const schema = guard(
      `type Query { docs: [Document] } ${document}`,
      { Query: { docs: () => [mine, other] } },
      { policies },
    );
    expect(await run(schema, '{ docs { title } }', authenticatedAs({ groups: ['admin'] }))).toEqual({
      data: { docs: [{ title: 'mine' }, { title: 'other' }] },
    });
    expect(await run(schema, '{ docs { title } }', anaya)).toEqual({
      data: { docs: [{ title: 'mine' }, null] },
      errors: [denial('policy', 'docs', 1)],
    });
  });

  it('reads the arguments of a field once for all items of its list, not once for each', async () => {
    let read = 0;
    const Text = new GraphQLScalarType({ name: 'Text', parseValue: String, parseLiteral: () => String((read += 1)) });
    const schema = guardOwn(`scalar Text type Query { all(text: [Text]): [Any] } union Any = Document ${document}`, {
      Text,
      Query: { all: () => [mine, other, mine] },
      Any: { __resolveType: () => 'Document' },
    });
    const source = '{ all(text: [a, b]) { ... on Document { title } } }';
    await graphql({ schema, source, contextValue: { auth: anaya } });
    // Twice by validation and by the executor, and once here.
    expect(read).toBe(6);
  });

  it('is asked of no caller without a token, also when the resolver has signed the caller out', async () => {
    const auths: unknown[] = [];
    const schema = guard(
      `type Query { doc: Document } ${document}`,
      { Query: { doc: (_: unknown, __: unknown, context: { auth: unknown }) => ((context.auth = anonymous()), mine) } },
      { policies: { own: ({ auth }) => (auths.push(auth), true) } },
    );
    expect(await runAlone(schema, '{ doc { title } }', anaya)).toEqual({
      data: { doc: null },
      errors: [denial('missing', 'doc')],
    });
    expect(auths).toEqual([]);
  });

  it('is asked for each alias', async () => {
    const schema = guardOwn(`type Query { doc(mine: Boolean): Document } ${document}`, {
      Query: { doc: (_: unknown, args: { mine?: boolean }) => (args.mine ? mine : other) },
    });
    expect(await run(schema, '{ a: doc { title } b: doc(mine: true) { title } }', anaya)).toEqual({
      data: { a: null, b: { title: 'mine' } },
      errors: [denial('policy', 'a')],
    });
  });

  it('keeps an execution synchronous when it is synchronous itself', () => {
    const schema = guardOwn(`type Query { docs: [Document] } ${document}`, { Query: { docs: () => [mine, other] } });
    const answer = graphqlSync({ schema, source: '{ docs { title } }', contextValue: { auth: anaya } });
    expect(toAnswer(answer)).toEqual({
      data: { docs: [{ title: 'mine' }, null] },
      errors: [denial('policy', 'docs', 1)],
    });
  });

  it('is not certain before a mutation runs, and is asked about what each of its fields returns', async () => {
    let owner = 'anaya';
    const schema = guardOwn(`type Query { x: Int } type Mutation { give(to: ID!): Document } ${document}`, {
      Mutation: { give: (_: unknown, { to }: { to: string }) => ({ ownerId: (owner = to), title: to }) },
    });
    const source =
      'mutation { a: give(to: "anaya") { title } b: give(to: "ben") { title } c: give(to: "anaya") { title } }';
    expect(decideOperation({ schema, document: parse(source), contextValue: { auth: anaya } })).toEqual([]);
    expect(await run(schema, source, anaya)).toEqual({
      data: { a: { title: 'anaya' }, b: null, c: { title: 'anaya' } },
      errors: [denial('policy', 'b')],
    });
    expect(owner).toBe('anaya');
  });

  it('loads a batch in one call for a list of two hundred', async () => {
    const calls: number[] = [];
    const batch = batchPolicy({
      key: ({ source }: PolicyRequest<{ id: number }>) => source.id,
      load: (keys) => {
        calls.push(keys.length);
        return keys.map((key) => key !== 7);
      },
    });
    const docs = Array.from({ length: 200 }, (_, id) => ({ id }));
    for (const [items, of] of [
      [docs, '[Doc!]'],
      [docs, '[Any!]'],
      [docs.map(async (doc) => doc), '[Doc]'],
    ] as const) {
      const schema = guard(
        `type Query { docs: ${of} } type Doc @auth(policies: ["p"]) { id: Int } union Any = Doc`,
        { Query: { docs: () => items }, Any: { __resolveType: () => 'Doc' } },
        { policies: { p: batch } },
      );
      calls.length = 0;
      const source = '{ docs { ... on Doc { id } } }';
      const answer = toAnswer(await graphql({ schema, source, contextValue: { auth: anaya } }));
      expect(answer.errors).toEqual([denial('policy', 'docs', 7)]);
      expect(calls).toEqual([200]);
    }
  });

  it('is asked anew about what a mutation returns, though the same batch was asked before it ran', async () => {
    let owner = 'anaya';
    const batch = batchPolicy({
      key: () => 1,
      load: (keys, { auth }) => keys.map(() => owner === auth.sub),
    });
    const schema = guard(
      `type Query { x: Int } type Mutation { give(to: ID!): Document @auth(policies: ["own"]) } ${document}`,
      { Mutation: { give: (_: unknown, { to }: { to: string }) => ({ ownerId: (owner = to), title: to }) } },
      { policies: { own: batch } },
    );
    const source = 'mutation { give(to: "ben") { title } }';
    const answer = await graphql({ schema, source, contextValue: { auth: anaya } });
    expect(toAnswer(answer)).toEqual({ data: { give: null }, errors: [denial('policy', 'give')] });
  });
});

describe('rule 8: a policy on a type, in every shape of a result', () => {
  function* generate() {
    yield mine;
    yield other;
  }
  // Decided at once, later, and by two policies of which one is later.
  describe.each([
    ['at once', { own }],
    ['later', { own: ownLater }],
    ['with a time limit', { own: { check: ownLater, timeout: 1 } }],
    ['by several', { own: anyOf(() => false, own, ownLater) }],
  ])('decided %s', (_, policies) => {
    const title = { title: 'mine' };
    it.each<[type: string, string, result: () => unknown, data: unknown, ...denied: (string | number)[][]]>([
      ['Document', 'a value', () => mine, title],
      ['Document', 'a denied value', () => other, null, []],
      ['Document', 'a promise', async () => mine, title],
      ['Document', 'a promise of a denied value', async () => later(other), null, []],
      ['Document', 'null', () => null, null],
      ['Document', 'a promise of undefined', async () => undefined, null],
      ['[Document]', 'a list', () => [mine, other, mine], [title, null, title], [1]],
      ['[Document]', 'an empty list', () => [], []],
      ['[Document]', 'no list', () => null, null],
      ['[Document]', 'a list with null', () => [null, other, undefined], [null, null, null], [1]],
      ['[Document]', 'a promise of a list', async () => later([other, mine]), [null, title], [0]],
      ['[Document]', 'a list of promises', () => [later(other), later(mine, 1)], [null, title], [0]],
      [
        '[Document]',
        'a mixed list',
        () => [other, later(mine), mine, later(other)],
        [null, title, title, null],
        [0],
        [3],
      ],
      ['[Document]', 'a Set', () => new Set([other, mine]), [null, title], [0]],
      ['[Document]', 'what a generator yields', () => generate(), [title, null], [1]],
      [
        '[[Document]]',
        'lists in a list',
        () => [[mine, other], null, [other]],
        [[title, null], null, [null]],
        [0, 1],
        [2, 0],
      ],
      [
        '[[Document]]',
        'promises of lists',
        () => [later([other]), [later(other), mine]],
        [[null], [null, title]],
        [0, 0],
        [1, 0],
      ],
      ['[[Document!]]', 'lists that end', () => [[mine, other], [mine]], [null, [title]], [0, 1]],
      ['[Document!]', 'a list that ends', () => [mine, other, mine], null, [1]],
      ['[Document!]', 'an allowed list', () => [mine, mine], [title, title]],
    ])('%s: %s', async (type, _name, result, data, ...denied) => {
      const schema = guard(`type Query { docs: ${type} } ${document}`, { Query: { docs: result } }, { policies });
      const errors = denied.map((path) => denial('policy', 'docs', ...path));
      expect(await runSafely(schema, '{ docs { title } }')).toEqual(
        errors.length > 0 ? { data: { docs: data }, errors } : { data: { docs: data } },
      );
    });

    it.each<[string, string, () => unknown, unknown]>([
      [
        'Document!',
        'null propagates to the nearest nullable',
        () => other,
        { data: { box: null }, errors: [denial('policy', 'box', 'docs')] },
      ],
      [
        '[Document!]!',
        'and from an item',
        () => [mine, other],
        { data: { box: null }, errors: [denial('policy', 'box', 'docs', 1)] },
      ],
      [
        '[Document]!',
        'and not from a nullable item',
        () => [mine, other],
        { data: { box: { docs: [title, null] } }, errors: [denial('policy', 'box', 'docs', 1)] },
      ],
    ])('%s: %s', async (type, _name, result, answer) => {
      const sdl = `type Query { box: Box } type Box { docs: ${type} } ${document}`;
      const schema = guard(sdl, { Query: { box: () => ({}) }, Box: { docs: result } }, { policies });
      expect(await runSafely(schema, '{ box { docs { title } } }')).toEqual(answer);
    });
  });

  it('leaves the errors of the resolver as they are', async () => {
    const failing = (): never => {
      throw new Error('broken');
    };
    const schema = guard(
      `type Query { thrown: Document returned: Document rejected: Document items: [Document] list: [Document] } ${document}`,
      {
        Query: {
          thrown: failing,
          returned: () => new Error('broken'),
          rejected: async () => failing(),
          items: () => [new Error('broken'), Promise.reject(new Error('broken')), mine, other],
          list: () => mine,
        },
      },
      { policies: { own: ownLater } },
    );
    const answer = await runSafely(
      schema,
      '{ thrown { title } returned { title } rejected { title } items { title } list { title } }',
      runAlone,
    );
    expect(answer.data).toEqual({
      thrown: null,
      returned: null,
      rejected: null,
      items: [null, null, { title: 'mine' }, null],
      list: null,
    });
    expect(answer.errors).toHaveLength(7);
    expect(answer.errors).toContainEqual(denial('policy', 'items', 3));
    expect(answer.errors).toContainEqual({
      message: 'broken',
      path: ['items', 0],
    });
  });

  it('reads a faulty `then` as the fault of its item', async () => {
    const faulty = {
      get then(): never {
        throw new Error('faulty');
      },
    };
    const schema = guardOwn(`type Query { docs: [Document] } ${document}`, {
      Query: { docs: () => [faulty, other, mine] },
    });
    const { data, errors } = await runSafely(schema, '{ docs { title } }', runAlone);
    expect([data, errors?.length]).toEqual([{ docs: [null, null, { title: 'mine' }] }, 2]);
  });

  it('decides the items of an asynchronous iterable under an executor that takes one for a list', async () => {
    async function* stream() {
      yield await later(mine);
      yield other;
      yield mine;
    }
    const schema = guardOwn(`type Query { docs: [Document] } ${document}`, { Query: { docs: () => stream() } });
    const answer = await toolsExecute({ schema, document: parse('{ docs { title } }'), contextValue: { auth: anaya } });
    expect(toAnswer(answer as ExecutionResult)).toEqual({
      data: { docs: [{ title: 'mine' }, null, { title: 'mine' }] },
      errors: [denial('policy', 'docs', 1)],
    });
  });
});

describe('rule 8: a policy on a type beside faulty data', () => {
  // Each of them left a rejection that nothing handled, when items were completed one after the other.
  const broken = () => Promise.reject(new Error('broken'));
  it.each<[string, string, () => unknown]>([
    ['a denied item after one that fails later', '[Document!]', () => [mine, other]],
    ['a null after one that fails later', '[Document!]', () => [mine, null, other]],
    ['a list in a list', '[[Document!]!]', () => [[mine, other], [mine], [null]]],
    ['promises', '[Document!]', () => [later(mine, 1), later(other, 3), null]],
    ['a rejection while others are asked', '[Document]', () => [mine, Promise.reject(new Error('broken')), mine]],
    ['a rejected list while others are asked', '[[Document]]', () => [[Promise.reject(new Error('broken'))], [mine]]],
    ['a Set', '[Document!]', () => new Set([mine, null, other])],
    ['a member of a union', '[Any!]', () => [mine, other]],
    ['a member of a union in a list in a list', '[[Any!]]', () => [[mine, other], [mine]]],
  ])('crashes no process: %s', async (_, type, result) => {
    for (const check of [own, async (request: PolicyRequest<Doc>) => later(own(request), 10)]) {
      const schema = guard(
        `type Query { docs: ${type} } union Any = Document type Document @auth(policies: ["own"]) { late: Int! }`,
        {
          Query: { docs: result },
          Any: { __resolveType: () => 'Document' },
          Document: { late: async () => later(0).then(broken) },
        },
        { policies: { own: check } },
      );
      const answer = await runSafely(schema, '{ docs { ... on Document { late } } }', runAlone);
      expect(answer.errors?.length).toBeGreaterThan(0);
    }
  });

  it('leaves a list of values one of values in a dry run', async () => {
    const schema = guard(
      'type Query { docs: [Document!] } type Document @auth(policies: ["own"]) { title: String! }',
      { Query: { docs: () => [{ ownerId: 'anaya' }, null] } },
      { policies: { own: async (request: PolicyRequest<Doc>) => later(own(request)) }, enforcement: 'report' },
    );
    const { data } = await runSafely(schema, '{ docs { title } }', runAlone);
    expect(data).toEqual({ docs: null });
  });

  it('crashes no process when a non-null field ends the parent of others', async () => {
    const schema = guardOwn(`type Query { rows: [Row!] } type Row { late: Int! doc: Document! } ${document}`, {
      Query: { rows: () => [{}, {}, null] },
      Row: { late: broken, doc: () => other },
    });
    const { data } = await runSafely(schema, '{ rows { late doc { title } } }', runAlone);
    expect(data).toEqual({ rows: null });
  });
});

describe('rule 8: a policy on an interface or a union', () => {
  const docs = (typeName: string) => () => [mine, other].map((doc) => ({ ...doc, __typename: typeName }));
  const half = { data: { all: [{ __typename: 'Document' }, null] }, errors: [denial('policy', 'all', 1)] };

  it.each<[string, string]>([
    [
      'on an interface, of a field that returns it',
      'type Query { all: [Owned] } interface Owned @auth(policies: ["own"]) { ownerId: ID } type Document implements Owned { ownerId: ID }',
    ],
    [
      'on an interface, of a field that returns an implementer',
      'type Query { all: [Document] } interface Owned @auth(policies: ["own"]) { ownerId: ID } type Document implements Owned { ownerId: ID }',
    ],
    [
      'on an interface of an interface',
      `type Query { all: [Document] } interface Owned @auth(policies: ["own"]) { ownerId: ID } interface Paper implements Owned { ownerId: ID }
       type Document implements Owned & Paper { ownerId: ID }`,
    ],
    [
      'on an interface, of a union with an implementer',
      'type Query { all: [Any] } union Any = Document interface Owned @auth(policies: ["own"]) { ownerId: ID } type Document implements Owned { ownerId: ID }',
    ],
    [
      'on a union, of a field that returns it',
      'type Query { all: [Any] } union Any @auth(policies: ["own"]) = Document type Document { ownerId: ID }',
    ],
    [
      'on a member, of a union without one',
      'type Query { all: [Any] } union Any = Document type Document @auth(policies: ["own"]) { ownerId: ID }',
    ],
    [
      'on an implementer, of an interface without one',
      'type Query { all: [Node] } interface Node { ownerId: ID } type Document implements Node @auth(policies: ["own"]) { ownerId: ID }',
    ],
    [
      'on what an interface’s field returns',
      `type Query implements Lists { all: [Document] } interface Lists { all: [Any] } union Any @auth(policies: ["own"]) = Document
       type Document { ownerId: ID }`,
    ],
  ])('holds %s', async (_, sdl) => {
    for (const check of [own, ownLater]) {
      let asked = 0;
      const counted = (request: PolicyRequest<Doc>) => ((asked += 1), check(request));
      const schema = guard(sdl, { Query: { all: docs('Document') } }, { policies: { own: counted } });
      expect(await runSafely(schema, '{ all { __typename } }')).toEqual(half);
      // Once of each value, in each of two runs.
      expect(asked).toBe(4);
    }
  });

  it('asks the policy of a concrete type about values of that type alone', async () => {
    const asked: string[] = [];
    const note = (name: string) => () => (asked.push(name), true);
    const schema = guard(
      `type Query { all: [Owned] } interface Owned @auth(policies: ["own"]) { ownerId: ID }
       type Document implements Owned @auth(policies: ["more"]) { ownerId: ID } type Note implements Owned { ownerId: ID }`,
      { Query: { all: () => [{ __typename: 'Document' }, { __typename: 'Note' }] } },
      { policies: { own: note('own'), more: note('more') } },
    );
    await graphql({ schema, source: '{ all { ownerId } }', contextValue: { auth: anaya } });
    expect(asked).toEqual(['own', 'own', 'more']);
  });

  it('holds in a schema in code', async () => {
    const { authDirectiveTransformer } = authDirective({ policies: { own } });
    const Owned = new GraphQLInterfaceType({
      name: 'Owned',
      extensions: { directives: { auth: { policies: ['own'] } } },
      fields: { ownerId: { type: GraphQLString } },
    });
    const Document = new GraphQLObjectType({
      name: 'Document',
      interfaces: [Owned],
      fields: { ownerId: { type: GraphQLString } },
    });
    const query = new GraphQLObjectType({
      name: 'Query',
      fields: { all: { type: new GraphQLList(Owned), resolve: docs('Document') } },
    });
    const schema = authDirectiveTransformer(new GraphQLSchema({ query, types: [Document] }));
    expect(await run(schema, '{ all { __typename } }', anaya)).toEqual(half);
  });
});

describe('rule 8: a policy on a root type', () => {
  it('is asked at each of its fields, before the resolver, about the root value', async () => {
    const ran: string[] = [];
    const sources: unknown[] = [];
    const schema = guard(
      'type Query { x: Int } type Mutation @auth(policies: ["p"]) { a: Int b(ok: Boolean): Int }',
      { Mutation: { a: () => ran.push('a'), b: () => ran.push('b') } },
      { policies: { p: ({ source, args }) => (sources.push(source), args['ok'] === true) } },
    );
    const rootValue = { root: true };
    const answer = await graphql({
      schema,
      source: 'mutation { a b(ok: true) }',
      rootValue,
      contextValue: { auth: anaya },
    });
    expect(toAnswer(answer)).toEqual({ data: { a: null, b: 1 }, errors: [denial('policy', 'a')] });
    expect([ran, sources]).toEqual([['b'], [rootValue, rootValue]]);
  });

  it('is asked about a value of it that a field returns', async () => {
    const schema = guard(
      'type Query @auth(policies: ["p"]) { x: Int again: Query }',
      { Query: { x: () => 1, again: () => ({ deep: true }) } },
      { policies: { p: ({ source }: PolicyRequest<{ deep?: boolean } | undefined>) => source?.deep !== true } },
    );
    expect(await run(schema, '{ x again { x } }', anaya)).toEqual({
      data: { x: 1, again: null },
      errors: [denial('policy', 'again')],
    });
  });

  it('decides what each event of a subscription brings', async () => {
    const schema = guardOwn(`type Query { x: Int } type Subscription { doc: Document } ${document}`, {
      Subscription: {
        doc: {
          async *subscribe() {
            yield { doc: mine };
            yield { doc: other };
            yield { doc: mine };
          },
        },
      },
    });
    expect(await collect(schema, 'subscription { doc { title } }', anaya)).toEqual([
      { data: { doc: { title: 'mine' } } },
      { data: { doc: null }, errors: [denial('policy', 'doc')] },
      { data: { doc: { title: 'mine' } } },
    ]);
    expect(await collect(schema, 'subscription { doc { title } }', anonymous())).toEqual({
      data: undefined,
      errors: [denial('missing', 'doc')],
    });
  });
});

describe('rule 8: a policy on an entity of a subgraph', () => {
  const representations = (...ids: string[]) =>
    ids.map((ownerId) => `{ __typename: "Doc", ownerId: "${ownerId}" }`).join(' ');
  it.each([
    'type Doc @key(fields: "ownerId") @auth(policies: ["own"])',
    'interface Owned @auth(policies: ["own"]) { ownerId: ID! } type Doc implements Owned @key(fields: "ownerId")',
  ])('is asked about the entity, and not about its reference: %s', async (head) => {
    const sources: unknown[] = [];
    const schema = guardSubgraph(
      `type Query { x: Int } ${head} { ownerId: ID! title: String }`,
      { Doc: { __resolveReference: async ({ ownerId }: Doc) => ({ __typename: 'Doc', ownerId, title: ownerId }) } },
      { policies: { own: (request) => (sources.push(request.source), own(request)) } },
    );
    const source = `{ _entities(representations: [${representations('ben', 'anaya')}]) { ... on Doc { title } } }`;
    expect(await run(schema, source, anaya)).toEqual({
      data: { _entities: [null, { title: 'anaya' }] },
      errors: [denial('policy', '_entities', 0)],
    });
    expect(sources.every((each) => (each as Doc).title !== undefined)).toBe(true);
    expect(await run(schema, source, anonymous())).toEqual({
      data: { _entities: [null, null] },
      errors: [denial('missing', '_entities', 0), denial('missing', '_entities', 1)],
    });
  });

  const asked = '@auth(policies: ["own"])';
  it.each([
    ['Owned', asked, ''],
    ['Doc', asked, ''],
    ['Owned', '', asked],
    ['Doc', '', asked],
  ])(
    'is asked about the entity of a reference to an interface that %s resolves: on it %j, on its type %j',
    async (resolving, onInterface, onType) => {
      const sources: unknown[] = [];
      const resolvers = {
        Owned: { __resolveType: async () => 'Doc' },
        Doc: {},
        [resolving]: {
          ...(resolving === 'Owned' && { __resolveType: async () => 'Doc' }),
          __resolveReference: async ({ ownerId }: Doc) => ({ ownerId, title: ownerId }),
        },
      };
      const schema = guardSubgraph(
        `type Query { x: Int } interface Owned @key(fields: "ownerId") ${onInterface} { ownerId: ID! }
         type Doc implements Owned @key(fields: "ownerId") ${onType} { ownerId: ID! title: String }`,
        resolvers,
        { policies: { own: (request) => (sources.push(request.source), own(request)) } },
      );
      const source =
        '{ _entities(representations: [{ __typename: "Owned", ownerId: "ben" }, { __typename: "Owned", ownerId: "anaya" }]) { ... on Doc { title } } }';
      const answer = await run(schema, source, anaya);
      expect(answer).toEqual({
        data: { _entities: [null, { title: 'anaya' }] },
        errors: [denial('policy', '_entities', 0)],
      });
      expect(sources.every((each) => (each as Doc).title !== undefined)).toBe(true);
    },
  );
});

describe('rule 8: a policy on a type, and a list in a list that cannot be read', () => {
  it('fails alone, and leaves no rejection of another item unhandled', async () => {
    const fail = async () => later(0).then(() => Promise.reject(new Error('late')));
    const schema = guardOwn(`type Query { docs: [[Document]] } ${document}`, {
      Query: {
        docs: () => [
          fail(),
          (function* () {
            yield mine;
            throw new Error('unreadable');
          })(),
          [mine, other],
        ],
      },
    });
    expect(await runSafely(schema, '{ docs { title } }', runAlone)).toEqual({
      data: { docs: [null, null, [{ title: 'mine' }, null]] },
      errors: [
        { message: 'late', path: ['docs', 0] },
        { message: 'unreadable', path: ['docs', 1] },
        denial('policy', 'docs', 2, 1),
      ],
    });
  });
});

describe('rule 8: a policy on a type and the functions that tools put over a guard', () => {
  type Resolver = GraphQLFieldResolver<unknown, unknown>;
  const wrapInPlace = (schema: GraphQLSchema, wrap: (inner: Resolver) => Resolver) => {
    const field = schema.getQueryType()?.getFields()['docs'];
    if (!field?.resolve) throw new Error('There is a resolver.');
    field.resolve = wrap(field.resolve);
  };
  const create = (type = '[Document]', result: () => unknown = () => [mine, other]) => {
    const asked: unknown[] = [];
    const schema = guard(
      `type Query { docs: ${type} } ${document}`,
      { Query: { docs: result } },
      { policies: { own: (request) => (asked.push(request.source), own(request)) } },
    );
    return { schema, asked };
  };
  const ask = async (schema: GraphQLSchema, auth: unknown = anaya) =>
    toAnswer(await graphql({ schema, source: '{ docs { title } }', contextValue: { auth } }));

  it('asks once, about what the function gives back', async () => {
    const { schema, asked } = create();
    wrapInPlace(schema, (inner) => async (...call) => [other, ...((await inner(...call)) as Doc[])]);
    expect(await ask(schema)).toEqual({
      data: { docs: [null, { title: 'mine' }, null] },
      errors: [denial('policy', 'docs', 0), denial('policy', 'docs', 2)],
    });
    expect(asked).toEqual([other, mine, other]);
  });

  it('decides what such a function has remembered for another caller', async () => {
    const { schema } = create();
    let kept: unknown;
    wrapInPlace(
      schema,
      (inner) =>
        (...call) =>
          (kept ??= inner(...call)),
    );
    expect((await ask(schema, authenticatedAs({ sub: 'ben' }))).data).toEqual({ docs: [null, { title: 'other' }] });
    expect((await ask(schema)).data).toEqual({ docs: [{ title: 'mine' }, null] });
    expect((await ask(schema, authenticatedAs({ sub: 'eve' }))).data).toEqual({ docs: [null, null] });
  });

  it.each([
    ['values', () => [mine, other]],
    ['promises', () => [later(mine), later(other)]],
  ])('throws, and never gives a denial as one of %s, to a function in a copy of the schema', async (_, result) => {
    for (const type of ['[Document]', '[Document!]', '[Document!]!']) {
      const { schema } = create(type, result);
      const seen: unknown[] = [];
      const copy = mapSchema(schema, {
        [MapperKind.OBJECT_FIELD]: (config) => {
          const { resolve } = config;
          if (!resolve) return config;
          return {
            ...config,
            async resolve(...call: Parameters<Resolver>) {
              const list = (await resolve(...call)) as unknown[];
              for (const item of await Promise.allSettled(list)) if (item.status === 'fulfilled') seen.push(item.value);
              return list;
            },
          };
        },
      });
      const { data } = await ask(copy);
      expect(data).toEqual(
        { '[Document]': { docs: [{ title: 'mine' }, null] }, '[Document!]': { docs: null }, '[Document!]!': null }[
          type
        ],
      );
      expect(seen).toEqual([mine]);
    }
  });

  it('throws the denial of one value to code that calls the guard', async () => {
    const schema = guardOwn(`type Query { doc: Document later: Document } ${document}`, {
      Query: { doc: () => other, later: async () => other },
    });
    const call = (name: string) => {
      const resolve = schema.getQueryType()?.getFields()[name]?.resolve as unknown as (...call: unknown[]) => unknown;
      const info = { fieldNodes: [], path: { key: name, prev: undefined, typename: 'Query' }, variableValues: {} };
      return resolve({}, {}, { auth: anaya }, info);
    };
    expect(() => call('doc')).toThrow('Access is denied.');
    await expect(call('later')).rejects.toThrow('Access is denied.');
  });

  it('throws what it denies of an asynchronous iterable to a function in a copy of the schema', async () => {
    const { schema } = create('[Document]', async function* () {
      yield* [mine, other];
    });
    const seen: unknown[] = [];
    const copy = mapSchema(schema, {
      [MapperKind.OBJECT_FIELD]: (config) => ({
        ...config,
        async resolve(...call: Parameters<Resolver>) {
          for await (const item of config.resolve?.(...call) as AsyncIterable<unknown>) seen.push(item);
          return seen;
        },
      }),
    });
    expect(await ask(copy)).toEqual({ data: { docs: null }, errors: [denial('policy', 'docs', 1)] });
    expect(seen).toEqual([mine]);
  });

  it.each([
    ['a guarded field', '@auth'],
    ['a field without a rule', ''],
  ])('throws to the resolver of %s that calls the guard with its own `info`', async (_, rule) => {
    const seen: unknown[] = [];
    const callDocs: Resolver = async (source, args, context, info) => {
      const resolve = info.schema.getQueryType()?.getFields()['docs']?.resolve;
      const list = (await resolve?.(source, args, context, info)) as unknown[];
      for (const item of await Promise.allSettled(list)) seen.push(item.status === 'fulfilled' ? item.value : 'denied');
      return 'x';
    };
    const schema = guardOwn(`type Query { docs: [Document] other: String ${rule} } ${document}`, {
      Query: { docs: () => [mine, other], other: callDocs },
    });
    await graphql({ schema, source: '{ other }', contextValue: { auth: anaya } });
    expect(seen).toEqual([mine, 'denied']);
  });

  it('is reported at start when its guard is lost', () => {
    const { schema } = create();
    const type = schema.getQueryType();
    const copy = mapSchema(schema, {
      [MapperKind.OBJECT_FIELD]: (config) => ({ ...config, resolve: () => [other] }),
    });
    expect(type && findUnguarded(schema)).toEqual([]);
    expect(findUnguarded(copy)).toEqual([`Query.docs has a rule that no guard enforces. ${REMEDY}`]);
  });

  it.each([
    ['a union', 'union Any = Document type Document'],
    ['an interface', 'interface Any { title: String } type Document implements Any'],
  ])('holds where %s was renamed after it was guarded', async (_, sdl) => {
    const typed = [mine, other].map((each) => ({ __typename: 'Document', ...each }));
    const schema = guardOwn(
      `type Query { all: [Any] } ${sdl} @auth(policies: ["own"]) { ownerId: ID! title: String }`,
      {
        Query: { all: () => typed },
      },
    );
    const renamed = mapSchema(schema, {
      [MapperKind.UNION_TYPE]: (type) => new GraphQLUnionType({ ...type.toConfig(), name: 'Renamed' }),
      [MapperKind.INTERFACE_TYPE]: (type) => new GraphQLInterfaceType({ ...type.toConfig(), name: 'Renamed' }),
    });
    expect(renamed.getType('Renamed')).toBeDefined();
    expect(await run(renamed, '{ all { ... on Document { title } } }', anaya)).toEqual({
      data: { all: [{ title: 'mine' }, null] },
      errors: [denial('policy', 'all', 1)],
    });
  });

  it('is reported at start when it was added after the transformation', () => {
    const schema = guard(
      'type Query { docs: [Document] } type Document @auth { title: String }',
      {},
      { policies: { own } },
    );
    const later = mapSchema(schema, {
      [MapperKind.OBJECT_TYPE]: (type) => {
        if (type.name !== 'Document') return type;
        return new GraphQLObjectType({
          ...type.toConfig(),
          extensions: { directives: { auth: { policies: ['own'] } } },
        });
      },
    });
    expect(findUnguarded(later)).toEqual([`Query.docs has a rule that no guard enforces. ${REMEDY}`]);
  });
});

describe('rule 8: a policy on a type in a dry run', () => {
  it('denies nothing, asks no policy of a caller whose token is refused, and logs the type', async () => {
    const lines: string[] = [];
    let asked = 0;
    const logger = { warn: (line: string) => lines.push(line), error: (line: string) => lines.push(line) };
    const schema = guard(
      `type Query { docs: [Document!] } ${document}`,
      { Query: { docs: () => [mine, other] } },
      { policies: { own: (request) => ((asked += 1), own(request)) }, enforcement: 'report', logger },
    );
    const all = { data: { docs: [{ title: 'mine' }, { title: 'other' }] } };
    expect(await run(schema, '{ docs { title } }', anonymous())).toEqual(all);
    expect(asked).toBe(0);
    expect(await run(schema, '{ docs { title } }', anaya)).toEqual(all);
    expect(asked).toBe(4);
    expect(lines).toEqual([
      'apollo-cognito-auth: dry run: Query.docs would be denied (missing).',
      'apollo-cognito-auth: dry run: Document would be denied (policy).',
    ]);
  });
});

describe('rule 8: a policy on a type when the schema is built', () => {
  const policies = {
    byField: ownerPolicy({ field: 'ownerId' }),
    byArgument: claimPolicy({ claim: 'tenant', equals: { argument: 'tenantId' } }),
  };
  const build = (sdl: string) => () => guard(sdl, {}, { policies });

  it.each<[string, string, string]>([
    [
      'a property of another type',
      'type Query { d: D } type D @auth(policies: ["byField"]) { ownerId: Int }',
      'D: The policy "byField" could never hold here: D.ownerId is of the type Int, and a claim is text. Compare an ID or a String, or write a function.',
    ],
    [
      'a property of a member of a union',
      'type Query { u: U } union U @auth(policies: ["byField"]) = D type D { ownerId: [ID] }',
      'U: The policy "byField" could never hold here: D.ownerId is a list. Write claimPolicy() with list: \'value\', which asks it of all items, or a function.',
    ],
    [
      'an argument that no field has',
      'type Query { d(id: ID): D ds: [D] } type D @auth(policies: ["byArgument"]) { id: ID }',
      'D: The policy "byArgument" could never hold here: Query.d has no argument `tenantId`. It has `id`.',
    ],
    [
      'an argument that no field of a root type has',
      'type Query { x: Int } type Mutation @auth(policies: ["byArgument"]) { a(id: ID): Int }',
      'Mutation: The policy "byArgument" could never hold here: Mutation.a has no argument `tenantId`. It has `id`.',
    ],
    [
      'an unknown policy',
      'type Query { d: D } type D @auth(policies: ["none"]) { id: ID }',
      'D: Expected each of `policies` to be a key of authDirective({ policies }), got "none". Correct it, or add it there.',
    ],
    [
      'a scalar',
      'type Query { s: S } scalar S @auth(policies: ["byField"])',
      'S: A policy needs a field to look at. Put `policies` on the fields that return this type.',
    ],
  ])('refuses %s', (_, sdl, problem) => {
    expect(problemsOf(build(sdl))).toEqual([problem]);
  });

  it.each([
    [
      'an argument of one of the fields',
      'type Query { d(tenantId: ID): D ds: [D] } type D @auth(policies: ["byArgument"]) { id: ID }',
    ],
    [
      'an argument of a field that returns an interface',
      'type Query { n(tenantId: ID): N } interface N { id: ID } type D implements N @auth(policies: ["byArgument"]) { id: ID }',
    ],
    [
      'an argument of a field of a root type',
      'type Query { x: Int } type Mutation @auth(policies: ["byArgument"]) { a(tenantId: ID): Int }',
    ],
    ['a property that the schema does not show', 'type Query { d: D } type D @auth(policies: ["byField"]) { id: ID }'],
    ['a type that no field returns', 'type Query { x: Int } type D @auth(policies: ["byArgument"]) { id: ID }'],
  ])('accepts %s', (_, sdl) => {
    expect(problemsOf(build(sdl))).toEqual([]);
  });
});
