import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { WebSocket } from 'ws';

const directory = fileURLToPath(new URL('..', import.meta.url));
const started: ChildProcess[] = [];

afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

/** `npm start` without npm: the command of its script, with what it prints. */
function start(environment: Record<string, string>) {
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/main.ts'], {
    cwd: directory,
    env: { PATH: process.env['PATH'], ...environment },
  });
  started.push(child);
  let output = '';
  const read = (chunk: Buffer): void => {
    output += chunk.toString();
  };
  child.stdout.on('data', read);
  child.stderr.on('data', read);
  return { child, exited: once(child, 'exit'), output: () => output };
}

it('stops at once on Ctrl-C, with open connections, and when signalled twice, as npm does', async () => {
  const { child, exited, output } = start({ PORT: '0' });
  await expect.poll(output, { timeout: 50_000 }).toContain('nonsense');
  const port = Number(/ready at http:\/\/127\.0\.0\.1:(\d+)\//.exec(output())?.[1]);
  const keepAlive = connect(port, '127.0.0.1').on('error', () => {});
  keepAlive.write('GET / HTTP/1.1\r\nhost: localhost\r\n\r\n');
  await once(keepAlive, 'data');
  const socket = new WebSocket(`ws://127.0.0.1:${port}/graphql`, 'graphql-transport-ws').on('error', () => {});
  await once(socket, 'open');
  // A client that has gone to sleep: it reads nothing more, so it does not answer the close frame.
  socket.pause();

  const signalled = performance.now();
  child.kill('SIGINT');
  child.kill('SIGINT');
  expect(await exited).toEqual([0, null]);
  expect(performance.now() - signalled).toBeLessThan(1900);
  keepAlive.destroy();
  socket.terminate();
}, 60_000);

it('answers 503 while it starts, and stops at once when told to', async () => {
  const port = await findFreePort();
  const { child, exited } = start({ PORT: String(port) });
  const ask = () => fetch(`http://127.0.0.1:${port}/`).catch(() => undefined);
  await expect.poll(async () => (await ask())?.status, { timeout: 20_000, interval: 10 }).toBe(503);
  child.kill('SIGTERM');
  expect(await exited).toEqual([0, null]);
});

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A TCP server that listens has an address with a port.
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

it('says that its port is taken, and how to choose another', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const { exited, output } = start({ PORT: String(port) });
  expect(await exited).toEqual([1, null]);
  expect(output()).toBe(`Port ${port} is taken by another program. Choose another one: PORT=4001 npm start\n`);
  other.close();
});

it('names the setting that it cannot use', async () => {
  const { exited, output } = start({ COGNITO_USER_POOL_ID: 'eu-west-1_AbCdEf123' });
  expect(await exited).toEqual([1, null]);
  expect(output()).toBe('A user pool in AWS needs both COGNITO_USER_POOL_ID and COGNITO_CLIENT_ID.\n');
});
