/** The pools that are found at run time. Those of which a token was verified are kept apart from the others. */
import { isDeepStrictEqual } from 'node:util';
import { KeysUnavailableError } from '../errors.js';
import { userPoolOf } from './issuers.js';
import { elapsed, readClocks } from './keys/age.js';
import type { Moment } from './keys/age.js';
import { createStaticKeySource } from './keys/key-source.js';
import { msToRetry, planUse } from './keys/plan-use.js';
import { LookUps, unavailableBy } from './look-ups.js';
import type { Finding, Queue } from './look-ups.js';
import type { CognitoPoolRequest, PoolFinder } from './pool-finder.js';
import { createPoolIssuers } from './pool-issuers.js';
import type { Issuer, IssuerServices } from './pool-issuers.js';
import type { ResolvedPool } from './pool.js';
import { RateLimit } from './rate-limit.js';
import { expectationOf } from './signature.js';

interface FoundPool extends Finding, Queue {
  readonly pool: ResolvedPool;
  readonly issuers: readonly Issuer[];
  /** What `find` was asked, and is asked again. */
  readonly request: CognitoPoolRequest;
}

// Any caller can name any pool of AWS in a forged token. These bound what a flood of them costs: calls of `find`, memory, and
// fetches of keys.
const MAX_LOOK_UPS_A_SECOND = 20;
const MAX_MISSES = 1_000;
// As many are found in 10 s at most. The first good token of a pool waits 5 s for its keys: no flood pushes its pool out.
const MAX_UNPROVEN = 200;

const TOO_MANY = new Error(`More than ${MAX_LOOK_UPS_A_SECOND} unknown pools were to be looked up within a second.`);

export class FoundPools {
  readonly #finder: PoolFinder;
  readonly #services: IssuerServices;
  readonly #lookUps: LookUps;
  readonly #limit = new RateLimit(MAX_LOOK_UPS_A_SECOND);
  /** Pools of which a token was verified, the one used least recently first. Only verified tokens change the order. */
  readonly #proven = new Map<string, FoundPool>();
  /** The last of them, so that a pool in steady use costs no change of the order. */
  #newest: FoundPool | undefined;
  /** The other pools, the oldest first. They push out each other alone. */
  readonly #unproven = new Map<string, FoundPool>();
  /** Of all these pools, by `iss`. */
  readonly #issuers = new Map<string, Issuer>();
  /** Of other values of `iss`: those without a pool, and those whose look-up failed. The one used least recently is first. */
  readonly #misses = new Map<string, Finding>();
  /** Requests that wait for a pool that is not known. */
  readonly #strangers: Queue = { waiting: 0 };
  readonly #unknown: Omit<Issuer, 'issuer' | 'userPoolId' | 'lookUp'>;

