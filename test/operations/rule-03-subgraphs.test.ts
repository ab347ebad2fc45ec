import { makeExecutableSchema } from '@graphql-tools/schema';
import { mapSchema, MapperKind } from '@graphql-tools/utils';
import { execute, graphql, isObjectType, Kind, parse } from 'graphql';
import type { GraphQLSchema } from 'graphql';
import { describe, expect, it } from 'vitest';
import { findUnguarded, hasRules } from '../../src/directive/guard/coverage.js';
import { createAnonymousAuth } from '../../src/auth.js';
import { decideOperation } from '../../src/index.js';
import { reachOfOperation } from '../../src/directive/decide-operation.js';
import type { AuthEvent } from '../../src/events.js';
import { anonymous, authenticatedAs, rejected } from '../../src/testing/index.js';
import { REMEDY } from '../support/refuse.js';
import { denial, guard, run, toAnswer } from '../support/run.js';
import { buildSubgraph, guardSubgraph } from '../support/subgraph.js';

interface Reference {
  readonly __typename?: string;
  readonly id: string;
}

const sdl = `
  type Query { motd: String }
  type User @key(fields: "id") { id: ID! name: String email: String @auth(groups: ["support"]) }
  type Payroll @key(fields: "id") @auth(groups: ["hr"]) { id: ID! total: Int }
  interface Media @key(fields: "id") { id: ID! title: String }
  type Book implements Media @key(fields: "id") { id: ID! title: String }
  type Film implements Media @key(fields: "id") @auth(groups: ["cinema"]) { id: ID! title: String }
  interface Paper @auth(groups: ["press"]) { id: ID! }
  type Article implements Paper @key(fields: "id") { id: ID! }
  type Stub @key(fields: "id") @auth(groups: ["hr"]) { id: ID! }
`;

function create(options: Parameters<typeof guardSubgraph>[2] = {}) {
  const ran: string[] = [];
  const resolve =
    (type: string, isAsync = false) =>
    ({ id }: Reference): unknown => {
      if (id === 'throws') throw new Error(`${type} throws`);
      ran.push(`${type} ${id}`);
      const entity = { id, name: `name ${id}`, title: `title ${id}`, total: 5, email: `${id}@example.com` };
      return isAsync ? Promise.resolve(entity) : entity;
    };
  const schema = guardSubgraph(
    sdl,
    {
      Query: { motd: () => 'hello' },
      User: { __resolveReference: resolve('User') },
      Payroll: { __resolveReference: resolve('Payroll', true) },
      Media: { __resolveType: ({ id }: Reference) => (id.startsWith('f') ? 'Film' : 'Book') },
      Book: { __resolveReference: resolve('Book') },
      Film: { __resolveReference: resolve('Film') },
      Article: { __resolveReference: resolve('Article') },
    },
    options,
  );
  return { schema, ran };
}

const query = `query ($r: [_Any!]!) {
  motd
  _entities(representations: $r) {
    __typename
    ... on User { id name email } ... on Payroll { id total } ... on Media { id title } ... on Article { id } ... on Stub { id }
  }
}`;

function references(...written: string[]): { r: Reference[] } {
  return { r: written.map((each) => each.split(' ')).map(([__typename = '', id = '']) => ({ __typename, id })) };
}

