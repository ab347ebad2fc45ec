/**
 * The operations of connections. graphql-ws calls `context` and then `execute` or `subscribe`: the first takes the document
 * of an operation away, the second gives it back. So an operation whose `execute` or `subscribe` was replaced has nothing to
 * run, and one whose `context` was replaced is not held.
 */
import { Kind } from 'graphql';
import type { DocumentNode, ExecutionArgs } from 'graphql';
import type { Connection } from './connection.js';

export interface Operation {
  /** Undefined when another `onConnect` replaced this package's. */
  readonly connection: Connection | undefined;
  /** Why the context could not be created; undefined when it was. */
  readonly fault: Error | undefined;
}

interface HeldOperation extends Operation {
  readonly document: DocumentNode;
}

// graphql-js responds that there is no operation.
const NO_DOCUMENT: DocumentNode = { kind: Kind.DOCUMENT, definitions: [] };

export class Operations {
  readonly #held = new WeakMap<object, HeldOperation>();
  readonly #onMissed: () => void;

  /** @param onMissed Called for an operation that was not released in time. */
  constructor(onMissed: () => void) {
    this.#onMissed = onMissed;
  }

  /** Takes the document of the operation away. */
  hold(contextValue: object, args: ExecutionArgs, operation: Operation): void {
    this.#held.set(contextValue, { ...operation, document: args.document });
    args.document = NO_DOCUMENT;
    // graphql-ws calls the next function as soon as `context` has resolved.
    setImmediate(() => {
      if (this.#held.delete(contextValue)) this.#onMissed();
    }).unref();
  }

  /** Gives the document back, once. Undefined for an operation that is not held. */
  release(args: ExecutionArgs): Operation | undefined {
    const contextValue: unknown = args.contextValue;
    if (typeof contextValue !== 'object' || contextValue === null) return undefined;
    const operation = this.#held.get(contextValue);
    if (operation === undefined) return undefined;
    this.#held.delete(contextValue);
    args.document = operation.document;
    return operation;
  }
}
