/** News of shipped orders, within this process. With several servers it would be Redis, or Postgres' own `listen`. */
import { EventEmitter, on } from 'node:events';
import type { OrderRow } from './database/shop.js';

export interface OrderFeed {
  publish(order: OrderRow): void;
  /** Listens from the moment of the call until the subscriber returns the iterator, or until the feed is closed. */
  subscribe(): AsyncIterableIterator<OrderRow>;
  close(): void;
}

export function createOrderFeed(): OrderFeed {
  const emitter = new EventEmitter();
  // One listener for each subscriber: their number is no sign of a leak.
  emitter.setMaxListeners(0);
  return {
    publish: (order) => {
      emitter.emit('shipped', order);
    },
    subscribe: () => {
      // `publish` is the one who emits: each event is one order.
      const events = on(emitter, 'shipped', { close: ['close'] }) as AsyncIterableIterator<[OrderRow]>;
      return firstArguments(events);
    },
    close: () => {
      emitter.emit('close');
    },
  };
}

// Not an async generator: its `return` waits for the event that it is waiting for, so that a subscriber who has gone
// would be kept until the next order is shipped.
function firstArguments<T>(events: AsyncIterableIterator<[T]>): AsyncIterableIterator<T> {
  return {
    next: async () => {
      const event = await events.next();
      return event.done === true ? { value: undefined, done: true } : { value: event.value[0], done: false };
    },
    return: async () => {
      await events.return?.();
      return { value: undefined, done: true };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
