/** One part of a JWT: canonical base64url of strict UTF-8 text that is a JSON object. */
import { isUtf8 } from 'node:buffer';
import { Refusal, refusal } from './rejection.js';

/** A JSON object as parsed: nothing is known of its members. */
export type JsonObject = Readonly<Record<string, unknown>>;

const NOT_BASE64URL = refusal('malformed', 'A part of the token is not canonical base64url.');
const NOT_UTF8 = refusal('malformed', 'A part of the token is not UTF-8.');
const NOT_JSON = refusal('malformed', 'A part of the token is not JSON.');
const NOT_AN_OBJECT = refusal('malformed', 'A part of the token is not a JSON object.');
const HAS_PROTO = refusal('malformed', 'A part of the token has a member named __proto__.');

/** An own property: nobody has signed what a polluted `Object.prototype` offers. */
export function own(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/**
 * The bytes behind base64url without padding (RFC 7515, section 2). Only the one canonical text of these bytes is accepted:
 * Node ignores padding, characters of other alphabets and stray bits at the end (RFC 4648, section 3.5), each of which
 * would make another string of a good token.
 */
export function decodeBase64url(part: string): Buffer | Refusal {
  const bytes = Buffer.from(part, 'base64url');
  return bytes.toString('base64url') === part ? bytes : NOT_BASE64URL;
}

export function decodeJsonPart(part: string): JsonObject | Refusal {
  const bytes = decodeBase64url(part);
  if (bytes instanceof Refusal) return bytes;
  // `toString` replaces what is not UTF-8 by U+FFFD, and so reads one text from many byte strings.
  if (!isUtf8(bytes)) return NOT_UTF8;
  const text = bytes.toString('utf8');
  if (hasProto(text)) return HAS_PROTO;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return NOT_JSON;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return NOT_AN_OBJECT;
  // A JSON value that is an object and no array has string keys and unknown values.
  return value as JsonObject;
}

// A member named `__proto__`, however JSON escapes it. `JSON.parse` makes an own property of it, which becomes the
// prototype when the claims are copied with `Object.assign`. A reviver instead would take milliseconds for a large token.
const PROTO_MEMBER = new RegExp(
  `"${Array.from('__proto__', (letter) => `(?:${letter}|\\\\u00${letter.charCodeAt(0).toString(16)})`).join('')}"\\s*:`,
  'i',
);

function hasProto(text: string): boolean {
  return (text.includes('\\') || text.includes('__proto__')) && PROTO_MEMBER.test(text);
}
