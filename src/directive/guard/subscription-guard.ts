/** The life of a guarded subscription: its source stream ends when the caller's token expires. */
import { authStateOf } from '../../auth.js';
import type { AuthState } from '../../auth.js';
import { endingOf, isExpired, onExpiry } from '../../expiry.js';
import { authIn } from '../decision/decide.js';
import { isPromiseLike } from '../decision/promises.js';
import type { Resolver } from './outermost.js';

/**
 * A `subscribe` whose stream ends when the token expires, also while it waits for an event. An event that comes after the
 * expiry, before the stream could end, is denied by the field's guard, or dropped where the transport closes first.
 */
export function endAtExpiry(subscribe: Resolver): Resolver {
  return (source, args, contextValue, info) => {
    const stream: unknown = subscribe(source, args, contextValue, info);
    const state = authStateOf(authIn(contextValue));
    // Without a token, there is none to expire, and the guard has denied what asks for one.
    if (state?.auth.status !== 'authenticated') return stream;
    const beforeEnd = endingOf(contextValue);
    return isPromiseLike(stream)
      ? stream.then((resolved) => wrap(resolved, state, beforeEnd))
      : wrap(stream, state, beforeEnd);
  };
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

type Result = IteratorResult<unknown>;
const END: Result = { value: undefined, done: true };

// Not a generator: its `return` waits for the next event, so a client that leaves would keep its source open.
function wrap(stream: unknown, state: AuthState, beforeEnd: (() => void) | undefined): unknown {
  // graphql-js refuses anything but a stream.
  if (!isAsyncIterable(stream)) return stream;
  const iterator = stream[Symbol.asyncIterator]();
  const waiting = new Set<(result: Result) => void>();
  let isOver = false;
  const stopWaiting = onExpiry(state, () => {
    beforeEnd?.();
    end();
    // A source that cannot be closed is not the request's fault, and there is no request left to tell.
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
        const deliver = (result: Result) => {
          if (!waiting.delete(resolve)) return;
          if (result.done === true) end();
          else if (isExpired(state)) {
            beforeEnd?.();
            end();
            closeSource().catch(() => {});
            // A transport that closes delivers nothing more; any other one, the denial of this event.
            if (beforeEnd) {
              resolve(END);
              return;
            }
          }
          resolve(result);
        };
        const fail = (error: unknown) => {
          waiting.delete(resolve);
          // `for await` does not close a stream that failed, so it ends here.
          end();
          // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- what the source threw, as it is
          reject(error);
        };
        try {
          // As for graphql-js, `next` may answer without a promise.
          Promise.resolve(iterator.next()).then(deliver, fail);
        } catch (error) {
          fail(error);
        }
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
