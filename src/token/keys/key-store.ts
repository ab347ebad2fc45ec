/** The key store of one issuer: when its keys are fetched, how long they serve, and what happens when they cannot be had. */
import { KeysUnavailableError, withOutage } from '../../errors.js';
import type { KeyOutage } from '../../errors.js';
import { asError } from '../../settings.js';
import { elapsed, readClocks } from './age.js';
import type { Clocks, Moment } from './age.js';
import { NoKeySetError } from './fetch-json.js';
import type { KeySet, VerificationKey } from './key-set.js';
import type { KeySource } from './key-source.js';
import { invalid } from '../rejection.js';

export interface KeyStoreOptions {
  readonly maxAgeMs: number;
  readonly staleForMs: number;
  /** One bounded try. What it throws is a failure of the endpoint. */
  readonly fetchKeys: (signal: AbortSignal) => Promise<KeySet>;
  /** Those of all issuers of the pool, this one among them. */
  readonly storesOfPool: readonly KeyStore[];
  readonly clocks: Clocks;
  /** Named to the log when the keys are unavailable. */
  readonly userPoolId: string;
  readonly onKeys: (keys: KeySet) => void;
  readonly onFetched: (event: { readonly keyCount: number; readonly durationMs: number }) => void;
  readonly onFailed: (event: {
    readonly cause: Error;
    readonly retryAfterSeconds: number;
    readonly durationMs: number;
  }) => void;
}

// A set of this share of its age is fetched again while it still serves, so that on a busy server nobody ever waits.
const REFRESH_AT = 0.8;
const UNKNOWN_KID_INTERVAL_MS = 10_000;
// Whoever names a key that does not exist waits for the fetch that tells so, which takes seconds when the endpoint hangs.
// More than these at once are a flood, and would hold as many requests in memory.
const MAX_SEEKERS = 2_000;
const FIRST_RETRY_MS = 500;
const MAX_RETRY_MS = 30_000;
// Retries of many servers must not fall on one instant. Downwards only: 30 s is the longest, and 8 tries in the first
// minute are the most.
const JITTER = 0.2;
// A busy server tries again at least every 30 s while the endpoint is down. What failed longer ago says nothing of now.
const DOWN_FOR_MS = 2 * MAX_RETRY_MS;

export class KeyStore implements KeySource {
  readonly #options: KeyStoreOptions;
  #keys: KeySet | undefined;
  /** When the fetch that brought the keys was begun: what was withdrawn before then is not among them. */
  #fetchedAt: Moment | undefined;
  #failures = 0;
  #failedAt: Moment | undefined;
  /** From `failedAt` to the next try. */
  #retryDelayMs = 0;
  #lastCause: Error | undefined;
  #outage: KeyOutage | undefined;
  #soughtAt: Moment | undefined;
  #seekers = 0;
  #inFlight: Promise<KeysUnavailableError | undefined> | undefined;
  #closing = new AbortController();

  constructor(options: KeyStoreOptions) {
    this.#options = options;
  }

  find(kid: string): VerificationKey | undefined {
    return this.#keys?.get(kid);
  }

  prepare(): Promise<void> | undefined {
    const { maxAgeMs, staleForMs, clocks } = this.#options;
    const now = readClocks(clocks);
    const age = elapsed(this.#fetchedAt, now);
    if (age < maxAgeMs * REFRESH_AT) return undefined;
    // Keys past their age serve while the endpoint is known to be down, and no request waits to learn again that it is.
    // After a quiet time that is not known: then the first request waits for the answer.
    const isDown = this.#failures > 0 && elapsed(this.#failedAt, now) <= DOWN_FOR_MS;
    if (age <= maxAgeMs || (age <= maxAgeMs + staleForMs && isDown)) {
      if (this.#msToRetry(now) <= 0) void this.#refresh(now);
      return undefined;
    }
    this.#refuseIfAbsent();
    return this.#wait(now, age <= maxAgeMs + staleForMs).catch((failure: unknown) => {
      this.#refuseIfAbsent();
      throw failure;
    });
  }

