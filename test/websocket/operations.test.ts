/** Operations on a connection: each is decided as over HTTP, gets a context of its own, and passes every function of ours. */
import { execute, GraphQLError, parse, subscribe } from 'graphql';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cognitoAuthWebSocket } from '../../src/graphql-ws/index.js';
import type { CognitoAuthWebSocket, CognitoAuthWebSocketOptions } from '../../src/graphql-ws/index.js';
import { authOf, createAuthContext } from '../../src/index.js';
import type { ExecutionResult } from 'graphql-ws';
import type { Auth, AuthEvent } from '../../src/index.js';
import { createTestUserPool } from '../../src/testing/index.js';
import { denial, guard, stepUp } from '../support/run.js';
import { logInto } from '../support/serve.js';
import { ask, closeOf, createFeed, createRun, serveWebSocket, until } from '../support/web-socket.js';
import type { Run, WebSocketTestServer } from '../support/web-socket.js';

const pool = createTestUserPool();
const as = (claims: Record<string, unknown> = {}) => ({
  connectionParams: { authorization: `Bearer ${pool.accessToken({ username: 'anaya', ...claims })}` },
});
const ADMIN = as({ 'cognito:groups': ['admin'] });
const MISCONFIGURED = {
  message: 'Internal server error.',
  extensions: { code: 'INTERNAL_SERVER_ERROR' },
};

let server: WebSocketTestServer | undefined;
const log: string[] = [];
const events: AuthEvent[] = [];
beforeEach(() => {
  log.length = 0;
  events.length = 0;
});
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

const verifier = pool.verifier({ onEvent: (event) => events.push(event) });

async function open(
  options: Partial<CognitoAuthWebSocketOptions> = {},
  extend?: (...args: never) => object | Promise<object>,
  replace: (ours: CognitoAuthWebSocket) => object = () => ({}),
): Promise<Run & WebSocketTestServer> {
  const run = createRun();
  const ours = cognitoAuthWebSocket({ verifier, logger: logInto(log), ...options }, extend as never);
  server = await serveWebSocket({ schema: run.schema, ...ours, ...replace(ours) });
  return { ...run, ...server };
}

describe('a denied operation', () => {
  it('does not close the socket: a query is answered in part', async () => {
    const { client } = await open();
    const one = client({ ...as(), lazy: false });
    expect(await ask(one, '{ motd secret }')).toEqual([
      { data: { motd: 'motd', secret: null }, errors: [denial('group', 'secret')] },
    ]);
    expect(await ask(one, '{ me }')).toEqual([{ data: { me: 'anaya' } }]);
  });

  it('that is a mutation runs nothing (rule 6), and an event tells of it', async () => {
    const { client, ran } = await open();
    const one = client({ ...as(), lazy: false });
    expect(await ask(one, 'mutation M { open closed }')).toEqual([{ errors: [denial('group', 'closed')] }]);
    expect(ran).toEqual([]);
    expect(events).toContainEqual({
      type: 'operation.refused',
      operationName: 'M',
      code: 'FORBIDDEN',
      reason: 'group',
    });
    // The variables of the request decide about @include.
    const query = 'mutation ($c: Boolean! = true) { open closed @include(if: $c) }';
    expect(await ask(one, query, { c: false })).toEqual([{ data: { open: 'open' } }]);
    expect(await ask(one, query)).toEqual([{ errors: [denial('group', 'closed')] }]);
    expect(ran).toEqual(['open']);
  });

  it('that is a subscription never makes its source', async () => {
    const { client, feed } = await open();
    expect(await ask(client(), 'subscription { ticks }')).toEqual([{ errors: [denial('missing', 'ticks')] }]);
    expect(feed.open()).toBe(0);
  });

  it('is refused as `onDenied` says', async () => {
    const { client, ran } = await open({ onDenied: { query: 'reject', mutation: 'partial' } });
    const one = client({ ...as(), lazy: false });
    expect(await ask(one, '{ motd secret }')).toEqual([{ errors: [denial('group', 'secret')] }]);
    expect(ran).toEqual([]);
    expect(await ask(one, 'mutation { open closed }')).toEqual([
      { data: { open: 'open', closed: null }, errors: [denial('group', 'closed')] },
    ]);
  });

  it('is every operation of a schema that was never transformed', async () => {
    const { client } = await open({}, undefined, () => ({ schema: createRun(false).schema }));
    expect(await ask(client(ADMIN), '{ motd }')).toEqual([{ errors: [MISCONFIGURED] }]);
    expect(log.join()).toContain('was never transformed');
  });
});

