/** Reads and validates a user pool, configured or returned by `find`, and finds its issuers. */
import type { TokenUse } from '../cognito-claims.js';
import { AuthConfigurationError } from '../errors.js';
import { describe, print, readNumber, readSettings } from '../settings.js';
import { audienceWarnings, readAudience } from './audience.js';
import { readClientIds } from './client-id.js';
import { issuerOf, readEndpoint } from './endpoint.js';
import type { Endpoint } from './endpoint.js';
import { awsIssuers, regionOf } from './issuers.js';
import type { IssuerAddress } from './issuers.js';
import { readStaticKeys } from './keys/key-set.js';
import type { JsonWebKeySet, KeySet } from './keys/key-set.js';
import { assertDistinctNames, readPoolName } from './pool-name.js';
import { readRegions } from './regions.js';

/**
 * A user pool whose tokens are accepted.
 *
 * @example
 * const pool: CognitoPool = { userPoolId: 'eu-west-1_AbCdEf123', clientId: ['web', 'mobile'], tokenUse: 'access' };
 * const api: CognitoPool = { ...pool, audience: 'https://api.example.com' };
 * const replicated: CognitoPool = { ...pool, regions: ['us-east-1'] };
 * const staff: CognitoPool = { userPoolId: 'eu-west-1_Staff', clientId: 'backoffice', name: 'staff' };
 * const emulated: CognitoPool = { userPoolId: 'local_1a2B', clientId: 'web', endpoint: 'http://localhost:9229' };
 */
export interface CognitoPool {
  /** Such as `eu-west-1_AbCdEf123`; with `endpoint`, the id that the emulator gives it. */
  readonly userPoolId: string;
  /**
   * The app client, or clients, whose tokens are accepted: the `aud` of an ID token, the `client_id` of an access token.
   * Only an explicit `null` accepts every client of the pool.
   */
  readonly clientId: string | readonly string[] | null;
  /** The only kind of token that is accepted; leave it out for both kinds. An explicit `undefined` is refused. */
  readonly tokenUse?: TokenUse;
  /** Seconds for which a token is accepted after its `exp`, and before its `nbf`. From 0 to 3600. Default: 0. */
  readonly graceSeconds?: number | undefined;
  /**
   * The origin of an emulator, such as `http://127.0.0.1:9229`, instead of the AWS host. The issuer is then
   * `<endpoint>/<userPoolId>`. Plain http is accepted for loopback addresses alone: `localhost`, `*.localhost`,
   * `127.0.0.0/8`, `[::1]`. Default: AWS.
   */
  readonly endpoint?: string | undefined;
  /**
   * Beside `endpoint`: the exact `iss` of the emulator's tokens, such as `http://localhost:9229/local_1a2B`, when this
   * program reaches the emulator at another address. The keys still come from
   * `<endpoint>/<userPoolId>/.well-known/jwks.json`; nothing is ever fetched from the issuer. Default:
   * `<endpoint>/<userPoolId>`.
   */
  readonly issuer?: string | undefined;
  /**
   * Beside `endpoint`: true accepts plain http, and keys whose private half is published with an emulator, at any address,
   * such as that of a container. Anyone can then make tokens, so never use it in production. The plugin logs a warning at
   * each start. Default: false.
   */
  readonly emulator?: boolean | undefined;
  /** The pool's public keys, for a program without network. They never change then. Default: fetched. */
  readonly jwks?: JsonWebKeySet | undefined;
  /**
   * What `@auth(pools:)` calls the pool: 1 to 128 characters without white space, commas and quotation marks, and neither
   * the name nor the id of another pool. Default: its `userPoolId`.
   */
  readonly name?: string | undefined;
  /**
   * The identifiers of this API as a resource server (RFC 8707). With it, an access token must have one of them in its `aud`.
   * Compared exactly. It does not apply to ID tokens: write `tokenUse: 'access'` too. An explicit `undefined` is refused.
   * Default: an access token may have no `aud`, or its own app client there (RFC 9068, section 4).
   */
  readonly audience?: string | readonly string[];
  /**
   * The regions of the pool's replicas (multi-Region replication), if their tokens have the replica's region in their `iss`:
   * `https://cognito-idp.<region>.amazonaws.com/<userPoolId>`. Without the pool's own region, and of its partition. The keys
   * of each region are fetched from that region and verify its tokens alone. Not beside `endpoint` or `jwks`; an explicit
   * `undefined` is refused. Default: the pool's own region alone.
   */
  readonly regions?: readonly string[];
}

/** A pool after all checks, as a copy: the caller cannot change it. */
export interface ResolvedPool {
  readonly userPoolId: string;
  readonly name: string;
  readonly clientIds: readonly string[] | null;
  readonly tokenUse: TokenUse | null;
  /** Null when an access token may name no API. */
  readonly audience: ReadonlySet<string> | null;
  readonly graceSeconds: number;
  readonly issuers: readonly IssuerAddress[];
  /** Whether AWS makes the tokens, so that the limits of AWS apply. */
  readonly isAws: boolean;
  readonly staticKeys: KeySet | undefined;
  readonly allowEmulatorKeys: boolean;
  /** Written at each start of a server. */
  readonly warnings: readonly string[];
}

