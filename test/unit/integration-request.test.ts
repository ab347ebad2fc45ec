import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { AuthConfigurationError, TokenRejectedError } from '../../src/errors.js';
import { readIntegrationRequest } from '../../src/server/integration-request.js';

/** Headers by `get` alone, as graphql-sse gives them. */
function byGet(headers: Readonly<Record<string, unknown>>) {
  return { get: (name: string) => headers[name] };
}

function authorization(...args: readonly unknown[]): readonly string[] {
  return readIntegrationRequest(args).header('authorization');
}

/** Sends the lines as they are, and reads the headers from what Node made of them. */
async function receive(lines: readonly string[], read: (request: IncomingMessage) => readonly string[]) {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await new Promise<readonly string[]>((resolve, reject) => {
      server.on('request', (request, response) => {
        resolve(read(request));
        response.end();
      });
      // `address()` of a server that listens on a port is an object.
      const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
      socket.on('error', reject);
      socket.end(['GET / HTTP/1.1', 'host: localhost', 'connection: close', ...lines, '', ''].join('\r\n'));
    });
  } finally {
    server.close();
  }
}

describe('the request of an integration', () => {
  const headers = { authorization: 'Bearer a.b.c' };

  it.each([
    ['standalone and express', [{ req: { headers }, res: {} }]],
    ['Lambda', [{ event: { headers: { Authorization: 'Bearer a.b.c' } }, context: {} }]],
    ['Lambda behind a load balancer', [{ event: { multiValueHeaders: { Authorization: ['Bearer a.b.c'] } } }]],
    ['Fastify', [{ headers, raw: { rawHeaders: ['Authorization', 'Bearer a.b.c'] } }, {}]],
    ['Next', [{ headers }, {}]],
    ['Next with a route handler', [new Request('http://localhost', { headers })]],
    ['Koa', [{ ctx: { req: { headers, rawHeaders: ['authorization', 'Bearer a.b.c'] }, headers } }]],
    ['Fetch', [{ request: new Request('http://localhost', { headers }) }]],
    ['Lambda with the payload format 2.0', [{ event: { version: '2.0', headers, cookies: [] }, context: {} }]],
    ['Lambda behind API Gateway', [{ event: { headers, multiValueHeaders: { authorization: ['Bearer a.b.c'] } } }]],
    ['Lambda with one of the two left empty', [{ event: { httpMethod: 'POST', headers, multiValueHeaders: {} } }]],
    [
      'Lambda with one of the two null',
      [{ event: { headers: null, multiValueHeaders: { Authorization: ['Bearer a.b.c'] } } }],
    ],
    ['H3', [{ event: { headers: new Headers(headers), node: { req: { headers, rawHeaders: [] } } } }]],
    ['H3 of version 2', [{ event: { req: new Request('http://localhost', { headers }) } }]],
    ['Hapi', [{ request: { headers, raw: { req: { headers, rawHeaders: [] } } }, h: {} }]],
    ['Azure Functions', [{ req: new Request('http://localhost', { headers }), context: {}, body: {} }]],
    ['Azure Functions before version 4', [{ req: { headers, rawBody: '' }, context: {} }]],
    ['graphql-sse', [{ headers: byGet(headers), raw: { headers, rawHeaders: [] } }]],
    ['graphql-sse, wrapped', [{ req: { headers: byGet(headers), raw: { headers, rawHeaders: [] } } }]],
    ['graphql-sse under Fastify', [{ headers: byGet(headers), raw: { headers, raw: { headers, rawHeaders: [] } } }]],
    ['graphql-sse under Fetch', [{ headers: new Headers(headers), raw: new Request('http://localhost', { headers }) }]],
    ['GraphQL Yoga', [{ req: { headers, rawHeaders: [] }, request: new Request('http://localhost', { headers }) }]],
    ['an integration with headers in a Map', [{ req: { headers: new Map([['Authorization', 'Bearer a.b.c']]) } }]],
    ['an integration with headers in pairs', [{ req: { headers: [['Authorization', 'Bearer a.b.c']] } }]],
    [
      'an integration with headers as Node lists them',
      [{ req: { headers: ['Host', 'x', 'Authorization', 'Bearer a.b.c'] } }],
    ],
    [
      'an integration with headers from a generator',
      [{ req: { headers: new Map([['Authorization', 'Bearer a.b.c']]).entries() } }],
    ],
    [
      'an integration with headers without a prototype',
      [{ req: { headers: Object.assign(Object.create(null) as object, headers) } }],
    ],
    ['an integration with a header named get', [{ req: { headers: { get: 'x', entries: 'y', ...headers } } }]],
  ])('is found as %s passes it', (_, args) => {
    expect(authorization(...args)).toEqual(['Bearer a.b.c']);
  });

  it('shows a duplicate that Node dropped', async () => {
    const lines = ['Authorization: Bearer a.b.c', 'authorization: Bearer d.e.f'];
    const both = ['Bearer a.b.c', 'Bearer d.e.f'];
    expect(await receive(lines, (req) => authorization({ req }))).toEqual(both);
    expect(await receive(lines, (raw) => authorization({ headers: raw.headers, raw }))).toEqual(both);
    expect(await receive(lines, (req) => authorization({ ctx: { req, headers: req.headers } }))).toEqual(both);
  });

  it('shows a duplicate that Node dropped, behind an H3 event, a Hapi request and a graphql-sse request', async () => {
    const lines = ['Authorization: Bearer a.b.c', 'authorization: Bearer d.e.f'];
    const both = ['Bearer a.b.c', 'Bearer d.e.f'];
    const fetched = (req: IncomingMessage) => new Headers({ authorization: req.headers.authorization ?? '' });
    const shapes: ((req: IncomingMessage) => unknown)[] = [
      (req) => ({ event: { headers: fetched(req), node: { req } } }),
      (req) => ({ event: { req: { headers: fetched(req), runtime: { node: { req } } } } }),
      (req) => ({ request: { headers: req.headers, raw: { req } }, h: {} }),
      (req) => ({ headers: byGet(req.headers), raw: req }),
      (req) => ({ req: { headers: byGet(req.headers), raw: { headers: req.headers, raw: req } } }),
      (req) => ({ request: { headers: fetched(req) }, req }),
    ];
    for (const shape of shapes) expect(await receive(lines, (req) => authorization(shape(req)))).toEqual(both);
  });

  it('has no credentials when the header is missing everywhere', async () => {
    const missing = await receive([], (req) => [
      ...authorization({ event: { headers: new Headers(), node: { req } } }),
      ...authorization({ request: { headers: req.headers, raw: { req } } }),
      ...authorization({ headers: byGet(req.headers), raw: req }),
      ...authorization({ headers: byGet({ authorization: 'undefined' }), raw: req }),
      ...authorization({ event: { headers: { host: 'x' }, multiValueHeaders: { host: ['x'] } } }),
    ]);
    expect(missing).toEqual([]);
  });

  it('has no credentials when the header is empty in one place and missing in the other, as with H3', async () => {
    const empty = await receive(['Authorization:'], (req) =>
      authorization({ event: { headers: new Headers(), node: { req } } }),
    );
    expect(empty).toEqual(['']);
    const twice = ['Authorization', '', 'Authorization', 'Bearer a.b.c'];
    const event = { headers: new Headers(), node: { req: { headers: { authorization: '' }, rawHeaders: twice } } };
    expect(() => authorization({ event })).toThrow(TokenRejectedError);
  });

  const one = { authorization: 'Bearer a.b.c' };
  const other = { authorization: 'Bearer d.e.f' };
  it.each([
    ['H3', { event: { headers: new Headers(one), node: { req: { headers: other, rawHeaders: [] } } } }],
    [
      'H3, where one is stale',
      { event: { headers: new Headers(one), node: { req: { headers: {}, rawHeaders: [] } } } },
    ],
    ['H3, where the other is', { event: { headers: new Headers(), node: { req: { headers: one, rawHeaders: [] } } } }],
    ['graphql-sse', { headers: byGet(one), raw: { headers: other, rawHeaders: [] } }],
    ['Hapi', { request: { headers: one, raw: { req: { headers: other, rawHeaders: [] } } } }],
    ['Lambda', { event: { headers: one, multiValueHeaders: { authorization: ['Bearer d.e.f'] } } }],
    ['Lambda, where one lacks it', { event: { headers: one, multiValueHeaders: { host: ['x'] } } }],
    [
      'Lambda, where the other lacks it',
      { event: { headers: { host: 'x' }, multiValueHeaders: { authorization: ['x'] } } },
    ],
    ['two requests', { req: { headers: one }, request: { headers: other } }],
  ])('is malformed when its places disagree: %s', (_, argument) => {
    expect(() => authorization(argument)).toThrow(TokenRejectedError);
  });

  it('shows a duplicate that a Lambda event keeps beside the last value', () => {
    const event = {
      headers: { Authorization: 'Bearer d.e.f' },
      multiValueHeaders: { Authorization: ['Bearer a.b.c', 'Bearer d.e.f'] },
    };
    expect(authorization({ event })).toEqual(['Bearer a.b.c', 'Bearer d.e.f']);
  });

  it('shows both of two names that differ in case', () => {
    expect(authorization({ event: { headers: { authorization: 'a', Authorization: 'b' } } })).toEqual(['a', 'b']);
  });

  it('does not split a value that a Fetch request joined', () => {
    const request = new Request('http://localhost', {
      headers: [
        ['authorization', 'Bearer a.b.c'],
        ['authorization', 'Bearer d.e.f'],
      ],
    });
    expect(authorization({ request })).toEqual(['Bearer a.b.c, Bearer d.e.f']);
  });

  it('follows a middleware that sets or removes the header', async () => {
    const sent = ['Authorization: Bearer a.b.c'];
    const set = await receive(sent, (req) => {
      req.headers.authorization = 'Bearer d.e.f';
      return authorization({ req });
    });
    expect(set).toEqual(['Bearer d.e.f']);
    const removed = await receive(sent, (req) => {
      delete req.headers.authorization;
      return authorization({ req });
    });
    expect(removed).toEqual([]);
  });

  it('reads the cookies of a Lambda event of the payload format 2.0', () => {
    const event = { headers: {}, cookies: ['a=1', 'token=a.b.c'] };
    expect(readIntegrationRequest([{ event }]).header('cookie')).toEqual(['a=1', 'token=a.b.c']);
  });

  it('reads cookies in one place or in both', () => {
    const cookies = ['a=1', 'token=a.b.c'];
    const cookie = (event: object) => readIntegrationRequest([{ event }]).header('cookie');
    expect(cookie({ headers: null, cookies })).toEqual(cookies);
    expect(cookie({ headers: { cookie: 'a=1; token=a.b.c' }, cookies })).toEqual(cookies);
    expect(cookie({ headers: { cookie: 'b=2' }, multiValueHeaders: { cookie: ['a=1', 'b=2'] } })).toEqual([
      'a=1',
      'b=2',
    ]);
    expect(() => cookie({ headers: { cookie: 'token=d.e.f' }, cookies })).toThrow(TokenRejectedError);
  });

  it('finds a header by a name in any case, each time', () => {
    const request = readIntegrationRequest([{ req: { headers: new Map([['X-Token', 'a']]).entries() } }]);
    expect([request.header('x-token'), request.header('X-TOKEN'), request.header('x-other')]).toEqual([
      ['a'],
      ['a'],
      [],
    ]);
    const node = readIntegrationRequest([{ req: { headers: { Authorization: 'a' }, rawHeaders: [] } }]);
    expect(node.header('Authorization')).toEqual(['a']);
    expect(() => node.header(undefined as never)).toThrow(AuthConfigurationError);
  });

  it('reads no property of Object.prototype', () => {
    const planted: Record<string, unknown> = {
      headers: { authorization: 'Bearer evil' },
      multiValueHeaders: { authorization: ['Bearer evil'] },
      req: { headers: { authorization: 'Bearer evil' } },
      raw: { headers: { authorization: 'Bearer evil' }, rawHeaders: ['authorization', 'Bearer evil'] },
      rawHeaders: ['authorization', 'Bearer evil', 'authorization', 'Bearer evil'],
      authorization: 'Bearer evil',
      get: () => 'Bearer evil',
    };
    for (const [name, value] of Object.entries(planted)) {
      const seen: unknown[] = [];
      Reflect.set(Object.prototype, name, value);
      try {
        seen.push(authorization({ request: { headers: { host: 'x' } } }));
        seen.push(authorization({ event: { headers: { host: 'x' }, httpMethod: 'POST' } }));
        seen.push(authorization({ res: {} }));
      } catch (error) {
        seen.push(error);
      } finally {
        Reflect.deleteProperty(Object.prototype, name);
      }
      expect([name, ...seen]).toEqual([name, [], [], expect.any(AuthConfigurationError)]);
    }
  });

  it.each([
    { event: { headers: null } },
    { event: { httpMethod: 'POST', headers: null, multiValueHeaders: null } },
    { req: { requestContext: {}, headers: null } },
    { req: { headers: {} } },
    { req: { headers: { authorization: undefined } } },
    { event: { multiValueHeaders: { Authorization: [] } } },
  ])('has no credentials in %j', (argument) => {
    expect(authorization(argument)).toEqual([]);
  });

  it.each<[string, unknown]>([
    ['text', 'authorization: Bearer a.b.c'],
    ['a number', 7],
    ['null', null],
    ['a function', () => 'Bearer a.b.c'],
    ['an empty list', []],
    ['a list of odd length', ['authorization']],
    ['a list of objects', [{ key: 'authorization', value: 'Bearer a.b.c' }]],
    ['a list of triples', [['authorization', 'Bearer a.b.c', 'x']]],
    ['a Set', new Set(['authorization'])],
    [
      'an object of a class that hides its values',
      new (class Hidden {
        readonly #value = 'Bearer a.b.c';
        has() {
          return this.#value;
        }
      })(),
    ],
  ])('is refused when its headers cannot be read: %s', (_, unreadable) => {
    expect(() => authorization({ req: { headers: unreadable } })).toThrow(AuthConfigurationError);
    expect(() => authorization({ headers: unreadable })).toThrow(AuthConfigurationError);
    expect(() => authorization({ headers: byGet(headers), raw: { headers: unreadable } })).toThrow(
      AuthConfigurationError,
    );
  });

  it.each([7, {}, true, [7], [['Bearer a.b.c']], [{ value: 'Bearer a.b.c' }], ['Bearer a.b.c', undefined]])(
    'is refused when the header is not text: %j',
    (value) => {
      for (const argument of [
        { req: { headers: { authorization: value } } },
        { req: { headers: { authorization: value }, rawHeaders: [] } },
        { req: { headers: [['authorization', value]] } },
        { req: { headers: new Map([['authorization', value]]) } },
        { req: { headers: byGet({ authorization: value }) } },
        { event: { multiValueHeaders: { authorization: value } } },
      ]) {
        expect(() => authorization(argument)).toThrow(AuthConfigurationError);
      }
    },
  );

  it.each([
    [{ connectionParams: { authorization: 'Bearer a.b.c' }, extra: { socket: {} } }],
    [{ connectionParams: undefined, extra: { socket: {} } }],
    [{ connectionParams: { authorization: 'Bearer a.b.c' } }],
    [{ connectionParams: {}, extra: { request: {} } }],
    [{ ctx: { connectionParams: { authorization: 'Bearer a.b.c' }, extra: { request: { headers } } } }],
  ])('is refused for a WebSocket connection that does not show its upgrade request: %j', (context) => {
    expect(() => authorization(context)).toThrow(AuthConfigurationError);
  });

  it('is refused when its holder is a circle', () => {
    const circle: Record<string, unknown> = {};
    circle['req'] = circle['ctx'] = circle;
    expect(() => authorization(circle)).toThrow(AuthConfigurationError);
    const raw: Record<string, unknown> = { headers };
    raw['raw'] = { raw };
    expect(authorization(raw)).toEqual(['Bearer a.b.c']);
  });

  // The next to last is what @as-integrations/azure-functions 0.2 passes: a copy of the request without its class.
  it.each([
    [],
    [undefined],
    ['a'],
    [{}],
    [{ req: undefined }],
    [{ req: { json: () => ({}) }, context: {} }],
    [{ res: { headers } }],
  ])('is refused when there is none: %j', (...args) => {
    expect(() => readIntegrationRequest(args)).toThrow(AuthConfigurationError);
  });
});

