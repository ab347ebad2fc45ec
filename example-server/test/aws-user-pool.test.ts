import { createTestUserPool } from 'apollo-cognito-auth/testing';
import { afterEach, expect, it, vi } from 'vitest';
import { ask } from '../demo/answers.js';
import { createSamples } from '../src/samples.js';
import { startExample } from '../src/server.js';

afterEach(() => {
  vi.unstubAllGlobals();
});

it('starts while AWS is unreachable, says so, and works as soon as the keys of the user pool are there', async () => {
  const pool = createTestUserPool({ userPoolId: 'eu-west-1_Example1', clientId: 'web' });
  const realFetch = globalThis.fetch;
  let isReachable = false;
  const asked: string[] = [];
  vi.stubGlobal('fetch', async (input: string, init?: RequestInit) => {
    if (input.startsWith('http://127.0.0.1:')) return realFetch(input, init);
    asked.push(input);
    if (!isReachable) throw new TypeError('fetch failed');
    return Response.json(pool.jwks);
  });
  const log: unknown[] = [];
  vi.spyOn(console, 'error').mockImplementation((...line) => log.push(...line));
  vi.spyOn(console, 'warn').mockImplementation((...line) => log.push(...line));

  const { userPoolId, clientId } = pool;
  const example = await startExample({ port: 0, userPool: { userPoolId, clientId }, databaseUrl: undefined });
  try {
    expect(log).toEqual([expect.stringMatching(/^apollo-cognito-auth: .*fetch failed/)]);
    expect(createSamples(example.url, example.userPool)[1]?.line).toContain(
      `"ClientId":"web","AuthParameters":{"USERNAME":"USERNAME","PASSWORD":"PASSWORD"}}' https://cognito-idp.eu-west-1.amazonaws.com/ |`,
    );
    expect(await ask(example.url, '{ motd }', { name: '', token: undefined })).toEqual({
      status: 200,
      body: { data: { motd: 'Free shipping in November.' } },
    });
    const support = { name: '', token: pool.accessToken({ 'cognito:groups': ['support'] }) };
    expect(await ask(example.url, '{ orders { id } }', support)).toEqual({
      status: 503,
      body: {
        errors: [
          {
            message: 'Authentication is temporarily unavailable.',
            extensions: { code: 'AUTH_UNAVAILABLE', reason: 'keys-unavailable' },
          },
        ],
      },
    });

    isReachable = true;
    await expect
      .poll(() => ask(example.url, '{ orders { id } myOrders { id } }', support), { timeout: 10_000, interval: 250 })
      .toEqual({
        status: 200,
        body: { data: { orders: [6, 5, 4, 3, 2, 1].map((number) => ({ id: `order-${number}` })), myOrders: [] } },
      });
    // A pool has two issuers: the second is the one of pools with replicas.
    expect(new Set(asked)).toEqual(
      new Set(
        ['cognito-idp', 'issuer-cognito-idp'].map(
          (service) => `https://${service}.eu-west-1.amazonaws.com/${pool.userPoolId}/.well-known/jwks.json`,
        ),
      ),
    );
  } finally {
    await example.stop();
  }
});
