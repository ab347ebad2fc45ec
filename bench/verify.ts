/** Verifying one token: each one new, and seen before; and what a remembered token costs in memory. */
import { createTestUserPool } from 'apollo-cognito-auth/testing';
import { JwtVerifier } from 'aws-jwt-verify';
import { validateCognitoJwtFields } from 'aws-jwt-verify/cognito-verifier';
import { createVerifier } from 'fast-jwt';
import { createLocalJWKSet, jwtVerify } from 'jose';
import jsonwebtoken from 'jsonwebtoken';
import { JwksClient } from 'jwks-rsa';
import { createPublicKey, verify } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { measure, printTable } from './measure.js';
import type { Candidate } from './measure.js';
import { readRsaKeys } from './public-keys.js';

const short = process.argv.includes('--short');
const rounds = short ? 3 : 41;
const tokenCount = short ? 100 : 1_000;

const pool = createTestUserPool();
const { issuer, clientId } = pool;
const keys = readRsaKeys(pool.jwks);
const tokens = Array.from({ length: tokenCount }, (_, index) =>
  pool.accessToken({ sub: `person-${String(index)}`, 'cognito:groups': ['admin', 'support'] }),
);
const [jwk] = keys;
if (jwk === undefined) throw new Error('The pool has no key.');
const publicKey = createPublicKey({ key: { ...jwk }, format: 'jwk' });
const publicPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();

/** The check of Cognito's claims that `aws-jwt-verify` makes itself, for those that know nothing of Cognito. */
function checkClaims(claims: object): true {
  const { token_use, client_id } = claims as { token_use?: unknown; client_id?: unknown };
  if (token_use !== 'access' || client_id !== clientId) throw new Error('Not an access token of the client.');
  return true;
}

const awsJwtVerify = JwtVerifier.create({
  issuer,
  jwksUri: `${issuer}/.well-known/jwks.json`,
  audience: null,
  customJwtCheck: ({ payload }) => {
    validateCognitoJwtFields(payload, { tokenUse: 'access', clientId });
  },
});
awsJwtVerify.cacheJwks({ keys });

const localSet = createLocalJWKSet({ keys });
const jwksClient = new JwksClient({
  jwksUri: `${issuer}/jwks.json`,
  fetcher: () => Promise.resolve({ keys }),
});
const fastJwt = createVerifier({ key: publicPem, algorithms: ['RS256'], allowedIss: issuer });
const fastJwtCached = createVerifier({ key: publicPem, algorithms: ['RS256'], allowedIss: issuer, cache: tokenCount });

// With room for fewer tokens than take turns, the least recently used one has always gone: every token is new.
const ours = pool.verifier({ tokenCache: { max: Math.floor(tokenCount / 2) } });
const oursUncached = pool.verifier({ tokenCache: false });
const oursSeen = pool.verifier();

const baseline = 'aws-jwt-verify verifySync';
const all = (work: (token: string) => unknown) => () => {
  for (const token of tokens) work(token);
};
const allAsync = (work: (token: string) => Promise<unknown>) => async () => {
  for (const token of tokens) await work(token);
};

const everyTokenNew: readonly Candidate[] = [
  { name: baseline, run: all((token) => awsJwtVerify.verifySync(token)) },
  { name: 'apollo-cognito-auth', run: allAsync((token) => ours.verify(token)) },
  { name: 'apollo-cognito-auth, tokenCache: false', run: allAsync((token) => oursUncached.verify(token)) },
  { name: 'jose', run: allAsync(async (token) => checkClaims((await jwtVerify(token, localSet, { issuer })).payload)) },
  {
    name: 'jsonwebtoken and jwks-rsa',
    run: allAsync(async (token) => {
      const kid = jsonwebtoken.decode(token, { complete: true })?.header.kid;
      const key = (await jwksClient.getSigningKey(kid)).getPublicKey();
      const claims = jsonwebtoken.verify(token, key, { algorithms: ['RS256'], issuer });
      if (typeof claims === 'string') throw new Error('The payload is no object.');
      checkClaims(claims);
    }),
  },
  { name: 'fast-jwt', run: all((token) => checkClaims(fastJwt(token) as object)) },
  {
    name: 'the RSA check alone',
    run: all((token) => {
      const end = token.lastIndexOf('.');
      const signature = Buffer.from(token.slice(end + 1), 'base64url');
      if (!verify('RSA-SHA256', Buffer.from(token.slice(0, end)), publicKey, signature)) throw new Error('Not signed.');
    }),
  },
];

const seenBefore: readonly Candidate[] = [
  { name: baseline, run: all((token) => awsJwtVerify.verifySync(token)) },
  { name: 'apollo-cognito-auth', run: allAsync((token) => oursSeen.verify(token)) },
  { name: 'fast-jwt with its cache', run: all((token) => checkClaims(fastJwtCached(token) as object)) },
];

async function report(title: string, candidates: readonly Candidate[]): Promise<void> {
  const times = await measure(candidates, { rounds });
  const base = times.get(baseline) ?? Number.NaN;
  console.log(`\n${title}\n`);
  printTable(
    ['verifier', 'µs per token', `of ${baseline}`],
    [...times].map(([name, time]) => [name, ((time * 1000) / tokenCount).toFixed(1), (time / base).toFixed(3)]),
  );
}

async function reportMemory(): Promise<void> {
  setFlagsFromString('--expose-gc');
  // What the flag gives to a new context is the collector (documentation of `v8.setFlagsFromString`).
  const collect = runInNewContext('gc') as () => void;
  const heap = () => {
    collect();
    return process.memoryUsage().heapUsed;
  };
  const verifier = pool.verifier();
  const before = heap();
  for (const token of tokens) await verifier.verify(token);
  const bytes = (heap() - before) / tokenCount;
  console.log(
    `\nA remembered token: ${bytes.toFixed(0)} bytes of heap; the token itself: ${String(tokens[0]?.length)}.`,
  );
  await verifier.close();
}

await report('Every token new', everyTokenNew);
await report('Every token seen before', seenBefore);
await reportMemory();
