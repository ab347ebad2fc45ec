/** From the start of a Lambda function's module to its first answer, in a fresh process, bundled as Lambda's tools do. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createTestUserPool } from 'apollo-cognito-auth/testing';
import { build } from 'esbuild';
import { median, printTable } from './measure.js';

const short = process.argv.includes('--short');
const rounds = short ? 1 : 31;
// About what a first request to the key endpoint takes within its region, with its TLS.
const ENDPOINT_MS = 50;

const pool = createTestUserPool();
const keyServer = createServer((_, response) => {
  setTimeout(() => response.end(JSON.stringify(pool.jwks)), ENDPOINT_MS);
});
await new Promise<void>((resolve) => keyServer.listen(0, '127.0.0.1', resolve));
const endpoint = `http://127.0.0.1:${String((keyServer.address() as AddressInfo).port)}`;
const bearer = (claims: object) => ({ authorization: `Bearer ${pool.accessToken({ ...claims })}` });
const ofEndpoint = bearer({ iss: `${endpoint}/${pool.userPoolId}` });

const typeDefs = `type Query { motd: String me: String RULE }`;
const resolvers = `{ Query: { motd: () => 'hello', me: () => 'me' } }`;

/** What the Lambda integration does: it starts the server in the background, and each request waits for the start. */
const answerOnce = (query: string, context: string, headers: object) => `
  server.startInBackgroundHandlingStartupErrorsByLoggingAndFailingAllRequests();
  const headers = new HeaderMap(Object.entries(${JSON.stringify({ 'content-type': 'application/json', ...headers })}));
  const event = { version: '2.0', headers: Object.fromEntries(headers), requestContext: {} };
  server.executeHTTPGraphQLRequest({
    httpGraphQLRequest: { method: 'POST', headers, search: '', body: { query: ${JSON.stringify(query)} } },
    context: async () => ${context},
  }).then(({ body }) => {
    if (body.string.includes('errors')) throw new Error(body.string);
    console.log(performance.now() - began);
    process.exit();
  });`;

const alone = (query: string) => `
  const began = performance.now();
  const { ApolloServer, HeaderMap } = require('@apollo/server');
  const { makeExecutableSchema } = require('@graphql-tools/schema');
  const schema = makeExecutableSchema({ typeDefs: ${JSON.stringify(typeDefs.replace('RULE', ''))}, resolvers: ${resolvers} });
  const server = new ApolloServer({ schema, stopOnTerminationSignals: false });
  ${answerOnce(query, '{}', {})}`;

const guarded = (query: string, headers: object, poolOptions: object, afterVerifier = '') => `
  const began = performance.now();
  const { ApolloServer, HeaderMap } = require('@apollo/server');
  const { makeExecutableSchema } = require('@graphql-tools/schema');
  const { authDirective, cognitoAuthPlugin, createAuthContext, createCognitoVerifier } = require('apollo-cognito-auth');
  const verifier = createCognitoVerifier(${JSON.stringify({ userPoolId: pool.userPoolId, clientId: pool.clientId, ...poolOptions })});
  ${afterVerifier}
  const { authDirectiveTypeDefs, authDirectiveTransformer } = authDirective();
  const schema = authDirectiveTransformer(makeExecutableSchema({
    typeDefs: [authDirectiveTypeDefs, ${JSON.stringify(typeDefs.replace('RULE', '@auth'))}],
    resolvers: ${resolvers},
  }));
  const server = new ApolloServer({ schema, plugins: [cognitoAuthPlugin({ verifier })], stopOnTerminationSignals: false });
  const context = createAuthContext({ verifier });
  ${answerOnce(query, 'context({ event, context: {} })', headers)}`;

const me = '{ motd me }';
const withKeys = { jwks: pool.jwks };
const fetched = { endpoint };
const candidates = [
  { name: 'Apollo Server alone', code: alone(me), times: [] as number[] },
  { name: 'a token, keys as `jwks`', code: guarded(me, bearer({}), withKeys), times: [] as number[] },
  {
    name: 'a token, `hydrate()` first',
    code: guarded(me, ofEndpoint, fetched, 'verifier.hydrate().catch(() => {});'),
    times: [] as number[],
  },
  { name: 'a token, neither', code: guarded(me, ofEndpoint, fetched), times: [] as number[] },
  { name: 'no token, keys as `jwks`', code: guarded('{ motd }', {}, withKeys), times: [] as number[] },
  { name: 'no token, neither', code: guarded('{ motd }', {}, fetched), times: [] as number[] },
];

const folder = mkdtempSync(join(tmpdir(), 'cold-start-'));
const fileOf = (index: number) => join(folder, `${String(index)}.cjs`);
try {
  for (const [index, { code }] of candidates.entries()) {
    await build({
      stdin: { contents: code, resolveDir: fileURLToPath(new URL('.', import.meta.url)) },
      outfile: fileOf(index),
      bundle: true,
      minify: true,
      platform: 'node',
      target: 'node20',
      format: 'cjs',
      logLevel: 'error',
    });
  }
  // The first round fills the caches of the file system.
  for (let round = -1; round < rounds; round += 1) {
    for (const [index, { times }] of candidates.entries()) {
      const { stdout } = await promisify(execFile)(process.execPath, [fileOf(index)]);
      if (round >= 0) times.push(Number(stdout));
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
  keyServer.close();
  keyServer.closeAllConnections();
}

const base = median(candidates[0]?.times ?? []);
console.log(
  `Node ${process.version}, NODE_ENV=${process.env['NODE_ENV'] ?? ''}, a key endpoint that answers after ${String(ENDPOINT_MS)} ms`,
);
if (short) console.log('A short run checks that everything can be loaded. Its one round says nothing about speed.');
console.log();
printTable(
  ['first answer', 'ms', 'ratio'],
  candidates.map(({ name, times }) => [name, median(times).toFixed(0), (median(times) / base).toFixed(2)]),
);
