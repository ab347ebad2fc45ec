/** Where the keys of an issuer come from; and the simple case, keys that were configured. */
import type { KeySet, VerificationKey } from './key-set.js';

/** Where a verifier gets the keys of an issuer from. */
export interface KeySource {
  /**
   * Undefined when the keys may be used right now; otherwise what to wait for before looking again.
   *
   * @throws {KeysUnavailableError}
   * @throws {TokenRejectedError} `invalid`, when it is settled that the pool does not have this issuer.
   */
  prepare(): Promise<void> | undefined;
  find(kid: string): VerificationKey | undefined;
  /**
   * Called for a `kid` that is not in the set. Undefined when it is settled that there is no such key; otherwise what to
   * wait for before looking once more.
   *
   * @param hasWaited Whether that was done already: it is not done twice.
   * @throws {KeysUnavailableError} when that cannot be told.
   */
  seek(hasWaited: boolean): Promise<void> | undefined;
  /** @throws {KeysUnavailableError} */
  hydrate(): Promise<void>;
  close(): void;
}

/** Keys that were configured: always there, never fetched, never other ones. */
export function createStaticKeySource(keys: KeySet): KeySource {
  return {
    prepare: () => undefined,
    find: (kid) => keys.get(kid),
    seek: () => undefined,
    hydrate: () => Promise.resolve(),
    close: () => {},
  };
}
