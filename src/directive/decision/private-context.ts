/** Remembers the contexts that code asked about the caller: a response made from one is private to that caller. */
import { once } from '../../once.js';

// Whether a rule had `maxAge`, by context.
const asked = once('private contexts', () => new WeakMap<object, boolean>());

/**
 * A field's guard has the field's cache hint to restrict; code without a field has the context alone.
 *
 * @param isAging Whether the rule has `maxAge`: no cache may outlive the decision.
 */
export function markContextPrivate(contextValue: unknown, isAging: boolean): void {
  if (typeof contextValue !== 'object' || contextValue === null) return;
  asked.set(contextValue, isAging || asked.get(contextValue) === true);
}

export function isContextPrivate(contextValue: object): boolean {
  return asked.has(contextValue);
}

/** Whether no cache at all may keep a response that was made from the context. */
export function isContextAging(contextValue: object): boolean {
  return asked.get(contextValue) === true;
}
