/** A user pool as it is configured: what may be written, what is refused, and the issuers that it stands for. */
import type { TokenUse } from '../auth.js';
import { AuthConfigurationError } from '../errors.js';
import { describe, isText, readNumber, readSettings } from '../options.js';
import { readClientIds } from './client-id.js';
import { readStaticKeys } from './key-set.js';
import type { JsonWebKeySet, KeySet } from './key-set.js';

/** A user pool whose tokens are accepted. */
export interface CognitoPool {
  /** Such as `eu-west-1_AbCdEf123`; with `endpoint`, whatever the emulator calls it. */
  readonly userPoolId: string;
  /**
   * The app client, or clients, whose tokens are accepted: the `aud` of an ID token, the `client_id` of an access token.
   * `null`, which has to be written, accepts every client of the pool.
   */
  readonly clientId: string | readonly string[] | null;
  /** The only kind of token that is accepted. Default: both kinds. */
  readonly tokenUse?: TokenUse;
  /** Seconds for which a token is still accepted after `exp`, and already before `nbf`. From 0 to 3600. Default: 0. */
  readonly graceSeconds?: number | undefined;
  /**
   * Origin of an emulator, such as `http://127.0.0.1:9229`, in the place of the AWS host. The issuer is then
   * `<endpoint>/<userPoolId>`. Plain http is for a loopback address alone.
   */
  readonly endpoint?: string | undefined;
  /** The pool's public keys, for a program without network. They are never fetched then, and never change. */
  readonly jwks?: JsonWebKeySet | undefined;
}

/** A pool after all checks, on its own: nothing in it is the caller's to change. */
export interface ResolvedPool {
  readonly userPoolId: string;
  readonly clientIds: readonly string[] | null;
  readonly tokenUse: TokenUse | null;
  readonly graceSeconds: number;
  /** Each is a value of `iss`; the keys are at `<issuer>/.well-known/jwks.json`. */
  readonly issuers: readonly string[];
  readonly staticKeys: KeySet | undefined;
  readonly allowEmulatorKeys: boolean;
}

const SETTINGS = ['userPoolId', 'clientId', 'tokenUse', 'graceSeconds', 'endpoint', 'jwks'];
const MAX_GRACE_SECONDS = 3600;

// The region forms that AWS has (commercial, GovCloud, sovereign, isolated), then `_` and letters and digits.
const AWS_POOL_ID = /^((?:eusc-)?[a-z]{2}(?:-(?:gov|iso[a-z]?))?-[a-z]+-\d)_[A-Za-z0-9]{1,55}$/;
const EMULATOR_POOL_ID = /^[\w-]{1,128}$/;

/** @throws {AuthConfigurationError} on anything that is not a pool, several pools, or safe. */
export function readPools(pools: unknown): readonly ResolvedPool[] {
  const list: readonly unknown[] = Array.isArray(pools) ? Array.from<unknown>(pools) : [pools];
  if (list.length === 0)
    throw new AuthConfigurationError('createCognitoVerifier() needs a user pool; found an empty list.');
  const resolved = list.map((pool, index) => readPool(Array.isArray(pools) ? `pools[${index}]` : 'pool', pool));
  const issuers = resolved.flatMap((pool) => pool.issuers);
  if (new Set(issuers).size < issuers.length) {
    throw new AuthConfigurationError(
      'createCognitoVerifier() was given one user pool twice. Write each once: clientId: [...] names several app ' +
        'clients, and without tokenUse both kinds of token are accepted.',
    );
  }
  return resolved;
}

function readPool(where: string, pool: unknown): ResolvedPool {
  const settings = readSettings(where, pool, SETTINGS);
  const endpoint = readEndpoint(where, settings['endpoint']);
  if (endpoint !== undefined && settings['jwks'] !== undefined) {
    throw new AuthConfigurationError(
      `${where} has both endpoint and jwks. Write one: where the keys are, or the keys.`,
    );
  }
  const allowEmulatorKeys = endpoint !== undefined && endpoint.isLoopback;
  const { userPoolId, issuers } = readUserPool(where, settings['userPoolId'], endpoint?.url);
  return {
    userPoolId,
    issuers,
    clientIds: readClientIds(where, settings['clientId'], (id) => id === userPoolId || AWS_POOL_ID.test(id)),
    tokenUse: readTokenUse(where, settings),
    graceSeconds: readNumber(`${where}.graceSeconds`, settings['graceSeconds'], {
      fallback: 0,
      min: 0,
      max: MAX_GRACE_SECONDS,
      unit: 'seconds',
    }),
    staticKeys:
      settings['jwks'] === undefined ? undefined : readStaticKeys(`${where}.jwks`, settings['jwks'], allowEmulatorKeys),
    allowEmulatorKeys,
  };
}

function readUserPool(
  where: string,
  id: unknown,
  endpoint: string | undefined,
): Pick<ResolvedPool, 'userPoolId' | 'issuers'> {
  if (endpoint !== undefined && typeof id === 'string' && EMULATOR_POOL_ID.test(id)) {
    return { userPoolId: id, issuers: [`${endpoint}/${id}`] };
  }
  const region = typeof id === 'string' && endpoint === undefined ? AWS_POOL_ID.exec(id)?.[1] : undefined;
  if (typeof id !== 'string' || region === undefined) {
    throw new AuthConfigurationError(
      `${where}.userPoolId must be the id of a user pool, such as 'eu-west-1_AbCdEf123'; found ${describe(id)}` +
        `${typeof id === 'string' ? ' of another form' : ''}. For an emulator, write its endpoint too.`,
    );
  }
  // A pool has one of two issuers ("original" and "updated", IssuerConfigurationType in the Cognito API reference), and
  // may be switched from one to the other while tokens of both live.
  const hosts = [`cognito-idp.${region}.amazonaws.com`, `issuer-cognito-idp.${region}.amazonaws.com`];
  return { userPoolId: id, issuers: hosts.map((host) => `https://${host}/${id}`) };
}

function readTokenUse(where: string, settings: Record<string, unknown>): TokenUse | null {
  const value = settings['tokenUse'];
  if (value === 'id' || value === 'access') return value;
  // Undefined must be absent: a variable that was never set would otherwise open the other kind of token.
  if (!('tokenUse' in settings)) return null;
  throw new AuthConfigurationError(
    `${where}.tokenUse must be 'id' or 'access'; found ${describe(value)}. Leave it out to accept both kinds.`,
  );
}

function readEndpoint(
  where: string,
  value: unknown,
): { readonly url: string; readonly isLoopback: boolean } | undefined {
  if (value === undefined) return undefined;
  const url = isText(value) && URL.canParse(value) ? new URL(value) : undefined;
  if (!isText(value) || url === undefined || url.username !== '' || url.password !== '' || /[?#\\]/.test(value)) {
    throw new AuthConfigurationError(
      `${where}.endpoint must be the origin of an emulator, such as 'http://127.0.0.1:9229'; found ${describe(value)}.`,
    );
  }
  // `URL` has brought every spelling of an address (0x7f.1, 127.1) to this one.
  const isLoopback = url.hostname === 'localhost' || url.hostname === '[::1]' || /^127(\.\d+){3}$/.test(url.hostname);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback)) {
    throw new AuthConfigurationError(
      `${where}.endpoint must be https, because keys that come over plain http can be anybody's. ` +
        'Plain http is accepted for localhost, 127.0.0.1 and [::1] alone.',
    );
  }
  return { url: value.replace(/\/+$/, ''), isLoopback };
}
