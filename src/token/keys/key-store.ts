/** The key store of one endpoint: fetches its keys, keeps them for a time, and spaces the tries while it is down. */
import { KeysUnavailableError, withOutage } from '../../errors.js';
import type { KeyOutage } from '../../errors.js';
import { asError } from '../../settings.js';
import { elapsed, readClocks } from './age.js';
import type { Clocks, Moment } from './age.js';
import { NoKeySetError } from './fetch-json.js';
import type { KeySet, VerificationKey } from './key-set.js';
import type { KeySource } from './key-source.js';
import { isYoung, msToRetry, nextRetryMs, planUse } from './plan-use.js';
import type { FailedFetch, KeyAges } from './plan-use.js';

export interface KeyStoreOptions extends KeyAges {
  /** One bounded try. Each error counts as a failure of the endpoint. */
  readonly fetchKeys: (signal: AbortSignal) => Promise<KeySet>;
  readonly clocks: Clocks;
  /** Named in the log while the keys are unavailable. */
  readonly userPoolId: string;
  /** Named too, of a pool with several. */
  readonly region?: string | undefined;
  /** Hears of each set that differs from the one before, and of an empty one at `close`. */
  readonly onKeys: (keys: KeySet) => void;
  readonly onFetched: (event: { readonly keyCount: number; readonly durationMs: number }) => void;
  readonly onFailed: (event: {
    readonly cause: Error;
    readonly retryAfterSeconds: number;
    readonly durationMs: number;
  }) => void;
}

interface Failure extends FailedFetch {
  readonly cause: Error;
  /** How many tries have failed since the last good one. */
  readonly count: number;
  readonly outage: KeyOutage;
}

const UNKNOWN_KID_INTERVAL_MS = 10_000;
// A request with an unknown `kid` waits for a fetch, which takes seconds when the endpoint hangs. A flood of them must not
// fill the memory.
const MAX_UNKNOWN_KID_WAITERS = 2_000;

export class KeyStore implements KeySource {
  readonly #options: KeyStoreOptions;
  #keys: KeySet | undefined;
  /** When the fetch that brought the keys began. */
  #fetchedAt: Moment | undefined;
  /** The newest try, if it failed. */
  #failure: Failure | undefined;
  /** When an unknown `kid` last began a fetch. */
  #unknownKidAt: Moment | undefined;
  #unknownKidWaiters = 0;
  #inFlight: Promise<KeysUnavailableError | undefined> | undefined;
  /** Ends the fetch in flight. */
  #closing: AbortController | undefined;

  constructor(options: KeyStoreOptions) {
    this.#options = options;
  }