describe('the context of an operation', () => {
  it('is created for each operation from what extend returns, with the caller as `auth`', async () => {
    const calls: unknown[] = [];
    const { client } = await open({}, (auth: Auth, connection: object, id: string, payload: { query: string }) => {
      calls.push([auth.status, 'extra' in connection, typeof id, payload.query]);
      return { extra: `call ${calls.length}`, auth: 'not this' };
    });
    const one = client({ ...as(), lazy: false });
    expect(await ask(one, '{ extra me }')).toEqual([{ data: { extra: 'call 1', me: 'anaya' } }]);
    expect(await ask(one, '{ extra me }')).toEqual([{ data: { extra: 'call 2', me: 'anaya' } }]);
    expect(calls[0]).toEqual(['authenticated', true, 'string', '{ extra me }']);
  });

  it('is masked when extend throws, and the log says why; a GraphQLError of its own is sent', async () => {
    const { client, ran } = await open(
      {},
      (_auth: Auth, _connection: object, _id: string, { query }: { query: string }) => {
        if (query.includes('motd')) throw new Error('database password');
        throw new GraphQLError('Too many.', { extensions: { code: 'LIMIT' } });
      },
    );
    const one = client({ lazy: false });
    expect(await ask(one, '{ motd }')).toEqual([{ errors: [MISCONFIGURED] }]);
    expect(log.join()).toContain('database password');
    expect(await ask(one, '{ extra }')).toEqual([
      { errors: [{ message: 'Too many.', extensions: { code: 'LIMIT' } }] },
    ]);
    expect(ran).toEqual([]);
  });

  it('of a class keeps its class, and is refused when it is another operation’s', async () => {
    class Request {
      readonly extra = 'mine';
    }
    const shared = new Request();
    const { client } = await open({}, () => shared);
    const one = client({ lazy: false });
    expect(await ask(one, '{ extra }')).toEqual([{ data: { extra: 'mine' } }]);
    expect(await ask(one, '{ extra }')).toEqual([{ errors: [MISCONFIGURED] }]);
  });
});

describe('the user’s own functions', () => {
  it('run after ours: onSubscribe, execute, subscribe, onDisconnect, onClose', async () => {
    const calls: string[] = [];
    const { client, schema, feed } = await open({
      onSubscribe: (_connection, _id, { query }) => {
        calls.push('onSubscribe');
        return { schema, document: parse(query === 'persisted' ? '{ me }' : query) };
      },
      execute: (args) => {
        calls.push('execute');
        return execute(args);
      },
      subscribe: (args) => {
        calls.push('subscribe');
        return subscribe(args) as ReturnType<typeof execute>;
      },
      onDisconnect: () => void calls.push('onDisconnect'),
      onClose: () => void calls.push('onClose'),
    });
    const one = client({ ...as(), lazy: false });
    expect(await ask(one, 'persisted')).toEqual([{ data: { me: 'anaya' } }]);
    expect(await ask(one, 'mutation { closed }')).toEqual([{ errors: [denial('group', 'closed')] }]);
    const stream = ask(one, 'subscription { ticks }');
    await until(() => feed.open() === 1);
    await one.dispose();
    await stream;
    await until(() => calls.includes('onClose'));
    expect(calls).toEqual([
      'onSubscribe',
      'execute',
      'onSubscribe',
      'onSubscribe',
      'subscribe',
      'onDisconnect',
      'onClose',
    ]);
  });

  it('may refuse: errors of onSubscribe are sent', async () => {
    const { client } = await open({ onSubscribe: () => [new GraphQLError('Not today.')] });
    await expect(ask(client(), '{ motd }')).rejects.toEqual([{ message: 'Not today.' }]);
  });

  it('may give `errors: null`, as some executors do', async () => {
    const result = { data: { motd: 'mine' }, errors: null } as unknown as ExecutionResult;
    async function* subscribe() {
      yield result;
    }
    const { client } = await open({ execute: () => result, subscribe: async () => subscribe() });
    const one = client({ ...as(), lazy: false });
    expect(await ask(one, '{ motd }')).toEqual([{ data: { motd: 'mine' } }]);
    expect(await ask(one, 'subscription { ticks }')).toEqual([{ data: { motd: 'mine' } }]);
  });

  it('may return the same arguments each time', async () => {
    const { schema: persisted } = createRun();
    const args = { schema: persisted, document: parse('{ me }') };
    const { client } = await open({ onSubscribe: () => args });
    const one = client({ ...as(), lazy: false });
    for (let times = 0; times < 2; times += 1) expect(await ask(one, 'x')).toEqual([{ data: { me: 'anaya' } }]);
    expect(await ask(client(as({ username: 'ben' })), 'x')).toEqual([{ data: { me: 'ben' } }]);
    expect(Object.keys(args)).toEqual(['schema', 'document']);
  });
});

