/** One setting of the user's options: read once, of the object itself alone, and refused when it makes no sense. */
import { AuthConfigurationError } from './errors.js';

/**
 * A copy of the settings that nothing can change later: getters are read once, and no prototype stands behind it, so that
 * a polluted `Object.prototype` cannot supply a setting that was never written (`clientId: null`, say).
 *
 * @throws {AuthConfigurationError} when it is no object, or has a name that is not in `names`.
 */
export function readSettings(where: string, settings: unknown, names: readonly string[]): Record<string, unknown> {
  if (typeof settings !== 'object' || settings === null || isList(settings)) {
    throw new AuthConfigurationError(
      `${where} must be an object with ${names.join(', ')}; found ${describe(settings)}.`,
    );
  }
  const own = copyOf(where, settings);
  if (!isPlainObject(settings)) {
    throw new AuthConfigurationError(
      `Expected ${where} to be a plain object, got an object of a class, or one with hidden members. A forgotten \`await\` ` +
        'or a Map would count as no options at all.',
    );
  }
  const unknown = Object.keys(own).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new AuthConfigurationError(`${where} has no setting \`${unknown}\`. The settings are: ${names.join(', ')}.`);
  }
  return own;
}

/**
 * Whether all that the object holds is in its enumerable own properties. Of a promise, a Map or an object of a class, a
 * copy would show nothing, and nothing is the weakest rule there is.
 */
export function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return (
    // Of any realm: a test runner's objects have another `Object.prototype`.
    (prototype === null || Object.getPrototypeOf(prototype) === null) &&
    Reflect.ownKeys(value).length === Object.keys(value).length
  );
}

function copyOf(where: string, settings: object): Record<string, unknown> {
  try {
    return Object.assign(Object.create(null) as Record<string, unknown>, settings);
  } catch {
    // A getter that throws, or a Proxy.
    throw new AuthConfigurationError(`${where} cannot be read. Write it as a plain object.`);
  }
}

/** What was found, for a message: strings and lists are not echoed, they may hold what should not be in a log. */
export function describe(value: unknown): string {
  if (value === '') return 'an empty string';
  if (typeof value === 'string') return value.trim() === '' ? 'a blank string' : 'a string';
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (isEmptyList(value)) return 'an empty list';
  if (isList(value)) return 'a list';
  return value === undefined ? 'nothing' : `a value of type ${typeof value}`;
}

function isList(value: unknown): value is readonly unknown[] {
  try {
    return Array.isArray(value);
  } catch {
    // A revoked Proxy.
    return false;
  }
}

function isEmptyList(value: unknown): boolean {
  return isList(value) && value.length === 0;
}

/** Whether the value is text that is neither blank nor padded with blanks. */
export function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.trim() === value;
}

const LONGEST_MESSAGE = 500;

/**
 * The message of something that was thrown, on one line of a log. Never throws, whatever that is (a revoked Proxy, an
 * error with a getter that throws), and never forges a line: what a server answered may stand in it.
 */
export function messageOf(thrown: unknown): string {
  try {
    const message: unknown = thrown instanceof Error ? thrown.message : undefined;
    if (typeof message !== 'string') return 'something that is no error was thrown';
    const line = message.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
    return line.length > LONGEST_MESSAGE ? `${line.slice(0, LONGEST_MESSAGE)}…` : line;
  } catch {
    return 'an error that cannot be read was thrown';
  }
}

/** What was thrown, as an error that can be asked for its class and its message. */
export function asError(thrown: unknown): Error {
  try {
    if (thrown instanceof Error && typeof thrown.message === 'string') return thrown;
  } catch {
    // A revoked Proxy, or a getter that throws.
  }
  return new Error(messageOf(thrown));
}

const MOST_CHARACTERS = 80;
const MOST_MEMBERS = 5;
const DEEPEST = 2;

/**
 * A value from the developer's own code or schema, for a message: as JSON where it is data. Never throws and never grows
 * long, whatever the value is (a BigInt, a ring, a revoked Proxy, an object with a getter that throws).
 */
export function print(value: unknown): string {
  try {
    return shorten(printAt(value, 0));
  } catch {
    return 'a value that cannot be read';
  }
}

function shorten(text: string): string {
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;
}

function printAt(value: unknown, depth: number): string {
  if (typeof value === 'string') return JSON.stringify(shorten(value));
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'symbol') return 'a symbol';
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) {
    if (depth >= DEEPEST) return '[…]';
    const items = value.slice(0, MOST_MEMBERS).map((item) => printAt(item, depth + 1));
    return `[${[...items, ...(value.length > MOST_MEMBERS ? ['…'] : [])].join(',')}]`;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype) return 'an object of a class';
  if (depth >= DEEPEST) return '{…}';
  const keys = Object.keys(value);
  const members = keys.slice(0, MOST_MEMBERS).map((key) => {
    const member = Object.getOwnPropertyDescriptor(value, key);
    // A getter may do anything: it is not called.
    const text = member && 'value' in member ? printAt(member.value, depth + 1) : 'a getter';
    return `${JSON.stringify(shorten(key))}:${text}`;
  });
  return `{${[...members, ...(keys.length > MOST_MEMBERS ? ['…'] : [])].join(',')}}`;
}

interface Bounds {
  readonly fallback: number;
  readonly min: number;
  readonly max: number;
  readonly unit: string;
}

/** @throws {AuthConfigurationError} when it is neither undefined nor a number within the bounds. */
export function readNumber(where: string, value: unknown, { fallback, min, max, unit }: Bounds): number {
  if (value === undefined) return fallback;
  if (typeof value === 'number' && value >= min && value <= max) return value;
  throw new AuthConfigurationError(
    `${where} must be a number of ${unit} from ${min} to ${max}; found ${describe(value)}.`,
  );
}

/** @throws {AuthConfigurationError} when it is neither undefined nor a function. */
export function readFunction<F>(where: string, value: unknown, shape: string, fallback: F): F {
  if (value === undefined) return fallback;
  // What a function takes and returns cannot be checked before it is called; TypeScript has done so for those who use it.
  if (typeof value === 'function') return value as F;
  throw new AuthConfigurationError(`${where} must be a function, ${shape}; found ${describe(value)}.`);
}

/** @throws {AuthConfigurationError} when the value is neither undefined nor one of these. */
export function oneOf<T extends string>(
  where: string,
  name: string,
  value: unknown,
  values: readonly T[],
  fallback: T,
): T {
  if (value === undefined) return fallback;
  const found = values.find((candidate) => candidate === value);
  if (found !== undefined) return found;
  throw new AuthConfigurationError(
    `${where}: \`${name}\` must be ${values.map((each) => `'${each}'`).join(' or ')}, found ${print(value)}.`,
  );
}
