/** The life of a guarded subscription: its source stream ends when the caller's token does. */
import { authStateOf, isExpired } from '../../auth.js';
import type { AuthState } from '../../auth.js';
import { authIn } from '../decision/decide.js';
import type { Resolver } from './outermost.js';
import { isPromiseLike } from '../decision/promises.js';

/** A `subscribe` whose stream ends after the first event past the token's expiry. That event the field's guard denies. */
export function endAtExpiry(subscribe: Resolver): Resolver {
  return (source, args, contextValue, info) => {
    const stream: unknown = subscribe(source, args, contextValue, info);
    const state = authStateOf(authIn(contextValue));
    // Without an `Auth` there is no token to expire, and the guard has denied what asks for one.
    if (state === undefined) return stream;
    return isPromiseLike(stream) ? stream.then((resolved) => wrap(resolved, state)) : wrap(stream, state);
  };
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

// By hand and not as a generator: a generator's `return` waits for the event that is being waited for, so that a client
// who leaves would keep its source open.
function wrap(stream: unknown, state: AuthState): unknown {
  // What is no stream is graphql-js's to refuse.
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
