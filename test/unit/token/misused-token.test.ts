import { describe, expect, it } from 'vitest';
import { TokenRejectedError } from '../../../src/errors.js';
import { createTestUserPool } from '../../../src/testing/index.js';

const pool = createTestUserPool();
const verifier = pool.verifier();
const token = pool.accessToken();

async function causeOf(value: unknown): Promise<string> {
  try {
    await verifier.verify(value as string);
  } catch (error) {
    expect(error).toBeInstanceOf(TokenRejectedError);
    expect(error).toMatchObject({ reason: 'malformed', message: 'The credentials are malformed.' });
    const { cause } = error as TokenRejectedError;
    return cause instanceof Error ? cause.message : 'no cause';
  }
  return 'accepted';
}

const HEADER =
  'Expected `token` to be the token alone, got a header with its scheme. Pass what follows "Bearer ", or give the request to createAuthContext().';

describe('the cause of a rejection by verify()', () => {
  it.each<[string, unknown, string]>([
    ['a header', `Bearer ${token}`, HEADER],
    ['a header in lower case', `bearer  ${token}`, HEADER],
    ['a header with its name', `Authorization: Bearer ${token}`, HEADER],
    ['a header of another scheme', `JWT ${token}`, HEADER],
    ['a header without a token', 'Bearer ', HEADER],
    [
      'no token',
      undefined,
      'Expected `token` to be the token alone, got undefined. For a request that may have no token, call authenticate(token).',
    ],
    [
      'null',
      null,
      'Expected `token` to be the token alone, got null. For a request that may have no token, call authenticate(token).',
    ],
    [
      'a list',
      [token],
      'Expected `token` to be the token alone, got a list. For a request that may have no token, call authenticate(token).',
    ],
    [
      'an empty string',
      '',
      'Expected `token` to be the token alone, got an empty string. Without a token, call authenticate(undefined).',
    ],
    [
      'a blank string',
      ' \n',
      'Expected `token` to be the token alone, got a blank string. Without a token, call authenticate(undefined).',
    ],
    [
      'a token with a line break after it',
      `${token}\n`,
      'Expected `token` to be the token alone, got a token with white space around it. Strip it where you read the token.',
    ],
    [
      'a token in quotation marks',
      `"${token}"`,
      'Expected `token` to be the token alone, got a token in quotation marks. Remove them where you read the token.',
    ],
  ])('tells that the caller passed %s', async (_, value, sentence) => {
    expect(await causeOf(value)).toBe(sentence);
  });

  it('tells what is wrong with a token', async () => {
    expect(await causeOf('a.b')).toMatch(/three parts/);
    expect(await causeOf(`${token}x`)).not.toMatch(/Expected/);
  });

  it('never holds the token', async () => {
    for (const value of [`Bearer ${token}`, ` ${token}`, `"${token}"`]) {
      expect(await causeOf(value)).not.toContain(token.slice(0, 10));
    }
  });
});
