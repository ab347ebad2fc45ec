/** Sends a recipe of the documents, which answers `{ motd me }`, the requests of three callers. */
import { createTestUserPool } from 'apollo-cognito-auth/testing';
import { expect, vi } from 'vitest';
import type { Answer, Ask } from './integration.js';

const pool = createTestUserPool({ userPoolId: 'eu-west-1_AbCdEf123', clientId: 'web' });

/** The keys of the recipes' pool are fetched at Amazon: here they come from the test. Other addresses stay what they are. */
export function stubKeys(): void {
  const { fetch } = globalThis;
  vi.stubGlobal('fetch', (input: string, init: RequestInit) =>
    String(input).startsWith('https://cognito-idp.')
      ? Promise.resolve(new Response(JSON.stringify(pool.jwks)))
      : fetch(input, init),
  );
}

export function bearer(): string {
  return `Bearer ${pool.accessToken()}`;
}

export async function expectAnswers(ask: (ask: Ask) => Promise<Answer>): Promise<void> {
  const send = async (...headers: readonly (readonly [string, string])[]) => {
    const { status, headers: answered, body } = await ask({ headers, body: { query: '{ motd me }' } });
    return [status, answered['www-authenticate'], (body as { data?: unknown }).data];
  };
  expect([
    await send(),
    await send(['Authorization', bearer()]),
    await send(['Authorization', 'Bearer a.b.c']),
  ]).toEqual([
    [200, 'Bearer', { motd: 'hello', me: null }],
    [200, undefined, { motd: 'hello', me: 'test-user' }],
    [401, 'Bearer error="invalid_token"', undefined],
  ]);
}
