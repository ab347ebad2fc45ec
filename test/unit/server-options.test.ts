import { describe, expect, it } from 'vitest';
import { AuthConfigurationError } from '../../src/errors.js';
import { createAuthContext } from '../../src/server/context.js';
import { readPluginOptions } from '../../src/server/plugin-options.js';
import { cognitoAuthPlugin } from '../../src/server/plugin.js';
import { createTestUserPool } from '../../src/testing/index.js';

const verifier = createTestUserPool().verifier();

/** What a call with options that TypeScript would not accept is answered. */
function complaintOf(call: (options: never) => unknown, options: unknown): string {
  try {
    call(options as never);
  } catch (error) {
    return error instanceof AuthConfigurationError ? error.message : `not a complaint: ${String(error)}`;
  }
  return 'accepted';
}

describe('options of the plugin are refused, with a sentence', () => {
  it.each<[unknown, string]>([
    [
      undefined,
      'Expected `options` of cognitoAuthPlugin() to be an object with verifier, onInvalidToken, onDenied, publicAnswers, answers, got undefined.',
    ],
    [
      [],
      'Expected `options` of cognitoAuthPlugin() to be an object with verifier, onInvalidToken, onDenied, publicAnswers, answers, got an empty list.',
    ],
    [
      { verifier, onInvalidTokn: 'anonymous' },
      'Unknown option `onInvalidTokn` in `options` of cognitoAuthPlugin(). Known options: verifier, onInvalidToken, onDenied, publicAnswers, answers.',
    ],
    [
      { verifier, onInvalidToken: 'ignore' },
      "Expected `onInvalidToken` of cognitoAuthPlugin() to be 'reject' or 'anonymous', got \"ignore\".",
    ],
    [
      { verifier, onInvalidToken: null },
      "Expected `onInvalidToken` of cognitoAuthPlugin() to be 'reject' or 'anonymous', got null.",
    ],
    [
      { verifier, publicAnswers: 'all' },
      "Expected `publicAnswers` of cognitoAuthPlugin() to be 'anonymous' or 'unruled', got \"all\".",
    ],
    [{ verifier, answers: 200 }, "Expected `answers` of cognitoAuthPlugin() to be 'http' or 'graphql', got 200."],
    [
      { verifier, onDenied: null },
      'Expected `options.onDenied` of cognitoAuthPlugin() to be an object with query, mutation, subscription, got null.',
    ],
    [
      { verifier, onDenied: 'reject' },
      'Expected `options.onDenied` of cognitoAuthPlugin() to be an object with query, mutation, subscription, got a string.',
    ],
    [
      { verifier, onDenied: { querry: 'partial' } },
      'Unknown option `querry` in `options.onDenied` of cognitoAuthPlugin(). Known options: query, mutation, subscription.',
    ],
    [
      { verifier, onDenied: { mutation: 'allow' } },
      "Expected `onDenied.mutation` of cognitoAuthPlugin() to be 'partial' or 'reject', got \"allow\".",
    ],
    [
      verifier,
      'Expected `options` of cognitoAuthPlugin() to be an object with a verifier, got the verifier. Write: cognitoAuthPlugin({ verifier }).',
    ],
    [
      {},
      expect.stringMatching(
        /^Expected `verifier` to be the object that createCognitoVerifier\(\) returned, not a copy, got undefined\. /,
      ) as string,
    ],
  ])('%j', (options, complaint) => {
    expect(complaintOf(cognitoAuthPlugin, options)).toEqual(complaint);
  });
});

describe('options of the context builder are refused, with a sentence', () => {
  it.each<[unknown, string]>([
    [undefined, 'Expected `options` of createAuthContext() to be an object with verifier, tokenSource, got undefined.'],
    [
      { verifier, tokenSoure: () => 'x' },
      'Unknown option `tokenSoure` in `options` of createAuthContext(). Known options: verifier, tokenSource.',
    ],
    [
      { verifier, tokenSource: 'authorization' },
      'Expected `options.tokenSource` of createAuthContext() to be a function, such as bearerToken(), got a string.',
    ],
    [
      { verifier, tokenSource: null },
      'Expected `options.tokenSource` of createAuthContext() to be a function, such as bearerToken(), got null.',
    ],
    [
      verifier,
      'Expected `options` of createAuthContext() to be an object with a verifier, got the verifier. Write: createAuthContext({ verifier }).',
    ],
    [
      {},
      expect.stringMatching(
        /^Expected `verifier` to be the object that createCognitoVerifier\(\) returned, not a copy, got undefined\. /,
      ) as string,
    ],
  ])('%j', (options, complaint) => {
    expect(complaintOf(createAuthContext, options)).toEqual(complaint);
  });
});

describe('options cannot be weakened', () => {
  it('by Object.prototype', () => {
    const polluted = {
      onInvalidToken: 'anonymous',
      onDenied: { mutation: 'partial' },
      mutation: 'partial',
      answers: 'graphql',
    };
    Object.assign(Object.prototype, polluted);
    try {
      const { policy, publicAnswers, answers } = readPluginOptions({ verifier });
      expect({ policy, publicAnswers, answers }).toEqual({
        policy: {
          onInvalidToken: 'reject',
          onDenied: { query: 'partial', mutation: 'reject', subscription: 'reject' },
        },
        publicAnswers: 'anonymous',
        answers: 'http',
      });
    } finally {
      for (const name of Object.keys(polluted)) Reflect.deleteProperty(Object.prototype, name);
    }
  });

  it('by a token source on Object.prototype', async () => {
    const pool = createTestUserPool();
    const token = pool.accessToken();
    Object.assign(Object.prototype, { tokenSource: () => token });
    try {
      const context = createAuthContext({ verifier: pool.verifier() });
      expect(await context({ req: { headers: {} } })).toEqual({ auth: { status: 'anonymous' } });
    } finally {
      Reflect.deleteProperty(Object.prototype, 'tokenSource');
    }
  });
});

it.each([{}, 7, null, 'x'])('createAuthContext() refuses an `extend` that is no function: %j', (extend) => {
  expect(() => createAuthContext({ verifier }, extend as never)).toThrow(
    /^Expected `extend` of createAuthContext\(\) to be a function, such as \(auth\) => \(\{ … \}\), got /,
  );
});
