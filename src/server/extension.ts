/** The context value: what `extend` returned, with the caller's `auth` set on it. */
import type { Auth, AuthContext } from '../auth.js';
import { AuthConfigurationError } from '../errors.js';
import { once } from '../once.js';
import { describe, hasPlainPrototype } from '../settings.js';

// Objects of a class that have become the context of a request.
const inUse = once('context values', () => new WeakSet<object>());

/**
 * Sets `auth` on what `extend` returned, which keeps its class: prototype, methods, getters and private fields.
 *
 * A plain object is copied, so that one which `extend` returns for every request carries the `auth` of none. An object of
 * a class cannot be copied (private fields); it gets the property itself, and is refused the second time: a caller who is
 * still being answered would get the `auth` of the next one.
 *
 * @throws {AuthConfigurationError} for what cannot have an `auth` of its own.
 */
export function withAuth(extension: unknown, auth: Auth): AuthContext {
  if (typeof extension !== 'object' || extension === null || Array.isArray(extension)) {
    throw new AuthConfigurationError(
      `Expected what \`extend\` returns to be an object, got ${describe(extension)}. Write: createAuthContext({ verifier }, (auth) => ({ … })).`,
    );
  }
  assertNoAccessor(extension);
  if (hasPlainPrototype(extension)) return define(copy(extension), auth);
  if (inUse.has(extension)) {
    throw new AuthConfigurationError(
      'Expected what `extend` returns to be new for each request, got an object that another request has. ' +
        'Create it in extend: createAuthContext({ verifier }, (auth) => new RequestContext(auth)).',
    );
  }
  const contextValue = define(extension, auth);
  inUse.add(extension);
  return contextValue;
}

/** With the getters as getters. A data property is read from the object: a Proxy may show no value in its descriptor. */
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
    // An assignment is cheaper by half, and is no definition where something is inherited under the name (`__proto__`).
    if (enumerable && !(key in target)) target[key] = value;
    else Object.defineProperty(target, key, { value, enumerable, writable: true, configurable: true });
  }
  return target;
}

/**
 * Neither writable nor configurable: JavaScript then guarantees of any object, and of a Proxy too, that reading `auth`
 * gives this very value.
 */
function define(contextValue: object, auth: Auth): AuthContext {
  try {
    // All four are written: what is left out stays as the object's own `auth` has it.
    const property = { value: auth, enumerable: true, writable: false, configurable: false };
    return Object.defineProperty(contextValue, 'auth', property) as AuthContext;
  } catch (cause) {
    throw new AuthConfigurationError(
      'Expected what `extend` returns to be an object that `auth` can be set on, got one that is frozen, or whose `auth` cannot be replaced. ' +
        'Return an object of a class without freezing it, or a plain object.',
      { cause },
    );
  }
}

/**
 * Apollo Server makes a copy of the context for each operation with `Object.assign`, which calls a setter that the class
 * has, and fails on a getter alone.
 */
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
        'Rename the getter, or remove it: `this.auth` is there.',
    );
  }
}
