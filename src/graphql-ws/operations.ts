/**
 * The operations of connections, each marked by the functions that it has passed. graphql-ws calls `context` and then
 * `execute` or `subscribe`; between the two, an operation has no document. So one whose `execute` or `subscribe` was
 * replaced runs nothing, and one whose `context` was replaced has no mark.
 */
import { Kind } from 'graphql';
import type { DocumentNode, ExecutionArgs } from 'graphql';
import type { Connection } from './connection.js';

export interface Operation {
  /** Undefined when graphql-ws did not call `onConnect` of ours. */
  readonly connection: Connection | undefined;
  /** Why the context could not be made: an error for the client. */
  readonly fault: Error | undefined;
}

interface Waiting extends Operation {
  readonly document: DocumentNode;
}

// graphql-js answers that there is no operation.
const NO_DOCUMENT: DocumentNode = { kind: Kind.DOCUMENT, definitions: [] };

export class Operations {
  readonly #waiting = new WeakMap<object, Waiting>();
  readonly #onMissed: () => void;

  /** @param onMissed Called for an operation that was not fetched in time. */
  constructor(onMissed: () => void) {
    this.#onMissed = onMissed;
  }

  /** Marks the operation, and takes its document away. */
  put(contextValue: object, args: ExecutionArgs, operation: Operation): void {
    this.#waiting.set(contextValue, { ...operation, document: args.document });
    args.document = NO_DOCUMENT;
    // graphql-ws calls the next function as soon as `context` has resolved.
    setImmediate(() => {
      if (this.#waiting.delete(contextValue)) this.#onMissed();
    }).unref();
  }

  /** Gives the document back. Undefined for an operation without the mark; each is fetched once. */
  fetch(args: ExecutionArgs): Operation | undefined {
    const contextValue: unknown = args.contextValue;
    if (typeof contextValue !== 'object' || contextValue === null) return undefined;
    const operation = this.#waiting.get(contextValue);
    if (operation === undefined) return undefined;
    this.#waiting.delete(contextValue);
    args.document = operation.document;
    return operation;
  }
}
