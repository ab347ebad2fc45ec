/** The way of one token through all checks, synchronous while the keys are there. */
import type { AuthenticatedAuth } from '../auth.js';
import { AuthConfigurationError } from '../errors.js';
import type { Emitter } from '../events.js';
import { hasExpired } from '../expiry.js';
import { print } from '../settings.js';
import { checkTimes, toAuth } from './claims.js';
import { FoundPools } from './found-pools.js';
import { safeWall } from './keys/age.js';
import type { PoolSource } from './pool-finder.js';
import { createPoolIssuers, hydrateIssuers } from './pool-issuers.js';
import type { Issuer, IssuerServices } from './pool-issuers.js';
import { decodeToken, readText } from './precheck.js';
import { EXPIRED, Refusal, refusal, unavailableBy } from './rejection.js';
import type { Unavailable } from './rejection.js';
import { RevocationCheck } from './revocation.js';
import { SignatureVerifier } from './signature.js';
import { VerifiedTokens } from './verified-tokens.js';
import type { ResolvedOptions } from './verifier-options.js';

interface VerificationServices {
  readonly emitter: Emitter;
  /** Milliseconds of a clock that never goes back. */
  readonly monotonic: () => number;
}

export interface TokenCheck {
  /** Never throws and never rejects. */
  check(token: unknown): MaybePromise<Verdict | Unavailable>;
  /**
   * @param onOutage Hears of each region of a pool without keys, also after the promise has resolved.
   * @throws {KeysUnavailableError} as a rejection.
   */
  hydrate(onOutage?: (error: unknown) => void): Promise<void>;
  close(): void;
}

type MaybePromise<T> = T | Promise<T>;
type Verdict = AuthenticatedAuth | Refusal;
/** What a token has waited for already. It waits once for its pool and once for keys. */
type Waited = 'nothing' | 'pool' | 'keys';

// A pool has two keys, and the tokens of a key have one header.
const MAX_HEADERS = 16;

const MISSING_ISSUER = refusal(
  'invalid',
  "The token's issuer has no key set, but the other issuer of its pool has one.",
);
const UNKNOWN_KID = refusal('invalid', "The token's kid is not in its issuer's key set.");

