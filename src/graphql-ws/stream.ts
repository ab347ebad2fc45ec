/** The results of a subscription, on their way to the client. */
import type { ExecutionResult, OperationResult } from 'graphql-ws';

type Result = Awaited<OperationResult>;
type Stream = Extract<Result, AsyncIterable<unknown>>;

export function isStream(result: Result): result is Stream {
  return Symbol.asyncIterator in result;
}

const END = { value: undefined, done: true } as const;

/**
 * The stream, which ends as soon as it is told to. graphql-ws ends a connection when all its streams have; a generator closes
 * at its next event, which may never come.
 *
 * @param onFault Receives what a source throws while it is closed.
 */
export function endAtOnce(
  stream: Stream,
  onFault: (fault: unknown) => void,
): AsyncGenerator<ExecutionResult, void, void> {
  const iterator = stream[Symbol.asyncIterator]();
  const closeSource = async () => {
    await iterator.return?.();
  };
  return {
    // As it comes: a promise more for each event is a good part of what an event costs.
    next: () => iterator.next(),
    async return() {
      closeSource().catch(onFault);
      return END;
    },
    async throw(error) {
      await iterator.throw?.(error);
      throw error;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
