/** A real RSA key that signs tokens as Cognito's do. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { JsonWebKey } from '../token/keys/key-set.js';

/**
 * A part of a token before it is encoded: bytes, text, or an object that is written as JSON.
 *
 * @example
 * const header: SignedPart = '{"alg":"RS256","alg":"none"}';
 * const token = pool.sign(header, { sub: 'ann' });
 */
export type SignedPart = Uint8Array | string | object;

export interface SigningKey {
  readonly kid: string;
  /** The public half. */
  readonly jwk: JsonWebKey;
  /** The compact form (RFC 7515, section 7.1). An object is written as JSON; text and bytes are taken as they are. */
  sign(header: SignedPart, payload: SignedPart): string;
}

let shared: SigningKey | undefined;

/** The key that every test pool of this process signs with until its keys rotate: making one takes about 100 ms. */
export function sharedSigningKey(): SigningKey {
  return (shared ??= createSigningKey());
}

export function createSigningKey(): SigningKey {
  // By way of PEM: in Node 20 the export of a key that was just generated as an object can wait for ever for the garbage
  // collection that runs inside it.
  const { privateKey: pem, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const privateKey = createPrivateKey(pem);
  const kid = randomBytes(32).toString('base64');
  const { n, e } = createPublicKey(publicKey).export({ format: 'jwk' });
  // Both are members of every RSA key (RFC 7518, section 6.3.1).
  const jwk = Object.freeze({ kty: 'RSA', kid, use: 'sig', alg: 'RS256', n: n as string, e: e as string });
  return {
    kid,
    jwk,
    sign(header, payload) {
      const signed = `${encode(header)}.${encode(payload)}`;
      return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), privateKey).toString('base64url')}`;
    },
  };
}

function encode(part: SignedPart): string {
  if (part instanceof Uint8Array) return Buffer.from(part).toString('base64url');
  return Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');
}
