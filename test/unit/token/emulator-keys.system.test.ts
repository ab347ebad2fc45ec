import type * as crypto from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { AuthConfigurationError } from '../../../src/errors.js';
import { createTestUserPool } from '../../../src/testing/index.js';
import { createCognitoVerifier } from '../../../src/token/verifier.js';
import { createForeignPool } from '../../support/foreign-pool.js';
import { claimsOf } from '../../support/token-claims.js';

// moto's key is not among the packages that this one depends on: a key of the test takes its place, by its digest.
const published = new Map<string, string>();
vi.mock('node:crypto', async (importOriginal) => {
  const original = await importOriginal<typeof crypto>();
  const hash = (...args: Parameters<typeof original.hash>) =>
    published.get(typeof args[1] === 'string' ? args[1] : '') ?? original.hash(...args);
  return { ...original, hash };
});
afterEach(() => {
  published.clear();
});

const MOTO = 'pUZkKqTHqyD4xPRGMNZBVzWQUvO3ym918tNgnXsKoVA';
const INVALID = { status: 'rejected', reason: 'invalid' };

describe('a key with the digest of moto’s', () => {
  const pool = createTestUserPool();
  const [key] = pool.jwks.keys;
  const keys = [{ ...key, kid: 'dummy' }];
  const token = pool.sign({ kid: 'dummy', alg: 'RS256' }, claimsOf(pool.accessToken()));
  const { userPoolId, clientId } = pool;
  const fetch = () => Promise.resolve(Response.json({ keys: [...keys, ...createForeignPool().jwks.keys] }));

  it('is refused from AWS, as a static key, and from an endpoint that is not on loopback', async () => {
    published.set(String(key?.n), MOTO);
    expect(() => createCognitoVerifier({ userPoolId, clientId, jwks: { keys } })).toThrow(AuthConfigurationError);
    const aws = createCognitoVerifier({ userPoolId, clientId }, { keys: { fetch } });
    expect(await aws.authenticate(token)).toEqual(INVALID);
    const endpoint = 'https://moto.example.com';
    const elsewhere = createCognitoVerifier({ userPoolId, clientId, endpoint }, { keys: { fetch } });
    const theirs = { ...claimsOf(token), iss: `${endpoint}/${userPoolId}` };
    expect(await elsewhere.authenticate(pool.sign({ kid: 'dummy', alg: 'RS256' }, theirs))).toEqual(INVALID);
  });

  it('is accepted on loopback, and with `emulator: true` at any address', async () => {
    published.set(String(key?.n), MOTO);
    for (const at of [{ endpoint: 'http://localhost:5000' }, { endpoint: 'http://moto:5000', emulator: true }]) {
      const verifier = createCognitoVerifier({ userPoolId, clientId, ...at }, { keys: { fetch } });
      const theirs = { ...claimsOf(token), iss: `${at.endpoint}/${userPoolId}` };
      const auth = await verifier.authenticate(pool.sign({ kid: 'dummy', alg: 'RS256' }, theirs));
      expect(auth).toMatchObject({ status: 'authenticated' });
    }
  });

  it('is recognized by its modulus alone: another key can have the kid dummy', async () => {
    const verifier = createCognitoVerifier({ userPoolId, clientId, jwks: { keys } });
    expect(await verifier.authenticate(token)).toMatchObject({ status: 'authenticated' });
  });
});
