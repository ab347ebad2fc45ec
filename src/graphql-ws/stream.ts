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
 *
 * @param onFault Receives what a source throws while it is closed.
 */
export function guardStream(
  stream: Stream,
  isOver: () => boolean,
  onResult: (result: ExecutionResult) => void,
  onFault: (fault: unknown) => void,
): AsyncGenerator<ExecutionResult, void, void> {
  const iterator = stream[Symbol.asyncIterator]();
  const closeSource = async () => {
    await iterator.return?.();
  };
  // graphql-ws ends a connection when all its streams have. A generator closes at its next event, which may never come.
  const close = async () => {
    closeSource().catch(onFault);
    return END;
  };
  const deliver = (result: IteratorResult<ExecutionResult>) => {
    if (isOver()) return close();
    if (result.done === true) return END;
    onResult(result.value);
    return result;
  };
  return {
    async next() {
      return deliver(await iterator.next());
    },
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
