/** Look-ups of pools: one at a time for each issuer, however many requests wait for it. Failures are counted. */
import { KeysUnavailableError } from '../errors.js';
import type { AuthEventListener } from '../events.js';
import { asError } from '../settings.js';
import { readClocks } from './keys/age.js';
import type { Clocks, Moment } from './keys/age.js';
import { msToRetry, nextRetryMs } from './keys/plan-use.js';
import type { FailedFetch } from './keys/plan-use.js';
import { askForPool } from './pool-finder.js';
import type { CognitoPoolRequest, PoolFinder } from './pool-finder.js';
import type { ResolvedPool } from './pool.js';

/** What the look-ups of one issuer have said. */
export interface Finding {
  /** When the last look-up that was answered began: a pool can change while the answer is on its way. */
  answeredAt: Moment | undefined;
  /** The newest look-up, if it failed. */
  failure: FailedLookUp | undefined;
}

interface FailedLookUp extends FailedFetch {
  readonly cause: Error;
  /** How many look-ups have failed since the last answer. */
  readonly count: number;
}

/** Requests that wait for one look-up, or for any of several. */
export interface Queue {
  waiting: number;
}

interface LookUp {
  /** Never rejects, because it can have no listener. */
  readonly done: Promise<KeysUnavailableError | undefined>;
  readonly closing: AbortController;
}

interface LookUpServices {
  readonly finder: PoolFinder;
  readonly clocks: Clocks;
  readonly emit: AuthEventListener;
  /** Takes an answer in. Returns how it compares with what was known. */
  readonly onAnswer: (
    request: CognitoPoolRequest,
    pool: ResolvedPool | undefined,
    answeredAt: Moment,
  ) => 'new' | 'same' | 'changed' | 'none';
  /** Where the failures of an issuer are counted. */
  readonly findingOf: (request: CognitoPoolRequest) => Finding;
}

// A flood that waits for a `find` that hangs must not fill the memory.
const MAX_WAITING = 2_000;

export class LookUps {
  readonly #services: LookUpServices;
  readonly #running = new Map<string, LookUp>();

  constructor(services: LookUpServices) {
    this.#services = services;
  }

  isRunning(issuer: string): boolean {
    return this.#running.has(issuer);
  }

  /** Begins a look-up, unless it is running. */
  begin(request: CognitoPoolRequest, now: Moment): LookUp['done'] {
    const running = this.#running.get(request.issuer);
    if (running !== undefined) return running.done;
    const closing = new AbortController();
    const done = this.#ask(request, now, closing.signal);
    this.#running.set(request.issuer, { done, closing });
    return done;
  }

  /** @throws {KeysUnavailableError} as a rejection. */
  async wait(request: CognitoPoolRequest, now: Moment, queue: Queue): Promise<void> {
    if (queue.waiting >= MAX_WAITING) throw new KeysUnavailableError(1);
    queue.waiting += 1;
    const error = await this.begin(request, now);
    queue.waiting -= 1;
    if (error !== undefined) throw error;
  }

  close(): void {
    for (const { closing } of this.#running.values()) closing.abort(new Error('The verifier was closed.'));
    this.#running.clear();
  }

  async #ask(request: CognitoPoolRequest, startedAt: Moment, closed: AbortSignal): LookUp['done'] {
    const { finder, clocks, emit, onAnswer, findingOf } = this.#services;
    const { userPoolId, issuer } = request;
    let cause: Error;
    try {
      const pool = await askForPool(finder, request, closed);
      if (closed.aborted) return new KeysUnavailableError(1);
      this.#running.delete(issuer);
      const result = onAnswer(request, pool, startedAt);
      const durationMs = clocks.monotonic() - startedAt.monotonic;
      emit({ type: 'pool.looked-up', userPoolId, issuer, result, durationMs });
      return undefined;
    } catch (error) {
      // `find` can throw anything.
      cause = asError(error);
    }
    if (closed.aborted) return new KeysUnavailableError(1, { cause });
    this.#running.delete(issuer);
    const at = readClocks(clocks);
    const finding = findingOf(request);
    const { count = 0 } = finding.failure ?? {};
    finding.failure = { at, retryDelayMs: nextRetryMs(count), cause, count: count + 1 };
    const error = unavailableBy(finding, at);
    const { retryAfterSeconds } = error;
    const durationMs = at.monotonic - startedAt.monotonic;
    emit({ type: 'pool.failed', userPoolId, issuer, cause, retryAfterSeconds, durationMs });
    return error;
  }
}

/** The error of a request for whose pool the next look-up is not due yet. */
export function unavailableBy({ failure }: Finding, now: Moment): KeysUnavailableError {
  return new KeysUnavailableError(msToRetry(failure, now) / 1000, { cause: failure?.cause });
}
