/** The signature and Cognito's own claims, checked by `aws-jwt-verify` with the keys that it is given here. */
import { validateCognitoJwtFields } from 'aws-jwt-verify/cognito-verifier';
import { JwtVerifierBase } from 'aws-jwt-verify/jwt-verifier';
import type { TokenUse } from '../auth.js';
import type { CognitoClaims } from './claims.js';
import type { KeySet } from './key-set.js';

interface Expected {
  readonly issuer: string;
  readonly jwksUri: string;
  readonly clientId: string[] | null;
  readonly tokenUse: TokenUse | null;
}

interface SignedToken {
  readonly kid: string;
  readonly claims: CognitoClaims;
  readonly headerB64: string;
  readonly payloadB64: string;
  readonly signatureB64: string;
}

// Types and no interfaces: the library asks for an index signature, which an interface has not.
type LibraryOptions = { issuer: string; audience: null; graceSeconds: number };
type LibraryIssuer = { issuer: string; jwksUri: string; audience: null };

// With one issuer alone the library takes every token for that issuer's, and keeps a key object for each `iss` that a
// token names, verified or not. Nothing is ever signed by this one.
const SECOND_ISSUER = 'https://no-issuer.invalid/';

/**
 * The library parses a token again, with a slow reviver, on every way in but one: `verifyDecomposedJwtSync`, which it
 * keeps for its own subclasses. This is one of them.
 */
export class SignatureVerifier extends JwtVerifierBase<LibraryOptions, LibraryIssuer, true> {
  constructor(issuers: readonly string[]) {
    super([...issuers, SECOND_ISSUER].map((issuer) => ({ issuer, jwksUri: keySetUri(issuer), audience: null })));
  }

  /** From now on these are the issuer's keys, and there are no others. The library forgets the key objects it made. */
  setKeys(issuer: string, keys: KeySet): void {
    this.cacheJwks({ keys: [...keys.values()].map((key) => ({ ...key })) }, issuer);
  }

  /** @throws one of the errors of `aws-jwt-verify/error`, or anything: see `toRefusal`. */
  check({ kid, claims, headerB64, payloadB64, signatureB64 }: SignedToken, expected: Expected): void {
    // The pre-check has found the header to say exactly this, and every claim that the library reads to have its type.
    const header = { alg: 'RS256', kid };
    const payload = claims as unknown as Parameters<typeof validateCognitoJwtFields>[0];
    // The error for a bad signature would capture a stack, and make a forged token dearer than a good one. Nothing but the
    // library runs in between. An assignment would throw where somebody has frozen the intrinsics.
    const { stackTraceLimit } = Error;
    Reflect.set(Error, 'stackTraceLimit', 0);
    try {
      this.verifyDecomposedJwtSync({ header, headerB64, payload, payloadB64, signatureB64 }, expected.jwksUri, {
        issuer: expected.issuer,
        audience: null,
        // The library looks at `Date.now()`; the pre-check has looked at the verifier's own clock.
        graceSeconds: Infinity,
      });
      validateCognitoJwtFields(payload, expected);
    } finally {
      Reflect.set(Error, 'stackTraceLimit', stackTraceLimit);
    }
  }
}

/** Where Cognito publishes an issuer's keys (AWS: "Verifying JSON web tokens"). */
export function keySetUri(issuer: string): string {
  return `${issuer}/.well-known/jwks.json`;
}
