/** The way of one token through all checks, synchronous as long as the keys are there. */
import type { AuthenticatedAuth, AuthServices } from '../auth.js';
import type { Emitter } from '../events.js';
import { safeWall } from './keys/age.js';
import { toAuth } from './claims.js';
import type { IssuerAddress } from './issuers.js';
import { fetchJson } from './keys/fetch-json.js';
import { readFetchedKeys } from './keys/key-set.js';
import { createStaticKeySource } from './keys/key-source.js';
import type { KeySource } from './keys/key-source.js';
import { KeyStore } from './keys/key-store.js';
import type { ResolvedOptions } from './verifier-options.js';
import type { ResolvedPool } from './pool.js';
import { checkSize, decodeToken, KnownHeaders } from './precheck.js';
import { expired, invalid, toOutcome } from './rejection.js';
import type { Refusal, Unavailable } from './rejection.js';
import { RevocationCheck } from './revocation.js';
import { SharedValues } from './shared-values.js';
import { expectationOf, SignatureVerifier } from './signature.js';
import type { Expectation } from './signature.js';
import { VerifiedTokens } from './verified-tokens.js';

/** One value of `iss`, with what its pool asks for and its keys. */
interface Issuer {
  readonly issuer: string;
  readonly userPoolId: string;
  readonly expectation: Expectation;
  readonly graceSeconds: number;
  readonly isAws: boolean;
  readonly origin: AuthServices;
  readonly keys: KeySource;
}

interface Surroundings {
  readonly emitter: Emitter;
  readonly monotonic: () => number;
}

export interface TokenCheck {
  /** Never throws and never rejects: what is thrown on the way becomes one of the outcomes. */
  check(token: unknown): MaybePromise<AuthenticatedAuth | Refusal | Unavailable>;
  /** @throws {KeysUnavailableError} as a rejection. */
  hydrate(): Promise<void>;
  close(): void;
}

