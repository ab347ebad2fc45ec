/** The results of a subscription, on their way to the client. */
import type { ExecutionResult, OperationResult } from 'graphql-ws';

type Result = Awaited<OperationResult>;
type Stream = Extract<Result, AsyncIterable<unknown>>;

export function isStream(result: Result): result is Stream {
  return Symbol.asyncIterator in result;
}

const END = { value: undefined, done: true } as const;

/**
 * The stream while the connection may be sent to. When it is over, graphql-ws gets the end after the socket was closed, and
 * the client no `complete`, which would tell it that there is nothing to come back for.
 */
export function guardStream(
  stream: Stream,
  isOver: () => boolean,
  onResult: (result: ExecutionResult) => void,
): AsyncGenerator<ExecutionResult, void, void> {
  const iterator = stream[Symbol.asyncIterator]();
  const close = async () => {
    await iterator.return?.();
    return END;
  };
  const deliver = (result: IteratorResult<ExecutionResult>) => {
    if (isOver()) return close();
    if (result.done === true) return END;
    if (result.value.errors !== undefined) onResult(result.value);
    return result;
  };
  return {
    next: () => iterator.next().then(deliver),
    return: close,
    async throw(error) {
      await iterator.throw?.(error);
      throw error;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
