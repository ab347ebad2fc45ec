/** The life of a guarded subscription: its source stream ends when the caller's token expires. */
import { authStateOf } from '../../auth.js';
import type { AuthState } from '../../auth.js';
import { isExpired, onExpiry } from '../../expiry.js';
import { authIn } from '../decision/decide.js';
import { isPromiseLike } from '../decision/promises.js';
import type { Resolver } from './outermost.js';

/**
 * A `subscribe` whose stream ends when the token expires, also while it waits for an event. An event that comes after the
 * expiry, before the stream could end, is denied by the field's guard.
 */
export function endAtExpiry(subscribe: Resolver): Resolver {
  return (source, args, contextValue, info) => {
    const stream: unknown = subscribe(source, args, contextValue, info);
    const state = authStateOf(authIn(contextValue));
    // An anonymous caller has no token that could expire, and the guard has denied what requires one.
    if (state?.auth.status !== 'authenticated') return stream;
    return isPromiseLike(stream) ? stream.then((resolved) => wrap(resolved, state)) : wrap(stream, state);
  };
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

type Result = IteratorResult<unknown>;
const END: Result = { value: undefined, done: true };

// Not a generator: its `return` waits for the next event, so a client that leaves would keep its source open.
function wrap(stream: unknown, state: AuthState): unknown {
  // graphql-js refuses anything but a stream.
  if (!isAsyncIterable(stream)) return stream;
  const iterator = stream[Symbol.asyncIterator]();
  const waiting = new Set<(result: Result) => void>();
  let isOver = false;
  const stopWaiting = onExpiry(state, () => {
    end();
    // A source may fail to close. No request waits for it that could get the error.
    closeSource().catch(() => {});
  });

  function end(): void {
    isOver = true;
    stopWaiting();
    for (const resolve of waiting) resolve(END);
    waiting.clear();
  }

  async function closeSource(): Promise<Result> {
    return (await iterator.return?.()) ?? END;
  }

  const wrapped: AsyncIterableIterator<unknown> = {
    next() {
      if (isOver) return Promise.resolve(END);
      return new Promise((resolve, reject) => {
        waiting.add(resolve);
        iterator.next().then(
          (result) => {
            if (!waiting.delete(resolve)) return;
            if (result.done === true) end();
            else if (isExpired(state)) {
              end();
              closeSource().catch(() => {});
            }
            resolve(result);
          },
          (error: unknown) => {
            waiting.delete(resolve);
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