export function createTokenCheck(
  pools: readonly ResolvedPool[],
  options: ResolvedOptions,
  { emitter, monotonic }: Surroundings,
): TokenCheck {
  const { emit } = emitter;
  const { clock } = options;
  const clocks = { monotonic, wall: safeWall(clock) };
  const signatures = new SignatureVerifier(pools.flatMap((pool) => pool.issuers));
  const verified = new VerifiedTokens<Issuer>(options.tokenCache);
  const revocation = options.isRevoked && new RevocationCheck(options.isRevoked);
  const shared = new SharedValues();
  const isObserved = options.onEvent !== undefined;

  const issuersOf = (pool: ResolvedPool, storesOfPool: KeyStore[]): readonly Issuer[] =>
    pool.issuers.map((address) => ({
      issuer: address.issuer,
      userPoolId: pool.userPoolId,
      expectation: expectationOf(address, pool),
      graceSeconds: pool.graceSeconds,
      isAws: pool.isAws,
      origin: { clock, graceSeconds: pool.graceSeconds, emit },
      keys: createKeySource(address, pool, storesOfPool),
    }));
  const byPool = pools.map((pool) => issuersOf(pool, []));
  const issuers = new Map(byPool.flat().map((issuer) => [issuer.issuer, issuer]));
  const known = { issuers, headers: new KnownHeaders() };

  function createKeySource(
    { issuer, jwksUri }: IssuerAddress,
    { userPoolId, staticKeys, allowEmulatorKeys }: ResolvedPool,
    storesOfPool: KeyStore[],
  ): KeySource {
    if (staticKeys !== undefined) {
      signatures.setKeys(issuer, staticKeys);
      return createStaticKeySource(staticKeys);
    }
    const { fetch, timeoutMs, maxAgeMs, staleForMs } = options;
    const store = new KeyStore({
      maxAgeMs,
      staleForMs,
      clocks,
      userPoolId,
      storesOfPool,
      fetchKeys: async (signal) =>
        readFetchedKeys(await fetchJson(jwksUri, { fetch, timeoutMs, signal }), allowEmulatorKeys),
      onKeys: (keys) => {
        signatures.setKeys(issuer, keys);
        verified.keep((entry) => entry.issuer.issuer !== issuer || keys.get(entry.key.kid) === entry.key);
      },
      onFetched: (event) => {
        emit({ type: 'keys.fetched', userPoolId, issuer, ...event });
      },
      onFailed: (event) => {
        emit({ type: 'keys.failed', userPoolId, issuer, ...event });
      },
    });
    storesOfPool.push(store);
    return store;
  }

  /** @param hasWaited Whether the keys were just waited for: what is not there then is not waited for again. */
  function lookUp(token: unknown, startedAt: number, hasWaited: boolean): MaybePromise<AuthenticatedAuth> {
    checkSize(token);
    const again = () => lookUp(token, startedAt, true);
    const digest = verified.digest(token);
    const seen = verified.get(digest);
    if (seen !== undefined) {
      if (!(clock() < (seen.auth.expiresAt + seen.issuer.graceSeconds) * 1000)) {
        verified.remove(digest);
        throw expired();
      }
      const preparation = hasWaited ? undefined : seen.issuer.keys.prepare();
      if (preparation !== undefined) return preparation.then(again);
      return askRevocation(seen.auth, startedAt, true);
    }
    const decoded = decodeToken(token, known, clock());
    const { issuer, kid, claims } = decoded;
    const preparation = hasWaited ? undefined : issuer.keys.prepare();
    if (preparation !== undefined) return preparation.then(again);
    const key = issuer.keys.find(kid);
    if (key === undefined) {
      const search = issuer.keys.seek(hasWaited);
      if (search !== undefined) return search.then(again);
      throw invalid('The token names a key that its issuer does not have.');
    }
    signatures.check(decoded, issuer.expectation);
    const auth = toAuth(claims, issuer.userPoolId, { origin: issuer.origin, shared });
    known.headers.add(decoded.headerB64, kid);
    verified.add(digest, { auth, issuer, key });
    return askRevocation(auth, startedAt, false);
  }

  function askRevocation(auth: AuthenticatedAuth, startedAt: number, cached: boolean): MaybePromise<AuthenticatedAuth> {
    const answer = revocation?.ask(auth.claims);
    return answer === undefined ? admit(auth, startedAt, cached) : answer.then(() => admit(auth, startedAt, cached));
  }

  function admit(auth: AuthenticatedAuth, startedAt: number, cached: boolean): AuthenticatedAuth {
    if (isObserved) {
      emit({ type: 'token.verified', tokenUse: auth.tokenUse, cached, durationMs: performance.now() - startedAt });
    }
    return auth;
  }

  function refuse(error: unknown, startedAt: number): Refusal | Unavailable {
    const outcome = toOutcome(error);
    if (outcome.status === 'refused' && emitter.hearsRejections()) {
      const { reason, cause } = outcome;
      const durationMs = isObserved ? performance.now() - startedAt : 0;
      emit({ type: 'token.rejected', reason, cause, durationMs });
    }
    return outcome;
  }

  return {
    check(token) {
      const startedAt = isObserved ? performance.now() : 0;
      try {
        const found = lookUp(token, startedAt, false);
        return found instanceof Promise ? found.catch((error: unknown) => refuse(error, startedAt)) : found;
      } catch (error) {
        return refuse(error, startedAt);
      }
    },
    async hydrate() {
      // Most pools have one of their two issuers only; the other one's address answers with an error (HTTP 403).
      const answers = byPool.map((ofPool) => Promise.any(ofPool.map(({ keys }) => keys.hydrate())));
      for (const answer of await Promise.allSettled(answers)) {
        if (answer.status === 'rejected') throw firstFailure(answer.reason);
      }
    },
    close() {
      for (const { keys } of issuers.values()) keys.close();
      verified.keep(() => false);
    },
  };
}

type MaybePromise<T> = T | Promise<T>;

/** Of all that failed for one pool, the first: that of the issuer which every pool starts with. */
function firstFailure(reason: unknown): unknown {
  return reason instanceof AggregateError ? reason.errors[0] : reason;
}
