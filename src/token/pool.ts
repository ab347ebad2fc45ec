/** A user pool as it is configured: what may be written, what is refused, and the issuers that it stands for. */
import type { TokenUse } from '../cognito-claims.js';
import { AuthConfigurationError } from '../errors.js';
import { describe, print, readNumber, readSettings } from '../settings.js';
import { readClientIds } from './client-id.js';
import { issuerOf, readEndpoint } from './endpoint.js';
import type { Endpoint } from './endpoint.js';
import { awsIssuers, regionOf } from './issuers.js';
import type { IssuerAddress } from './issuers.js';
import { readStaticKeys } from './keys/key-set.js';
import type { JsonWebKeySet, KeySet } from './keys/key-set.js';

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
   * `<endpoint>/<userPoolId>`. Plain http is for a loopback address alone: `localhost`, `*.localhost`, `127.0.0.0/8`,
   * `[::1]`.
   */
  readonly endpoint?: string | undefined;
  /**
   * Beside `endpoint`: the exact `iss` of the emulator's tokens, such as `http://localhost:9229/local_1a2B`, where that is
   * another address than the one by which this program reaches it. The keys are still fetched at
   * `<endpoint>/<userPoolId>/.well-known/jwks.json`; nothing is ever fetched from the issuer.
   */
  readonly issuer?: string | undefined;
  /**
   * Beside `endpoint`: true accepts plain http, and keys whose private half is published with an emulator, at any address,
   * such as that of a container. Anyone can then make tokens: never in production. The plugin warns of it at each start.
   * Default: false.
   */
  readonly emulator?: boolean | undefined;
  /** The pool's public keys, for a program without network. They are never fetched then, and never change. */
  readonly jwks?: JsonWebKeySet | undefined;
}

/** A pool after all checks, on its own: nothing in it is the caller's to change. */
export interface ResolvedPool {
  readonly userPoolId: string;
  readonly clientIds: readonly string[] | null;
  readonly tokenUse: TokenUse | null;
  readonly graceSeconds: number;
  readonly issuers: readonly IssuerAddress[];
  /** Whether AWS makes the tokens, so that AWS' limits on them hold. */
  readonly isAws: boolean;
  readonly staticKeys: KeySet | undefined;
  readonly allowEmulatorKeys: boolean;
  /** What to say at each start of a server. */
  readonly warnings: readonly string[];
}

const SETTINGS = ['userPoolId', 'clientId', 'tokenUse', 'graceSeconds', 'endpoint', 'issuer', 'emulator', 'jwks'];
const MAX_GRACE_SECONDS = 3600;

const EMULATOR_POOL_ID = /^[\w-]{1,128}$/;

/** @throws {AuthConfigurationError} on anything that is not a pool, several pools, or safe. */
export function readPools(pools: unknown): readonly ResolvedPool[] {
  const list: readonly unknown[] = Array.isArray(pools) ? Array.from<unknown>(pools) : [pools];
  if (list.length === 0)
    throw new AuthConfigurationError('createCognitoVerifier() needs a user pool; found an empty list.');
  const resolved = list.map((pool, index) => readPool(Array.isArray(pools) ? `pools[${index}]` : 'pool', pool));
  const issuers = resolved.flatMap((pool) => pool.issuers.map(({ issuer }) => issuer));
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
  const endpoint = readEndpoint(where, settings);
  if (endpoint !== undefined && settings['jwks'] !== undefined) {
    throw new AuthConfigurationError(
      `${where} has both endpoint and jwks. Write one: where the keys are, or the keys.`,
    );
  }
  if (endpoint === undefined && settings['issuer'] !== undefined) {
    throw new AuthConfigurationError(
      `${where}.issuer is for an emulator alone: the issuers of AWS are known. Write its \`endpoint\` too, or leave ` +
        '`issuer` out.',
    );
  }
  const allowEmulatorKeys = endpoint?.allowEmulatorKeys === true;
  const { userPoolId, issuers } = readUserPool(where, settings, endpoint);
  return {
    userPoolId,
    issuers,
    clientIds: readClientIds(where, settings['clientId'], (id) => id === userPoolId || awsIssuers(id) !== undefined),
    tokenUse: readTokenUse(where, settings),
    graceSeconds: readNumber(`${where}.graceSeconds`, settings['graceSeconds'], {
      fallback: 0,
      min: 0,
      max: MAX_GRACE_SECONDS,
      unit: 'seconds',
    }),
    staticKeys:
      settings['jwks'] === undefined ? undefined : readStaticKeys(`${where}.jwks`, settings['jwks'], allowEmulatorKeys),
    isAws: endpoint === undefined || endpoint.isAws,
    allowEmulatorKeys,
    warnings:
      endpoint?.isOpen === true
        ? [
            `The user pool ${userPoolId} has \`emulator: true\`: its keys may come over plain http or be published, so ` +
              'that anyone can make its tokens. Never in production.',
          ]
        : [],
  };
}

function readUserPool(
  where: string,
  settings: Record<string, unknown>,
  endpoint: Endpoint | undefined,
): Pick<ResolvedPool, 'userPoolId' | 'issuers'> {
  const id = settings['userPoolId'];
  if (endpoint !== undefined && typeof id === 'string' && EMULATOR_POOL_ID.test(id)) {
    return { userPoolId: id, issuers: [issuerOf(endpoint, id, where, settings['issuer'])] };
  }
  const issuers = typeof id === 'string' && endpoint === undefined ? awsIssuers(id) : undefined;
  if (typeof id === 'string' && issuers === undefined && endpoint === undefined && regionOf(id) !== undefined) {
    throw new AuthConfigurationError(
      `Expected \`${where}.userPoolId\` to begin with a region of the AWS, AWS GovCloud, AWS China or AWS European ` +
        `Sovereign Cloud partition, got ${print(regionOf(id))}. For another partition, write the address of its Cognito ` +
        "service as `endpoint`: 'https://cognito-idp.<region>.<suffix>'.",
    );
  }
  if (typeof id !== 'string' || issuers === undefined) {
    throw new AuthConfigurationError(
      `${where}.userPoolId must be the id of a user pool, such as 'eu-west-1_AbCdEf123'; found ${describe(id)}` +
        `${typeof id === 'string' ? ' of another form' : ''}. For an emulator, write its endpoint too.`,
    );
  }
  return { userPoolId: id, issuers };
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
