/**
 * Apollo Server over HTTP: a small query under the tokens of 1,000 people, with and without auth. Each server runs in a
 * process of its own, the load comes from this one; the servers take turns, so that a noisy machine hurts all alike.
 */
import { createTestUserPool } from 'apollo-cognito-auth/testing';
import autocannon from 'autocannon';
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Setup } from './http-server.js';
import { median, printTable } from './measure.js';

const short = process.argv.includes('--short');
const rounds = short ? 1 : 7;
const secondsPerRound = short ? 1 : 5;
const people = short ? 50 : 1_000;
const names = ['no auth', 'apollo-cognito-auth', 'aws-jwt-verify in the context', 'graphql-shield and jsonwebtoken'];

const pool = createTestUserPool();
const tokens = Array.from({ length: people }, (_, index) => pool.accessToken({ sub: `person-${String(index)}` }));
const { iss } = JSON.parse(Buffer.from(tokens[0]?.split('.')[1] ?? '', 'base64url').toString()) as { iss: string };

interface Server {
  readonly name: string;
  readonly process: ChildProcess;
  readonly url: string;
  readonly requestsPerSecond: number[];
  readonly cpuPerRequest: number[];
}

async function ask<Answer>(process: ChildProcess, message: Setup | 'cpu'): Promise<Answer> {
  process.send(message);
  // The server answers each message with one of its own, in order.
  const [answer] = (await once(process, 'message')) as [Answer];
  return answer;
}

async function start(name: string): Promise<Server> {
  const child = fork(new URL('http-server.ts', import.meta.url), [name], {
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, NODE_ENV: 'production' },
  });
  const { userPoolId, clientId, jwks } = pool;
  const url = await ask<string>(child, { userPoolId, clientId, issuer: iss, jwks });
  return { name, process: child, url, requestsPerSecond: [], cpuPerRequest: [] };
}

const body = JSON.stringify({ query: '{ motd me { id name city } }' });
const expected = '{"data":{"motd":"hello","me":{"id":"1","name":"Anaya","city":"Pune"}}}\n';

async function load(server: Server, seconds: number): Promise<void> {
  const before = await ask<number>(server.process, 'cpu');
  const result = await autocannon({
    url: server.url,
    connections: 16,
    duration: seconds,
    requests: tokens.map((token) => ({
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body,
    })),
    verifyBody: (answer) => answer === expected,
  });
  const after = await ask<number>(server.process, 'cpu');
  const answered = result['2xx'];
  if (result.non2xx > 0 || result.errors > 0 || result.mismatches > 0 || answered === 0) {
    throw new Error(`${server.name}: ${String(result.non2xx + result.errors + result.mismatches)} wrong answers`);
  }
  server.requestsPerSecond.push(answered / result.duration);
  server.cpuPerRequest.push((after - before) / answered);
}

const servers = await Promise.all(names.map(start));
for (const server of servers) {
  await load(server, secondsPerRound);
  server.requestsPerSecond.length = 0;
  server.cpuPerRequest.length = 0;
}
for (let round = 0; round < rounds; round += 1) {
  for (const server of servers) await load(server, secondsPerRound);
}
for (const server of servers) server.process.disconnect();

const ratio = (values: readonly number[], base: readonly number[] | undefined) =>
  (median(values) / median(base ?? [])).toFixed(2);
const [base] = servers;
printTable(
  ['server', 'requests/s', 'of no auth', 'CPU µs/request', 'of no auth'],
  servers.map(({ name, requestsPerSecond, cpuPerRequest }) => [
    name,
    median(requestsPerSecond).toFixed(0),
    ratio(requestsPerSecond, base?.requestsPerSecond),
    median(cpuPerRequest).toFixed(0),
    ratio(cpuPerRequest, base?.cpuPerRequest),
  ]),
);
