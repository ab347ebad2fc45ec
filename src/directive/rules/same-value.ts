/** Whether a coerced input value is provably the default of its field. */
import { types } from 'node:util';

// No schema writes a default this deep, and a value that contains itself has no end.
const DEEPEST = 100;

/**
 * Whether the value is the default: the very same value, or data (plain objects and arrays of primitives) with the same
 * content. graphql-js makes input objects with and without a prototype: both count.
 *
 * Everything else is another value. A custom scalar may return a value whose state no comparison sees (`#private` fields,
 * `URLSearchParams`, Temporal): two different ones look equal, and rules skip a value that counts as the default
 * (docs/decisions: provable defaults).
 */
export function isSameValue(value: unknown, defaultValue: unknown, depth = 0): boolean {
  if (Object.is(value, defaultValue)) return true;
  if (depth === DEEPEST) return false;
  if (Array.isArray(value) && Array.isArray(defaultValue)) {
    return (
      value.length === defaultValue.length &&
      isListOfData(value) &&
      isListOfData(defaultValue) &&
      value.every((item, index) => isSameValue(item, defaultValue[index], depth + 1))
    );
  }
  if (!isObjectOfData(value) || !isObjectOfData(defaultValue)) return false;
  const keys = Object.keys(value);
  const defaultKeys = Object.keys(defaultValue);
  // In the same order, which may have a meaning, such as what to sort by first.
  return (
    keys.length === defaultKeys.length &&
    keys.every((key, index) => key === defaultKeys[index] && isSameValue(value[key], defaultValue[key], depth + 1))
  );
}

/** A list and nothing more: no class of its own, no gaps, no other members. */
function isListOfData(value: readonly unknown[]): boolean {
  return (
    !types.isProxy(value) &&
    Object.getPrototypeOf(value) === Array.prototype &&
    // The items and `length`.
    Reflect.ownKeys(value).length === value.length + 1 &&
    hasOnlyData(value)
  );
}

/** An object and nothing more: no class, no symbols, no accessors. Of this realm alone, unlike options. */
function isObjectOfData(value: unknown): value is Readonly<Record<string, unknown>> {
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
