/** Promises that may come late, or never. */

/** Beyond this, `setTimeout` fires at once. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** The answer, or a rejection once the time is over. `Infinity` waits for ever. */
export function withTimeout<T>(answer: PromiseLike<T>, timeoutMs: number): PromiseLike<T> {
  // What only looks like a promise may answer anything from its `then`.
  if (timeoutMs === Infinity) return Promise.resolve(answer);
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    const fail = () => {
      reject(new Error(`The policy did not answer within ${timeoutMs} ms.`));
    };
    timer = setTimeout(fail, Math.min(timeoutMs, LONGEST_TIMEOUT_MS));
    // A question must not keep a process alive.
    timer.unref();
  });
  return Promise.race([answer, timeout]).finally(() => {
    clearTimeout(timer);
  });
}

/** Whether graphql-js would wait for the value. */
export function isPromiseLike<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  // Anything but null and undefined has properties; graphql-js waits for functions with `then` too.
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}

/** Goes on with the value: at once, unless it is a promise. */
export function whenSettled<T, R>(value: T | PromiseLike<T>, goOn: (value: T) => R): R | PromiseLike<R> {
  return isPromiseLike(value) ? value.then(goOn) : goOn(value);
}
