/** Where the keys of one issuer come from; and the simple case, keys that are configured. */
import type { KeySet, VerificationKey } from './key-set.js';

/** The keys of one issuer. */
export interface KeySource {
  /**
   * Undefined when the keys can be used now; otherwise what to wait for before calling `get`.
   *
   * @throws {KeysUnavailableError} also as a rejection.
   */
  ready(): Promise<void> | undefined;
  get(kid: string): VerificationKey | undefined;
  /**
   * To call when `get` finds no key. Undefined when the key certainly does not exist; otherwise what to wait for before
   * calling `get` once more.
   *
   * @param hasWaited Whether the caller has waited for a fetch already: it does not wait twice.
   * @throws {KeysUnavailableError} when the endpoint cannot tell; also as a rejection.
   */
  refreshForUnknownKid(hasWaited: boolean): Promise<void> | undefined;
  /** @throws {KeysUnavailableError} as a rejection. */
  hydrate(): Promise<void>;
  close(): void;
}

/** Keys that are configured: always there, never fetched, never replaced. */
export function createStaticKeySource(keys: KeySet): KeySource {
  return {
    ready: () => undefined,
    get: (kid) => keys.get(kid),
    refreshForUnknownKid: () => undefined,
    hydrate: () => Promise.resolve(),
    close: () => {},
  };
}
