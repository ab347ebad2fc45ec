/** The life of a guarded subscription: its source stream ends when the caller's token does. */
import { authStateOf, isExpired } from '../../auth.js';
import type { AuthState } from '../../auth.js';
import { authIn } from '../decision/decide.js';
import type { Resolver } from './outermost.js';
import { isPromiseLike } from '../decision/promises.js';

/** A `subscribe` whose stream ends after the first event past the token's expiry. The field's guard denies that event. */
export function endAtExpiry(subscribe: Resolver): Resolver {
  return (source, args, contextValue, info) => {
    const stream: unknown = subscribe(source, args, contextValue, info);
    const state = authStateOf(authIn(contextValue));
    // Without an `Auth` no token can expire, and the guard has denied every field that requires one.
    if (state === undefined) return stream;
    return isPromiseLike(stream) ? stream.then((resolved) => wrap(resolved, state)) : wrap(stream, state);
  };
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

// Not a generator: its `return` waits for the next event, so a client that leaves would keep its source open.
function wrap(stream: unknown, state: AuthState): unknown {
  // graphql-js refuses anything but a stream.
  if (!isAsyncIterable(stream)) return stream;
  const iterator = stream[Symbol.asyncIterator]();
  const end = { value: undefined, done: true } as const;
  let isOver = false;

  const wrapped: AsyncIterableIterator<unknown> = {
    async next() {
      if (isOver) {
        await iterator.return?.();
        return end;
      }
      const result = await iterator.next();
      isOver = isExpired(state);
      return result;
    },
    async return(value) {
      return iterator.return ? iterator.return(value) : end;
    },
    async throw(error) {
      if (iterator.throw) return iterator.throw(error);
      throw error;
    },
    [Symbol.asyncIterator]: () => wrapped,
  };
  return wrapped;
}
