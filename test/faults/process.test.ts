import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createTestUserPool } from '../../src/testing/index.js';

const program = new URL('../support/one-request.ts', import.meta.url).pathname;

/** What the program said of the token, and how many milliseconds it lived after that. */
async function run(...programArguments: readonly string[]): Promise<readonly [answer: string, lingered: number]> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', program, ...programArguments]);
  const [answer = '', lingered = ''] = stdout.trim().split('\n');
  return [answer, Number(lingered)];
}

describe('a program that has nothing else to do', () => {
  it('ends by itself after a token was verified, without close', async () => {
    const pool = createTestUserPool();
    const server = await pool.serve();
    try {
      const [answer, lingered] = await run(server.url, pool.userPoolId, pool.accessToken());
      expect(answer).toBe('authenticated');
      expect(lingered).toBeLessThan(1_000);
    } finally {
      await server.close();
    }
  });

  it('ends at once after close, though the endpoint hangs', async () => {
    const pool = createTestUserPool();
    const server = await pool.serve();
    server.hang();
    try {
      const [answer, lingered] = await run(server.url, pool.userPoolId, pool.accessToken(), 'close');
      expect(answer).toBe('keys-unavailable');
      expect(lingered).toBeLessThan(1_000);
    } finally {
      await server.close();
    }
  });

  it('ends at once when all that is left is the deadline of a fetch', async () => {
    const pool = createTestUserPool();
    const endpoint = 'http://127.0.0.1:1';
    const token = pool.accessToken({ iss: `${endpoint}/${pool.userPoolId}` });
    const [answer, lingered] = await run(endpoint, pool.userPoolId, token, 'pending');
    expect(answer).toBe('no answer');
    expect(lingered).toBeLessThan(1_000);
  });
});