const SETTINGS = [
  'userPoolId',
  'clientId',
  'tokenUse',
  'graceSeconds',
  'endpoint',
  'issuer',
  'emulator',
  'jwks',
  'name',
  'audience',
  'regions',
];
const MAX_GRACE_SECONDS = 3600;

const EMULATOR_POOL_ID = /^[\w-]{1,128}$/;

/** @throws {AuthConfigurationError} on anything that is not a pool or a list of pools, or that is unsafe. */
export function readPools(pools: unknown): readonly ResolvedPool[] {
  const list: readonly unknown[] = Array.isArray(pools) ? Array.from<unknown>(pools) : [pools];
  if (list.length === 0) {
    throw new AuthConfigurationError(
      'Expected `pools` to have at least one user pool, got an empty list. Write: [{ userPoolId, clientId }].',
    );
  }
  const resolved = list.map((pool, index) => readPool(Array.isArray(pools) ? `pools[${index}]` : 'pool', pool));
  const issuers = resolved.flatMap((pool) => pool.issuers.map(({ issuer }) => issuer));
  if (new Set(issuers).size < issuers.length) {
    throw new AuthConfigurationError(
      'Expected `pools` to have each issuer once, got one twice. Write each user pool once: `clientId` takes a list, and ' +
        'without `tokenUse` both kinds of token are accepted.',
    );
  }
  assertDistinctNames(resolved);
  return resolved;
}

/** @throws {AuthConfigurationError} on anything that is not a pool, or that is unsafe. */
export function readPool(where: string, pool: unknown): ResolvedPool {
  const settings = readSettings(where, pool, SETTINGS);
  const endpoint = readEndpoint(where, settings);
  if (endpoint !== undefined && settings['jwks'] !== undefined) {
    throw new AuthConfigurationError(
      `Expected \`${where}\` to have \`endpoint\` or \`jwks\`, got both. Write where the keys are, or the keys.`,
    );
  }
  if (endpoint === undefined && settings['issuer'] !== undefined) {
    throw new AuthConfigurationError(
      `Expected \`${where}.issuer\` to stand beside \`endpoint\`, got it alone. Leave it out for a pool of AWS; for an ` +
        'emulator, write its `endpoint` too.',
    );
  }
  const allowEmulatorKeys = endpoint?.allowEmulatorKeys === true;
  const tokenUse = readTokenUse(where, settings);
  const audience = readAudience(where, settings, tokenUse);
  const { userPoolId, issuers } = readUserPool(where, settings, endpoint);
  return {
    userPoolId,
    name: readPoolName(where, settings['name'], userPoolId),
    issuers,
    clientIds: readClientIds(where, settings['clientId'], (id) => id === userPoolId || awsIssuers(id) !== undefined),
    tokenUse,
    audience,
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
    warnings: [...emulatorWarnings(userPoolId, endpoint), ...audienceWarnings(userPoolId, audience, tokenUse)],
  };
}

function emulatorWarnings(userPoolId: string, endpoint: Endpoint | undefined): readonly string[] {
  if (endpoint?.isOpen !== true) return [];
  return [
    `The user pool ${userPoolId} has \`emulator: true\`. Its keys can come over plain http or be published ones, so ` +
      'anyone can make its tokens. Remove `emulator` in production.',
  ];
}

function readUserPool(
  where: string,
  settings: Record<string, unknown>,
  endpoint: Endpoint | undefined,
): Pick<ResolvedPool, 'userPoolId' | 'issuers'> {
  const id = settings['userPoolId'];
  if (endpoint !== undefined && typeof id === 'string' && EMULATOR_POOL_ID.test(id)) {
    readRegions(where, settings, id);
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
      `Expected \`${where}.userPoolId\` to be the id of a user pool, such as 'eu-west-1_AbCdEf123', got ${describe(id)}` +
        `${typeof id === 'string' ? ' of another form' : ''}. For an emulator, write its \`endpoint\` too.`,
    );
  }
  const replicas = readRegions(where, settings, id).flatMap((region) => awsIssuers(id, region) ?? []);
  return { userPoolId: id, issuers: [...issuers, ...replicas] };
}

function readTokenUse(where: string, settings: Record<string, unknown>): TokenUse | null {
  const value = settings['tokenUse'];
  if (value === 'id' || value === 'access') return value;
  // An explicit `undefined` can be a variable that was never set: it must not accept the other kind of token.
  if (!('tokenUse' in settings)) return null;
  throw new AuthConfigurationError(
    `Expected \`${where}.tokenUse\` to be 'id' or 'access', got ${describe(value)}. Leave it out to accept both kinds.`,
  );
}
