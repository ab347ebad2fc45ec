/**
 * Reads directives from `extensions`, where schemas built in code have them. Each form with one meaning counts:
 * `{ auth: { … } }` and `{ auth: [{ … }, { … }] }` (graphql-tools), `[{ name: 'auth', args: { … } }]` (Pothos,
 * graphql-compose), `['auth']`, `[['auth', { … }]]`, a Map and the nodes of graphql. Of anything else it says what was
 * found: a rule that is read as less than what is written would be weaker than anyone can see.
 */
import { Kind } from 'graphql';
import type { ConstArgumentNode, ConstDirectiveNode } from 'graphql';
import { describe } from '../../settings.js';
import { readArgumentNodes, readDirectiveNode } from './annotation-node.js';
import type { Annotation, Reading } from './annotation.js';

type Extensions = Readonly<Record<string, unknown>>;

interface Found {
  readonly uses: Annotation[];
  readonly faults: string[];
}

export function readCodeFirst(extensions: Extensions): Reading {
  const found: Found = { uses: [], faults: [] };
  const misplaced: (readonly [place: string, use: Annotation])[] = [];
  const otherKeys: string[] = [];
  for (const key of Object.getOwnPropertyNames(extensions)) {
    if (key === 'directives') readProperty(extensions, key, 'extensions.directives', found);
    else if (isNearMiss(key)) readMisplaced(extensions, key, 'extensions', misplaced);
    else if (key === 'pothosOptions')
      readOptions(dataOf(extensions, key), 'extensions.pothosOptions', found, misplaced);
    else if (key === 'nexus') readNexusConfig(dataOf(extensions, key), found, misplaced);
    else otherKeys.push(key);
  }
  return { ...found, misplaced, otherKeys };
}

/** A name that means `directives` to a person, and to no program. */
function isNearMiss(key: string): boolean {
  return /^(?:ast|applied)?directives?$/i.test(key.replace(/[@\s_-]/g, ''));
}

type Misplaced = (readonly [place: string, use: Annotation])[];

function readMisplaced(owner: object, key: string, where: string, misplaced: Misplaced): void {
  const found: Found = { uses: [], faults: [] };
  readProperty(owner, key, `${where}.${key}`, found);
  misplaced.push(...found.uses.map((use) => [`${where}.${key}`, use] as const));
}

// What a framework was given for the element. With its plugin for directives the same ones are in
// `extensions.directives`; without it, here alone. A rule that is read twice is the same rule.
function readOptions(options: unknown, where: string, found: Found, misplaced: Misplaced): void {
  if (typeof options !== 'object' || options === null) return;
  try {
    for (const key of Object.getOwnPropertyNames(options)) {
      if (key === 'directives') readProperty(options, key, `${where}.directives`, found);
      else if (isNearMiss(key)) readMisplaced(options, key, where, misplaced);
    }
  } catch {
    found.faults.push(unreadable(`${where}.directives`, 'a value that cannot be read'));
  }
}

function readNexusConfig(nexus: unknown, found: Found, misplaced: Misplaced): void {
  if (typeof nexus !== 'object' || nexus === null) return;
  // Nexus keeps it in an object of a class of its own.
  readOptions(dataOf(nexus, 'config'), 'extensions.nexus.config', found, misplaced);
}

function readProperty(owner: object, key: string, where: string, found: Found): void {
  const value = dataOf(owner, key);
  if (value === undefined || value === null) return;
  try {
    readDirectives(value, where, found);
  } catch {
    // A Proxy, or something that only looks like a list or a Map.
    found.faults.push(unreadable(where, 'a value that cannot be read'));
  }
}

const GETTER: unique symbol = Symbol('getter');

/** An own property's value. A getter may answer differently each time, so it is no value. */
function dataOf(owner: object, key: string): unknown {
  const property = Object.getOwnPropertyDescriptor(owner, key);
  if (property === undefined) return undefined;
  return 'value' in property ? property.value : GETTER;
}

function readDirectives(value: unknown, where: string, { uses, faults }: Found): void {
  if (Array.isArray(value)) {
    for (const item of Array.from(value as readonly unknown[])) readItem(item, where, { uses, faults });
  } else if (value instanceof Map) {
    for (const [name, written] of value as Map<unknown, unknown>) {
      if (typeof name === 'string') uses.push(...usesWritten(name, written));
      else faults.push(unreadable(where, `a Map with ${nameValue(name)} for a name`));
    }
  } else if (isPlain(value)) {
    for (const name of Object.getOwnPropertyNames(value)) uses.push(...usesWritten(name, dataOf(value, name)));
  } else {
    faults.push(unreadable(where, nameValue(value)));
  }
}

