/** How much memory the pools take that are found at run time: 10,000 tenants, each with a key set of two RSA-2048 keys. */
import { randomBytes } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createCognitoVerifier } from 'apollo-cognito-auth';
import { createTestUserPool } from 'apollo-cognito-auth/testing';
import { printTable } from './measure.js';

const COUNT = 10_000;
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

async function memory(): Promise<NodeJS.MemoryUsage> {
  for (let turn = 0; turn < 4; turn += 1) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return process.memoryUsage();
}

// Not a product of two primes, which a public key does not show.
function randomModulus(): string {
  const bytes = randomBytes(256);
  bytes[0] = 0x80 | (bytes[0] ?? 0);
  bytes[255] = 1 | (bytes[255] ?? 0);
  return bytes.toString('base64url');
}

// One key signs for all tenants: to make 10,000 of them would take half an hour.
const signer = createTestUserPool();
const [key] = signer.jwks.keys;
const header = { alg: 'RS256', kid: key?.kid };
const claims = JSON.parse(Buffer.from(signer.accessToken().split('.')[1] ?? '', 'base64url').toString()) as object;
const fetch = () =>
  Promise.resolve(
    Response.json({ keys: [key, { ...key, kid: randomBytes(32).toString('base64'), n: randomModulus() }] }),
  );

// Keys age and look-ups are counted by this clock: 20 look-ups a second would take eight minutes.
let now = performance.now();
performance.now = () => now;

async function fill(tokenCache: false | undefined, count: number): Promise<() => Promise<void>> {
  const verifier = createCognitoVerifier(
    { find: ({ userPoolId }) => ({ userPoolId, clientId: [`client-${userPoolId}`] }), maxPools: count },
    { keys: { fetch, maxAge: 86_400 }, tokenCache },
  );
  for (let index = 0; index < count; index += 1) {
    const userPoolId = `eu-west-1_${String(index).padStart(9, '0')}`;
    const iss = `https://cognito-idp.eu-west-1.amazonaws.com/${userPoolId}`;
    now += 51;
    await verifier.verify(signer.sign(header, { ...claims, iss, client_id: `client-${userPoolId}` }));
  }
  return () => verifier.close();
}

async function row(name: string, tokenCache: false | undefined): Promise<readonly string[]> {
  const before = await memory();
  const close = await fill(tokenCache, COUNT);
  const after = await memory();
  await close();
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
  return [name, megabytes(after.heapUsed - before.heapUsed), megabytes(after.rss - before.rss)];
}

// Compiled code and the like are there before the count begins.
await (
  await fill(undefined, 500)
)();
printTable(
  [`${COUNT.toLocaleString('en')} tenants`, 'MB of heap', 'MB of RSS'],
  [await row('pools and keys', false), await row('and a remembered token of each', undefined)],
);
