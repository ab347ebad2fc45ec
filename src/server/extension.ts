/** The context value: what `extend` returns, with the caller's `auth` set on it. */
import type { Auth, AuthContext } from '../auth.js';
import { AuthConfigurationError } from '../errors.js';
import { once } from '../once.js';
import { describe, hasPlainPrototype } from '../settings.js';

// Objects of a class that are the context of a request.
const inUse = once('context values', () => new WeakSet<object>());

/**
 * Sets `auth` on what `extend` returned, which keeps its class: prototype, methods, getters and private fields.
 *
 * A plain object is copied: `extend` may return the same one for each request. An object of a class cannot be copied
 * (private fields), so it gets the property itself, and is refused the second time: a request still in progress would
 * otherwise get the `auth` of the next one.
 *
 * @throws {AuthConfigurationError} when the value cannot have an `auth` of its own.
 */
export function withAuth(extension: unknown, auth: Auth): AuthContext {
  if (typeof extension !== 'object' || extension === null || Array.isArray(extension)) {
    throw new AuthConfigurationError(
      `Expected what \`extend\` returns to be an object, got ${describe(extension)}. Write: (auth) => ({ … }).`,
    );
  }
  assertNoAccessor(extension);
  if (hasPlainPrototype(extension)) return define(copy(extension), auth);
  if (inUse.has(extension)) {
    throw new AuthConfigurationError(
      'Expected what `extend` returns to be new for each request, got an object that another request has. ' +
        'Create it in `extend`: (auth) => new RequestContext(auth).',
    );
  }
  const contextValue = define(extension, auth);
  inUse.add(extension);
  return contextValue;
}

/** Copies getters as getters. Reads data properties from the object: a Proxy may show no value in a descriptor. */
function copy(source: object): object {
  const target = Object.create(Object.getPrototypeOf(source) as object | null) as Record<PropertyKey, unknown>;
  for (const key of Reflect.ownKeys(source)) {
    if (key === 'auth') continue;
    const property = Object.getOwnPropertyDescriptor(source, key);
    if (property === undefined) continue;
    if (property.get !== undefined || property.set !== undefined) {
      Object.defineProperty(target, key, property);
      continue;
    }
    const value: unknown = Reflect.get(source, key);
    const { enumerable = false } = property;
    // Assignment costs half, but defines no property where the name is inherited (`__proto__`).
    if (enumerable && !(key in target)) target[key] = value;
    else Object.defineProperty(target, key, { value, enumerable, writable: true, configurable: true });
  }
  return target;
}

/** Neither writable nor configurable: JavaScript then guarantees, also of a Proxy, that reading `auth` gives this value. */
function define(contextValue: object, auth: Auth): AuthContext {
  try {
    // All four attributes, because one left out would stay as the object's own `auth` has it.
    const property = { value: auth, enumerable: true, writable: false, configurable: false };
    return Object.defineProperty(contextValue, 'auth', property) as AuthContext;
  } catch (cause) {
    throw new AuthConfigurationError(
      'Expected what `extend` returns to be an object that `auth` can be set on, got a frozen one, or one whose `auth` cannot be replaced. ' +
        'Return an object of a class without freezing it, or a plain object.',
      { cause },
    );
  }
}

/** Apollo Server copies the context for each operation with `Object.assign`, which calls a setter, and fails on a getter. */
function assertNoAccessor(extension: object): void {
  for (
    let at: unknown = Object.getPrototypeOf(extension);
    typeof at === 'object' && at !== null;
    at = Object.getPrototypeOf(at)
  ) {
    const property = Object.getOwnPropertyDescriptor(at, 'auth');
    if (property === undefined) continue;
    if (property.writable === true) return;
    throw new AuthConfigurationError(
      'Expected what `extend` returns to leave `auth` to createAuthContext(), got an object whose class has an `auth` that cannot be set. ' +
        'Rename or remove that member: `this.auth` is set without it.',
    );
  }
}
