import { describe, expect, it } from 'vitest';
import { AuthConfigurationError, createAuthContext } from '../../src/index.js';
import { createTestUserPool } from '../../src/testing/index.js';

const verifier = createTestUserPool().verifier();
const request = { req: { headers: {} } };

describe('a custom token source', () => {
  it.each<[string, () => unknown, RegExp]>([
    [
      'a promise',
      () => Promise.resolve('a.b.c'),
      /^Expected `tokenSource` to return a string or undefined, got a promise\. /,
    ],
    ['a promise that fails', () => Promise.reject(new Error('late')), /got a promise/],
    ['null', () => null, /got null/],
    ['a list', () => ['a.b.c'], /got a list/],
  ])('is refused, with a sentence, when it returns %s', async (_, tokenSource, complaint) => {
    const context = createAuthContext({ verifier, tokenSource: tokenSource as () => string });
    const error: unknown = await context(request).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ message: 'Internal server error.' });
    const { originalError } = error as { originalError: Error };
    expect(originalError).toBeInstanceOf(AuthConfigurationError);
    expect(originalError.message).toMatch(complaint);
  });
});