  ready(): Promise<void> | undefined {
    const now = readClocks(this.#options.clocks);
    const state = { fetchedAt: this.#fetchedAt, failure: this.#failure, isFetching: this.#inFlight !== undefined };
    switch (planUse(state, now, this.#options)) {
      case 'serve':
        return undefined;
      case 'serve-and-refresh':
        void this.#refresh(now);
        return undefined;
      case 'wait':
        return this.#wait(now);
      case 'wait-or-stale':
        return this.#refresh(now).then((failure) => {
          // Closed meanwhile, the store has no old keys either.
          if (failure !== undefined && this.#keys === undefined) throw failure;
        });
      case 'unavailable':
        throw this.#unavailable(msToRetry(this.#failure, now));
    }
  }

  get(kid: string): VerificationKey | undefined {
    return this.#keys?.get(kid);
  }

  refreshForUnknownKid(hasWaited: boolean): Promise<void> | undefined {
    const now = readClocks(this.#options.clocks);
    const msToFetch = Math.max(
      UNKNOWN_KID_INTERVAL_MS - elapsed(this.#unknownKidAt, now),
      msToRetry(this.#failure, now),
    );
    const isFetching = this.#inFlight !== undefined;
    if (hasWaited || (!isFetching && msToFetch > 0)) {
      // After a good fetch, a key that is not in the set does not exist. After a failed one, it can be a new key. Without a
      // set, it went while the caller waited (`close`).
      if (this.#failure !== undefined || this.#keys === undefined) throw this.#unavailable(msToFetch);
      return undefined;
    }
    if (!isFetching) this.#unknownKidAt = now;
    if (this.#unknownKidWaiters >= MAX_UNKNOWN_KID_WAITERS) throw this.#unavailable(0);
    this.#unknownKidWaiters += 1;
    return this.#wait(now).finally(() => {
      this.#unknownKidWaiters -= 1;
    });
  }

  async hydrate(): Promise<void> {
    const now = readClocks(this.#options.clocks);
    if (isYoung(elapsed(this.#fetchedAt, now), this.#options)) return;
    const delayMs = msToRetry(this.#failure, now);
    if (this.#inFlight === undefined && delayMs > 0) throw this.#unavailable(delayMs);
    await this.#wait(now);
  }

  close(): void {
    this.#closing?.abort();
    this.#closing = this.#inFlight = this.#keys = this.#failure = undefined;
    this.#fetchedAt = this.#unknownKidAt = undefined;
    this.#options.onKeys(new Map());
  }

  /** Whether there are keys that can be used, if only as old ones while the endpoint is down. */
  hasKeys(): boolean {
    const { maxAgeMs, staleForMs, clocks } = this.#options;
    return elapsed(this.#fetchedAt, readClocks(clocks)) <= maxAgeMs + staleForMs;
  }

  /** Whether the endpoint has said, within the age of keys, that it has no key set; and nothing else since. */
  saidMissing(): boolean {
    if (!(this.#failure?.cause instanceof NoKeySetError)) return false;
    return elapsed(this.#failure.at, readClocks(this.#options.clocks)) < this.#options.maxAgeMs;
  }

  /** Resolves at the end of the fetch in flight, or at once without one. */
  async settled(): Promise<void> {
    await this.#inFlight;
  }

  async #wait(now: Moment): Promise<void> {
    const failure = await this.#refresh(now);
    if (failure !== undefined) throw failure;
  }

  #unavailable(waitMs: number): KeysUnavailableError {
    const { cause, outage } = this.#failure ?? {};
    return withOutage(new KeysUnavailableError(waitMs / 1000, { cause }), outage);
  }

  /** At most one fetch at a time. The promise never rejects, because it can have no listener. */
  #refresh(now: Moment): Promise<KeysUnavailableError | undefined> {
    if (this.#inFlight === undefined) {
      this.#closing = new AbortController();
      this.#inFlight = this.#fetch(now, this.#closing.signal);
    }
    return this.#inFlight;
  }

  async #fetch(startedAt: Moment, closed: AbortSignal): Promise<KeysUnavailableError | undefined> {
    const { fetchKeys, clocks, onKeys, onFetched } = this.#options;
    let cause: Error;
    try {
      const keys = keepKnown(await fetchKeys(closed), this.#keys);
      // Closed meanwhile: the store is empty, or waits for another fetch.
      if (closed.aborted) return this.#unavailable(0);
      if (keys !== this.#keys) onKeys(keys);
      this.#keys = keys;
      this.#fetchedAt = startedAt;
      this.#failure = this.#inFlight = this.#closing = undefined;
      onFetched({ keyCount: keys.size, durationMs: clocks.monotonic() - startedAt.monotonic });
      return undefined;
    } catch (error) {
      // A `fetch` of the options can throw anything.
      cause = asError(error);
    }
    return closed.aborted ? this.#unavailable(0) : this.#reportFailure(cause, startedAt);
  }

  #reportFailure(cause: Error, startedAt: Moment): KeysUnavailableError {
    const { clocks, userPoolId, region, onFailed } = this.#options;
    const at = readClocks(clocks);
    const { count = 0, outage = Object.freeze({ userPoolId, region }) } = this.#failure ?? {};
    const retryDelayMs = nextRetryMs(count);
    this.#inFlight = this.#closing = undefined;
    this.#failure = { at, retryDelayMs, cause, count: count + 1, outage };
    const error = this.#unavailable(retryDelayMs);
    const { retryAfterSeconds } = error;
    onFailed({ cause, retryAfterSeconds, durationMs: at.monotonic - startedAt.monotonic });
    return error;
  }
}

/** A key that was there before stays the same object, because remembered tokens refer to it. So does a set. */
function keepKnown(keys: KeySet, known: KeySet | undefined): KeySet {
  const isKnown = ({ kid, n }: VerificationKey) => known?.get(kid)?.n === n;
  if (keys.size === known?.size && [...keys.values()].every(isKnown)) return known;
  return new Map([...keys].map(([kid, key]) => [kid, isKnown(key) ? (known?.get(kid) ?? key) : key]));
}
