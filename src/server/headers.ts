/** Reads one collection of request headers by name, in any form that an integration uses. */
import { AuthConfigurationError } from '../errors.js';
import { describe, hasPlainPrototype } from '../settings.js';

/** Reads every value of a header; its name is in lower case. */
export type HeaderReader = (name: string) => readonly string[];

/**
 * A property of an object or of its class. Properties of `Object.prototype` do not count: a polluted one would otherwise
 * give every request the headers of an attacker's choice.
 */
export function member(object: object, name: string): unknown {
  return unlessPolluted(object, name, (object as Readonly<Record<string, unknown>>)[name]);
}

/** `member` for a property that was read by a literal name, which costs a tenth of a computed one: each request does. */
export function unlessPolluted(object: object, name: string, value: unknown): unknown {
  if (value === undefined || !Object.hasOwn(Object.prototype, name)) return value;
  return isOfItsOwn(object, name) ? value : undefined;
}

function isOfItsOwn(object: object, name: string): boolean {
  for (let at: unknown = object; isObject(at) && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    if (Object.hasOwn(at, name)) return true;
  }
  return false;
}

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** A reader of the headers; undefined for an unknown form, which must never pass for "no headers". */
export function readHeaders(headers: unknown): HeaderReader | undefined {
  if (!isObject(headers)) return undefined;
  if (Array.isArray(headers)) return readList(headers);
  const get = member(headers, 'get');
  if (typeof get === 'function') return readByGet(headers, get as (name: string) => unknown);
  if (isIterable(headers)) return readPairs(headers);
  return isRecord(headers) ? (name) => recordValues(headers, name) : undefined;
}

function isIterable(headers: object): headers is Iterable<unknown> {
  return typeof (headers as Partial<Iterable<unknown>>)[Symbol.iterator] === 'function';
}

// Of an object of a class, one that inherits values or one that hides them, the keys do not show all values.
function isRecord(headers: object): headers is Readonly<Record<string, unknown>> {
  return hasPlainPrototype(headers) && Object.getOwnPropertyNames(headers).length === Object.keys(headers).length;
}

export function isEmptyRecord(headers: unknown): boolean {
  return isObject(headers) && !Array.isArray(headers) && isRecord(headers) && Object.keys(headers).length === 0;
}

/** A list of names and values in turn, as Node's `rawHeaders`, or a list of pairs. */
function readList(list: readonly unknown[]): HeaderReader | undefined {
  // Every request has a header (RFC 9112, section 3.2): an empty list is something else.
  if (list.length === 0) return undefined;
  if (!list.every((item) => typeof item === 'string')) return readPairs(list);
  return list.length % 2 === 0 ? (name) => rawValues(list, name) : undefined;
}

// Read once and kept, because a generator yields its items once.
function readPairs(items: Iterable<unknown>): HeaderReader | undefined {
  const pairs: (readonly [string, unknown])[] = [];
  for (const item of items) {
    if (!Array.isArray(item) || item.length !== 2 || typeof item[0] !== 'string') return undefined;
    pairs.push([item[0].toLowerCase(), item[1]]);
  }
  return (name) => pairs.flatMap((pair) => (pair[0] === name ? strings(pair[1], name) : []));
}

function readByGet(headers: object, get: (name: string) => unknown): HeaderReader | undefined {
  // A `Map` is case-sensitive, and so are many look-alikes.
  if (!(headers instanceof Headers) && isIterable(headers)) return readPairs(headers);
  const ask = (name: string) => {
    const value = get.call(headers, name);
    // graphql-sse under Fastify gives the text 'undefined' for a missing header.
    return value === 'undefined' && Object.hasOwn(headers, 'get') ? [] : strings(value, name);
  };
  if (headers instanceof Headers) return ask;
  // Header names ignore case (RFC 9110, section 5.1); a foreign `get` may not.
  return (name) => {
    const title = name.replace(/(?:^|-)[a-z]/g, (letter) => letter.toUpperCase());
    return [...new Set([name, title, name.toUpperCase()].flatMap(ask))];
  };
}

/** The values under all spellings of a name that differ in case alone. */
function recordValues(headers: Readonly<Record<string, unknown>>, name: string): readonly string[] {
  let found: readonly string[] | undefined;
  for (const key of Object.keys(headers)) {
    if (!isHeader(key, name)) continue;
    const values = strings(headers[key], name);
    found = found === undefined ? values : [...found, ...values];
  }
  return found ?? [];
}

function isHeader(candidate: unknown, name: string): boolean {
  return typeof candidate === 'string' && candidate.length === name.length && candidate.toLowerCase() === name;
}

/** How often a list of names and values in turn has the name. Allocates nothing: nearly every request has such a list. */
export function countHeader(raw: readonly unknown[], name: string): number {
  let count = 0;
  for (let index = 0; index < raw.length; index += 2) if (isHeader(raw[index], name)) count += 1;
  return count;
}

export function rawValues(raw: readonly unknown[], name: string): readonly string[] {
  const values: string[] = [];
  for (let index = 0; index < raw.length; index += 2) {
    if (isHeader(raw[index], name)) values.push(...strings(raw[index + 1], name));
  }
  return values;
}

/**
 * The values of one header.
 *
 * @throws {AuthConfigurationError} on anything but text. A client can send nothing else, so the integration has headers in
 *   an unknown form, and this one must not count as missing.
 */
export function strings(values: unknown, name: string): readonly string[] {
  if (typeof values === 'string') return [values];
  if (values === undefined || values === null) return [];
  if (Array.isArray(values) && values.every((value) => typeof value === 'string')) return values;
  throw new AuthConfigurationError(
    `Expected the request's header \`${name}\` to be text or a list of texts, got ${Array.isArray(values) ? 'a list of something else' : describe(values)}. ` +
      'Pass createAuthContext() the request as the integration gives it.',
  );
}
