/** Asks the `revocation` of the options about a token, and takes no answer, a broken one and a late one for what they are. */
import { RevocationUnavailableError } from '../errors.js';
import type { CognitoClaims } from './claims.js';
import type { Revocation } from './verifier-options.js';
import { revoked } from './rejection.js';

const TIMEOUT_MS = 5_000;
// A store that hangs holds each request that asks it for 5 s. More than these at once are answered without asking.
const MAX_WAITING = 10_000;
const RETRY_AFTER_SECONDS = 5;

function unavailable(cause: unknown): RevocationUnavailableError {
  return new RevocationUnavailableError(RETRY_AFTER_SECONDS, { cause });
}

function notBoolean(): RevocationUnavailableError {
  return unavailable(new Error('isRevoked() answered neither true nor false.'));
}

type Outcome = { readonly value: unknown } | { readonly cause: unknown };

/** One answer that is waited for. `end` is let go of when the time is up, because the answer may never come. */
interface Question {
  end: ((outcome: Outcome) => void) | undefined;
}

// On its own, so that a promise that never settles holds on to `question` and to nothing else.
function listen(promise: unknown, question: Question): void {
  Promise.resolve(promise).then(
    (value: unknown) => question.end?.({ value }),
    (cause: unknown) => question.end?.({ cause }),
  );
}

export class RevocationCheck {
  readonly #isRevoked: Revocation['isRevoked'];
  #waiting = 0;

  constructor(isRevoked: Revocation['isRevoked']) {
    this.#isRevoked = isRevoked;
  }

  /**
   * Undefined when the token may pass; otherwise what to wait for, which settles the same way.
   *
   * @throws {TokenRejectedError} `revoked`.
   * @throws {RevocationUnavailableError} when there is no answer that says true or false.
   */
  ask(claims: CognitoClaims): Promise<void> | undefined {
    if (this.#waiting >= MAX_WAITING) throw unavailable(new Error(`${MAX_WAITING} answers are waited for already.`));
    let answer: unknown;
    try {
      answer = this.#isRevoked(claims);
    } catch (cause) {
      throw unavailable(cause);
    }
    if (answer === false) return undefined;
    if (answer === true) throw revoked();
    if ((typeof answer !== 'object' && typeof answer !== 'function') || answer === null) throw notBoolean();
    return this.#wait(answer);
  }

  #wait(promise: object): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      this.#waiting += 1;
      const end = (outcome: Outcome | undefined) => {
        question.end = undefined;
        clearTimeout(timer);
        this.#waiting -= 1;
        if (outcome === undefined)
          reject(unavailable(new Error(`isRevoked() did not answer within ${TIMEOUT_MS} ms.`)));
        else if ('cause' in outcome) reject(unavailable(outcome.cause));
        else if (outcome.value === false) resolve();
        else reject(outcome.value === true ? revoked() : notBoolean());
      };
      const timer = setTimeout(end, TIMEOUT_MS, undefined);
      timer.unref();
      const question: Question = { end };
      try {
        listen(promise, question);
      } catch (cause) {
        // A promise with a getter that throws.
        end({ cause });
      }
    });
  }
}