  constructor(finder: PoolFinder, services: IssuerServices) {
    const { emit, clocks } = services;
    this.#finder = finder;
    this.#services = services;
    this.#lookUps = new LookUps({
      finder,
      clocks,
      emit,
      onAnswer: (request, pool, answeredAt) =>
        pool === undefined ? this.#forget(request, answeredAt) : this.#learn(request, pool, answeredAt),
      findingOf: ({ userPoolId, issuer }) => {
        const known = this.#proven.get(userPoolId);
        // Any token can name another region of a known pool: what fails then must not space the look-ups of the pool.
        return known?.request.issuer === issuer ? known : this.#remember(issuer, this.#misses.get(issuer));
      },
    });
    this.#unknown = {
      region: undefined,
      expectation: expectationOf(
        { issuer: '', jwksUri: '', region: undefined },
        { clientIds: [], tokenUse: null, audience: null },
      ),
      graceSeconds: 0,
      isAws: true,
      origin: { clock: services.clocks.wall, graceSeconds: 0, emit, poolName: undefined },
      // Also when it was known while a token waited for its keys: without them, nothing says that the token is not good.
      keys: { ...createStaticKeySource(new Map()), ready: refuse, refreshForUnknownKid: refuse },
      isMissing: () => false,
    };
  }

  /** Undefined when no pool has this issuer. One that is still to be looked up has no keys. */
  get(issuer: string): Issuer | undefined {
    const known = this.#issuers.get(issuer);
    if (known !== undefined) return known;
    const userPoolId = userPoolOf(issuer);
    if (userPoolId === undefined) return undefined;
    const miss = this.#misses.get(issuer);
    if (miss !== undefined) {
      this.#remember(issuer, miss);
      if (elapsed(miss.answeredAt, readClocks(this.#services.clocks)) < this.#finder.ttlMs) return undefined;
    }
    const request = Object.freeze({ issuer, userPoolId });
    return { ...this.#unknown, issuer, userPoolId, lookUp: () => this.#askForUnknown(request) };
  }

  /** A token of this issuer was verified just now. */
  noteVerified({ userPoolId }: Issuer): void {
    const found = this.#poolOf(userPoolId);
    if (found === undefined || found === this.#newest) return;
    this.#unproven.delete(userPoolId);
    this.#proven.delete(userPoolId);
    this.#proven.set(userPoolId, found);
    this.#newest = found;
    this.#dropOldest(this.#proven, this.#finder.maxPools);
  }

  close(): void {
    this.#lookUps.close();
    this.#dropOldest(this.#proven, 0);
    this.#dropOldest(this.#unproven, 0);
    this.#misses.clear();
  }

  #poolOf(userPoolId: string): FoundPool | undefined {
    return this.#proven.get(userPoolId) ?? this.#unproven.get(userPoolId);
  }

  /** Before a known pool is used. Undefined while the last answer counts. */
  #refresh(found: FoundPool): Promise<void> | undefined {
    const { request, answeredAt, failure } = found;
    const now = readClocks(this.#services.clocks);
    if (!this.#proven.has(request.userPoolId)) {
      // No token of it was verified, so it counts as an unknown pool.
      return elapsed(answeredAt, now) < this.#finder.ttlMs ? undefined : this.#askForUnknown(request);
    }
    const state = { fetchedAt: answeredAt, failure, isFetching: this.#lookUps.isRunning(request.issuer) };
    // No answer counts for longer than its time: while `find` is down, nothing says that the tenant is still there.
    switch (planUse(state, now, { maxAgeMs: this.#finder.ttlMs, staleForMs: 0 })) {
      case 'serve':
        return undefined;
      case 'serve-and-refresh':
        void this.#lookUps.begin(request, now);
        return undefined;
      case 'unavailable':
        throw unavailableBy(found, now);
      default:
        return this.#lookUps.wait(request, now, found);
    }
  }

  #askForUnknown(request: CognitoPoolRequest): Promise<void> {
    const now = readClocks(this.#services.clocks);
    if (!this.#lookUps.isRunning(request.issuer)) {
      const miss = this.#misses.get(request.issuer);
      if (miss !== undefined && msToRetry(miss.failure, now) > 0) throw unavailableBy(miss, now);
      if (!this.#limit.begin(now.monotonic)) throw new KeysUnavailableError(1, { cause: TOO_MANY });
    }
    return this.#lookUps.wait(request, now, this.#strangers);
  }

  /** `find` knows no pool of this issuer. */
  #forget({ userPoolId, issuer }: CognitoPoolRequest, answeredAt: Moment): 'none' {
    const known = this.#poolOf(userPoolId);
    // A pool that was found by its other issuer is looked up by that one.
    if (known?.request.issuer === issuer) this.#drop(known);
    this.#remember(issuer, { answeredAt, failure: undefined });
    return 'none';
  }

  #learn(request: CognitoPoolRequest, pool: ResolvedPool, answeredAt: Moment): 'new' | 'same' | 'changed' {
    const { userPoolId } = pool;
    this.#misses.delete(request.issuer);
    const known = this.#poolOf(userPoolId);
    if (known !== undefined && isDeepStrictEqual(known.pool, pool)) {
      known.answeredAt = answeredAt;
      known.failure = undefined;
      return 'same';
    }
    const pools = this.#proven.has(userPoolId) ? this.#proven : this.#unproven;
    if (known !== undefined) this.#drop(known);
    const lookUp = () => this.#refresh(found);
    const issuers = createPoolIssuers(pool, this.#services).map((issuer) => ({ ...issuer, lookUp }));
    const found: FoundPool = { pool, issuers, request, answeredAt, failure: undefined, waiting: 0 };
    for (const issuer of issuers) this.#issuers.set(issuer.issuer, issuer);
    pools.set(userPoolId, found);
    this.#dropOldest(this.#unproven, MAX_UNPROVEN);
    return known === undefined ? 'new' : 'changed';
  }

  #remember(issuer: string, finding: Finding = { answeredAt: undefined, failure: undefined }): Finding {
    this.#misses.delete(issuer);
    this.#misses.set(issuer, finding);
    const [oldest] = this.#misses.keys();
    if (this.#misses.size > MAX_MISSES && oldest !== undefined) this.#misses.delete(oldest);
    return finding;
  }

  #dropOldest(pools: ReadonlyMap<string, FoundPool>, max: number): void {
    for (const oldest of pools.values()) {
      if (pools.size <= max) return;
      this.#drop(oldest);
    }
  }

  /** Forgets a pool, with its keys and its remembered tokens. */
  #drop(found: FoundPool): void {
    const { pool, issuers } = found;
    this.#proven.delete(pool.userPoolId);
    this.#unproven.delete(pool.userPoolId);
    for (const { issuer, keys } of issuers) {
      this.#issuers.delete(issuer);
      keys.close();
      // Keys that `find` gave survive `close`.
      if (pool.staticKeys !== undefined) this.#services.onKeys(issuer, new Map());
    }
  }
}

function refuse(): never {
  throw new KeysUnavailableError(1);
}
