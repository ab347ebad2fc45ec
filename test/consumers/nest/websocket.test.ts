import { createRequire } from 'node:module';
import type { INestApplication, Type } from '@nestjs/common';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { ask, pool, start, tokenOf } from './server';

let app: INestApplication;
let url: string;

beforeAll(async () => {
  const { AppModule } = createRequire(__filename)('./dist/samples/code-first.js') as { AppModule: Type };
  ({ app, url } = await start(AppModule));
});
afterAll(() => app.close());

/** The results of an operation over a connection with this token, or the code that closed the connection. */
async function results(token: string | undefined, query: string): Promise<unknown> {
  const client = createClient({
    url: url.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    connectionParams: token === undefined ? {} : { authorization: `Bearer ${token}` },
  });
  try {
    const found: unknown[] = [];
    for await (const { data, errors } of client.iterate({ query })) {
      found.push(
        errors?.map(({ path, extensions }) => `${path?.join('.')}: ${String(extensions?.['reason'])}`) ?? data,
      );
    }
    return found;
  } catch (fault) {
    return fault instanceof Error ? fault.message : (fault as { code?: number }).code;
  } finally {
    await client.dispose();
  }
}

describe('graphql-ws in Nest', () => {
  it('delivers a guarded subscription to a caller with a token, and refuses it to others', async () => {
    expect(await results(tokenOf([]), 'subscription { countdown }')).toEqual([
      { countdown: 3 },
      { countdown: 2 },
      { countdown: 1 },
    ]);
    expect(await results(undefined, 'subscription { countdown }')).toEqual([['countdown: missing']]);
  });

  it('gives the resolvers the caller of the connection', async () => {
    expect(await results(tokenOf(['admin']), '{ me payroll { total } }')).toEqual([
      { me: 'test-user', payroll: { total: 42 } },
    ]);
    expect(await results(undefined, '{ me motd }')).toEqual([['me: missing']]);
  });

  it('refuses a mutation as a whole', async () => {
    expect(await results(tokenOf(['legal']), 'mutation { pay }')).toEqual([['pay: group']]);
    expect(await results(tokenOf(['admin']), 'mutation { pay }')).toEqual([{ pay: 42 }]);
  });

  it('closes the connection of a bad token with 4401, and of an expired one with 4403', async () => {
    expect(await results('nonsense', '{ motd }')).toBe(4401);
    expect(await results(pool.accessToken({ exp: 1 }), '{ motd }')).toBe(4403);
  });
});

describe('mutations over HTTP in Nest', () => {
  it('are refused before they run, with the status 403', async () => {
    expect(await ask(url, ['legal'], 'mutation { pay }')).toEqual({
      status: 403,
      data: undefined,
      denied: ['pay: group'],
    });
    expect(await ask(url, ['admin'], 'mutation { pay }')).toEqual({ status: 200, data: { pay: 42 }, denied: [] });
  });
});
