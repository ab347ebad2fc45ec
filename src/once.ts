/** What this package recognises its own objects by: one of each for a copy of it, whichever of its builds made the object. */

const instances = new Map<string, unknown>();

/**
 * The instance of this name: made at the first call, the same at every other one. A program can load the ES modules and
 * the CommonJS build of this package at once, and several of its entries. Each of those files has its own code, and all of
 * them share this module (`shared.ts`), so that what one of them made counts in the others.
 *
 * For what tells this package's own objects from others': a `WeakMap` at the top of a module. A mere cache, whose loss
 * costs time alone, needs none of it.
 *
 * @param name Of one use in the source, so that it has one type.
 */
export function once<T>(name: string, create: () => T): T {
  if (!instances.has(name)) instances.set(name, create());
  // Made by the same line of the same version, for the name is used once.
  return instances.get(name) as T;
}
