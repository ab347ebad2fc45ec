/**
 * Fan-out over WebSocket: each event goes to 1,000 subscriptions, with and without auth. Each server runs in a process of its
 * own, the clients in this one; the servers take turns.
 */
import { createTestUserPool } from 'apollo-cognito-auth/testing';
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { median, printTable } from './measure.js';
import type { Message, State } from './websocket-server.js';

const short = process.argv.includes('--short');
const rounds = short ? 1 : 15;
const eventsPerRound = short ? 5 : 40;
const subscriptions = short ? 50 : 1_000;

const pool = createTestUserPool();

interface Server {
  readonly name: string;
  readonly process: ChildProcess;
  received: number;
  readonly eventsPerSecond: number[];
  readonly cpuPerEvent: number[];
}

async function ask<Answer>(process: ChildProcess, message: Message): Promise<Answer> {
  process.send(message);
  // The server answers such a message with one of its own, in order.
  const [answer] = (await once(process, 'message')) as [Answer];
  return answer;
}

async function start(name: string): Promise<Server> {
  const child = fork(new URL('websocket-server.ts', import.meta.url), [name], {
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, NODE_ENV: 'production' },
  });
  const { userPoolId, clientId, jwks } = pool;
  const port = await ask<number>(child, { userPoolId, clientId, jwks });
  const server: Server = { name, process: child, received: 0, eventsPerSecond: [], cpuPerEvent: [] };
  for (let index = 0; index < subscriptions; index += 1) await subscribe(server, port, index);
  while ((await ask<State>(child, 'state')).subscribers < subscriptions) await pause();
  return server;
}

async function subscribe(server: Server, port: number, index: number): Promise<void> {
  const socket = new WebSocket(`ws://127.0.0.1:${String(port)}`, 'graphql-transport-ws');
  await once(socket, 'open');
  const payload = { authorization: `Bearer ${pool.accessToken({ sub: `person-${String(index)}` })}` };
  socket.send(JSON.stringify({ type: 'connection_init', payload }));
  await once(socket, 'message');
  const query = 'subscription { price { symbol cents at } }';
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
  socket.on('message', (data: Buffer) => {
    // Clients that only count leave the processor to the server.
    if (!data.includes('"cents":4200')) throw new Error(`${server.name}: ${data.toString()}`);
    server.received += 1;
  });
}

const pause = () => new Promise((resolve) => setImmediate(resolve));

async function load(server: Server): Promise<void> {
  const before = await ask<State>(server.process, 'state');
  const began = performance.now();
  server.received = 0;
  for (let event = 1; event <= eventsPerRound; event += 1) {
    server.process.send('publish' satisfies Message);
    while (server.received < event * subscriptions) await pause();
  }
  const seconds = (performance.now() - began) / 1_000;
  const after = await ask<State>(server.process, 'state');
  const events = eventsPerRound * subscriptions;
  server.eventsPerSecond.push(events / seconds);
  server.cpuPerEvent.push((after.cpuMicroseconds - before.cpuMicroseconds) / events);
}

const servers = [await start('no auth'), await start('apollo-cognito-auth')];
for (let round = -2; round < rounds; round += 1) {
  for (const server of servers) await load(server);
  if (round >= 0) continue;
  for (const { eventsPerSecond, cpuPerEvent } of servers) eventsPerSecond.length = cpuPerEvent.length = 0;
}
for (const server of servers) server.process.disconnect();

const ratio = (values: readonly number[], base: readonly number[] | undefined) =>
  (median(values) / median(base ?? [])).toFixed(2);
const [base] = servers;
printTable(
  ['server', 'events/s', 'of no auth', 'CPU µs/event', 'of no auth'],
  servers.map(({ name, eventsPerSecond, cpuPerEvent }) => [
    name,
    median(eventsPerSecond).toFixed(0),
    ratio(eventsPerSecond, base?.eventsPerSecond),
    median(cpuPerEvent).toFixed(1),
    ratio(cpuPerEvent, base?.cpuPerEvent),
  ]),
);
process.exit();
