/** Reads and validates the options of a verifier, and fills in the defaults. */
import type { CognitoAccessTokenPayload, CognitoIdTokenPayload } from '../cognito-claims.js';
import { AuthConfigurationError } from '../errors.js';
import type { AuthEventListener } from '../events.js';
import { describe, readFunction, readNumber, readSettings } from '../settings.js';
import { readClaimsSchema } from './claims-schema.js';
import type { CheckClaims, ClaimsSchema } from './claims-schema.js';

/**
 * How the public keys of the pools are fetched and kept. All times are in seconds.
 *
 * @example
 * createCognitoVerifier(pool, { keys: { maxAge: 300, timeout: 2 } });
 */
export interface KeyOptions {
  /**
   * The age at which keys must be fetched again; only while that fails are they used for longer. For as long, a pool is
   * believed not to have one of its two issuers. From 1 to 86,400. Default: 600 (10 minutes).
   */
  readonly maxAge?: number | undefined;
  /** How long after `maxAge` keys are used while the endpoint is down. From 0 to 604,800. Default: 86,400 (a day). */
  readonly staleFor?: number | undefined;
  /** For the connection, the response and its body together. From 0.05 to 60. Default: 5. */
  readonly timeout?: number | undefined;
  /** Fetches the keys. Default: `globalThis.fetch`, as it is at the time of each call. */
  readonly fetch?: typeof globalThis.fetch | undefined;
}

/**
 * Is asked about every token whose signature is good, also about tokens seen before.
 *
 * @example
 * const revocation: Revocation = { isRevoked: ({ jti }) => store.has(`revoked:${jti}`) };
 * createCognitoVerifier(pool, { revocation });
 */
export interface Revocation {
  /**
   * `true` refuses the token as revoked, and only `false` lets it pass. With any other answer, an error, or no answer within
   * 5 s, the check is unavailable and the response is a 503.
   */
  isRevoked(claims: CognitoIdTokenPayload | CognitoAccessTokenPayload): boolean | Promise<boolean>;
}

/**
 * Options of `createCognitoVerifier`.
 *
 * @example
 * createCognitoVerifier(pool, {
 *   tokenCache: { max: 50_000 },
 *   onEvent: (event) => metrics.increment(event.type),
 * });
 */
export interface CognitoVerifierOptions<Claims = unknown> {
  /** How the public keys are fetched and kept. */
  readonly keys?: KeyOptions | undefined;
  /**
   * Verified tokens are remembered, by a digest, so that a token seen before costs no signature check: at most `max` of
   * them (from 1 to 1,000,000; default 10,000), in about `maxBytes` of memory (from 1 to 17,179,869,184; default
   * 33,554,432, which is 32 MiB). The tokens used least recently go first. `false` checks every signature every time.
   */
  readonly tokenCache?:
    { readonly max?: number | undefined; readonly maxBytes?: number | undefined } | false | undefined;
  /**
   * A Standard Schema that the claims of every accepted token must meet, ID and access tokens alike. It types `auth.claims`.
   * It is called once for a token, after the signature check, with frozen claims. A token whose claims do not fit is
   * `invalid`; the cause names the paths of the issues. The schema's output is dropped. A schema that throws or is
   * asynchronous is a fault of the server: the request gets 503. An explicit `undefined` is refused. Default: no schema.
   */
  readonly claimsSchema?: ClaimsSchema<Claims>;
  /** Decides whether a token is revoked. Default: a token is good until it expires. */
  readonly revocation?: Revocation | undefined;
  /**
   * Returns milliseconds since the epoch, for the times in tokens. Keys and found pools age by it too, when it says that more
   * time has passed than the process has run. While it returns no finite number, tokens cannot be checked. Default: `Date.now`.
   */
  readonly clock?: (() => number) | undefined;
  /** Receives what happens to tokens, keys, pools, operations and fields, synchronously. No event holds a token. Default: none. */
  readonly onEvent?: AuthEventListener | undefined;
}

