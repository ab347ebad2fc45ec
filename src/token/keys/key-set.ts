/** Reads a JSON Web Key Set (RFC 7517): the keys that can verify a Cognito token, which are RS256 keys, by `kid`. */
import { createPublicKey, hash } from 'node:crypto';
import { AuthConfigurationError } from '../../errors.js';
import { messageOf } from '../../settings.js';

/**
 * One public key, with the members of RFC 7517, section 4 and RFC 7518, section 6.3.1.
 *
 * @example
 * const key: JsonWebKey = { kty: 'RSA', kid: 'k1', use: 'sig', alg: 'RS256', n: '…', e: 'AQAB' };
 */
export interface JsonWebKey {
  readonly kty?: string | undefined;
  readonly kid?: string | undefined;
  readonly use?: string | undefined;
  readonly alg?: string | undefined;
  readonly n?: string | undefined;
  readonly e?: string | undefined;
  readonly [member: string]: unknown;
}

/**
 * A JWKS document, as at a pool's `/.well-known/jwks.json`.
 *
 * @example
 * const jwks = JSON.parse(readFileSync('jwks.json', 'utf8')) as JsonWebKeySet;
 * const verifier = createCognitoVerifier({ userPoolId, clientId, jwks });
 */
export interface JsonWebKeySet {
  readonly keys: readonly JsonWebKey[];
}

/** A key that is fit to verify with. Two fetches that bring the same key give one object. */
export interface VerificationKey {
  readonly kty: 'RSA';
  readonly kid: string;
  readonly use: 'sig';
  readonly alg: 'RS256';
  readonly n: string;
  readonly e: string;
}

export type KeySet = ReadonlyMap<string, VerificationKey>;

// The private half of these keys is published with the emulators that use them: anyone can sign with one. SHA-256 of `n`.
const EMULATOR_KEYS: ReadonlySet<string> = new Set([
  // cognito-local
  '_0lKQcaWGEHXg2baCT4cdl1xos48VBDtdX6-TwpNmZ4',
  // moto
  'pUZkKqTHqyD4xPRGMNZBVzWQUvO3ym918tNgnXsKoVA',
]);
// No key of Cognito has a `kid` like this: theirs are the base64 of 32 bytes. moto's is `dummy`, which the key of a test can
// have too, so it is recognized by its modulus alone.
const EMULATOR_KID = 'CognitoLocal';

const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

const MIN_MODULUS_BITS = 2048;
// The time to check a signature grows with the square of the modulus. No key of Cognito is this long.
const MAX_MODULUS_BITS = 8192;
// 65537, the exponent of every Cognito key. A long exponent makes each check slow; a short one is a mistake.
const EXPONENT = 'AQAB';
const MAX_KEYS = 100;

/** Whether this can be a `kid`: printable ASCII, so that it can go into a log, and no longer than needed. */
export function isKeyId(value: unknown): value is string {
  return typeof value === 'string' && /^[\x21-\x7e]{1,128}$/.test(value);
}

function readModulus(value: unknown): string {
  if (typeof value !== 'string') throw new Error('its `n` is not a string');
  const bytes = Buffer.from(value, 'base64url');
  // RFC 7518, section 6.3.1.1: no leading zero. With several spellings, a refused key could come back as another.
  if (bytes.toString('base64url') !== value || bytes[0] === 0) throw new Error('its `n` is not canonical base64url');
  return value;
}

function readKey(value: unknown, allowEmulatorKeys: boolean): VerificationKey {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('it is not an object');
  const jwk = Object.assign(Object.create(null) as Record<string, unknown>, value);
  const secret = PRIVATE_MEMBERS.find((member) => jwk[member] !== undefined);
  if (secret !== undefined) throw new Error(`it has the private member \`${secret}\``);
  const { kty, kid, use = 'sig', alg = 'RS256', key_ops: operations = ['verify'], e } = jwk;
  if (kty !== 'RSA') throw new Error('its `kty` is not RSA');
  if (use !== 'sig') throw new Error('its `use` is not sig');
  if (alg !== 'RS256') throw new Error('its `alg` is not RS256');
  if (!Array.isArray(operations) || !operations.includes('verify')) throw new Error('its `key_ops` have no verify');
  if (!isKeyId(kid)) throw new Error('its `kid` is not a string of printable characters');
  if (e !== EXPONENT) throw new Error('its `e` is not AQAB');
  const n = readModulus(jwk['n']);
  if (!allowEmulatorKeys && (kid === EMULATOR_KID || EMULATOR_KEYS.has(hash('sha256', n, 'base64url')))) {
    throw new Error('it is the key of an emulator, whose private half is public');
  }
  const key: VerificationKey = Object.freeze({ kty, kid, use, alg, n, e });
  const bits = createPublicKey({ key: { ...key }, format: 'jwk' }).asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits < MIN_MODULUS_BITS || bits > MAX_MODULUS_BITS) throw new Error('its `n` is too short or too long');
  return key;
}

function listOf(document: unknown): readonly unknown[] {
  // `Object()` makes an object of any value.
  const holder = Object(document) as Readonly<Record<string, unknown>>;
  const keys = Object.hasOwn(holder, 'keys') ? holder['keys'] : undefined;
  if (!Array.isArray(keys)) throw new Error('it is not an object with a list `keys`');
  if (keys.length > MAX_KEYS) throw new Error(`it has more than ${MAX_KEYS} keys`);
  return keys;
}

/**
 * The usable keys of a document from the network. One bad key must not take the good ones with it, so bad keys are left out.
 * So are two different keys with one `kid`: which one is meant is unknown.
 *
 * @throws {Error} when no key can be used.
 */
export function readFetchedKeys(document: unknown, allowEmulatorKeys: boolean): KeySet {
  const keys = new Map<string, VerificationKey>();
  const ambiguous = new Set<string>();
  const faults: unknown[] = [];
  for (const value of listOf(document)) {
    try {
      const key = readKey(value, allowEmulatorKeys);
      if ((keys.get(key.kid)?.n ?? key.n) !== key.n) ambiguous.add(key.kid);
      keys.set(key.kid, key);
    } catch (fault) {
      faults.push(fault);
    }
  }
  for (const kid of ambiguous) keys.delete(kid);
  if (keys.size === 0) throw new AggregateError(faults, 'The key set has no key that can be used.');
  return keys;
}

/** @throws {AuthConfigurationError} when the document, or any key in it, cannot be used as it is. */
export function readStaticKeys(where: string, document: unknown, allowEmulatorKeys: boolean): KeySet {
  const keys = new Map<string, VerificationKey>();
  try {
    const list = listOf(document);
    if (list.length === 0) throw new Error('it has no key');
    for (const [index, value] of list.entries()) {
      const key = readStaticKey(value, index, allowEmulatorKeys);
      if (keys.has(key.kid)) throw new Error(`its keys have one \`kid\` twice, at keys[${index}]`);
      keys.set(key.kid, key);
    }
  } catch (error) {
    throw new AuthConfigurationError(
      `Expected \`${where}\` to be the pool's public key set, got one that cannot be used: ${messageOf(error)}. Write the ` +
        "content of its /.well-known/jwks.json: { keys: [{ kty: 'RSA', kid, n, e }] }.",
      { cause: error },
    );
  }
  return keys;
}

function readStaticKey(value: unknown, index: number, allowEmulatorKeys: boolean): VerificationKey {
  try {
    return readKey(value, allowEmulatorKeys);
  } catch (error) {
    throw new Error(`keys[${index}] cannot be used: ${messageOf(error)}`, { cause: error });
  }
}
