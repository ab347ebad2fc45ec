/** Functions that tools put over a guard: in place, as Apollo Server and tracing tools do, or in a copy of the schema. */
import { ApolloServer } from '@apollo/server';
import { mapSchema, MapperKind } from '@graphql-tools/utils';
import { execute, graphql, isObjectType, parse } from 'graphql';
import type { ExecutionResult, GraphQLFieldResolver, GraphQLSchema } from 'graphql';
import { expect, describe, it, onTestFinished } from 'vitest';
import { batchPolicy, cognitoAuthPlugin, createCognitoVerifier } from '../../src/index.js';
import { anonymous, authenticatedAs, createTestUserPool } from '../../src/testing/index.js';
import { denial, guard, run, toAnswer } from '../support/run.js';

type Resolver = GraphQLFieldResolver<unknown, unknown>;
type Wrap = (inner: Resolver) => Resolver;

const admin = authenticatedAs({ groups: ['admin'] });

/** Puts a function over the resolver in place; what it gets is what stood there. */
function wrapInPlace(schema: GraphQLSchema, coordinate: string, wrap: Wrap): void {
  const [typeName = '', fieldName = ''] = coordinate.split('.');
  const type = schema.getType(typeName);
  const field = isObjectType(type) ? type.getFields()[fieldName] : undefined;
  if (!field?.resolve) throw new Error(`${coordinate} has no resolver.`);
  field.resolve = wrap(field.resolve);
}

const awaiting: Wrap =
  (inner) =>
  async (...args) =>
    inner(...args);

async function ask(schema: GraphQLSchema, source: string, auth: unknown) {
  return toAnswer(await graphql({ schema, source, contextValue: { auth } }));
}

/** A server that starts with the plugin, which checks the schema. */
async function start(schema: GraphQLSchema): Promise<ApolloServer> {
  const pool = createTestUserPool();
  const server = new ApolloServer({
    schema,
    plugins: [cognitoAuthPlugin({ verifier: pool.verifier() })],
    stopOnTerminationSignals: false,
  });
  await server.start();
  onTestFinished(() => server.stop());
  return server;
}

/** Rejections that nothing handles, while the work goes on and shortly after. */
async function unhandledDuring(work: () => Promise<unknown>): Promise<readonly unknown[]> {
  const found: unknown[] = [];
  const listen = (reason: unknown) => void found.push(reason);
  const others = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection');
  process.on('unhandledRejection', listen);
  await work();
  await new Promise((resolve) => setTimeout(resolve, 20));
  process.off('unhandledRejection', listen);
  for (const other of others) process.on('unhandledRejection', other);
  return found;
}

const payroll = `
  type Query { payroll: Payroll, list: [Int] @auth(groups: ["admin"]), open: Int }
  type Mutation { pay: Int @auth(groups: ["admin"]) }
  type Payroll @auth(groups: ["admin"]) { total: Int }`;

function payrollSchema() {
  const ran: string[] = [];
  const schema = guard(payroll, {
    Query: {
      payroll: () => (ran.push('payroll'), { total: 123456 }),
      list: () => (ran.push('list'), [1, 2]),
      open: () => 1,
    },
    Mutation: { pay: () => (ran.push('pay'), 1) },
  });
  return { schema, ran };
}