describe('an option that replaces one of ours', () => {
  const other = { auth: {}, extra: 'open' };
  it.each<[string, (ours: CognitoAuthWebSocket) => object]>([
    ['execute and subscribe', () => ({ execute, subscribe })],
    ['context by a value', () => ({ context: other })],
    ['context by a function', () => ({ context: () => other })],
    [
      'context by a function that adds to ours',
      (ours) => ({
        context: async (...args: Parameters<typeof ours.context>) => ({
          ...(await ours.context(...args)),
          extra: 'open',
        }),
      }),
    ],
    ['onConnect', () => ({ onConnect: () => true })],
    [
      'onSubscribe, by one that brings a context',
      () => ({
        onSubscribe: (_connection: unknown, _id: string, { query }: { query: string }) => ({
          schema: createRun().schema,
          document: parse(query),
          contextValue: other,
        }),
      }),
    ],
  ])('makes each operation fail closed: %s', async (_, replace) => {
    const { client, ran, feed } = await open({}, undefined, replace);
    const one = client({ ...ADMIN, lazy: false });
    for (const query of ['{ motd }', 'mutation { open closed }', 'subscription { ticks }', 'subscription { news }']) {
      const results = (await ask(one, query).catch((errors: unknown) => [{ errors }])) as { data?: unknown }[];
      expect(results).toHaveLength(1);
      expect(results[0]).not.toHaveProperty('data');
    }
    expect([ran, feed.open()]).toEqual([[], 0]);
    await until(() => log.length > 0);
    expect(log.join()).toContain('Pass your own functions to cognitoAuthWebSocket({ verifier, onConnect, … })');
  });

  it('leaves the guards in force, even when all of ours are replaced', async () => {
    const { client, feed } = await open({}, undefined, () => ({
      ...{ execute, subscribe },
      ...{ onConnect: undefined, onSubscribe: undefined, context: undefined },
    }));
    const one = client({ ...ADMIN, lazy: false });
    expect(await ask(one, '{ motd secret }')).toEqual([
      { data: { motd: 'motd', secret: null }, errors: [{ ...MISCONFIGURED, path: ['secret'] }] },
    ]);
    expect(await ask(one, 'subscription { ticks }')).toEqual([{ errors: [{ ...MISCONFIGURED, path: ['ticks'] }] }]);
    expect(feed.open()).toBe(0);
  });

  it('may replace onSubscribe by one that brings no context', async () => {
    const { client, ran } = await open({}, undefined, () => ({
      onSubscribe: (_connection: unknown, _id: string, { query }: { query: string }) => ({
        schema: createRun().schema,
        document: parse(query),
      }),
    }));
    const one = client({ ...as(), lazy: false });
    expect(await ask(one, '{ me }')).toEqual([{ data: { me: 'anaya' } }]);
    expect(await ask(one, 'mutation { open closed }')).toEqual([{ errors: [denial('group', 'closed')] }]);
    expect(ran).toEqual([]);
  });

  it('may replace onDisconnect: the connection ends with onClose', async () => {
    const { client } = await open({}, undefined, () => ({ onDisconnect: () => {} }));
    expect(await ask(client(as()), '{ me }')).toEqual([{ data: { me: 'anaya' } }]);
  });

  it('keeps the hooks that are not ours', async () => {
    const { client } = await open({}, undefined, () => ({
      onNext: (
        _connection: unknown,
        _id: unknown,
        _payload: unknown,
        args: { document: { definitions: unknown[] } },
      ) => ({
        data: { operations: args.document.definitions.length },
      }),
    }));
    expect(await ask(client(as()), '{ me }')).toEqual([{ data: { operations: 1 } }]);
  });
});

