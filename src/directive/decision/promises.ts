/** Promises that may come late, or never. */

/** Beyond this, `setTimeout` fires at once. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** The answer, or a rejection once the time is over. `Infinity` waits for ever. */
export function withTimeout<T>(answer: PromiseLike<T>, timeoutMs: number): PromiseLike<T> {
  if (timeoutMs === Infinity) return answer;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => {
        reject(new Error(`The policy did not answer within ${timeoutMs} ms.`));
      },
      Math.min(timeoutMs, LONGEST_TIMEOUT_MS),
    );
    // A question must not keep a process alive.
    timer.unref();
    const settle = (go: () => void) => {
      clearTimeout(timer);
      go();
    };
    answer.then(
      (value) => {
        settle(() => {
          resolve(value);
        });
      },
      (reason: unknown) => {
        settle(() => {
          // The reason is passed on as it came: it is the policy's, and the log wants it.
          // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
          reject(reason);
        });
      },
    );
  });
}

/** Whether graphql-js would wait for the value. */
export function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  // Anything but null and undefined may be asked for a property; graphql-js waits for functions with `then` too.
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}
