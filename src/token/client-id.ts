/** Reads and validates the `clientId` of a pool: the app clients whose tokens it accepts. */
import { AuthConfigurationError } from '../errors.js';
import { describe, isText, MISSING_TEXT } from '../settings.js';

/** @throws {AuthConfigurationError} on anything but null, or one or several ids that a token can have. */
export function readClientIds(
  where: string,
  value: unknown,
  isPoolId: (id: string) => boolean,
): readonly string[] | null {
  if (value === null) return null;
  const ids: readonly unknown[] = Array.isArray(value) ? Array.from<unknown>(value) : [value];
  for (const id of ids) {
    const fault = typeof id === 'string' && !/^\s*$/.test(id) ? faultOf(id, isPoolId) : undefined;
    if (fault !== undefined) throw new AuthConfigurationError(`Expected \`${where}.clientId\` to be ${fault}`);
  }
  if (ids.length > 0 && ids.every(isText) && new Set(ids).size === ids.length) return ids;
  throw new AuthConfigurationError(
    `Expected \`${where}.clientId\` to be the id of an app client, or a list of different ids, got ${describe(value)}. ` +
      "Write clientId: '1example23456789', and check that an environment variable that should have it is set. " +
      'Only clientId: null accepts every client of the pool.',
  );
}

// Cognito's are /[\w+]+/, at most 128 characters (ClientIdType in the Cognito API reference). Emulators and tests use names
// too.
const CLIENT_ID = /^[\w+.:@~-]{1,128}$/;

/** What is wrong with an id that no token can have: it would reject every token of its client. */
function faultOf(id: string, isPoolId: (id: string) => boolean): string | undefined {
  if (isPoolId(id)) {
    return "the id of an app client, got the id of a user pool. Write the id that the pool's app client has, such as clientId: '1h57kf5cpq17m0eml12EXAMPLE'.";
  }
  if (MISSING_TEXT.test(id)) {
    return 'the id of an app client, got the text of a missing value. Check where the id comes from.';
  }
  if (CLIENT_ID.test(id)) return undefined;
  if (/[,;|]/.test(id)) {
    return "the id of an app client, or a list of ids, got several in one string. Write a list: clientId: ['a', 'b'].";
  }
  if (/["'`\u2018-\u201f]/.test(id)) {
    return "the id of an app client, got an id in quotation marks. Write the id without them: clientId: 'a'.";
  }
  if (/[\s\p{C}]/u.test(id)) {
    return "the id of an app client, got an id with white space or a control character. Write the id without it: clientId: 'a', or clientId: ['a', 'b'] for several.";
  }
  if (id.length > 128) return 'the id of an app client, got more than 128 characters. Write the id alone.';
  return "the id of an app client, got characters that no id has. Write the id alone: clientId: '1h57kf5cpq17m0eml12EXAMPLE'.";
}
