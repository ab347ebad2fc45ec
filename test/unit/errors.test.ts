/** The errors that programs catch: their names, codes and what stands in them. */
import { buildSchema } from 'graphql';
import { describe, expect, it } from 'vitest';
import {
  AuthConfigurationError,
  authDirective,
  KeysUnavailableError,
  RevocationUnavailableError,
  TokenRejectedError,
} from '../../src/index.js';

describe('each error', () => {
  it.each([
    [new TokenRejectedError('expired'), 'TokenRejectedError', 'UNAUTHENTICATED', 'The token has expired.'],
    [
      new KeysUnavailableError(1),
      'KeysUnavailableError',
      'AUTH_UNAVAILABLE',
      'Authentication is temporarily unavailable.',
    ],
    [
      new RevocationUnavailableError(1),
      'RevocationUnavailableError',
      'AUTH_UNAVAILABLE',
      'Authentication is temporarily unavailable.',
    ],
    [new AuthConfigurationError('Write x.'), 'AuthConfigurationError', 'AUTH_MISCONFIGURED', 'Write x.'],
  ])('has a name, a code in upper case and a sentence: %s', (error, name, code, message) => {
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ name, code, message });
  });

  it('says when to try again, in whole seconds of at least one', () => {
    expect([0, 0.2, 1.5, 30].map((seconds) => new KeysUnavailableError(seconds).retryAfterSeconds)).toEqual([
      1, 1, 2, 30,
    ]);
  });
});

describe('an error of misuse', () => {
  it('lists each problem of a schema, and has them all in its message', () => {
    const { authDirectiveTypeDefs, authDirectiveTransformer } = authDirective();
    const schema = buildSchema(
      `${authDirectiveTypeDefs} type Query { f: Int @auth(groups: []) g: Int @auth(scopes: []) }`,
    );
    let error: unknown;
    try {
      authDirectiveTransformer(schema);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(AuthConfigurationError);
    const { problems, message } = error as AuthConfigurationError;
    expect(problems).toEqual([expect.stringContaining('Query.f'), expect.stringContaining('Query.g')]);
    expect(message).toBe(problems.join('\n'));
  });

  it('is one problem when it is one sentence', () => {
    expect(new AuthConfigurationError('Write x.').problems).toEqual(['Write x.']);
  });
});
