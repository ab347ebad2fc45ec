/** Reads and checks options that the developer writes, and prints values in messages. Only own properties count. */
import { AuthConfigurationError } from './errors.js';

/**
 * A copy of the options that nothing can change later: getters are read once, and the copy has no prototype, so a polluted
 * `Object.prototype` cannot supply an option that was never written (`clientId: null`, say).
 *
 * @param where What is read, such as `pool` or `bearerToken(): options`.
 * @param alternative What may be written instead of an object, for the message alone.
 * @throws {AuthConfigurationError} when it is not a plain object, or has a name that is not in `names`.
 */
export function readSettings(
  where: string,
  settings: unknown,
  names: readonly string[],
  alternative = '',
): Record<string, unknown> {
  const expected = `Expected ${quote(where)} to be`;
  if (typeof settings !== 'object' || settings === null || isList(settings)) {
    throw new AuthConfigurationError(
      `${expected} an object with ${names.join(', ')}${alternative}, got ${describe(settings)}.`,
    );
  }
  const own = copyOf(settings);
  if (own === undefined || !isPlainObject(settings)) {
    // Of a promise or a Map, a copy would show no options at all.
    const kind = own === undefined ? UNREADABLE : describe(settings);
    const found = kind === 'an object' ? 'an object with hidden members' : kind;
    throw new AuthConfigurationError(`${expected} a plain object, got ${found}. Write an object literal: { … }.`);
  }
  const unknown = Object.keys(own).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new AuthConfigurationError(
      `Unknown option \`${unknown}\` in ${quote(where)}. Known options: ${names.join(', ')}.`,
    );
  }
  return own;
}

/** `pool.endpoint` as code, and `bearerToken(): options` as the code and the function that takes it. */
function quote(where: string): string {
  const [, called, name] = /^(\w+\(\)): (.*)$/s.exec(where) ?? [];
  return name === undefined ? `\`${where}\`` : `\`${name}\` of ${called}`;
}

// Undefined when a getter throws, or a Proxy.
function copyOf(settings: object): Record<string, unknown> | undefined {
  try {
    return Object.assign(Object.create(null) as Record<string, unknown>, settings);
  } catch {
    return undefined;
  }
}

/**
 * Whether all that the object holds is in its enumerable own properties. Of a promise, a Map or an object of a class, a
 * copy would show nothing, and nothing is the weakest rule there is.
 */
export function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || isList(value)) return false;
  try {
    return hasPlainPrototype(value) && Reflect.ownKeys(value).length === Object.keys(value).length;
  } catch {
    return false;
  }
}

/** Whether the object is of no class: its prototype is null, or the `Object.prototype` of any realm (a test runner's). */
export function hasPlainPrototype(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return (
    prototype === null ||
    prototype === Object.prototype ||
    (typeof prototype === 'object' &&
      Object.getPrototypeOf(prototype) === null &&
      Object.hasOwn(prototype, 'hasOwnProperty'))
  );
}

function isList(value: unknown): value is readonly unknown[] {
  try {
    return Array.isArray(value);
  } catch {
    // A revoked Proxy.
    return false;
  }
}

/** Whether the value is text that is neither blank nor padded with blanks. */
export function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.trim() === value;
}

/** The text of a value that was missing when it was put together. */
export const MISSING_TEXT = /^(?:undefined|null|NaN|\[object Object\])$/;

const LONGEST_MESSAGE = 500;

/**
 * The message of something that was thrown, on one line of a log. Never throws, not even for a revoked Proxy or
 * an error with a getter that throws, and never forges a line: it may quote the response of a server.
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

/** What `print` shows as it stands, such as a value that is written in SDL. */
export class Literal {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

const MOST_CHARACTERS = 80;
const MOST_MEMBERS = 5;
const DEEPEST = 2;
const UNREADABLE = 'a value that cannot be read';

/**
 * The kind of a value, for a message. Text and the content of lists and objects are not shown: a secret may be in them.
 * Never throws.
 */
export function describe(value: unknown): string {
  if (value === '') return 'an empty string';
  if (typeof value === 'string') return value.trim() === '' ? 'a blank string' : 'a string';
  if (isList(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value !== 'object' || value === null) return print(value);
  try {
    return kindOf(value) ?? 'an object';
  } catch {
    return UNREADABLE;
  }
}

/**
 * A value from the developer's own code or schema, for a message: as JSON where it is data. Never throws and never grows
 * long, not even for a BigInt, a ring, a revoked Proxy or an object with a getter that throws.
 */
export function print(value: unknown): string {
  try {
    return shorten(printAt(value, 0));
  } catch {
    return UNREADABLE;
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
  if (value instanceof Literal) return value.text;
  if (Array.isArray(value)) {
    if (depth >= DEEPEST) return '[…]';
    return `[${printMembers(value, (item) => printAt(item, depth + 1))}]`;
  }
  const kind = kindOf(value);
  if (kind !== undefined) return kind;
  if (depth >= DEEPEST) return '{…}';
  const members = printMembers(Object.keys(value), (key) => {
    const member = Object.getOwnPropertyDescriptor(value, key);
    // A getter may do anything: it is not called.
    const text = member && 'value' in member ? printAt(member.value, depth + 1) : 'a getter';
    return `${JSON.stringify(shorten(key))}:${text}`;
  });
  return `{${members}}`;
}

function printMembers<T>(members: readonly T[], printMember: (member: T) => string): string {
  const printed = members.slice(0, MOST_MEMBERS).map(printMember);
  return [...printed, ...(members.length > MOST_MEMBERS ? ['…'] : [])].join(',');
}

/** What an object is that holds more than its own properties show; undefined for plain data. */
function kindOf(value: object): string | undefined {
  if (value instanceof Promise) return 'a promise';
  return hasPlainPrototype(value) ? undefined : 'an object of a class';
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
    `Expected ${quote(where)} to be a number of ${unit} from ${min} to ${max}, got ${describe(value)}.`,
  );
}

/**
 * @param shape An example, such as "such as bearerToken()", or the signature.
 * @throws {AuthConfigurationError} when it is neither undefined nor a function.
 */
export function readFunction<F>(where: string, value: unknown, shape: string, fallback: F): F {
  if (value === undefined) return fallback;
  // What a function takes and returns cannot be checked before it is called; TypeScript has done so for its users.
  if (typeof value === 'function') return value as F;
  throw new AuthConfigurationError(`Expected ${quote(where)} to be a function, ${shape}, got ${describe(value)}.`);
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
  const choices = values.map((each) => `'${each}'`).join(' or ');
  throw new AuthConfigurationError(`Expected ${quote(`${where}: ${name}`)} to be ${choices}, got ${print(value)}.`);
}
