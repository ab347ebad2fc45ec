import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { AuthConfigurationError } from '../../src/errors.js';
import { readIntegrationRequest } from '../../src/server/integration.js';

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
  ])('is found in what %s passes', (_, args) => {
    expect(authorization(...args)).toEqual(['Bearer a.b.c']);
  });

  it('shows a duplicate that Node dropped', async () => {
    const lines = ['Authorization: Bearer a.b.c', 'authorization: Bearer d.e.f'];
    const both = ['Bearer a.b.c', 'Bearer d.e.f'];
    expect(await receive(lines, (req) => authorization({ req }))).toEqual(both);
    expect(await receive(lines, (raw) => authorization({ headers: raw.headers, raw }))).toEqual(both);
    expect(await receive(lines, (req) => authorization({ ctx: { req, headers: req.headers } }))).toEqual(both);
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

  it('does not split what a Fetch request has joined', () => {
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

  it.each([{ event: { headers: null } }, { req: { headers: {} } }])('has no credentials in %j', (argument) => {
    expect(authorization(argument)).toEqual([]);
  });

  it.each([[], [undefined], ['a'], [{}], [{ req: undefined }], [{ res: { headers } }]])(
    'is refused where there is none: %j',
    (...args) => {
      expect(() => readIntegrationRequest(args)).toThrow(AuthConfigurationError);
    },
  );
});