/** The bounds of the verified-token cache. */
export interface TokenCacheLimits {
  readonly max: number;
  readonly maxBytes: number;
}

/** The options after all checks. Times are in milliseconds from here on. */
export interface ResolvedOptions {
  readonly maxAgeMs: number;
  readonly staleForMs: number;
  readonly timeoutMs: number;
  readonly fetch: typeof globalThis.fetch;
  readonly tokenCache: TokenCacheLimits | undefined;
  readonly checkClaims: CheckClaims | undefined;
  readonly isRevoked: Revocation['isRevoked'] | undefined;
  readonly clock: () => number;
  readonly onEvent: AuthEventListener | undefined;
}

const DEFAULT_TOKENS = 10_000;
const DEFAULT_BYTES = 32 * 1024 ** 2;
const MOST_BYTES = 16 * 1024 ** 3;

/** @throws {AuthConfigurationError} on an unknown name or a value that makes no sense. */
export function readOptions(options: unknown): ResolvedOptions {
  const settings = readSettings('options', options, [
    'keys',
    'tokenCache',
    'claimsSchema',
    'revocation',
    'clock',
    'onEvent',
  ]);
  const keys = readSettings('options.keys', orEmpty(settings['keys']), ['maxAge', 'staleFor', 'timeout', 'fetch']);
  const seconds = (name: string, fallback: number, min: number, max: number) =>
    1000 * readNumber(`options.keys.${name}`, keys[name], { fallback, min, max, unit: 'seconds' });
  return {
    maxAgeMs: seconds('maxAge', 600, 1, 86_400),
    staleForMs: seconds('staleFor', 86_400, 0, 604_800),
    timeoutMs: seconds('timeout', 5, 0.05, 60),
    fetch: readFunction<typeof globalThis.fetch>(
      'options.keys.fetch',
      keys['fetch'],
      'such as globalThis.fetch',
      (input, init) => globalThis.fetch(input, init),
    ),
    tokenCache: readTokenCache(settings['tokenCache']),
    checkClaims: readClaimsSchema(settings),
    isRevoked: readRevocation(settings['revocation']),
    clock: readFunction('options.clock', settings['clock'], '() => milliseconds since the epoch', () => Date.now()),
    onEvent: readFunction<AuthEventListener | undefined>(
      'options.onEvent',
      settings['onEvent'],
      '(event) => void',
      undefined,
    ),
  };
}

// Not `??`: null is a misuse.
function orEmpty(value: unknown): unknown {
  return value === undefined ? {} : value;
}

function readTokenCache(value: unknown): TokenCacheLimits | undefined {
  if (value === false) return undefined;
  const where = 'options.tokenCache';
  const { max, maxBytes } = readSettings(where, orEmpty(value), ['max', 'maxBytes'], ', or false');
  const limit = (name: string, given: unknown, fallback: number, most: number, unit: string) =>
    Math.floor(readNumber(`${where}.${name}`, given, { fallback, min: 1, max: most, unit }));
  return {
    max: limit('max', max, DEFAULT_TOKENS, 1_000_000, 'tokens'),
    maxBytes: limit('maxBytes', maxBytes, DEFAULT_BYTES, MOST_BYTES, 'bytes'),
  };
}

function readRevocation(value: unknown): Revocation['isRevoked'] | undefined {
  if (value === undefined) return undefined;
  // Read from the prototype too, because the list can be of a class; bound, because it can use `this`.
  const isRevoked: unknown =
    typeof value === 'object' && value !== null && !Object.hasOwn(Object.prototype, 'isRevoked')
      ? Reflect.get(value, 'isRevoked')
      : undefined;
  if (typeof isRevoked === 'function') return isRevoked.bind(value) as Revocation['isRevoked'];
  throw new AuthConfigurationError(
    `Expected \`options.revocation\` to be an object with a function isRevoked(claims), got ${describe(value)}. ` +
      'Write: { revocation: { isRevoked: (claims) => … } }.',
  );
}
