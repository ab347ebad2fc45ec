/** Describes what a developer passed to `verify` instead of a token, for the log. */
import { describe } from '../settings.js';

const EXPECTED = 'Expected `token` to be the token alone, got';

/** Undefined for what can be a token. The sentence holds nothing of the value. */
export function describeMisuse(token: unknown): string | undefined {
  if (typeof token !== 'string') {
    return `${EXPECTED} ${describe(token)}. For a request that may have no token, call authenticate(token).`;
  }
  if (token === '') return `${EXPECTED} an empty string. Without a token, call authenticate(undefined).`;
  const trimmed = token.trim();
  if (trimmed === '') return `${EXPECTED} a blank string. Without a token, call authenticate(undefined).`;
  if (/^bearer$|^[\w-]+:?\s/i.test(trimmed)) {
    return `${EXPECTED} a header with its scheme. Pass what follows "Bearer ", or give the request to createAuthContext().`;
  }
  if (trimmed !== token) return `${EXPECTED} a token with white space around it. Strip it where you read the token.`;
  if (/^["']|["']$/.test(token)) return `${EXPECTED} a token in quotation marks. Remove them where you read the token.`;
  return undefined;
}