describe('a rule with maxAge', () => {
  it('is decided anew at each event and operation, and closes nothing', async () => {
    const clock = { now: Date.now() };
    const feed = createFeed();
    const schema = guard(
      `type Query { pay: Int @auth(maxAge: 60) } type Mutation { log: Int pay: Int @auth(maxAge: 60) }
       type Subscription { ticks: Int @auth(maxAge: 60) }`,
      { Query: { pay: () => 1 }, Mutation: { pay: () => 2 }, Subscription: { ticks: { subscribe: feed.subscribe } } },
    );
    const aging = pool.verifier({ clock: () => clock.now });
    server = await serveWebSocket({ schema, ...cognitoAuthWebSocket({ verifier: aging, logger: logInto(log) }) });
    const one = server.client({ ...as(), lazy: false });
    expect(await ask(one, '{ pay }')).toEqual([{ data: { pay: 1 } }]);
    const results: unknown[] = [];
    const ended = new Promise((resolve) => {
      const next = (result: unknown) => {
        results.push(JSON.parse(JSON.stringify(result)));
      };
      one.subscribe(
        { query: 'subscription { ticks }' },
        {
          next,
          error: resolve,
          complete: () => {
            resolve('complete');
          },
        },
      );
    });
    await until(() => feed.open() === 1);
    feed.publish(1);
    await until(() => results.length === 1);
    clock.now += 60_000;
    feed.publish(2);
    await until(() => results.length === 2);
    const denied = (field: string) => ({ data: { [field]: null }, errors: [stepUp({ maxAge: 60 }, field)] });
    const locations = [{ line: 1, column: 16 }];
    expect(results).toEqual([
      { data: { ticks: 1 } },
      { data: { ticks: null }, errors: [{ ...(stepUp({ maxAge: 60 }, 'ticks') as object), locations }] },
    ]);
    expect(await ask(one, '{ pay }')).toEqual([denied('pay')]);
    expect(await ask(one, 'mutation { log pay }')).toEqual([{ errors: [stepUp({ maxAge: 60 }, 'pay')] }]);
    expect(await ask(one, 'subscription { ticks }')).toEqual([{ errors: [stepUp({ maxAge: 60 }, 'ticks')] }]);
    expect([server.sockets(), log]).toEqual([1, []]);
    await server.stop();
    await ended;
    server = undefined;
  });
});

describe('createAuthContext() and authOf()', () => {
  it('read the context of graphql-ws', async () => {
    const { schema } = createRun();
    server = await serveWebSocket({ schema, context: createAuthContext({ verifier }) });
    expect(await ask(server.client(as()), '{ me }')).toEqual([{ data: { me: 'anaya' } }]);
    const [anonymous] = (await ask(server.client(), '{ me }')) as [object];
    expect(anonymous).toEqual({ data: { me: null }, errors: [denial('missing', 'me')] });
    const [bad] = (await ask(server.client({ connectionParams: { authorization: 'Bearer no' } }), '{ me }')) as [
      object,
    ];
    expect(bad).toEqual({ data: { me: null }, errors: [denial('malformed', 'me')] });
  });

  it('tell the caller of a connection', async () => {
    const seen: unknown[] = [];
    const { schema } = createRun();
    server = await serveWebSocket({
      schema,
      onConnect: async (connection) => {
        seen.push((await authOf({ verifier }, connection)).status);
        return true;
      },
    });
    await closeOf(ask(server.client(as()), '{ motd }'));
    await closeOf(ask(server.client(), '{ motd }'));
    expect(seen).toEqual(['authenticated', 'anonymous']);
  });
});
