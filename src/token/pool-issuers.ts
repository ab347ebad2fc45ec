/** The issuers of a pool, each with its keys; and which of the two issuers of a region it does not have. */
import type { AuthServices } from '../auth.js';
import type { AuthEventListener } from '../events.js';
import type { Clocks } from './keys/age.js';
import { fetchJson } from './keys/fetch-json.js';
import { readFetchedKeys } from './keys/key-set.js';
import type { KeySet } from './keys/key-set.js';
import { createStaticKeySource } from './keys/key-source.js';
import type { KeySource } from './keys/key-source.js';
import { KeyStore } from './keys/key-store.js';
import type { IssuerAddress } from './issuers.js';
import type { ResolvedPool } from './pool.js';
import { expectationOf } from './signature.js';
import type { Expectation } from './signature.js';
import type { ResolvedOptions } from './verifier-options.js';

/** One value of `iss`, with what its pool requires of a token, and its keys. */
export interface Issuer {
  readonly issuer: string;
  readonly region: string | undefined;
  readonly userPoolId: string;
  readonly expectation: Expectation;
  readonly graceSeconds: number;
  readonly isAws: boolean;
  readonly origin: AuthServices;
  readonly keys: KeySource;
  /**
   * Whether the pool does not have this issuer: its endpoint has said so, and the other issuer of its region has keys. Any
   * caller can name it, so that is no outage and must not cost a fetch each time (docs/decisions: two issuers).
   *
   * It is believed for the age of keys, because a pool can be switched from one issuer to the other. An endpoint that has
   * given keys is believed only when those are past use, so that a false answer cannot end them.
   */
  readonly isMissing: () => boolean;
  /**
   * Of a pool that is found at run time: what to wait for before the pool is used. Returns undefined while the last answer of
   * `find` counts.
   *
   * @throws {KeysUnavailableError} when it cannot be looked up; also as a rejection.
   */
  readonly lookUp: (() => Promise<void> | undefined) | undefined;
}

export interface IssuerServices {
  readonly options: ResolvedOptions;
  readonly emit: AuthEventListener;
  /** By which keys and found pools age. */
  readonly clocks: Clocks;
  /** Hears of each new key set that an issuer has from now on; of an empty one when they are forgotten. */
  readonly onKeys: (issuer: string, keys: KeySet) => void;
}

export function createPoolIssuers(pool: ResolvedPool, services: IssuerServices): readonly Issuer[] {
  const { emit, onKeys } = services;
  const { userPoolId, graceSeconds, isAws, staticKeys } = pool;
  // A region is judged by itself: what one says is nothing about another.
  const byRegion = new Map<string | undefined, KeyStore[]>();
  return pool.issuers.map((address) => {
    const { issuer, region } = address;
    const common = {
      issuer,
      region,
      userPoolId,
      graceSeconds,
      isAws,
      expectation: expectationOf(address, pool),
      origin: { clock: services.clocks.wall, graceSeconds, emit, poolName: pool.name },
      lookUp: undefined,
    };
    if (staticKeys !== undefined) {
      onKeys(issuer, staticKeys);
      return { ...common, keys: createStaticKeySource(staticKeys), isMissing: () => false };
    }
    const stores = byRegion.get(region) ?? [];
    byRegion.set(region, stores);
    const keys = createKeyStore(address, pool, stores, services);
    stores.push(keys);
    return { ...common, keys, isMissing: () => isMissing(keys, stores) };
  });
}

function isMissing(store: KeyStore, ofRegion: readonly KeyStore[]): boolean {
  return store.saidMissing() && !store.hasKeys() && ofRegion.some((other) => other.hasKeys());
}

function createKeyStore(
  { issuer, jwksUri, region }: IssuerAddress,
  { userPoolId, allowEmulatorKeys, issuers }: ResolvedPool,
  ofRegion: readonly KeyStore[],
  { options, emit, clocks, onKeys }: IssuerServices,
): KeyStore {
  const { fetch, timeoutMs, maxAgeMs, staleForMs } = options;
  const store = new KeyStore({
    maxAgeMs,
    staleForMs,
    clocks,
    userPoolId,
    region: issuers.some((other) => other.region !== region) ? region : undefined,
    fetchKeys: async (signal) =>
      readFetchedKeys(await fetchJson(jwksUri, { fetch, timeoutMs, signal }), allowEmulatorKeys),
    onKeys: (keys) => {
      onKeys(issuer, keys);
    },
    onFetched: (event) => {
      emit({ type: 'keys.fetched', userPoolId, issuer, ...event });
    },
    onFailed: (event) => {
      const report = () => {
        emit({ type: 'keys.failed', userPoolId, issuer, ...event });
      };
      if (!store.saidMissing()) report();
      // At start, only the keys of the other issuer show that a missing one is no failure.
      else
        void Promise.all(ofRegion.map((other) => other.settled())).then(() => {
          if (!isMissing(store, ofRegion)) report();
        });
    },
  });
  return store;
}

/**
 * Fetches the keys of one pool. It is enough that one of its issuers has keys: most pools have only one, and the address
 * of the other answers with an error. So a region that is down delays no start while another one has keys.
 *
 * @param onOutage Hears of each region without keys, also after the promise has resolved.
 * @throws {KeysUnavailableError} as a rejection: the one of the issuer that every pool starts with.
 */
export async function hydrateIssuers(
  issuers: readonly Issuer[],
  onOutage: (error: unknown) => void = () => {},
): Promise<void> {
  const regions = new Set(issuers.map(({ region }) => region));
  await firstOf(
    Array.from(regions, async (region) => {
      try {
        await firstOf(issuers.filter((issuer) => issuer.region === region).map(({ keys }) => keys.hydrate()));
      } catch (error) {
        onOutage(error);
        throw error;
      }
    }),
  );
}

/** Resolves with the first that does; rejects as the first in the list, when none does. */
async function firstOf(tries: readonly Promise<void>[]): Promise<void> {
  try {
    await Promise.any(tries);
  } catch (error) {
    throw error instanceof AggregateError ? error.errors[0] : error;
  }
}
