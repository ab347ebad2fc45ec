import { createPrivateKey, sign } from 'node:crypto';
import publicKey from 'cognito-local/lib/keys/cognitoLocal.public.json' with { type: 'json' };
import privateKey from 'cognito-local/lib/keys/cognitoLocal.private.json' with { type: 'json' };
import { describe, expect, it } from 'vitest';
import { KeysUnavailableError } from '../../src/errors.js';
import { createTestUserPool } from '../../src/testing/index.js';
import { createCognitoVerifier } from '../../src/token/verifier.js';
import { claimsOf } from '../support/token-claims.js';

const pool = createTestUserPool();
const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token as cognito-local makes it: the key is in its package, for everyone to read. */
function emulatorToken(claims: object): string {
  const signed = `${encode({ alg: 'RS256', typ: 'JWT', kid: 'CognitoLocal' })}.${encode(claims)}`;
  return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), createPrivateKey(privateKey.pem)).toString('base64url')}`;
}

describe('tokens of an emulator', () => {
  it('are accepted from an endpoint on loopback, also for a pool id that is not of AWS', async () => {
    const server = await pool.serve();
    server.answer((_, response) => response.end(JSON.stringify({ keys: [publicKey.jwk] })));
    try {
      const verifier = createCognitoVerifier({ userPoolId: 'local_1a2B', clientId: 'web', endpoint: server.url });
      const issuer = `${server.url}/local_1a2B`;
      const token = emulatorToken({ ...claimsOf(pool.accessToken()), iss: issuer, client_id: 'web' });
      expect(await verifier.authenticate(token)).toMatchObject({ status: 'authenticated', userPoolId: 'local_1a2B' });
    } finally {
      await server.close();
    }
  });

  it('are refused for a pool on AWS, even when the issuer and claims are right and the endpoint serves that key', async () => {
    const token = emulatorToken(claimsOf(pool.accessToken()));
    const only = createCognitoVerifier(
      { userPoolId: pool.userPoolId, clientId: pool.clientId },
      { keys: { fetch: () => Promise.resolve(Response.json({ keys: [publicKey.jwk] })) } },
    );
    await expect(only.verify(token)).rejects.toThrow(KeysUnavailableError);
    const among = createCognitoVerifier(
      { userPoolId: pool.userPoolId, clientId: pool.clientId },
      { keys: { fetch: () => Promise.resolve(Response.json({ keys: [publicKey.jwk, ...pool.jwks.keys] })) } },
    );
    expect(await among.authenticate(token)).toEqual({ status: 'rejected', reason: 'invalid' });
    expect(await among.authenticate(pool.accessToken())).toMatchObject({ status: 'authenticated' });
  });

  it('are refused from an endpoint that is not on loopback', async () => {
    const endpoint = 'https://cognito.example.com';
    const verifier = createCognitoVerifier(
      { userPoolId: 'local_1a2B', clientId: pool.clientId, endpoint },
      { keys: { fetch: () => Promise.resolve(Response.json({ keys: [publicKey.jwk] })) } },
    );
    const token = emulatorToken({ ...claimsOf(pool.accessToken()), iss: `${endpoint}/local_1a2B` });
    await expect(verifier.verify(token)).rejects.toThrow(KeysUnavailableError);
  });
});
