/** Contexts that code asked for the caller: a response made from one is private to that caller. */
import { once } from '../once.js';

const asked = once('private contexts', () => new WeakSet());

/** A field's guard has the field's cache hint to restrict; code without a field has the context alone. */
export function markContextPrivate(contextValue: unknown): void {
  if (typeof contextValue === 'object' && contextValue !== null) asked.add(contextValue);
}

export function isContextPrivate(contextValue: object): boolean {
  return asked.has(contextValue);
}
