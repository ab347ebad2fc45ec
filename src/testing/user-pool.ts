/** A user pool in memory: it has a real key, and signs the tokens that Cognito would. */
import { randomBytes, randomUUID } from 'node:crypto';
import { AuthConfigurationError } from '../errors.js';
import { awsIssuers } from '../token/issuers.js';
import type { JsonWebKeySet } from '../token/keys/key-set.js';
import { createCognitoVerifier } from '../token/verifier.js';
import type { CognitoVerifier, CognitoVerifierOptions } from '../token/verifier.js';
import { startKeyServer } from './key-server.js';
import type { TestKeyServer } from './key-server.js';
import { createSigningKey, sharedSigningKey } from './signing-key.js';
import type { SignedPart } from './signing-key.js';

export interface TestUserPoolOptions {
  /** Default: an id of its own, of the form that AWS has. */
  readonly userPoolId?: string;
  /** Default: `test-client`. */
  readonly clientId?: string;
  /** Milliseconds since the epoch, for `iat`, `auth_time` and `exp`. Default: `Date.now`. */
  readonly clock?: () => number;
}

/** Claims that override the usual ones; `undefined` removes one. */
export type TestClaims = Readonly<Record<string, unknown>>;

export interface TestUserPool {
  readonly userPoolId: string;
  readonly clientId: string;
  /** The `iss` of its tokens: the original one of AWS in the pool's region, or of the endpoint while there is one. */
  readonly issuer: string;
  /** The public keys that it publishes now; the last one signs. */
  readonly jwks: JsonWebKeySet;
  /** An access token of a person who signed in just now, for an hour. */
  readonly accessToken: (claims?: TestClaims) => string;
  /** An ID token of the same person. */
  readonly idToken: (claims?: TestClaims) => string;
  /** Any header and payload, really signed: objects, or text or bytes that are signed as they are. */
  readonly sign: (header: SignedPart, payload: SignedPart) => string;
  /**
   * Signs with a new key from now on. `withdraw` takes the old ones out of the published set; by default they stay. Until
   * then every test pool of the process signs with the same key: pools differ by their issuer.
   */
  readonly rotateKeys: (options?: { readonly withdraw?: boolean }) => void;
  /**
   * Publishes the keys on loopback. Until it is closed, the pool is one of that endpoint: its tokens name it as their
   * issuer, and `verifier()` fetches its keys.
   */
  readonly serve: () => Promise<TestKeyServer>;
  /** The production verifier over the keys as they are now; with an endpoint, over what the endpoint answers. */
  readonly verifier: (options?: CognitoVerifierOptions) => CognitoVerifier;
}

const LIFETIME_SECONDS = 3600;

/** @throws {AuthConfigurationError} in `verifier()`, when the options are not those of a pool. */
export function createTestUserPool(options: TestUserPoolOptions = {}): TestUserPool {
  const userPoolId = options.userPoolId ?? `eu-west-1_${randomBytes(5).toString('hex')}`;
  const { clientId = 'test-client', clock = Date.now } = options;
  const sub = randomUUID();
  let keys = [sharedSigningKey()];
  let server: TestKeyServer | undefined;

  function times({ exp }: TestClaims): TestClaims {
    const now = Math.floor(clock() / 1000);
    const expiresAt = typeof exp === 'number' && Number.isFinite(exp) ? exp : now + LIFETIME_SECONDS;
    // A token that has run out was not issued just now.
    const issuedAt = Math.min(now, expiresAt - LIFETIME_SECONDS);
    return { auth_time: issuedAt, iat: issuedAt, exp: expiresAt };
  }

  const issuerFor = (claims: TestClaims) => ('iss' in claims ? claims['iss'] : pool.issuer);

  const pool: TestUserPool = {
    userPoolId,
    clientId,
    get issuer() {
      if (server !== undefined) return `${server.url}/${userPoolId}`;
      const [original] = awsIssuers(userPoolId) ?? [];
      if (original !== undefined) return original.issuer;
      throw new AuthConfigurationError(
        'Expected `userPoolId` of createTestUserPool() to be of a region of AWS, as in eu-west-1_AbCdEf123, since the pool ' +
          "has no endpoint. Call `serve()` first, or give its tokens an issuer: accessToken({ iss: '…' }).",
      );
    },
    get jwks() {
      return { keys: keys.map(({ jwk }) => jwk) };
    },
    accessToken(claims = {}) {
      return pool.sign(header(), {
        sub,
        iss: issuerFor(claims),
        version: 2,
        client_id: clientId,
        origin_jti: randomUUID(),
        event_id: randomUUID(),
        token_use: 'access',
        scope: 'aws.cognito.signin.user.admin',
        ...times(claims),
        jti: randomUUID(),
        username: 'test-user',
        ...claims,
      });
    },
    idToken(claims = {}) {
      return pool.sign(header(), {
        sub,
        email_verified: true,
        iss: issuerFor(claims),
        'cognito:username': 'test-user',
        origin_jti: randomUUID(),
        aud: clientId,
        event_id: randomUUID(),
        token_use: 'id',
        ...times(claims),
        jti: randomUUID(),
        email: 'test-user@example.com',
        ...claims,
      });
    },
    sign: (header, payload) => signingKey().sign(header, payload),
    rotateKeys({ withdraw = false } = {}) {
      keys = [...(withdraw ? [] : keys), createSigningKey()];
    },
    async serve() {
      const started = await startKeyServer(
        () => pool.jwks,
        () => {
          if (server === started) server = undefined;
        },
      );
      server = started;
      return started;
    },
    verifier(verifierOptions = {}) {
      const source = server === undefined ? { jwks: pool.jwks } : { endpoint: server.url };
      return createCognitoVerifier({ userPoolId, clientId, ...source }, verifierOptions);
    },
  };

  function signingKey() {
    const key = keys.at(-1);
    if (key === undefined) throw new Error('A test user pool always has a key.');
    return key;
  }
  const header = () => ({ kid: signingKey().kid, alg: 'RS256' });
  return pool;
}