export function createTokenCheck(
  { configured, finder }: PoolSource,
  options: ResolvedOptions,
  { emitter, monotonic }: VerificationServices,
): TokenCheck {
  const { emit } = emitter;
  const signatures = new SignatureVerifier();
  const verified = new VerifiedTokens<Issuer>(options.tokenCache);
  const revocation = options.isRevoked && new RevocationCheck(options.isRevoked);
  const isObserved = options.onEvent !== undefined;
  // Headers of verified tokens, with their `kid`: a flood of other tokens adds none.
  const kids = new Map<string, string>();
  const services: IssuerServices = {
    options,
    emit,
    clocks: { monotonic, wall: safeWall(options.clock) },
    onKeys(issuer, keys) {
      const hadKeys = signatures.setKeys(issuer, keys);
      if (hadKeys) verified.keep((entry) => entry.issuer.issuer !== issuer || keys.get(entry.key.kid) === entry.key);
    },
  };
  const byPool = configured.map((pool) => createPoolIssuers(pool, services));
  const found = finder && new FoundPools(finder, services);
  const issuers = found ?? new Map(byPool.flat().map((issuer) => [issuer.issuer, issuer]));

  function verifyToken(token: unknown, startedAt: number, waited: Waited): MaybePromise<Verdict> {
    const text = readText(token);
    if (text instanceof Refusal) return text;
    const retry = (next: Waited) => verifyToken(token, startedAt, next);
    const digest = verified.digest(text);
    const seen = verified.get(digest);
    if (seen !== undefined) {
      if (hasExpired(seen.auth.expiresAt, seen.issuer.graceSeconds, readTime(options.clock))) {
        verified.remove(digest);
        return EXPIRED;
      }
      const waiting = waitForKeys(seen.issuer, waited, retry);
      if (waiting !== undefined) return waiting;
      found?.noteVerified(seen.issuer);
      return askRevocation(seen.auth, startedAt, true);
    }
    const decoded = decodeToken(text, issuers, kids);
    if (decoded instanceof Refusal) return decoded;
    const { issuer, kid, claims } = decoded;
    const untimely = checkTimes(claims, issuer, readTime(options.clock));
    if (untimely !== undefined) return untimely;
    const waiting = waitForKeys(issuer, waited, retry);
    if (waiting !== undefined) return waiting;
    const key = issuer.keys.get(kid);
    if (key === undefined) {
      return issuer.keys.refreshForUnknownKid(waited === 'keys')?.then(() => retry('keys')) ?? UNKNOWN_KID;
    }
    const forged = signatures.check(decoded, issuer.expectation);
    if (forged !== undefined) return forged;
    if (kids.size < MAX_HEADERS && !kids.has(decoded.headerB64)) kids.set(copyOf(decoded.headerB64), kid);
    const auth = toAuth(verified.share(claims), issuer.userPoolId, issuer.origin, verified.scopesOf);
    const unfit = options.checkClaims?.(auth.claims);
    if (unfit !== undefined) return unfit;
    verified.add(digest, { auth, issuer, key });
    found?.noteVerified(issuer);
    return askRevocation(auth, startedAt, false);
  }

  /** Undefined when the keys can be used now; otherwise the verdict without them, or after a wait for the pool or them. */
  function waitForKeys(
    issuer: Issuer,
    waited: Waited,
    retry: (next: Waited) => MaybePromise<Verdict>,
  ): MaybePromise<Verdict> | undefined {
    if (waited === 'keys') return undefined;
    const lookUp = waited === 'nothing' ? issuer.lookUp?.() : undefined;
    if (lookUp !== undefined) return lookUp.then(() => retry('pool'));
    if (issuer.isMissing()) return MISSING_ISSUER;
    return issuer.keys.ready()?.then(
      () => retry('keys'),
      (failure: unknown) => {
        if (issuer.isMissing()) return MISSING_ISSUER;
        throw failure;
      },
    );
  }

  function askRevocation(auth: AuthenticatedAuth, startedAt: number, cached: boolean): MaybePromise<Verdict> {
    const revoked = revocation?.ask(auth.claims);
    if (revoked instanceof Promise) return revoked.then((refused) => refused ?? admit(auth, startedAt, cached));
    return revoked ?? admit(auth, startedAt, cached);
  }

  function admit(auth: AuthenticatedAuth, startedAt: number, cached: boolean): AuthenticatedAuth {
    if (isObserved) {
      emit({ type: 'token.verified', tokenUse: auth.tokenUse, cached, durationMs: performance.now() - startedAt });
    }
    return auth;
  }

  function report(verdict: Verdict, startedAt: number): Verdict {
    if (verdict instanceof Refusal && emitter.hearsRejections()) {
      const { reason, cause } = verdict;
      emit({ type: 'token.rejected', reason, cause, durationMs: isObserved ? performance.now() - startedAt : 0 });
    }
    return verdict;
  }

  return {
    check(token) {
      const startedAt = isObserved ? performance.now() : 0;
      try {
        const verdict = verifyToken(token, startedAt, 'nothing');
        if (!(verdict instanceof Promise)) return report(verdict, startedAt);
        return verdict.then((settled) => report(settled, startedAt), unavailableBy);
      } catch (thrown) {
        return unavailableBy(thrown);
      }
    },
    async hydrate(onOutage) {
      for (const answer of await Promise.allSettled(byPool.map((pool) => hydrateIssuers(pool, onOutage)))) {
        if (answer.status === 'rejected') throw answer.reason;
      }
    },
    close() {
      // First, so that keys which go have no tokens left to look for.
      verified.keep(() => false);
      for (const { keys } of byPool.flat()) keys.close();
      found?.close();
    },
  };
}

/** @throws {AuthConfigurationError} for anything but a time, which must not make a good token expired. */
function readTime(clock: () => unknown): number {
  const time = clock();
  const now = Number(time);
  if (Number.isFinite(now)) return now;
  throw new AuthConfigurationError(
    `Expected \`options.clock\` to return milliseconds since the epoch, got ${print(time)}. Write: clock: () => Date.now().`,
  );
}

/** A text of its own: V8 keeps a whole token for the sake of a part that is cut from it. */
function copyOf(part: string): string {
  return Buffer.from(part, 'latin1').toString('latin1');
}