  seek(hasWaited: boolean): Promise<void> | undefined {
    const now = readClocks(this.#options.clocks);
    const msToSeek = Math.max(UNKNOWN_KID_INTERVAL_MS - elapsed(this.#soughtAt, now), this.#msToRetry(now));
    if (hasWaited || (this.#inFlight === undefined && msToSeek > 0)) {
      // The newest answer had no such key: settled. If the newest try failed, it may be a good token of a new key.
      if (this.#failures > 0) throw this.#unavailable(msToSeek);
      return undefined;
    }
    if (this.#inFlight === undefined) this.#soughtAt = now;
    // No failure of the endpoint, unless one is known: nothing to tell the log, whatever the flood.
    if (this.#seekers >= MAX_SEEKERS) throw this.#unavailable(0);
    this.#seekers += 1;
    return this.#wait(now, false).finally(() => {
      this.#seekers -= 1;
    });
  }

  async hydrate(): Promise<void> {
    const now = readClocks(this.#options.clocks);
    if (elapsed(this.#fetchedAt, now) < this.#options.maxAgeMs * REFRESH_AT) return;
    await this.#wait(now, false);
  }

  close(): void {
    this.#closing.abort();
    this.#closing = new AbortController();
    this.#inFlight = undefined;
    this.#keys = undefined;
    this.#fetchedAt = this.#failedAt = this.#soughtAt = undefined;
    this.#failures = this.#retryDelayMs = 0;
    this.#lastCause = this.#outage = undefined;
    this.#options.onKeys(new Map());
  }

  /** How long it is to the next try; not above 0 when there may be one now. */
  #msToRetry(now: Moment): number {
    return this.#retryDelayMs - elapsed(this.#failedAt, now);
  }

  /** Whether there are keys that may be used, were it as stale ones. */
  #hasKeys(): boolean {
    const { maxAgeMs, staleForMs, clocks } = this.#options;
    return elapsed(this.#fetchedAt, readClocks(clocks)) <= maxAgeMs + staleForMs;
  }

  /**
   * Whether the pool does not have this issuer: its endpoint has said so, and another issuer of the pool has keys. That
   * is believed for as long as keys are, because a pool may be switched from one issuer to the other. An endpoint that has
   * given keys is not believed before those are past use: whoever answers in its place for a while must not end them.
   */
  #isAbsent(): boolean {
    const { maxAgeMs, clocks, storesOfPool } = this.#options;
    const isTold = this.#lastCause instanceof NoKeySetError && elapsed(this.#failedAt, readClocks(clocks)) < maxAgeMs;
    return isTold && !this.#hasKeys() && storesOfPool.some((store) => store.#hasKeys());
  }

  /** Anybody can name the issuer that a pool does not have: that is no outage, and must not cost a fetch each time. */
  #refuseIfAbsent(): void {
    if (this.#isAbsent()) throw invalid('The issuer of the token has no key set; the other issuer of its pool has.');
  }

  /** The end of the fetch in flight, or of one begun now. `orStale`: its failure is no reason to stop. */
  #wait(now: Moment, orStale: boolean): Promise<void> {
    const msToRetry = this.#msToRetry(now);
    if (this.#inFlight === undefined && msToRetry > 0) throw this.#unavailable(msToRetry);
    return this.#refresh(now).then((failure) => {
      // Closed meanwhile, the store has nothing, not even stale keys.
      if (failure !== undefined && !(orStale && this.#keys !== undefined)) throw failure;
    });
  }

  #unavailable(waitMs: number): KeysUnavailableError {
    return withOutage(new KeysUnavailableError(waitMs / 1000, { cause: this.#lastCause }), this.#outage);
  }

  /** At most one fetch at a time. The promise never rejects: it may have no listener. */
  #refresh(now: Moment): Promise<KeysUnavailableError | undefined> {
    this.#inFlight ??= this.#fetch(now, this.#closing.signal);
    return this.#inFlight;
  }

  async #fetch(startedAt: Moment, closed: AbortSignal): Promise<KeysUnavailableError | undefined> {
    const { fetchKeys, clocks, userPoolId, onKeys, onFetched } = this.#options;
    let cause: Error;
    try {
      const keys = keepKnown(await fetchKeys(closed), this.#keys);
      // Closed meanwhile: the store is empty, or waits for another fetch, and stays as it is.
      if (closed.aborted) return this.#unavailable(0);
      onKeys(keys);
      this.#keys = keys;
      this.#fetchedAt = startedAt;
      this.#failures = this.#retryDelayMs = 0;
      this.#lastCause = this.#outage = undefined;
      this.#inFlight = undefined;
      onFetched({ keyCount: keys.size, durationMs: clocks.monotonic() - startedAt.monotonic });
      return undefined;
    } catch (error) {
      // A `fetch` that was passed in may throw anything, also what cannot be asked for its class.
      cause = asError(error);
    }
    if (closed.aborted) return this.#unavailable(0);
    const now = readClocks(clocks);
    this.#inFlight = undefined;
    const delay = Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#failures) * (1 - JITTER * Math.random());
    this.#failures += 1;
    this.#failedAt = now;
    this.#retryDelayMs = delay;
    this.#lastCause = cause;
    this.#outage ??= Object.freeze({ userPoolId });
    const failure = this.#unavailable(delay);
    const durationMs = now.monotonic - startedAt.monotonic;
    this.#tellOfFailure({ cause, retryAfterSeconds: failure.retryAfterSeconds, durationMs });
    return failure;
  }

  /** An issuer that the pool does not have is none. At start that shows only when the other one's keys have come. */
  #tellOfFailure(event: Parameters<KeyStoreOptions['onFailed']>[0]): void {
    const { storesOfPool, onFailed } = this.#options;
    if (!(event.cause instanceof NoKeySetError)) {
      onFailed(event);
      return;
    }
    void Promise.all(storesOfPool.map(async (store) => store.#inFlight)).then(() => {
      if (!this.#isAbsent()) onFailed(event);
    });
  }
}

/** A key that was there before stays the same object, by which the tokens that it verified are known. */
function keepKnown(keys: KeySet, known: KeySet | undefined): KeySet {
  return new Map(
    [...keys].map(([kid, key]) => {
      const before = known?.get(kid);
      return [kid, before?.n === key.n ? before : key];
    }),
  );
}
