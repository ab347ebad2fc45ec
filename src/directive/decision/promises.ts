/** Values that come late, or never, or one by one: promises, streams and lists. */
import { withDeadline } from '../../deadline.js';

/** Beyond this, `setTimeout` fires at once. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** The answer of a policy, or a rejection once the time is over. `Infinity` waits for ever. */
export function withTimeout<T>(answer: PromiseLike<T>, timeoutMs: number): PromiseLike<T> {
  // What only looks like a promise may answer anything from its `then`.
  if (timeoutMs === Infinity) return Promise.resolve(answer);
  return withDeadline(
    answer,
    Math.min(timeoutMs, LONGEST_TIMEOUT_MS),
    `The policy did not answer within ${timeoutMs} ms.`,
  );
}

/** Whether graphql-js would wait for the value. */
export function isPromiseLike<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  // Anything but null and undefined has properties; graphql-js waits for functions with `then` too.
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}

/** Whether the value is a stream, as graphql-js takes one from `subscribe`. */
export function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

/** Whether the value is a list, as graphql-js takes one for a field of a list type. */
export function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}

/** Goes on with the value: at once, unless it is a promise. */
export function whenSettled<T, R>(value: T | PromiseLike<T>, goOn: (value: T) => R): R | PromiseLike<R> {
  return isPromiseLike(value) ? value.then(goOn) : goOn(value);
}
