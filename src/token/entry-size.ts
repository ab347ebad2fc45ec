/** About how much memory a remembered token takes. */
import type { CognitoClaims } from './claims.js';

// Measured in Node 20, where a pointer has 8 bytes. What an entry takes besides its claims: the `Auth` with its brand,
// state and decisions, the digest of the token, and its place in the map.
const ENTRY = 450;
const TEXT = 24;
const LIST = 48;
const OBJECT = 56;
const MEMBER = 8;
const NUMBER = 16;
// What a name that no other token has costs besides its text: its part of the shape of the object.
const OWN_NAME = 48;

// A text that shares the characters of the claim that it was cut from.
const SCOPE = 40;
// V8 keeps a larger object as a dictionary of its own, with a name, a value and details for each member.
const MOST_IN_SHAPE = 100;
const IN_DICTIONARY = 40;

const MAX_NAMES = 1_000;
const MAX_NAME_LENGTH = 128;

function sizeOfText(text: string): number {
  // V8 holds each text of one character once. UTF-8 has at most twice the bytes of the form that V8 holds.
  return text.length < 2 ? 0 : TEXT + Buffer.byteLength(text);
}

/** A small integer stands in the place of its pointer. */
function isInPlace(value: number): boolean {
  return Number.isInteger(value) && Math.abs(value) < 2 ** 31;
}

export class EntrySizes {
  // The tokens of a pool share the names of their claims, and V8 holds each name once.
  readonly #names = new Set<string>();

  /** The bytes of a cache entry for these claims, to within a factor of two. `scopes` are those of the `Auth`. */
  sizeOf(claims: CognitoClaims, scopes: readonly string[] = []): number {
    let bytes = ENTRY + scopes.length * (MEMBER + SCOPE);
    // Not by recursion: JSON may be nested deeper than the stack goes.
    const left: object[] = [];
    for (let holder: object | undefined = claims; holder !== undefined; holder = left.pop()) {
      if (Array.isArray(holder)) bytes += LIST;
      else {
        const names = Object.keys(holder);
        bytes += OBJECT + (names.length > MOST_IN_SHAPE ? names.length * IN_DICTIONARY : 0);
        for (const name of names) if (!this.#names.has(name)) bytes += this.#sizeOfName(name);
      }
      for (const value of Object.values(holder) as readonly unknown[]) {
        bytes += MEMBER;
        if (typeof value === 'string') bytes += sizeOfText(value);
        else if (typeof value === 'number') bytes += isInPlace(value) ? 0 : NUMBER;
        else if (typeof value === 'object' && value !== null) left.push(value);
      }
    }
    return bytes;
  }

  #sizeOfName(name: string): number {
    if (this.#names.size < MAX_NAMES && name.length <= MAX_NAME_LENGTH) this.#names.add(name);
    return OWN_NAME + sizeOfText(name);
  }
}
