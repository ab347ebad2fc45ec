/** Asks the `revocation` of the options about a token. Only `true` and `false` are answers; a late one is none. */
import { withDeadline } from '../deadline.js';
import { RevocationUnavailableError } from '../errors.js';
import type { CognitoClaims } from './claims.js';
import type { Revocation } from './verifier-options.js';
import { refusal } from './rejection.js';
import type { Refusal } from './rejection.js';

const TIMEOUT_MS = 5_000;
// A store that hangs holds each request that asks it for 5 s. Above this number, requests are answered without asking.
const MAX_WAITING = 10_000;
const RETRY_AFTER_SECONDS = 5;

const REVOKED = refusal('revoked', 'The token was revoked.');

/** Why a token does not pass; undefined when it passes. */
type Verdict = Refusal | undefined;

function unavailable(cause: unknown): RevocationUnavailableError {
  return new RevocationUnavailableError(RETRY_AFTER_SECONDS, { cause });
}

/** @throws {RevocationUnavailableError} for any other value than true and false. */
function toVerdict(answer: unknown): Verdict {
  if (answer === false) return undefined;
  if (answer === true) return REVOKED;
  throw unavailable(new Error('isRevoked() answered neither true nor false.'));
}

export class RevocationCheck {
  readonly #isRevoked: Revocation['isRevoked'];
  #waiting = 0;

  constructor(isRevoked: Revocation['isRevoked']) {
    this.#isRevoked = isRevoked;
  }

  /** @throws {RevocationUnavailableError} without an answer that is true or false; also as a rejection. */
  ask(claims: CognitoClaims): Verdict | Promise<Verdict> {
    if (this.#waiting >= MAX_WAITING) throw unavailable(new Error(`${MAX_WAITING} answers are waited for already.`));
    let answer: unknown;
    try {
      answer = this.#isRevoked(claims);
    } catch (cause) {
      throw unavailable(cause);
    }
    const canBePromise = (typeof answer === 'object' || typeof answer === 'function') && answer !== null;
    return canBePromise ? this.#wait(answer).then(toVerdict) : toVerdict(answer);
  }

  async #wait(promise: unknown): Promise<unknown> {
    this.#waiting += 1;
    try {
      return await withDeadline(promise, TIMEOUT_MS, `isRevoked() did not answer within ${TIMEOUT_MS} ms.`);
    } catch (cause) {
      throw unavailable(cause);
    } finally {
      this.#waiting -= 1;
    }
  }
}
