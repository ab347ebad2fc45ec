import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { ask } from '../demo/answers.js';
import { signIn } from '../demo/sign-in.js';
import type { LedgerQuery, OrdersQuery } from '../src/generated/operations.js';
import { createSamples } from '../src/samples.js';
import { startExample } from '../src/server.js';
import type { RunningExample } from '../src/server.js';

const statements: string[] = [];
let example: RunningExample;
const tokens: Record<string, { accessToken: string; idToken: string }> = {};

beforeAll(async () => {
  example = await startExample(
    { port: 0, userPool: undefined, databaseUrl: undefined },
    { onQuery: (sql) => statements.push(sql) },
  );
  for (const person of example.userPool.people) tokens[person.username] = await signIn(example.userPool, person);
});

afterAll(() => example.stop());

async function askAs(token: string | undefined, query: string) {
  statements.length = 0;
  return ask(example.url, query, { name: '', token });
}

it('answers an anonymous caller the public part of a query, and denies the rest', async () => {
  expect(await askAs(undefined, '{ motd orders { id } }')).toEqual({
    status: 200,
    challenge: `Bearer resource_metadata="${example.url}/.well-known/oauth-protected-resource/graphql"`,
    body: {
      data: { motd: 'Free shipping in November.', orders: null },
      errors: [
        {
          message: 'Authentication is required.',
          locations: [{ line: 1, column: 8 }],
          path: ['orders'],
          extensions: { code: 'UNAUTHENTICATED', reason: 'missing' },
        },
      ],
    },
  });
  expect(statements).toEqual([]);
});

it('reads each customer once for a list of orders: two SQL statements for any number of orders', async () => {
  const { status, body } = await askAs(tokens['ben']?.accessToken, '{ orders { id customer { name orders { id } } } }');
  const { orders } = (body as { data: OrdersQuery }).data;
  expect(status).toBe(200);
  expect(orders).toHaveLength(6);
  expect(statements.map((sql) => / from (\S+)/.exec(sql)?.[1])).toEqual([
    'shop.orders',
    'shop.customers',
    // The orders of all three customers.
    'shop.orders',
  ]);
});

it('shows a caller the rows that belong to the subject of the token', async () => {
  expect(await askAs(tokens['chidi']?.idToken, '{ myOrders { id } me { id username email groups } }')).toEqual({
    status: 200,
    body: {
      data: {
        myOrders: [{ id: 'order-5' }, { id: 'order-2' }],
        me: {
          id: '33333333-3333-4333-8333-333333333333',
          username: 'chidi',
          email: 'chidi@example.com',
          groups: [],
        },
      },
    },
  });
});

it('guards a type that is reached through an interface, and shows it to the group that may see it', async () => {
  const query = '{ ledger { id ... on Payslip { employee } } }';
  const support = (await askAs(tokens['ben']?.accessToken, query)).body as { data: LedgerQuery; errors: unknown };
  expect(support.data.ledger?.slice(5)).toEqual([{ id: 'order-1' }, null, null]);
  expect(support.errors).toEqual(
    [6, 7].map((index) => ({
      message: 'Access is denied.',
      locations: [{ line: 1, column: 3 }],
      path: ['ledger', index],
      extensions: { code: 'FORBIDDEN', reason: 'group' },
    })),
  );
  const admin = (await askAs(tokens['anaya']?.accessToken, query)).body as { data: LedgerQuery; errors?: unknown };
  expect(admin.data.ledger?.slice(5)).toEqual([
    { id: 'order-1' },
    { id: 'payslip-1', employee: 'Anaya' },
    { id: 'payslip-2', employee: 'Ben' },
  ]);
  expect(admin.errors).toBeUndefined();
});

it('runs nothing of a mutation that the caller is denied', async () => {
  const answer = await askAs(tokens['chidi']?.accessToken, 'mutation { shipOrder(id: "order-1") { id } }');
  expect(answer).toEqual({
    status: 403,
    body: {
      errors: [
        {
          message: 'Access is denied.',
          locations: [{ line: 1, column: 12 }],
          path: ['shipOrder'],
          extensions: { code: 'FORBIDDEN', reason: 'group' },
        },
      ],
    },
  });
  expect(statements).toEqual([]);
});

it('tells the client that the server has a fault, and the log which one', async () => {
  const log = vi.spyOn(console, 'error').mockImplementation(() => {});
  // PostgreSQL refuses a text with a NUL character, in a sentence of its own.
  const answer = await askAs(tokens['anaya']?.accessToken, 'mutation { shipOrder(id: "\\u0000") { id } }');
  expect(answer).toEqual({
    status: 200,
    body: {
      data: { shipOrder: null },
      errors: [
        {
          message: 'Internal server error.',
          locations: [{ line: 1, column: 12 }],
          path: ['shipOrder'],
          extensions: { code: 'INTERNAL_SERVER_ERROR' },
        },
      ],
    },
  });
  expect(log.mock.calls).toEqual([
    [expect.objectContaining({ message: expect.stringContaining('invalid byte') as unknown })],
  ]);
  log.mockRestore();
});

it('leads from a 401 to where tokens come from', async () => {
  const { challenge = '' } = await askAs('open-sesame', '{ motd }');
  const [, address = ''] = /resource_metadata="(.+?)"/.exec(challenge) ?? [];
  const response = await fetch(address);
  expect(response.headers.get('access-control-allow-origin')).toBe('*');
  expect(await response.json()).toEqual({
    resource: `${example.url}/graphql`,
    authorization_servers: [`${String(example.userPool.endpoint)}/${example.userPool.userPoolId}`],
    bearer_methods_supported: ['header'],
  });
});

it('explains at / how to sign in and query', async () => {
  const response = await fetch(`${example.url}/`);
  const page = await response.text();
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
  for (const { username, password } of example.userPool.people) {
    expect(page).toContain(`<td>${username}</td><td>${password}</td>`);
  }
  expect(page.match(/<pre>/g)).toHaveLength(createSamples(example.url, example.userPool).length);
  expect(page).not.toContain('<script');
});

const hasCurl = spawnSync('curl', ['--version']).status === 0;

it.skipIf(!hasCurl)(`prints shell lines that work as printed${hasCurl ? '' : ' (skipped: no curl here)'}`, async () => {
  const script = createSamples(example.url, example.userPool).map(({ line }) => line);
  // Not a synchronous one: the server that has to answer is in this process.
  const { stdout } = await promisify(execFile)('sh', ['-euc', script.join('\n')]);
  const [anonymous = '', orders = '', ledger = '', ...refused] = stdout.trim().split(/\r?\n/);
  expect(JSON.parse(anonymous)).toMatchObject({ data: { orders: null }, errors: [{ path: ['orders'] }] });
  expect(JSON.parse(orders)).toEqual({ data: { orders: expect.any(Array) as unknown } });
  expect(JSON.parse(ledger)).toMatchObject({ errors: [{ path: ['ledger', 6] }, { path: ['ledger', 7] }] });
  expect(refused[0]).toBe('HTTP/1.1 401 Unauthorized');
  expect(refused).toContain(
    `www-authenticate: Bearer error="invalid_token", resource_metadata="${example.url}/.well-known/oauth-protected-resource/graphql"`,
  );
});
