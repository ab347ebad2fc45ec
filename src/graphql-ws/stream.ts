/** The results of a subscription, on their way to the client. */
import type { ExecutionResult, OperationResult } from 'graphql-ws';

type Result = Awaited<OperationResult>;
type Stream = Extract<Result, AsyncIterable<unknown>>;

export function isStream(result: Result): result is Stream {
  return Symbol.asyncIterator in result;
}

const END = { value: undefined, done: true } as const;

/**
 * The stream, which ends with its connection. The socket is closed by then, so graphql-ws sends no `complete`, after which
 * the client would not subscribe again.
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
