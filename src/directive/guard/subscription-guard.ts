/** The life of a guarded subscription: its source stream ends when the caller's token expires. */
import { authStateOf } from '../../auth.js';
import type { AuthState } from '../../auth.js';
import { endingOf, isExpired, onExpiry } from '../../expiry.js';
import { authIn } from '../decision/decide.js';
import { isAsyncIterable, isPromiseLike } from '../decision/promises.js';
import type { Resolver } from './outermost.js';

/**
 * A `subscribe` whose stream ends when the token expires, also while it waits for an event. An event that comes after the
 * expiry, before the stream could end, is denied by the field's guard.
 */
export function endAtExpiry(subscribe: Resolver): Resolver {
  return (source, args, contextValue, info) => {
    const stream: unknown = subscribe(source, args, contextValue, info);
    const state = authStateOf(authIn(contextValue));
    // Without a token, there is none to expire, and the guard has denied what asks for one.
    if (state?.auth.status !== 'authenticated') return stream;
    // The transport ends the stream with its connection, and the guard of the field calls it should an event come first.
    if (endingOf(contextValue) !== undefined) return stream;
    const wrap = (resolved: unknown) =>
      // graphql-js refuses anything but a stream.
      isAsyncIterable(resolved) ? endByItself(resolved[Symbol.asyncIterator](), state) : resolved;
    return isPromiseLike(stream) ? stream.then(wrap) : wrap(stream);
  };
}

type Result = IteratorResult<unknown>;
const END: Result = { value: undefined, done: true };

// Not a generator: its `return` waits for the next event, so a client that leaves would keep its source open.
function endByItself(iterator: AsyncIterator<unknown>, state: AuthState): AsyncIterableIterator<unknown> {
  const waiting = new Set<(result: Result) => void>();
  let isOver = false;
  const stopWaiting = onExpiry(state, () => {
    end();
    closeSource(iterator);
  });

  function end(): void {
    isOver = true;
    stopWaiting();
    for (const resolve of waiting) resolve(END);
    waiting.clear();
  }

  const wrapped: AsyncIterableIterator<unknown> = {
    next() {
      if (isOver) return Promise.resolve(END);
      return new Promise((resolve, reject) => {
        waiting.add(resolve);
        nextOf(iterator).then(
          (result) => {
            if (!waiting.delete(resolve)) return;
            if (result.done === true) end();
            else if (isExpired(state)) {
              end();
              closeSource(iterator);
            }
            resolve(result);
          },
          (error: unknown) => {
            waiting.delete(resolve);
            // `for await` does not close a stream that failed, so it ends here.
            end();
            // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- what the source threw, as it is
            reject(error);
          },
        );
      });
    },
    async return(value) {
      end();
      return iterator.return ? iterator.return(value) : END;
    },
    async throw(error) {
      end();
      if (iterator.throw) return iterator.throw(error);
      throw error;
    },
    [Symbol.asyncIterator]: () => wrapped,
  };
  return wrapped;
}

/** As for graphql-js, `next` may answer without a promise, and throw. */
function nextOf(iterator: AsyncIterator<unknown>): Promise<Result> {
  try {
    return Promise.resolve(iterator.next());
  } catch (error) {
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- what the source threw, as it is
    return Promise.reject(error);
  }
}

/** What a source throws when it is closed is not the request's fault, and there is no request left to tell. */
function closeSource(iterator: AsyncIterator<unknown>): void {
  const close = async () => {
    await iterator.return?.();
  };
  close().catch(() => {});
}