describe('rule 3: references of a subgraph', () => {
  it('of a denied type never reach `__resolveReference`, and fail at their own place alone', async () => {
    const { schema, ran } = create();
    const answer = await run(
      schema,
      query,
      authenticatedAs(),
      references('Payroll 1', 'User 2', 'Payroll 3', 'Book b'),
    );
    expect(answer).toEqual({
      data: {
        motd: 'hello',
        _entities: [
          null,
          { __typename: 'User', id: '2', name: 'name 2', email: null },
          null,
          { __typename: 'Book', id: 'b', title: 'title b' },
        ],
      },
      errors: [
        denial('group', '_entities', 0),
        denial('group', '_entities', 1, 'email'),
        denial('group', '_entities', 2),
      ],
    });
    // Each operation runs twice.
    expect(ran).toEqual(['User 2', 'Book b', 'User 2', 'Book b']);
  });

  it('are resolved for a caller who meets the rule, as without rules', async () => {
    const { schema, ran } = create();
    const answer = await run(schema, query, authenticatedAs({ groups: ['hr'] }), references('Payroll 1', 'Stub 2'));
    expect(answer).toEqual({
      data: {
        motd: 'hello',
        _entities: [
          { __typename: 'Payroll', id: '1', total: 5 },
          { __typename: 'Stub', id: '2' },
        ],
      },
    });
    expect(ran).toEqual(['Payroll 1', 'Payroll 1']);
  });

  it('have the reason of the caller’s own token, and the alias in their path', async () => {
    const { schema, ran } = create();
    const aliased = '{ a: _entities(representations: [{ __typename: "Payroll", id: "1" }]) { __typename } }';
    expect(await run(schema, aliased, anonymous())).toEqual({
      data: { a: [null] },
      errors: [denial('missing', 'a', 0)],
    });
    expect(await run(schema, aliased, rejected('expired'))).toEqual({
      data: { a: [null] },
      errors: [denial('expired', 'a', 0)],
    });
    const { errors } = await graphql({ schema, source: aliased, contextValue: { auth: {} } });
    expect(errors).toMatchObject([{ path: ['a', 0], extensions: { code: 'INTERNAL_SERVER_ERROR' } }]);
    expect(ran).toEqual([]);
  });

  it('are denied by a rule that the type has from an interface', async () => {
    const { schema, ran } = create();
    expect(await run(schema, query, anonymous(), references('Article 1'))).toEqual({
      data: { motd: 'hello', _entities: [null] },
      errors: [denial('missing', '_entities', 0)],
    });
    expect(ran).toEqual([]);
  });

  it('of a type without `__resolveReference` are decided too', async () => {
    const { schema } = create();
    expect(await run(schema, query, authenticatedAs(), references('Stub 1', 'User 2'))).toMatchObject({
      data: { _entities: [null, { id: '2' }] },
    });
  });

  it('to an interface are decided when the concrete type is known, before its own `__resolveReference`', async () => {
    const { schema, ran } = create();
    // The index is that of the item, wherever the library was when it asked for the type.
    const answer = await run(
      schema,
      query,
      authenticatedAs(),
      references('Book 0', 'Media f1', 'Media b2', 'Payroll 3'),
    );
    expect(answer).toEqual({
      data: {
        motd: 'hello',
        _entities: [
          { __typename: 'Book', id: '0', title: 'title 0' },
          null,
          { __typename: 'Book', id: 'b2', title: 'title b2' },
          null,
        ],
      },
      errors: [denial('group', '_entities', 1), denial('group', '_entities', 3)],
    });
    expect(ran.filter((each) => each.startsWith('Film'))).toEqual([]);
    expect(await run(schema, query, authenticatedAs({ groups: ['cinema'] }), references('Media f1'))).toMatchObject({
      data: { _entities: [{ __typename: 'Film', title: 'title f1' }] },
    });
  });

  it.each([
    ['Nothing 9', '"Nothing"'],
    ['Book throws', 'Book throws'],
  ])(
    'that are denied leave no rejection without a handler beside one that fails at once: %s',
    async (faulty, message) => {
      const unhandled: unknown[] = [];
      const note = (reason: unknown) => unhandled.push(reason);
      process.on('unhandledRejection', note);
      try {
        for (const wrap of [
          (resolve: unknown) => resolve,
          (resolve: (...call: unknown[]) => unknown) =>
            async (...call: unknown[]) =>
              resolve(...call),
        ]) {
          const { schema, ran } = create();
          const field = schema.getQueryType()?.getFields()['_entities'];
          const original = field?.resolve as (...call: unknown[]) => unknown;
          if (field) field.resolve = wrap(original) as NonNullable<typeof field.resolve>;
          const { errors } = await graphql({
            schema,
            source: query,
            // The concrete type of the second one is known only when the library has asked for it.
            variableValues: references('Payroll 1', 'Media f1', faulty),
            contextValue: { auth: anonymous() },
          });
          expect(errors).toMatchObject([{ path: ['_entities'], message: expect.stringContaining(message) as string }]);
          expect(ran).toEqual([]);
        }
        await new Promise((resolve) => setTimeout(resolve, 20));
        expect(unhandled).toEqual([]);
      } finally {
        process.off('unhandledRejection', note);
      }
    },
  );

  it('are decided also where a later resolver takes the place of `__resolveReference`', async () => {
    const { schema, ran } = create();
    const type = schema.getType('Payroll');
    if (!isObjectType(type)) throw new Error('The schema has no such type.');
    const resolveReference = () => {
      ran.push('later');
      return { id: '1' };
    };
    type.extensions = { apollo: { subgraph: { resolveReference } } };
    expect(findUnguarded(schema)).toEqual([]);
    await run(schema, query, authenticatedAs(), references('Payroll 1'));
    expect(ran).toEqual([]);
    await run(schema, query, authenticatedAs({ groups: ['hr'] }), references('Payroll 1'));
    expect(ran).toEqual(['later', 'later']);
  });

  it('leave the given schema, its resolvers and its extensions as they are', async () => {
    const resolveReference = ({ id }: Reference) => ({ id });
    const { authDirectiveTypeDefs, authDirectiveTransformer } = (await import('../../src/index.js')).authDirective();
    const given = buildSubgraph(
      `${authDirectiveTypeDefs} type Query { f: Int } type User @key(fields: "id") @auth { id: ID! }`,
      { User: { __resolveReference: resolveReference } },
    );
    const resolver = (schema: GraphQLSchema) => schema.getQueryType()?.getFields()['_entities']?.resolve;
    const before = resolver(given);
    authDirectiveTransformer(given);
    expect(resolver(given)).toBe(before);
    expect(given.getType('User')?.extensions).toEqual({ apollo: { subgraph: { resolveReference } } });
    const open = await graphql({
      schema: given,
      source: '{ _entities(representations: [{ __typename: "User", id: "1" }]) { ... on User { id } } }',
    });
    expect(toAnswer(open)).toEqual({ data: { _entities: [{ id: '1' }] } });
  });

  it('are refused at start when `_entities` lost its guard', () => {
    const { schema } = create();
    expect([findUnguarded(schema), hasRules(schema)]).toEqual([[], true]);
    const replaced = mapSchema(schema, {
      [MapperKind.QUERY_ROOT_FIELD]: (field, name) =>
        name === '_entities' ? { ...field, resolve: (...call) => field.resolve?.(...call) } : undefined,
    });
    expect(findUnguarded(replaced)).toEqual([`Query._entities has a rule that no guard enforces. ${REMEDY}`]);
    expect(findUnguarded(mapSchema(schema, {}))).toEqual([]);
  });

  it('are denied below a function that is put over `_entities`, which sees rejections and no errors as values', async () => {
    const { schema, ran } = create();
    const field = schema.getQueryType()?.getFields()['_entities'];
    if (!field?.resolve) throw new Error('The schema has no such field.');
    const { resolve } = field;
    const seen: unknown[] = [];
    field.resolve = (source, args: Record<string, unknown>, context, info) => {
      seen.push(args['representations']);
      return resolve(source, { representations: [{ __typename: 'Payroll', id: 'own' }] }, context, info);
    };
    const { r } = references('User 1', 'Payroll 2');
    const answer = toAnswer(
      await graphql({ schema, source: query, variableValues: { r }, contextValue: { auth: authenticatedAs() } }),
    );
    expect(answer).toMatchObject({ data: { _entities: [null, null] } });
    expect(seen).toEqual([[r[0]]]);
    expect(ran).toEqual([]);
    expect(findUnguarded(schema)).toEqual([]);
  });

  it('in a dry run are all resolved, and each would-be denial is told', async () => {
    const lines: string[] = [];
    const logger = { warn: (line: string) => lines.push(line), error: (line: string) => lines.push(line) };
    const { schema, ran } = create({ enforcement: 'report', logger });
    const events: AuthEvent[] = [];
    const auth = createAnonymousAuth({
      clock: Date.now,
      graceSeconds: 0,
      emit: (event) => events.push(event),
      poolName: undefined,
    });
    const { data } = await run(schema, query, auth, references('Payroll 1', 'Article 2'));
    expect(data).toMatchObject({ _entities: [{ id: '1', total: 5 }, { id: '2' }] });
    expect(ran).toHaveLength(4);
    expect(events.map((each) => 'coordinate' in each && each.coordinate).slice(0, 2)).toEqual([
      'Payroll.__resolveReference',
      'Article.__resolveReference',
    ]);
    expect(lines).toContain('apollo-cognito-auth: dry run: Payroll.__resolveReference would be denied (missing).');
  });

  it('are a query: a denied one ends nothing else, and its answer is private', async () => {
    const { schema } = create();
    const document = parse('query ($r: [_Any!]!) { _entities(representations: $r) { __typename } }');
    const contextValue = { auth: anonymous() };
    expect(decideOperation({ schema, document, variableValues: references('Payroll 1'), contextValue })).toEqual([]);
    const [operation] = document.definitions;
    if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('The document has no operation.');
    expect(reachOfOperation(schema, document, operation).hasRules).toBe(true);
  });

  it('of an @interfaceObject are decided by its own rule', async () => {
    const ran: string[] = [];
    const schema = guardSubgraph(
      'type Query { f: Int } type Media @interfaceObject @key(fields: "id") @auth { id: ID! views: Int }',
      { Media: { __resolveReference: ({ id }: Reference) => ran.push(id) && { id, views: 7 } } },
    );
    const source = '{ _entities(representations: [{ __typename: "Media", id: "1" }]) { ... on Media { views } } }';
    expect(await run(schema, source, anonymous())).toEqual({
      data: { _entities: [null] },
      errors: [denial('missing', '_entities', 0)],
    });
    expect(ran).toEqual([]);
    expect(await run(schema, source, authenticatedAs())).toEqual({ data: { _entities: [{ views: 7 }] } });
  });

  it('are decided in a subgraph that another library builds, with resolvers in other places', async () => {
    const asked: unknown[] = [];
    const schema = guard(
      `type Query { _service: _Service! _entities(representations: [_Any!]!): [_Entity]! }
       scalar _Any union _Entity = User | Open type _Service { sdl: String! }
       type User @auth { id: ID } type Open { id: ID }`,
      {
        Query: {
          _entities: (_: unknown, args: { representations: readonly Reference[] }) => {
            asked.push(args.representations);
            return Promise.resolve(new Set(args.representations));
          },
        },
      },
    );
    const source =
      'query ($r: [_Any!]!) { _entities(representations: $r) { __typename ... on User { id } ... on Open { id } } }';
    const { r } = references('Open 1', 'User 2', 'Open 3');
    const open = (id: string) => ({ __typename: 'Open', id });
    expect(await run(schema, source, anonymous(), { r })).toEqual({
      data: { _entities: [open('1'), null, open('3')] },
      errors: [denial('missing', '_entities', 1)],
    });
    expect(asked[0]).toEqual([r[0], r[2]]);
    expect(await run(schema, source, authenticatedAs(), { r })).toMatchObject({
      data: { _entities: [{}, { id: '2' }, {}] },
    });
    // Nothing is left to ask for.
    asked.length = 0;
    await run(schema, source, anonymous(), references('User 2'));
    expect(asked).toEqual([]);
  });

  it('are those of a subgraph alone: another `_entities` is a field like others', async () => {
    const schema = guard('type Query { _entities(representations: [User]): Int } input User { id: ID }', {
      Query: { _entities: () => 1 },
    });
    expect(await run(schema, '{ _entities(representations: [{}]) }', anonymous())).toEqual({ data: { _entities: 1 } });
    const executable = makeExecutableSchema({ typeDefs: 'type Query { _entities: Int }' });
    expect(hasRules(executable)).toBe(false);
  });

  it('fail whole where `_entities` itself fails, with its own error', async () => {
    const { schema } = create();
    const field = schema.getQueryType()?.getFields()['_entities'];
    if (!field) throw new Error('The schema has no such field.');
    field.resolve = () => Promise.reject(new Error('down'));
    const result = await execute({
      schema,
      document: parse(query),
      variableValues: references('User 1', 'Payroll 1'),
      contextValue: { auth: anonymous() },
    });
    expect(toAnswer(result)).toMatchObject({ errors: [{ message: 'down', path: ['_entities'] }] });
  });
});