describe('a header that middleware changed', () => {
  const [mine, trusted] = ['Bearer mine', 'Bearer trusted'];
  const twice = ['Authorization', mine, 'authorization', mine];

  it('counts as the middleware left it, also when the client sent it twice', () => {
    expect(authorization({ req: { headers: { authorization: trusted }, rawHeaders: twice } })).toEqual([trusted]);
    expect(authorization({ req: { headers: {}, rawHeaders: twice } })).toEqual([]);
    expect(authorization({ req: { headers: { authorization: mine }, rawHeaders: twice } })).toEqual([mine, mine]);
    expect(authorization({ req: { headers: { authorization: `${mine}, ${mine}` }, rawHeaders: twice } })).toEqual([
      mine,
      mine,
    ]);
  });
});

describe('headers whose keys do not show their values', () => {
  it('are read in every usual spelling by `get`', () => {
    for (const name of ['authorization', 'Authorization', 'AUTHORIZATION']) {
      expect(authorization({ request: { headers: byGet({ [name]: 'Bearer a' }) } })).toEqual(['Bearer a']);
    }
    const both = byGet({ authorization: 'Bearer a', Authorization: 'Bearer b' });
    expect(authorization({ request: { headers: both } })).toEqual(['Bearer a', 'Bearer b']);
  });

  it.each<[string, object]>([
    ['inherited', Object.create(Object.assign(Object.create(null) as object, { authorization: 'Bearer a' })) as object],
    ['hidden', Object.defineProperty({}, 'authorization', { value: 'Bearer a' })],
  ])('are refused: %s', (_, headers) => {
    expect(() => authorization({ req: { headers } })).toThrow(AuthConfigurationError);
  });
});
