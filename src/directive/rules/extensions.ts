/** Finds directives in the `extensions` of an element, where schemas that are built in code have them. */
import type { Misplaced, Reading } from './annotation.js';
import { dataOf, isObject, readDirectives } from './annotation-code.js';
import type { Found } from './annotation-code.js';

type Extensions = Readonly<Record<string, unknown>>;

export function readExtensions(extensions: Extensions): Reading {
  const found: Found = { uses: [], faults: [] };
  const misplaced: Misplaced[] = [];
  const otherKeys: string[] = [];
  for (const key of Object.getOwnPropertyNames(extensions)) {
    if (readKey(extensions, key, 'extensions', found, misplaced)) continue;
    if (key === 'pothosOptions') readOptions(extensions, [key], 'values', found, misplaced);
    // Nexus keeps its own in an object of a class.
    else if (key === 'nexus') readOptions(extensions, [key, 'config'], 'args', found, misplaced);
    else otherKeys.push(key);
  }
  return { ...found, misplaced, otherKeys };
}

/** Whether the key is one for directives, or was meant to be. */
function readKey(owner: object, key: string, where: string, found: Found, misplaced: Misplaced[]): boolean {
  const place = `${where}.${key}`;
  if (key === 'directives') {
    readDirectives(owner, key, place, found);
    return true;
  }
  if (!isNearMiss(key)) return false;
  const there: Found = { uses: [], faults: [] };
  const value = dataOf(owner, key);
  readDirectives(typeof value === 'string' ? { [key]: [value] } : owner, key, place, there);
  misplaced.push(...there.uses.map((use) => ({ place, use })));
  return true;
}

/** A name that means `directives` to a person, and to no program. */
function isNearMiss(key: string): boolean {
  return /^(?:ast|applied)?directives?$/i.test(key.replace(/[@\s_-]/g, ''));
}

/**
 * The options that a framework was given for the element. With its plugin for directives the same ones are in
 * `extensions.directives`; without it, here alone. A rule that is read twice is the same rule. `members` is where they have
 * the options of the element's arguments (Nexus) or values (Pothos).
 */
function readOptions(owner: object, path: readonly string[], members: string, found: Found, misplaced: Misplaced[]) {
  const where = `extensions.${path.join('.')}`;
  try {
    let options: unknown = owner;
    for (const key of path) options = isObject(options) ? dataOf(options, key) : undefined;
    if (!isObject(options)) return;
    for (const key of Object.getOwnPropertyNames(options)) readKey(options, key, where, found, misplaced);
    readMembers(options, members, where, found, misplaced);
  } catch {
    // A Proxy.
    found.faults.push(`Expected \`${where}\` to be an object, got a value that cannot be read.`);
  }
}

/** Directives of an argument or value that the framework leaves in the options of its field or enum, and drops from itself. */
function readMembers(options: object, key: string, where: string, { faults }: Found, misplaced: Misplaced[]): void {
  const members = dataOf(options, key);
  if (!isObject(members)) return;
  for (const name of Object.getOwnPropertyNames(members)) {
    let member = dataOf(members, name);
    // Nexus: `nonNull(list(arg({ … })))`.
    while (isObject(member) && isObject(dataOf(member, 'ofNexusType'))) member = dataOf(member, 'ofNexusType');
    if (isObject(member) && isObject(dataOf(member, 'config'))) member = dataOf(member, 'config');
    if (!isObject(member)) continue;
    const place = `${where}.${key}.${name}`;
    const there: Found = { uses: [], faults };
    for (const each of Object.getOwnPropertyNames(member)) readKey(member, each, place, there, misplaced);
    misplaced.push(...there.uses.map((use) => ({ place: `${place}.directives`, use })));
  }
}