describe('rule 4: a function that was put over a guard', () => {
  const wrappers: readonly [string, Wrap][] = [
    ['passes everything on', (inner) => (source, args, context, info) => inner(source, args, context, info)],
    [
      'awaits first',
      (inner) =>
        async (...args) => (await Promise.resolve(), inner(...args)),
    ],
    [
      'spreads the result',
      (inner) =>
        (...args) => ({ total: 123456, ...(inner(...args) as object) }),
    ],
    ['catches errors', (inner) => (...args) => { try { return inner(...args); } catch { return { total: 123456 }; } }], // prettier-ignore
    ['remembers the first answer', (inner) => { let known: unknown; return (...args) => (known ??= inner(...args)); }], // prettier-ignore
    ['does not call the guard', () => () => ({ total: 123456 })],
    ['gives an answer to errors', (inner) => async (...args) => Promise.resolve(inner(...args)).catch(() => ({ total: 1 }))], // prettier-ignore
  ];

  it.each(wrappers)('lets no denied caller in when it %s', async (_, wrap) => {
    const { schema, ran } = payrollSchema();
    wrapInPlace(schema, 'Query.payroll', wrap);
    wrapInPlace(
      schema,
      'Query.payroll',
      (inner) =>
        (...args) =>
          inner(...args),
    );
    expect(await run(schema, '{ payroll { total } }', anonymous())).toEqual({
      data: { payroll: null },
      errors: [denial('missing', 'payroll')],
    });
    expect(ran).toEqual([]);
    expect(await ask(schema, '{ payroll { total } }', admin)).toEqual({ data: { payroll: { total: 123456 } } });
    expect(await ask(schema, '{ payroll { total } }', anonymous())).toMatchObject({ data: { payroll: null } });
  });

  it.each(wrappers)('does not keep a server from starting, and is not called at start, when it %s', async (_, wrap) => {
    const { schema } = payrollSchema();
    let calls = 0;
    wrapInPlace(schema, 'Mutation.pay', (inner) => {
      const wrapped = wrap(inner);
      return (...args) => ((calls += 1), wrapped(...args));
    });
    const server = await start(schema);
    expect(calls).toBe(0);
    const { body } = await server.executeOperation(
      { query: 'mutation { pay }' },
      { contextValue: { auth: anonymous() } },
    );
    expect(body).toMatchObject({ singleResult: { errors: [{ extensions: { reason: 'missing' } }] } });
    expect(calls).toBe(0);
  });

  it('may read what a resolver gets, as tracing does', async () => {
    const { schema } = payrollSchema();
    const seen: string[] = [];
    wrapInPlace(schema, 'Query.payroll', (inner) => async (source, args, context, info) => {
      await Promise.resolve();
      seen.push(`${info.parentType.name}.${info.fieldName}: ${String(info.returnType)}, ${info.operation.operation}`);
      seen.push(typeof (context as { tracer?: { id: string } }).tracer);
      return inner(source, args, context, info);
    });
    const server = await start(schema);
    expect(seen).toEqual([]);
    const { body } = await server.executeOperation(
      { query: '{ payroll { total } }' },
      { contextValue: { auth: admin } },
    );
    expect(body).toMatchObject({ singleResult: { data: { payroll: { total: 123456 } } } });
    expect(seen).toEqual(['Query.payroll: Payroll, query', 'undefined']);
  });

  it('gets a denial as a thrown error', async () => {
    const { schema } = payrollSchema();
    const seen: unknown[] = [];
    const watch: Wrap =
      (inner) =>
      (...args) => {
        try {
          seen.push(['value', inner(...args)]);
        } catch (error) {
          seen.push(error);
          throw error;
        }
        return undefined;
      };
    wrapInPlace(schema, 'Query.payroll', watch);
    wrapInPlace(schema, 'Query.list', watch);
    await ask(schema, '{ payroll { total } list }', anonymous());
    expect(seen).toMatchObject([{ extensions: { reason: 'missing' } }, { extensions: { reason: 'missing' } }]);
  });

  it('counts as an error for Apollo Server’s `willResolveField`, each denial once', async () => {
    const { schema } = payrollSchema();
    const ends: unknown[] = [];
    const server = new ApolloServer({
      schema,
      plugins: [
        {
          requestDidStart: async () => ({
            executionDidStart: async () => ({
              willResolveField:
                ({ info }) =>
                (error) =>
                  void ends.push([info.fieldName, error?.message]),
            }),
          }),
        },
      ],
    });
    const { body } = await server.executeOperation(
      { query: '{ payroll { total } list open }' },
      { contextValue: { auth: anonymous() } },
    );
    expect(body).toMatchObject({ singleResult: { errors: [{ path: ['payroll'] }, { path: ['list'] }] } });
    expect(ends).toEqual([
      ['payroll', 'Authentication is required.'],
      ['list', 'Authentication is required.'],
      ['open', undefined],
    ]);
  });

  it('is called once at the most for a denied caller when it does not lead to the guard, and never in a mutation', async () => {
    const { schema } = payrollSchema();
    let calls = 0;
    const replace: Wrap = () => () => (calls += 1);
    wrapInPlace(schema, 'Query.list', replace);
    wrapInPlace(schema, 'Mutation.pay', replace);
    for (let time = 0; time < 3; time += 1) {
      expect(await ask(schema, '{ list }', anonymous())).toMatchObject({ data: { list: null } });
      expect(await ask(schema, 'mutation { pay }', anonymous())).toMatchObject({ data: { pay: null } });
    }
    expect(calls).toBe(1);
  });

  it('may put back the resolver that it replaced', async () => {
    const { schema } = payrollSchema();
    const field = schema.getQueryType()?.getFields()['payroll'];
    if (!field) throw new Error('The schema has no such field.');
    const { resolve: before } = field;
    field.resolve = () => ({ total: 0 });
    Reflect.set(field, 'resolve', before);
    expect(field.resolve).toBe(before);
    expect(await ask(schema, '{ payroll { total } }', admin)).toEqual({ data: { payroll: { total: 123456 } } });
    Reflect.set(field, 'resolve', undefined);
    expect(await ask(schema, '{ payroll { total } }', anonymous())).toMatchObject({ data: { payroll: null } });
  });

  it('cannot replace the guard by defining the property: the server does not start', async () => {
    const { schema } = payrollSchema();
    const field = schema.getQueryType()?.getFields()['payroll'];
    const define = () => {
      Object.defineProperty(field, 'resolve', { value: () => ({ total: 1 }), configurable: true });
    };
    expect(define).toThrow(TypeError);
    expect(() => Reflect.deleteProperty(field ?? {}, 'resolve')).not.toThrow();
    expect(await ask(schema, '{ payroll { total } }', anonymous())).toMatchObject({ data: { payroll: null } });
  });

  it('causes no second report of a denial', async () => {
    const events: string[] = [];
    const pool = createTestUserPool();
    const verifier = createCognitoVerifier(
      { userPoolId: pool.userPoolId, clientId: pool.clientId, jwks: pool.jwks },
      { onEvent: (event) => events.push(event.type === 'field.denied' ? event.coordinate : event.type) },
    );
    const { schema } = payrollSchema();
    for (let count = 0; count < 3; count += 1) {
      wrapInPlace(
        schema,
        'Query.payroll',
        (inner) =>
          async (...args) =>
            inner(...args),
      );
    }
    await ask(schema, '{ payroll { total } }', await verifier.authenticate(undefined));
    expect(events).toEqual(['Query.payroll']);
  });

  it('causes each policy to be asked once, about the arguments that reach the resolver', async () => {
    let asked = 0;
    const ownSchema = () =>
      guard(
        'type Query { f(id: ID): Int @auth(policies: ["own"]) }',
        { Query: { f: () => 1 } },
        { policies: { own: ({ args }) => ((asked += 1), args['id'] === '1') } },
      );
    const schema = ownSchema();
    wrapInPlace(schema, 'Query.f', awaiting);
    wrapInPlace(schema, 'Query.f', awaiting);
    expect(await ask(schema, '{ f(id: "1") }', admin)).toEqual({ data: { f: 1 } });
    expect(asked).toBe(1);
    const denied = { errors: [{ extensions: { reason: 'policy' } }] };
    const changes: Wrap[] = [
      (inner) => (source, _, context, info) => inner(source, { id: '2' }, context, info),
      (inner) => (source, args: { id?: string }, context, info) => (
        (args.id = '2'),
        inner(source, args, context, info)
      ),
    ];
    for (const change of changes) {
      const changed = ownSchema();
      wrapInPlace(changed, 'Query.f', change);
      expect(await ask(changed, '{ f(id: "1") }', admin)).toMatchObject(denied);
    }
    // What did not come by the guard below is asked about too.
    const replaced = ownSchema();
    wrapInPlace(replaced, 'Query.f', () => async () => Promise.resolve(5));
    expect(await ask(replaced, '{ f(id: "2") }', admin)).toMatchObject(denied);
    expect(await ask(replaced, '{ f(id: "1") }', admin)).toEqual({ data: { f: 5 } });
  });

  it('lets in no caller that a policy has denied, by calling the guard again with other arguments', async () => {
    const schema = guard(
      'type Query { f(id: ID): Int @auth(policies: ["own"]) }',
      { Query: { f: () => 1 } },
      { policies: { own: ({ args }) => args['id'] === '1' } },
    );
    wrapInPlace(schema, 'Query.f', (inner) => (source, args, context, info) => {
      try {
        return inner(source, args, context, info);
      } catch {
        return inner(source, { id: '1' }, context, info);
      }
    });
    expect(await ask(schema, '{ f(id: "1") }', admin)).toEqual({ data: { f: 1 } });
    expect(await ask(schema, '{ f(id: "2") }', admin)).toEqual({ data: { f: null }, errors: [denial('policy', 'f')] });
  });

  it('is called once for all denied callers, until a guard is seen below it', async () => {
    const { schema } = payrollSchema();
    let calls = 0;
    wrapInPlace(schema, 'Query.list', () => async () => ((calls += 1), new Promise(() => undefined)));
    const aliases = Array.from({ length: 50 }, (_, index) => `a${index}: list`).join(' ');
    await ask(schema, `{ ${aliases} }`, anonymous());
    expect(calls).toBe(1);
  });

  it('cannot change the error that the client gets', async () => {
    const { schema } = payrollSchema();
    wrapInPlace(schema, 'Query.list', (inner) => (...args) => {
      try {
        return inner(...args);
      } catch (error) {
        Object.assign(error as object, { message: 'internal 10.0.0.7' });
        (error as { extensions: Record<string, unknown> }).extensions['code'] = 'HACKED';
        throw error;
      }
    });
    expect(await ask(schema, '{ list }', anonymous())).toEqual({
      data: { list: null },
      errors: [denial('missing', 'list')],
    });
  });

  it('in a copy of the schema gets the denial as an error, and lets no denied caller in', async () => {
    const { schema, ran } = payrollSchema();
    const copy = mapSchema(schema, {
      [MapperKind.OBJECT_FIELD]: ({ resolve, ...field }, name) =>
        name === 'payroll'
          ? { ...field, resolve: async (...args) => ({ total: 1, ...((await resolve?.(...args)) as object) }) }
          : undefined,
    });
    expect(await ask(copy, '{ payroll { total } }', anonymous())).toEqual({
      data: { payroll: null },
      errors: [denial('missing', 'payroll')],
    });
    expect(ran).toEqual([]);
    await expect(start(copy)).rejects.toThrow('Query.payroll has a rule that no guard enforces');
  });

  it('over a copy of the schema that a server uses runs below the guard too', async () => {
    const { schema } = payrollSchema();
    const copy = mapSchema(schema, {});
    await start(copy);
    wrapInPlace(copy, 'Query.payroll', () => () => ({ total: 1 }));
    expect(await ask(copy, '{ payroll { total } }', anonymous())).toMatchObject({ data: { payroll: null } });
    await start(copy);
  });
});

