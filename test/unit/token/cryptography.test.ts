import { JwtInvalidSignatureError, KidNotFoundInJwksError, ParameterValidationError } from 'aws-jwt-verify/error';
import { JwtVerifierBase } from 'aws-jwt-verify/jwt-verifier';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { authStateOf } from '../../../src/auth.js';
import { AuthConfigurationError, KeysUnavailableError } from '../../../src/errors.js';
import { createTestUserPool } from '../../../src/testing/index.js';
import { createCognitoVerifier } from '../../../src/token/verifier.js';

// The library keeps the method for its own subclasses, of which this package's verifier is one.
const library = JwtVerifierBase.prototype as unknown as { verifyDecomposedJwtSync: (...args: unknown[]) => unknown };
const pool = createTestUserPool();
const settings = { userPoolId: pool.userPoolId, clientId: pool.clientId, jwks: pool.jwks };

afterEach(() => {
  vi.restoreAllMocks();
});

const foreign: [string, () => Error][] = [
  ['a TypeError', () => new TypeError('Cannot read properties of undefined')],
  [
    'an error of OpenSSL',
    () => Object.assign(new Error('error:0308010C:unsupported'), { code: 'ERR_OSSL_EVP_UNSUPPORTED' }),
  ],
  ['a RangeError', () => new RangeError('Maximum call stack size exceeded')],
  ['the library’s complaint about its use', () => new ParameterValidationError('Expected a valid JWK')],
  ['a key that the library has lost', () => new KidNotFoundInJwksError('JWK for kid x not found in the JWKS')],
  [
    'an error with the name of a refusal',
    () => Object.assign(new Error('Invalid signature'), { name: 'JwtInvalidSignatureError' }),
  ],
];

describe('an error that says nothing about the token', () => {
  it.each(foreign)('makes the token unavailable, not invalid: %s', async (_, create) => {
    const verifier = createCognitoVerifier(settings);
    const error = create();
    const spy = vi.spyOn(library, 'verifyDecomposedJwtSync').mockImplementation(() => {
      throw error;
    });
    const token = pool.accessToken();
    const auth = await verifier.authenticate(token);
    expect(auth).toEqual({ status: 'rejected', reason: 'keys-unavailable' });
    expect(authStateOf(auth)?.cause).toBeInstanceOf(KeysUnavailableError);
    expect(authStateOf(auth)?.cause?.cause).toBe(error);
    await expect(verifier.verify(token)).rejects.toThrow(KeysUnavailableError);
    spy.mockRestore();
    expect(await verifier.authenticate(token)).toMatchObject({ status: 'authenticated' });
  });

  it('can be a value whose class cannot be read', async () => {
    const verifier = createCognitoVerifier(settings);
    const { proxy, revoke } = Proxy.revocable(new Error('gone'), {});
    revoke();
    vi.spyOn(library, 'verifyDecomposedJwtSync').mockImplementation(() => {
      throw proxy;
    });
    expect(await verifier.authenticate(pool.accessToken())).toEqual({ status: 'rejected', reason: 'keys-unavailable' });
  });
});

describe('the construction of a verifier, which tests the library with a forged token,', () => {
  it.each<[string, () => unknown]>([
    ['lets it pass', () => ({})],
    ['returns false', () => false],
    ['returns a promise', () => Promise.reject(new JwtInvalidSignatureError('later')).catch(() => false)],
    [
      'throws something else',
      () => {
        throw new TypeError('no RSA');
      },
    ],
    [
      'throws what cannot be read',
      () => {
        throw Proxy.revocable({}, {}) as unknown as Error;
      },
    ],
  ])('refuses a library that %s', (_, answer) => {
    vi.spyOn(library, 'verifyDecomposedJwtSync').mockImplementation(answer);
    expect(() => createCognitoVerifier(settings)).toThrow(AuthConfigurationError);
    expect(() => createCognitoVerifier(settings)).toThrow(
      /^Expected this installation of `aws-jwt-verify` and of Node\.js to refuse a forged RS256 signature, got: /,
    );
  });

  it('works under fake timers, in another time, and with a polluted prototype', async () => {
    vi.useFakeTimers({ now: 0 });
    Object.assign(Object.prototype, { customJwtCheck: () => {}, alg: 'none', kid: 'x' });
    try {
      expect(() => createCognitoVerifier(settings)).not.toThrow();
    } finally {
      for (const name of ['customJwtCheck', 'alg', 'kid']) Reflect.deleteProperty(Object.prototype, name);
      vi.useRealTimers();
    }
    expect(await createCognitoVerifier(settings).authenticate(pool.accessToken())).toMatchObject({
      status: 'authenticated',
    });
  });

  it('takes less than 3 ms', () => {
    createCognitoVerifier(settings);
    const startedAt = performance.now();
    for (let count = 0; count < 50; count += 1) createCognitoVerifier({ ...settings, jwks: undefined });
    expect((performance.now() - startedAt) / 50).toBeLessThan(3);
  });

  it('leaves no key that verifies a token', async () => {
    const verifier = createCognitoVerifier({ ...settings, clientId: null });
    const claims = JSON.parse(Buffer.from(pool.accessToken().split('.')[1] ?? '', 'base64url').toString()) as object;
    const token = pool.sign({ kid: 'self-test', alg: 'RS256' }, { ...claims, iss: 'https://no-issuer.invalid/' });
    expect(await verifier.authenticate(token)).toEqual({ status: 'rejected', reason: 'invalid' });
  });
});
