/** The way of one token through all checks, synchronous as long as the keys are there. */
import type { AuthenticatedAuth } from '../auth.js';
import type { Emitter } from '../events.js';
import { toAuth } from './claims.js';
import type { ResolvedOptions } from './verifier-options.js';
import type { ResolvedPool } from './pool.js';
import { createPoolIssuers, hydrateIssuers } from './pool-issuers.js';
import type { Issuer } from './pool-issuers.js';
import { checkSize, decodeToken, KnownHeaders } from './precheck.js';
import { expired, invalid, toOutcome } from './rejection.js';
import type { Refusal, Unavailable } from './rejection.js';
import { RevocationCheck } from './revocation.js';
import { SharedValues } from './shared-values.js';
import { SignatureVerifier } from './signature.js';
import { VerifiedTokens } from './verified-tokens.js';

interface VerificationServices {
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
  { emitter, monotonic }: VerificationServices,
): TokenCheck {
  const { emit } = emitter;
  const { clock } = options;
  const signatures = new SignatureVerifier(pools.flatMap((pool) => pool.issuers));
  const verified = new VerifiedTokens<Issuer>(options.tokenCache);
  const revocation = options.isRevoked && new RevocationCheck(options.isRevoked);
  const shared = new SharedValues();
  const isObserved = options.onEvent !== undefined;

  const byPool = pools.map((pool) =>
    createPoolIssuers(pool, {
      options,
      emit,
      monotonic,
      onKeys(issuer, keys) {
        signatures.setKeys(issuer, keys);
        verified.keep((entry) => entry.issuer.issuer !== issuer || keys.get(entry.key.kid) === entry.key);
      },
    }),
  );
  const issuers = new Map(byPool.flat().map((issuer) => [issuer.issuer, issuer]));
  const known = { issuers, headers: new KnownHeaders() };

  /** Undefined when the issuer's keys can be used now; otherwise what to wait for. */
  function awaitKeys({ keys, isMissing }: Issuer): Promise<void> | undefined {
    const assertThere = () => {
      if (isMissing()) throw invalid('The issuer of the token has no key set; the other issuer of its pool has.');
    };
    assertThere();
    return keys.ready()?.catch((failure: unknown) => {
      assertThere();
      throw failure;
    });
  }

  /** @param hasWaited Whether the keys were just waited for: what is not there then is not waited for retry. */
  function verifyToken(token: unknown, startedAt: number, hasWaited: boolean): MaybePromise<AuthenticatedAuth> {
    checkSize(token);
    const retry = () => verifyToken(token, startedAt, true);
    const digest = verified.digest(token);
    const seen = verified.get(digest);
    if (seen !== undefined) {
      if (!(clock() < (seen.auth.expiresAt + seen.issuer.graceSeconds) * 1000)) {
        verified.remove(digest);
        throw expired();
      }
      const preparation = hasWaited ? undefined : awaitKeys(seen.issuer);
      if (preparation !== undefined) return preparation.then(retry);
      return askRevocation(seen.auth, startedAt, true);
    }
    const decoded = decodeToken(token, known, clock());
    const { issuer, kid, claims } = decoded;
    const preparation = hasWaited ? undefined : awaitKeys(issuer);
    if (preparation !== undefined) return preparation.then(retry);
    const key = issuer.keys.get(kid);
    if (key === undefined) {
      const search = issuer.keys.refreshForUnknownKid(hasWaited);
      if (search !== undefined) return search.then(retry);
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
        const found = verifyToken(token, startedAt, false);
        return found instanceof Promise ? found.catch((error: unknown) => refuse(error, startedAt)) : found;
      } catch (error) {
        return refuse(error, startedAt);
      }
    },
    async hydrate() {
      const answers = byPool.map(hydrateIssuers);
      for (const answer of await Promise.allSettled(answers)) if (answer.status === 'rejected') throw answer.reason;
    },
    close() {
      for (const { keys } of issuers.values()) keys.close();
      verified.keep(() => false);
    },
  };
}

type MaybePromise<T> = T | Promise<T>;
