/** Whether a coerced input value is provably the default of its field. */
import { types } from 'node:util';

// A value this deep is no default that a schema writes, and a ring has no end.
const DEEPEST = 100;

/**
 * Whether the value is the default: the very same value, or data (plain objects and arrays of primitives) with the same
 * content. A prototype or none makes no difference: graphql-js makes input objects of both kinds.
 *
 * Everything else is another value. What a custom scalar makes of its input may keep its state where no comparison sees
 * it (`#private` fields, `URLSearchParams`, `Headers`, Temporal), so that two different values look equal, and a value
 * that counts as the default is one that no rule looks at.
 */
export function isSameValue(value: unknown, defaultValue: unknown, depth = 0): boolean {
  if (Object.is(value, defaultValue)) return true;
  if (depth === DEEPEST) return false;
  if (Array.isArray(value) && Array.isArray(defaultValue)) {
    return (
      value.length === defaultValue.length &&
      isPlainList(value) &&
      isPlainList(defaultValue) &&
      value.every((item, index) => isSameValue(item, defaultValue[index], depth + 1))
    );
  }
  if (!isPlainObject(value) || !isPlainObject(defaultValue)) return false;
  const keys = Object.keys(value);
  const defaultKeys = Object.keys(defaultValue);
  // In the same order, which may mean something to a scalar: what to sort by first.
  return (
    keys.length === defaultKeys.length &&
    keys.every((key, index) => key === defaultKeys[index] && isSameValue(value[key], defaultValue[key], depth + 1))
  );
}

/** A list and nothing besides: no class of its own, no gaps, no further members. */
function isPlainList(value: readonly unknown[]): boolean {
  return (
    !types.isProxy(value) &&
    Object.getPrototypeOf(value) === Array.prototype &&
    // The items and `length`.
    Reflect.ownKeys(value).length === value.length + 1 &&
    hasOnlyData(value)
  );
}

/** An object and nothing besides: no class, no symbols, no accessors. */
function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || types.isProxy(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return (
    (prototype === null || prototype === Object.prototype) &&
    Reflect.ownKeys(value).length === Object.keys(value).length &&
    hasOnlyData(value)
  );
}

function hasOnlyData(value: object): boolean {
  return Object.values(Object.getOwnPropertyDescriptors(value)).every((member) => 'value' in member);
}
