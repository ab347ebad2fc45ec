/** A user pool in memory, which has a real key and signs the tokens that Cognito would. */
import { randomBytes, randomUUID } from 'node:crypto';
import { AuthConfigurationError } from '../errors.js';
import { print, readSettings } from '../settings.js';
import { awsIssuers } from '../token/issuers.js';
import type { JsonWebKeySet } from '../token/keys/key-set.js';
import { createCognitoVerifier } from '../token/verifier.js';
import type { ClaimsSchema, CognitoVerifier, CognitoVerifierOptions } from '../token/verifier.js';
import { startKeyServer } from './key-server.js';
import type { TestKeyServer } from './key-server.js';
import { createSigningKey, sharedSigningKey } from './signing-key.js';
import type { SignedPart } from './signing-key.js';

/**
 * Options of `createTestUserPool()`.
 *
 * @example
 * const options: TestUserPoolOptions = { userPoolId: 'eu-west-1_AbCdEf123', clientId: 'web' };
 */
export interface TestUserPoolOptions {
  /** Default: a new id, in the form of AWS. */
  readonly userPoolId?: string | undefined;
  /** Default: `test-client`. */
  readonly clientId?: string | undefined;
  /** What `@auth(pools:)` calls the pool, for `verifier()`. Default: its `userPoolId`. */
  readonly name?: string | undefined;
  /** Milliseconds since the epoch, for `iat`, `auth_time` and `exp`. Default: `Date.now`. */
  readonly clock?: (() => number) | undefined;
}

/**
 * Claims that replace the usual ones, or add to them; `undefined` removes one.
 *
 * @example
 * const claims: TestClaims = { 'cognito:groups': ['admin'], username: undefined };
 */
export type TestClaims = Readonly<Record<string, unknown>>;

/**
 * A user pool in memory.
 *
 * @example
 * const pool: TestUserPool = createTestUserPool();
 * await pool.verifier().verify(pool.accessToken());
 */
export interface TestUserPool {
  readonly userPoolId: string;
  readonly clientId: string;
  /** The `iss` of its tokens: the original one of AWS in the pool's region, or of the endpoint while there is one. */
  readonly issuer: string;
  /** The public keys that it publishes now; the last one signs. */
  readonly jwks: JsonWebKeySet;
  /** An access token of a person who signed in just now, good for an hour. */
  readonly accessToken: (claims?: TestClaims) => string;
  /** An ID token of the same person. */
  readonly idToken: (claims?: TestClaims) => string;
  /** Signs any header and payload: objects are written as JSON, text and bytes are taken as they are. */
  readonly sign: (header: SignedPart, payload: SignedPart) => string;
  /**
   * Signs with a new key from now on. The old keys stay published, unless `withdraw` is true. Until then every test pool of
   * the process signs with the same key: pools differ by their issuer.
   */
  readonly rotateKeys: (options?: { readonly withdraw?: boolean | undefined }) => void;
  /**
   * Publishes the keys on loopback. Until it is closed, the pool is one of that endpoint: its tokens name it as their
   * issuer, and `verifier()` fetches its keys.
   */
  readonly serve: () => Promise<TestKeyServer>;
  /** The production verifier over the present keys; with an endpoint, over what the endpoint responds. */
  readonly verifier: {
    <Claims>(
      options: CognitoVerifierOptions<Claims> & { readonly claimsSchema: ClaimsSchema<Claims> },
    ): CognitoVerifier<Claims>;
    (options?: CognitoVerifierOptions): CognitoVerifier;
  };
}

const LIFETIME_SECONDS = 3600;
const NAMES = ['userPoolId', 'clientId', 'name', 'clock'];

/**
 * Creates a user pool in memory, which signs real tokens with a real RSA key (one for each process; making it takes about
 * 100 ms). No network is used before `serve()`.
 *
 * @example
 * const pool = createTestUserPool();
 * const context = createAuthContext({ verifier: pool.verifier() });
 * const authorization = `Bearer ${pool.accessToken({ 'cognito:groups': ['admin'] })}`;
 *
 * @throws {AuthConfigurationError} on an unknown option; in `verifier()`, when the options are not those of a pool; in
 *   `issuer` and the tokens, when the pool is of no region of AWS and has no endpoint.
 */
export function createTestUserPool(options: TestUserPoolOptions = {}): TestUserPool {
  const settings: TestUserPoolOptions = readSettings('createTestUserPool(): options', options, NAMES);
  const {
    userPoolId = `eu-west-1_${randomBytes(5).toString('hex')}`,
    clientId = 'test-client',
    name,
    clock = Date.now,
  } = settings;
  const sub = randomUUID();
  let keys = [sharedSigningKey()];
  let server: TestKeyServer | undefined;

  function times({ exp }: TestClaims): TestClaims {
    const now = Math.floor(clock() / 1000);
    const expiresAt = typeof exp === 'number' && Number.isFinite(exp) ? exp : now + LIFETIME_SECONDS;
    // An expired token was not issued just now.
    const issuedAt = Math.min(now, expiresAt - LIFETIME_SECONDS);
    return { auth_time: issuedAt, iat: issuedAt, exp: expiresAt };
  }

  function claimsOf(claims: TestClaims): TestClaims {
    return {
      sub,
      ...('iss' in claims ? {} : { iss: pool.issuer }),
      origin_jti: randomUUID(),
      event_id: randomUUID(),
      jti: randomUUID(),
      ...times(claims),
    };
  }

  const pool: TestUserPool = {
    userPoolId,
    clientId,
    get issuer() {
      if (server !== undefined) return `${server.url}/${userPoolId}`;
      const [original] = awsIssuers(userPoolId) ?? [];
      if (original !== undefined) return original.issuer;
      throw new AuthConfigurationError(
        `Expected \`userPoolId\` of createTestUserPool() to be of a region of AWS, as eu-west-1_AbCdEf123 is, got ${print(userPoolId)}. ` +
          "Call `serve()` first, or give its tokens an issuer: accessToken({ iss: '…' }).",
      );
    },
    get jwks() {
      return { keys: keys.map(({ jwk }) => jwk) };
    },
    accessToken(claims = {}) {
      return pool.sign(header(), {
        ...claimsOf(claims),
        token_use: 'access',
        client_id: clientId,
        username: 'test-user',
        scope: 'aws.cognito.signin.user.admin',
        version: 2,
        ...claims,
      });
    },
    idToken(claims = {}) {
      return pool.sign(header(), {
        ...claimsOf(claims),
        token_use: 'id',
        aud: clientId,
        'cognito:username': 'test-user',
        email: 'test-user@example.com',
        email_verified: true,
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
    verifier(verifierOptions: CognitoVerifierOptions = {}) {
      const source = server === undefined ? { jwks: pool.jwks } : { endpoint: server.url };
      return createCognitoVerifier({ userPoolId, clientId, name, ...source }, verifierOptions);
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
