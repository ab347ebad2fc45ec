/** The way of one token through all checks, synchronous as long as the keys are there. */
import type { AuthenticatedAuth, AuthOrigin } from '../auth.js';
import { TokenRejectedError } from '../errors.js';
import type { AuthEventListener } from '../events.js';
import { toAuth } from './claims.js';
import { fetchJson } from './jwks-fetch.js';
import { readFetchedKeys } from './key-set.js';
import { createStaticKeySource, KeyStore } from './key-store.js';
import type { KeySource } from './key-store.js';
import type { ResolvedOptions } from './options.js';
import type { ResolvedPool } from './pool.js';
import { checkSize, decodeToken, KnownHeaders } from './precheck.js';
import { expired, invalid, revoked, toRefusal } from './rejection.js';
import type { Refusal } from './rejection.js';
import { SharedValues } from './shared-values.js';
import { keySetUri, SignatureVerifier } from './signature.js';
import { VerifiedTokens } from './verified-tokens.js';

/** One value of `iss`, with what its pool asks for and its keys. */
interface Issuer {
  readonly issuer: string;
  readonly jwksUri: string;
  readonly userPoolId: string;
  readonly clientId: string[] | null;
  readonly tokenUse: ResolvedPool['tokenUse'];
  readonly graceSeconds: number;
  readonly origin: AuthOrigin;
  readonly keys: KeySource;
}

interface Surroundings {
  readonly emit: AuthEventListener;
  readonly monotonic: () => number;
}

export interface TokenCheck {
  /** @throws {KeysUnavailableError} at once, or as a rejection. */
  check(token: unknown): MaybePromise<AuthenticatedAuth | Refusal>;
  /** @throws {KeysUnavailableError} as a rejection. */
  hydrate(): Promise<void>;
  close(): void;
}

export function createTokenCheck(
  pools: readonly ResolvedPool[],
  options: ResolvedOptions,
  { emit, monotonic }: Surroundings,
): TokenCheck {
  const { clock, isRevoked } = options;
  const signatures = new SignatureVerifier(pools.flatMap((pool) => pool.issuers));
  const verified = new VerifiedTokens<Issuer>(options.maxCachedTokens);
  const shared = new SharedValues();
  const isObserved = options.onEvent !== undefined;

  const issuersOf = (pool: ResolvedPool, storesOfPool: KeyStore[]): readonly Issuer[] =>
    pool.issuers.map((issuer) => ({
      issuer,
      jwksUri: keySetUri(issuer),
      userPoolId: pool.userPoolId,
      clientId: pool.clientIds && [...pool.clientIds],
      tokenUse: pool.tokenUse,
      graceSeconds: pool.graceSeconds,
      origin: { clock, graceSeconds: pool.graceSeconds, emit },
      keys: createKeySource(issuer, pool, storesOfPool),
    }));
  const byPool = pools.map((pool) => issuersOf(pool, []));
  const issuers = new Map(byPool.flat().map((issuer) => [issuer.issuer, issuer]));
  const known = { issuers, headers: new KnownHeaders() };

  function createKeySource(issuer: string, pool: ResolvedPool, storesOfPool: KeyStore[]): KeySource {
    if (pool.staticKeys !== undefined) {
      signatures.setKeys(issuer, pool.staticKeys);
      return createStaticKeySource(pool.staticKeys);
    }
    const { fetch, timeoutMs, maxAgeMs, staleForMs } = options;
    const store = new KeyStore({
      maxAgeMs,
      staleForMs,
      monotonic,
      storesOfPool,
      fetchKeys: async (signal) =>
        readFetchedKeys(await fetchJson(keySetUri(issuer), { fetch, timeoutMs, signal }), pool.allowEmulatorKeys),
      onKeys: (keys) => {
        signatures.setKeys(issuer, keys);
        verified.keep((entry) => entry.issuer.issuer !== issuer || keys.get(entry.key.kid) === entry.key);
      },
      onFetched: (event) => {
        emit({ type: 'keys.fetched', issuer, ...event });
      },
      onFailed: (event) => {
        emit({ type: 'keys.failed', issuer, ...event });
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
    signatures.check(decoded, issuer);
    const auth = toAuth(claims, issuer.userPoolId, { origin: issuer.origin, shared });
    known.headers.add(decoded.headerB64, kid);
    verified.add(digest, { auth, issuer, key });
    return askRevocation(auth, startedAt, false);
  }

  function askRevocation(auth: AuthenticatedAuth, startedAt: number, cached: boolean): MaybePromise<AuthenticatedAuth> {
    // Only `false` lets a token pass: an answer that is missing or broken is no answer.
    const admit = (answer: unknown): AuthenticatedAuth => {
      if (answer !== false) throw revoked(new Error('The token was revoked.'));
      if (isObserved) {
        emit({ type: 'token.verified', tokenUse: auth.tokenUse, cached, durationMs: performance.now() - startedAt });
      }
      return auth;
    };
    if (isRevoked === undefined) return admit(false);
    try {
      const answer = isRevoked(auth.claims);
      if (typeof answer === 'boolean') return admit(answer);
      return Promise.resolve(answer).then(admit, (cause: unknown) => {
        throw revoked(cause);
      });
    } catch (cause) {
      throw cause instanceof TokenRejectedError ? cause : revoked(cause);
    }
  }

  function refuse(error: unknown, startedAt: number): Refusal {
    const refusal = toRefusal(error);
    if (isObserved) {
      const { reason, cause } = refusal;
      emit({ type: 'token.rejected', reason, cause, durationMs: performance.now() - startedAt });
    }
    return refusal;
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
