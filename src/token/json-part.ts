/** One part of a JWT: canonical base64url of a strict UTF-8 text that is a JSON object. */
import { isUtf8 } from 'node:buffer';
import { malformed } from './rejection.js';

/** A JSON object as it was parsed: nothing is known of its members, not even that they are its own. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** A member of the object itself: what a polluted `Object.prototype` offers is no claim that anybody signed. */
export function own(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/**
 * The bytes behind base64url without padding (RFC 7515, section 2).
 *
 * @throws {TokenRejectedError} reason `malformed`, for anything but the one way to write these bytes. Node reads over
 *   padding, characters of other alphabets and stray bits at the end (RFC 4648, section 3.5), and each would make
 *   another string out of a good token.
 */
export function decodeBase64url(part: string): Buffer {
  const bytes = Buffer.from(part, 'base64url');
  if (bytes.toString('base64url') !== part) throw malformed('A part of the token is not canonical base64url.');
  return bytes;
}

/** @throws {TokenRejectedError} reason `malformed`, when the part is not base64url of a JSON object. */
export function decodeJsonPart(part: string): JsonObject {
  const bytes = decodeBase64url(part);
  // `toString` would put U+FFFD for what is not UTF-8, and so make one text of many byte strings.
  if (!isUtf8(bytes)) throw malformed('A part of the token is not UTF-8.');
  const value = parse(bytes.toString('utf8'));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw malformed('A part of the token is not a JSON object.');
  }
  // A JSON value that is an object and no array has string keys and unknown values.
  return value as JsonObject;
}

// A member of that name, in whatever way JSON lets one write it. `JSON.parse` makes an own property of it, which turns into
// the prototype as soon as somebody copies the claims with `Object.assign` or a merge. No claim has this name. Asking a
// reviver instead would take milliseconds for a large token that nobody signed.
const NAMES_PROTO = new RegExp(
  `"${Array.from('__proto__', (letter) => `(?:${letter}|\\\\u00${letter.charCodeAt(0).toString(16)})`).join('')}"\\s*:`,
  'i',
);

function parse(text: string): unknown {
  const mayNameProto = text.includes('\\') || text.includes('__proto__');
  if (mayNameProto && NAMES_PROTO.test(text)) throw malformed('A member of a part of the token is named __proto__.');
  try {
    return JSON.parse(text);
  } catch {
    throw malformed('A part of the token cannot be parsed as JSON.');
  }
}