describe('rule 4: a list that a wrapper filters', () => {
  const typeDefs = `
    type Query { nodes: [A!], nullable: [A] }
    type A { x: C!, visible: Boolean }
    type C { s: Int! @auth(groups: ["admin"]) }`;
  const rows = [{ visible: true }, null, { visible: true }, { visible: false }];
  const filters: readonly [string, (list: readonly unknown[]) => unknown][] = [
    ['filter()', (list) => list.filter((item) => (item as { visible?: boolean } | null)?.visible !== false)],
    ['a loop', (list) => { const kept = []; for (const item of list) if ((item as { visible?: boolean } | null)?.visible !== false) kept.push(item); return kept; }], // prettier-ignore
    ['Array.from', (list) => Array.from(list, (item) => item).slice(0, 3)],
    ['indexes', (list) => [list[0], list[1], list[2]]],
  ];

  it.each(filters)('causes no unhandled rejection and holds the items themselves, with %s', async (_, filter) => {
    const schema = guard(typeDefs, {
      Query: { nodes: () => rows, nullable: () => rows },
      A: { x: async () => (await new Promise((resolve) => setTimeout(resolve, 1)), { s: 1 }) },
    });
    for (const name of ['nodes', 'nullable']) {
      wrapInPlace(
        schema,
        `Query.${name}`,
        (inner) =>
          async (...args) =>
            filter((await inner(...args)) as unknown[]),
      );
    }
    let answers: ExecutionResult[] = [];
    const unhandled = await unhandledDuring(async () => {
      answers = await Promise.all(
        [anonymous(), admin].map(async (auth) =>
          execute({ schema, document: parse('{ nodes { x { s } } nullable { x { s } } }'), contextValue: { auth } }),
        ),
      );
    });
    expect(unhandled).toEqual([]);
    expect(answers.map(({ data }) => JSON.parse(JSON.stringify(data)) as unknown)).toEqual([
      { nodes: null, nullable: [null, null, null] },
      { nodes: null, nullable: [{ x: { s: 1 } }, null, { x: { s: 1 } }] },
    ]);
  });
});

describe('rule 8: a batch policy below a wrapper', () => {
  it('is asked once for a list', async () => {
    const loads: unknown[] = [];
    const schema = guard(
      'type Query { items: [Item] } type Item { id: ID, s: Int @auth(policies: ["read"]) }',
      {
        Query: {
          items: () => [
            { id: '1', s: 1 },
            { id: '2', s: 2 },
          ],
        },
      },
      {
        policies: {
          read: batchPolicy({
            key: ({ source }: { source: { id: string } }) => source.id,
            load: (ids) => (loads.push(ids), ids.map(() => true)),
          }),
        },
      },
    );
    wrapInPlace(
      schema,
      'Item.s',
      (inner) =>
        async (...args) =>
          inner(...args),
    );
    expect(await ask(schema, '{ items { s } }', admin)).toEqual({ data: { items: [{ s: 1 }, { s: 2 }] } });
    expect(loads).toEqual([['1', '2']]);
  });
});
