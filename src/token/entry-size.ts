/** About how much memory a remembered token takes. */
import type { CognitoClaims } from './claims.js';

// Measured in bytes in Node 20, where a pointer has 8. What an entry takes besides its claims: the `Auth` with its brand,
// state and decisions, the digest of the token, and its place in the map.
const ENTRY = 450;
const TEXT = 24;
const LIST = 48;
const OBJECT = 56;
const MEMBER = 8;
const NUMBER = 16;
// What a name that no other token has costs besides its text: its part of the shape of the object.
const OWN_NAME = 48;
// A text that shares the characters of the claim it was cut from.
const SCOPE = 40;
// V8 keeps a larger object as a dictionary of its own, with a name, a value and details for each member.
const MAX_IN_SHAPE = 100;
const IN_DICTIONARY = 40;

const MAX_NAMES = 1_000;
const MAX_NAME_LENGTH = 128;

export class EntrySizes {
  // The tokens of a pool share the names of their claims, and V8 holds each name once.
  readonly #names = new Set<string>();

  /** The bytes of a cache entry for these claims, to within a factor of two. `scopes` are those of the `Auth`. */
  sizeOf(claims: CognitoClaims, scopes: readonly string[] = []): number {
    let bytes = ENTRY + scopes.length * (MEMBER + SCOPE);
    // Not by recursion: JSON can be nested deeper than the stack goes.
    const left: object[] = [];
    for (let holder: object | undefined = claims; holder !== undefined; holder = left.pop()) {
      const isList = Array.isArray(holder);
      bytes += isList ? LIST : this.#sizeOfObject(Object.keys(holder));
      for (const value of isList ? (holder as readonly unknown[]) : (Object.values(holder) as readonly unknown[])) {
        if (typeof value === 'object' && value !== null) left.push(value);
        bytes += MEMBER + sizeOfLeaf(value);
      }
    }
    return bytes;
  }

  #sizeOfObject(names: readonly string[]): number {
    let bytes = OBJECT + (names.length > MAX_IN_SHAPE ? names.length * IN_DICTIONARY : 0);
    for (const name of names) if (!this.#names.has(name)) bytes += this.#sizeOfName(name);
    return bytes;
  }

  #sizeOfName(name: string): number {
    if (this.#names.size < MAX_NAMES && name.length <= MAX_NAME_LENGTH) this.#names.add(name);
    return OWN_NAME + sizeOfLeaf(name);
  }
}

/** Besides its place in the object or list that holds it. */
function sizeOfLeaf(value: unknown): number {
  // V8 holds each text of one character once. A text outside of Latin-1 takes up to twice its length.
  if (typeof value === 'string') return value.length < 2 ? 0 : TEXT + value.length;
  // A small integer stands in the place of its pointer.
  const isInPlace = Number.isInteger(value) && Math.abs(value as number) < 2 ** 31;
  return typeof value === 'number' && !isInPlace ? NUMBER : 0;
}