function readItem(item: unknown, where: string, { uses, faults }: Found): void {
  if (typeof item === 'string') {
    uses.push({ ...createUse(item), isBare: true });
  } else if (Array.isArray(item)) {
    const [name, written, ...more] = Array.from(item as readonly unknown[]);
    if (typeof name !== 'string' || more.length > 0) faults.push(unreadable(where, 'a list in a list'));
    else uses.push(...(written === undefined ? [createUse(name)] : usesWritten(name, written)));
  } else if (isDirectiveNode(item)) {
    uses.push(readDirectiveNode(item));
  } else {
    const name = typeof item === 'object' && item !== null ? dataOf(item, 'name') : undefined;
    // Only looked at above for null and for what is no object.
    if (typeof name === 'string') uses.push(readNamed(name, item as object));
    else faults.push(unreadable(where, `a list with ${nameValue(item)} that has no \`name\``));
  }
}

function isDirectiveNode(item: unknown): item is ConstDirectiveNode {
  return typeof item === 'object' && item !== null && dataOf(item, 'kind') === Kind.DIRECTIVE;
}

/** `{ name, args }` or `{ name, arguments }`. */
function readNamed(name: string, item: object): Annotation {
  const keys = Object.getOwnPropertyNames(item).filter((key) => dataOf(item, key) !== undefined);
  const unknown = keys.find((key) => !['name', 'args', 'arguments'].includes(key));
  if (unknown !== undefined) return createUse(name, `\`${unknown}\` beside its name. ${rightForm(name)}`);
  if (!isPlain(item)) return createUse(name, `${nameValue(item)}. ${rightForm(name)}`);
  if (keys.includes('args') && keys.includes('arguments')) {
    return createUse(name, `both \`args\` and \`arguments\`. ${rightForm(name)}`);
  }
  const key = ['args', 'arguments'].find((each) => keys.includes(each));
  if (key === undefined) return createUse(name);
  const args = dataOf(item, key);
  if (Array.isArray(args)) {
    const nodes = Array.from(args as readonly unknown[]);
    if (nodes.length === 0 || !nodes.every(isArgumentNode)) return createUse(name, `a list. ${rightForm(name)}`);
    return { name, form: 'SDL', ...readArgumentNodes(nodes) };
  }
  return readUse(name, args);
}

function isArgumentNode(node: unknown): node is ConstArgumentNode {
  return typeof node === 'object' && node !== null && dataOf(node, 'kind') === Kind.ARGUMENT;
}

/** What stands behind a directive's name: its arguments, or a list of them for each use. */
function usesWritten(name: string, written: unknown): readonly Annotation[] {
  if (!Array.isArray(written)) return [readUse(name, written)];
  const each = Array.from(written as readonly unknown[]);
  return each.length === 0
    ? [createUse(name, `an empty list. ${rightForm(name)}`)]
    : each.map((args) => readUse(name, args));
}

function readUse(name: string, written: unknown): Annotation {
  if (written === true) return createUse(name);
  if (!isPlain(written)) return createUse(name, `${nameValue(written)}. ${rightForm(name)}`);
  const args = Object.create(null) as Record<string, unknown>;
  for (const key of Object.getOwnPropertyNames(written)) {
    const value = dataOf(written, key);
    if (value === GETTER) return createUse(name, `a getter for \`${key}\`. ${rightForm(name)}`);
    args[key] = Array.isArray(value) ? Array.from(value as readonly unknown[]) : value;
  }
  return { name, args, form: 'code', faults: [] };
}

function createUse(name: string, got?: string): Annotation {
  const args = Object.create(null) as Record<string, unknown>;
  const faults = got === undefined ? [] : [`Expected its arguments to be an object, got ${got}`];
  return { name, args, form: 'code', faults };
}

/** An object that says all that it has in its own properties. */
function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // `Object.prototype` of any realm: a test runner may have made the object in another one.
  return (
    prototype === null ||
    (typeof prototype === 'object' &&
      Object.getPrototypeOf(prototype) === null &&
      Object.hasOwn(prototype, 'isPrototypeOf'))
  );
}

function nameValue(value: unknown): string {
  if (value === GETTER) return 'a getter';
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return describe(value);
  return isPlain(value) ? 'an object' : 'an object of a class';
}

function rightForm(name: string): string {
  return `Write \`extensions: { directives: { ${name}: { … } } }\`, with \`{}\` for no arguments.`;
}

function unreadable(where: string, got: string): string {
  return `Expected \`${where}\` to be an object of directives by name, got ${got}.`;
}
