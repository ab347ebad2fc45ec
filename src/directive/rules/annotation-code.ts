/**
 * Reads directives that are written in code. Each form with one meaning counts: `{ auth: { … } }` and
 * `{ auth: [{ … }, { … }] }` (graphql-tools), `[{ name: 'auth', args: { … } }]` (Pothos, graphql-compose), `['auth']`,
 * `[['auth', { … }]]`, a Map and the nodes of graphql. Anything else is a fault: a rule that is read as less than what is
 * written would be weaker than the developer can see.
 */
import { Kind } from 'graphql';
import type { ConstArgumentNode, ConstDirectiveNode } from 'graphql';
import { hasPlainPrototype, Literal, print } from '../../settings.js';
import { codeForm, printName } from './annotation.js';
import type { Annotation } from './annotation.js';
import { readDirectiveNode, readNamedNodes } from './annotation-node.js';

/** What was read so far. */
export interface Found {
  readonly uses: Annotation[];
  readonly faults: string[];
}

/** Reads the directives in an own property. `where` is the property in a message. */
export function readDirectives(owner: object, key: string, where: string, found: Found): void {
  try {
    readValue(dataOf(owner, key), where, found);
  } catch {
    // A Proxy, or an object that only looks like a list or a Map.
    found.faults.push(unreadable(where, 'a value that cannot be read'));
  }
}

const GETTER = new Literal('a getter');

/** An own property's value. A getter is not called: it may answer differently each time. */
export function dataOf(owner: object, key: string): unknown {
  const property = Object.getOwnPropertyDescriptor(owner, key);
  if (property === undefined) return undefined;
  return 'value' in property ? property.value : GETTER;
}

function readValue(value: unknown, where: string, { uses, faults }: Found): void {
  if (value === undefined || value === null) return;
  if (Array.isArray(value)) {
    for (const item of Array.from(value as readonly unknown[])) readItem(item, where, { uses, faults });
  } else if (value instanceof Map) {
    for (const [name, written] of value as Map<unknown, unknown>) {
      if (typeof name === 'string') uses.push(...readUses(name, written));
      else faults.push(unreadable(where, `a Map with the key ${print(name)}`));
    }
  } else if (isPlain(value)) {
    for (const name of Object.getOwnPropertyNames(value)) uses.push(...readUses(name, dataOf(value, name)));
  } else {
    faults.push(unreadable(where, print(value)));
  }
}

function readItem(item: unknown, where: string, { uses, faults }: Found): void {
  if (typeof item === 'string') {
    uses.push({ ...createUse(item), isBare: true });
  } else if (Array.isArray(item)) {
    const [name, written, ...more] = Array.from(item as readonly unknown[]);
    if (typeof name !== 'string' || more.length > 0) faults.push(unreadable(where, 'a list in a list'));
    else uses.push(...(written === undefined ? [createUse(name)] : readUses(name, written)));
  } else if (isNode<ConstDirectiveNode>(item, Kind.DIRECTIVE)) {
    uses.push(readDirectiveNode(item));
  } else {
    const name = isObject(item) ? dataOf(item, 'name') : undefined;
    if (isObject(item) && typeof name === 'string') uses.push(readNamed(name, item));
    else faults.push(unreadable(where, `a list with ${print(item)}, which has no \`name\``));
  }
}

/** `{ name, args }` or `{ name, arguments }`. */
function readNamed(name: string, item: object): Annotation {
  const keys = Object.getOwnPropertyNames(item).filter((key) => dataOf(item, key) !== undefined);
  const unknown = keys.find((key) => !['name', 'args', 'arguments'].includes(key));
  if (unknown !== undefined) return createFaulty(name, `\`${unknown}\` beside its name`);
  if (!isPlain(item)) return createFaulty(name, print(item));
  if (keys.includes('args') && keys.includes('arguments')) return createFaulty(name, 'both `args` and `arguments`');
  const key = ['args', 'arguments'].find((each) => keys.includes(each));
  if (key === undefined) return createUse(name);
  const args = dataOf(item, key);
  const nodes: readonly unknown[] = Array.isArray(args) ? Array.from(args as readonly unknown[]) : [];
  const areNodes = nodes.length > 0 && nodes.every((node) => isNode<ConstArgumentNode>(node, Kind.ARGUMENT));
  return areNodes ? readNamedNodes(name, nodes) : readUse(name, args);
}

/** The value of a directive's name: its arguments, or a list with the arguments of each use. */
function readUses(name: string, written: unknown): readonly Annotation[] {
  if (!Array.isArray(written)) return [readUse(name, written)];
  const each = Array.from(written as readonly unknown[]);
  return each.length === 0 ? [createFaulty(name, print(each))] : each.map((args) => readUse(name, args));
}

function readUse(name: string, written: unknown): Annotation {
  if (written === true) return createUse(name);
  if (!isPlain(written)) return createFaulty(name, print(written));
  const args = Object.create(null) as Record<string, unknown>;
  for (const key of Object.getOwnPropertyNames(written)) {
    const value = dataOf(written, key);
    if (value === GETTER) return createFaulty(name, `a getter for \`${key}\``);
    // A copy: a Proxy may answer differently each time.
    args[key] = Array.isArray(value) ? Array.from(value as readonly unknown[]) : value;
  }
  return { ...createUse(name), args };
}

function createUse(name: string): Annotation {
  return { name, args: Object.create(null) as Record<string, unknown>, form: 'code', faults: [] };
}

function createFaulty(name: string, got: string): Annotation {
  const fault = `Expected the arguments of ${printName(name)} to be an object, got ${got}. ${codeForm(name)}`;
  return { ...createUse(name), faults: [fault] };
}

function unreadable(where: string, got: string): string {
  return `Expected \`${where}\` to be an object of directives by name, got ${got}.`;
}

/** An object that holds everything in its own properties. */
function isPlain(value: unknown): value is object {
  return isObject(value) && hasPlainPrototype(value);
}

function isNode<T extends { readonly kind: Kind }>(value: unknown, kind: T['kind']): value is T {
  return isObject(value) && dataOf(value, 'kind') === kind;
}

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
