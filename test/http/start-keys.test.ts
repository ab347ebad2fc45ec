import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { createCognitoVerifier } from '../../src/index.js';
import type { KeyOptions } from '../../src/index.js';
import { createTestUserPool } from '../../src/testing/index.js';
import { bearer, serve } from '../support/serve.js';
import type { TestServer } from '../support/serve.js';

const pool = createTestUserPool();
const LATE =
  'apollo-cognito-auth: the public keys have not arrived within 1 s. The server starts, and requests with a token wait ' +
  'until the fetch ends. Check that the server can reach its user pools, or give each pool its keys as `jwks`.';

let server: TestServer | undefined;
afterEach(async () => {
  await server?.stop();
});

/** Starts a server, and gives the milliseconds that it took. */
async function start(keys: KeyOptions): Promise<readonly [server: TestServer, took: number]> {
  const verifier = createCognitoVerifier({ userPoolId: pool.userPoolId, clientId: pool.clientId }, { keys });
  const began = performance.now();
  server = await serve({
    typeDefs: 'type Query { motd: String me: Int @auth }',
    resolvers: { Query: { motd: () => 'hello', me: () => 1 } },
    verifier,
  });
  return [server, performance.now() - began];
}

async function timed<Result>(work: Promise<Result>): Promise<readonly [Result, took: number]> {
  const began = performance.now();
  return [await work, performance.now() - began];
}

/** A `fetch` that takes its time, and ends with its signal. */
function slowFetch(ms: number): typeof globalThis.fetch {
  return async (_, init) => {
    await sleep(ms, undefined, { signal: init?.signal ?? undefined });
    return new Response(JSON.stringify(pool.jwks));
  };
}

describe('a server that starts while its key endpoint hangs', () => {
  it('starts after 1 s, answers without keys, and lets a token wait for the fetch alone', async () => {
    const [hanging, took] = await start({ timeout: 2, fetch: slowFetch(60_000) });
    expect(took).toBeGreaterThan(900);
    expect(took).toBeLessThan(1_800);
    expect(hanging.log).toEqual([LATE]);

    const [answer, waited] = await timed(hanging.post('{ motd }'));
    expect(answer).toMatchObject({ status: 200, body: { data: { motd: 'hello' } } });
    expect(waited).toBeLessThan(500);

    const [refused, held] = await timed(hanging.post('{ motd }', bearer(pool.accessToken())));
    expect(refused).toMatchObject({ status: 503, body: { errors: [{ extensions: { reason: 'keys-unavailable' } }] } });
    expect(held).toBeLessThan(1_500);

    // The failure, once: not a second time for the request.
    expect(hanging.log).toHaveLength(2);
    expect(hanging.log[1]).toContain(`cannot fetch the public keys of user pool ${pool.userPoolId}.`);
  });

  it('logs a failure that no request waits for, and has no unhandled rejection', async () => {
    const [hanging] = await start({ timeout: 1.2, fetch: slowFetch(60_000) });
    expect(hanging.log).toEqual([LATE]);
    await sleep(600);
    expect(hanging.log).toHaveLength(2);
  });

  it('uses the keys as soon as they arrive', async () => {
    const [slow] = await start({ fetch: slowFetch(1_500) });
    const [answer, waited] = await timed(slow.post('{ me }', bearer(pool.accessToken())));
    expect(answer).toMatchObject({ status: 200, body: { data: { me: 1 } } });
    expect(waited).toBeLessThan(1_500);
    expect(slow.log).toEqual([LATE]);
  });

  it('does not wait for 1 s when the keys are there before, or cannot be', async () => {
    const [prompt, took] = await start({ fetch: slowFetch(100) });
    expect(took).toBeLessThan(900);
    await prompt.stop();
    const [failed, tookToFail] = await start({ fetch: () => Promise.reject(new Error('down')) });
    expect(tookToFail).toBeLessThan(900);
    await sleep(1_100);
    expect(prompt.log).toEqual([]);
    expect(failed.log).toHaveLength(1);
    expect(failed.log[0]).toContain('cannot fetch the public keys');
  });
});

describe('a program that starts a server and has nothing else to do', () => {
  it('is not kept alive by the wait for the keys', async () => {
    const code = `
      import { ApolloServer } from '@apollo/server';
      import { authDirective, cognitoAuthPlugin, createCognitoVerifier } from './src/index.ts';
      import { buildSchema } from 'graphql';
      const keys = { fetch: () => new Promise(() => {}) };
      const verifier = createCognitoVerifier({ userPoolId: 'eu-west-1_AbCdEf123', clientId: 'web' }, { keys });
      const { authDirectiveTypeDefs, authDirectiveTransformer } = authDirective();
      const schema = authDirectiveTransformer(buildSchema(authDirectiveTypeDefs + 'type Query { f: Int @auth }'));
      const server = new ApolloServer({ schema, plugins: [cognitoAuthPlugin({ verifier })] });
      void server.start();
      const began = performance.now();
      process.on('exit', () => console.log(Math.round(performance.now() - began)));`;
    const cwd = new URL('../..', import.meta.url);
    const options = ['--import', 'tsx', '--input-type=module', '--eval', code];
    const { stdout } = await promisify(execFile)(process.execPath, options, { cwd });
    expect(Number(stdout)).toBeLessThan(900);
  }, 60_000);
});
