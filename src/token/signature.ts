/** Checks the signature and Cognito's own claims, by `aws-jwt-verify` with the keys that it is given here. */
import { validateCognitoJwtFields } from 'aws-jwt-verify/cognito-verifier';
import { JwtVerifierBase } from 'aws-jwt-verify/jwt-verifier';
import type { TokenUse } from '../cognito-claims.js';
import { AuthConfigurationError } from '../errors.js';
import { messageOf } from '../settings.js';
import { checkAudience } from './audience.js';
import type { CognitoClaims } from './claims.js';
import { forgedToken, KEY } from './forged-token.js';
import { issuerAt } from './issuers.js';
import type { IssuerAddress } from './issuers.js';
import type { KeySet } from './keys/key-set.js';
import { isSignatureRefusal, refusalBy } from './rejection.js';
import type { Refusal } from './rejection.js';

interface PoolDemands {
  readonly clientIds: readonly string[] | null;
  readonly tokenUse: TokenUse | null;
  readonly audience: ReadonlySet<string> | null;
}

/** What is checked in the tokens of one issuer: by the library, and `audience` by this package. */
export interface Expectation {
  readonly jwksUri: string;
  readonly token: LibraryOptions;
  readonly claims: { readonly clientId: string[] | null; readonly tokenUse: TokenUse | null };
  readonly audience: ReadonlySet<string> | null;
}

interface SignedToken {
  readonly kid: string;
  readonly claims: CognitoClaims;
  readonly headerB64: string;
  readonly payloadB64: string;
  readonly signatureB64: string;
}

// Types, because the library requires an index signature, which an interface does not have.
type LibraryOptions = { issuer: string; audience: null; graceSeconds: number };
type LibraryIssuer = { issuer: string; jwksUri: string; audience: null };

// With a single issuer the library takes every token for one of it, and keeps a key object for each `iss` that a token
// names, verified or not. This second issuer never signs a token.
const SECOND_ISSUER = issuerAt('https://no-issuer.invalid/');

/** Without prototypes, because the library would read `scope`, `groups` or `customJwtCheck` of a polluted one. */
export function expectationOf({ issuer, jwksUri }: IssuerAddress, pool: PoolDemands): Expectation {
  const { clientIds, tokenUse, audience } = pool;
  // Not `Object.create(null)`, whose members V8 looks up slowly.
  const bare = <T extends object>(options: T): T => Object.setPrototypeOf(options, null) as T;
  return {
    jwksUri,
    // The library uses `Date.now()`. The times are checked by the verifier's own clock instead.
    token: bare({ issuer, audience: null, graceSeconds: Infinity }),
    claims: bare({ clientId: clientIds && [...clientIds], tokenUse }),
    audience,
  };
}

/**
 * Every method of the library but one parses the token again, with a slow reviver. That one, `verifyDecomposedJwtSync`, is
 * for its own subclasses, so this is one.
 */
export class SignatureVerifier extends JwtVerifierBase<LibraryOptions, LibraryIssuer, true> {
  /** @throws {AuthConfigurationError} when this version of the library lets a forged token pass. */
  constructor(issuers: readonly IssuerAddress[]) {
    super([...issuers, SECOND_ISSUER].map(({ issuer, jwksUri }) => ({ issuer, jwksUri, audience: null })));
    this.#assertRefusesForgery();
  }

  /** Replaces the keys of an issuer. The library forgets the key objects that it made of the old ones. */
  setKeys(issuer: string, keys: KeySet): void {
    this.cacheJwks({ keys: [...keys.values()].map((key) => ({ ...key })) }, issuer);
  }

  /** @throws what says nothing about the token: a fault of the server. */
  check({ kid, claims, headerB64, payloadB64, signatureB64 }: SignedToken, expected: Expectation): Refusal | undefined {
    // The pre-check has found exactly these values in the header, and the type of every claim that the library reads.
    const header = { alg: 'RS256', kid };
    const payload = claims as unknown as Parameters<typeof validateCognitoJwtFields>[0];
    // The error for a bad signature would capture a stack, which makes a forged token dearer than a good one. Nothing but
    // the library runs in between. An assignment would throw where the intrinsics are frozen.
    const { stackTraceLimit } = Error;
    Reflect.set(Error, 'stackTraceLimit', 0);
    try {
      const token = { header, headerB64, payload, payloadB64, signatureB64 };
      this.verifyDecomposedJwtSync(token, expected.jwksUri, expected.token);
      validateCognitoJwtFields(payload, expected.claims);
      return checkAudience(claims, expected.audience);
    } catch (error) {
      const refused = refusalBy(error);
      if (refused === undefined) throw error;
      return refused;
    } finally {
      Reflect.set(Error, 'stackTraceLimit', stackTraceLimit);
    }
  }

  /**
   * `verifyDecomposedJwtSync` is not documented. A version in which it no longer throws on a bad signature (because it
   * answers false, or a promise) would let every token pass. A forged one shows that before the first request
   * (docs/decisions: signature self-test).
   */
  #assertRefusesForgery(): void {
    const { issuer } = SECOND_ISSUER;
    let fault: unknown;
    try {
      this.setKeys(issuer, new Map([[KEY.kid, KEY]]));
      const demands = { clientIds: null, tokenUse: null, audience: null };
      const refused = this.check(forgedToken(issuer), expectationOf(SECOND_ISSUER, demands));
      if (refused !== undefined && isSignatureRefusal(refused)) {
        this.setKeys(issuer, new Map());
        return;
      }
      fault = refused === undefined ? new Error('it let a forged token pass') : refused.cause;
    } catch (error) {
      fault = error;
    }
    throw new AuthConfigurationError(
      'Expected this installation of `aws-jwt-verify` and of Node.js to refuse a forged RS256 signature, got: ' +
        `${messageOf(fault)}. Install the version of \`aws-jwt-verify\` that this package depends on, on a Node.js with RSA.`,
      { cause: fault },
    );
  }
}
