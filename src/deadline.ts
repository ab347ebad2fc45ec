/** Waits for a promise of the developer's own code, which can settle late, or never. */

/** Both functions are dropped at the end of the wait, because the promise can outlive it. */
interface Wait<T> {
  resolve: ((value: T) => void) | undefined;
  reject: ((cause: unknown) => void) | undefined;
}

/**
 * What the promise settles to. A promise that never settles holds on to nothing of the caller.
 *
 * @param timeoutMs Milliseconds. The timer keeps no process alive.
 * @param late The message of the error at the time-out.
 * @param signal Ends the wait early, with its reason.
 * @throws what the promise rejects with, as a rejection.
 */
export function withDeadline<T>(
  promise: T | PromiseLike<T>,
  timeoutMs: number,
  late: string,
  signal?: AbortSignal,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => wait.reject?.(signal?.reason);
    const end = () => {
      wait.resolve = wait.reject = undefined;
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    };
    const wait: Wait<T> = {
      resolve: (value) => {
        end();
        resolve(value);
      },
      reject: (cause) => {
        end();
        // What the developer's own code rejects with is passed on as it is.
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
        reject(cause);
      },
    };
    const timer = setTimeout(() => wait.reject?.(new Error(late)), timeoutMs);
    timer.unref();
    signal?.addEventListener('abort', onAbort);
    try {
      listen(promise, wait);
    } catch (cause) {
      // A promise with a getter that throws.
      wait.reject?.(cause);
    }
  });
}

// On its own, so that a promise that never settles holds on to `wait` alone.
function listen<T>(promise: T | PromiseLike<T>, wait: Wait<T>): void {
  Promise.resolve(promise).then(
    (value) => wait.resolve?.(value),
    (cause: unknown) => wait.reject?.(cause),
  );
}
