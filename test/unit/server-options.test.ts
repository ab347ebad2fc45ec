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
      'cognitoAuthPlugin(): options must be an object with verifier, onInvalidToken, onDenied, publicAnswers; found nothing.',
    ],
    [
      [],
      'cognitoAuthPlugin(): options must be an object with verifier, onInvalidToken, onDenied, publicAnswers; found an empty list.',
    ],
    [
      { verifier, onInvalidTokn: 'anonymous' },
      'cognitoAuthPlugin(): options has no setting `onInvalidTokn`. The settings are: verifier, onInvalidToken, onDenied, publicAnswers.',
    ],
    [
      { verifier, onInvalidToken: 'ignore' },
      "cognitoAuthPlugin(): `onInvalidToken` must be 'reject' or 'anonymous', found \"ignore\".",
    ],
    [
      { verifier, onInvalidToken: null },
      "cognitoAuthPlugin(): `onInvalidToken` must be 'reject' or 'anonymous', found null.",
    ],
    [
      { verifier, publicAnswers: 'all' },
      "cognitoAuthPlugin(): `publicAnswers` must be 'anonymous' or 'unruled', found \"all\".",
    ],
    [
      { verifier, onDenied: null },
      'cognitoAuthPlugin(): options.onDenied must be an object with query, mutation, subscription; found null.',
    ],
    [
      { verifier, onDenied: 'reject' },
      'cognitoAuthPlugin(): options.onDenied must be an object with query, mutation, subscription; found a string.',
    ],
    [
      { verifier, onDenied: { querry: 'partial' } },
      'cognitoAuthPlugin(): options.onDenied has no setting `querry`. The settings are: query, mutation, subscription.',
    ],
    [
      { verifier, onDenied: { mutation: 'allow' } },
      "cognitoAuthPlugin(): `onDenied.mutation` must be 'partial' or 'reject', found \"allow\".",
    ],
    [
      {},
      expect.stringMatching(
        /^Expected `verifier` to be the object that createCognitoVerifier\(\) returned, not a copy, got nothing\. /,
      ) as string,
    ],
  ])('%j', (options, complaint) => {
    expect(complaintOf(cognitoAuthPlugin, options)).toEqual(complaint);
  });
});

describe('options of the context builder are refused, with a sentence', () => {
  it.each<[unknown, string]>([
    [undefined, 'createAuthContext(): options must be an object with verifier, tokenSource; found nothing.'],
    [
      { verifier, tokenSoure: () => 'x' },
      'createAuthContext(): options has no setting `tokenSoure`. The settings are: verifier, tokenSource.',
    ],
    [
      { verifier, tokenSource: 'authorization' },
      'createAuthContext(): options.tokenSource must be a function, such as bearerToken(); found a string.',
    ],
    [
      { verifier, tokenSource: null },
      'createAuthContext(): options.tokenSource must be a function, such as bearerToken(); found null.',
    ],
    [
      {},
      expect.stringMatching(
        /^Expected `verifier` to be the object that createCognitoVerifier\(\) returned, not a copy, got nothing\. /,
      ) as string,
    ],
  ])('%j', (options, complaint) => {
    expect(complaintOf(createAuthContext, options)).toEqual(complaint);
  });
});

describe('options cannot be weakened', () => {
  it('by one that somebody put on Object.prototype', () => {
    const polluted = { onInvalidToken: 'anonymous', onDenied: { mutation: 'partial' }, mutation: 'partial' };
    Object.assign(Object.prototype, polluted);
    try {
      expect({ ...readPluginOptions({ verifier }) }).toEqual({
        verifier,
        onInvalidToken: 'reject',
        onDenied: { query: 'partial', mutation: 'reject', subscription: 'reject' },
        publicAnswers: 'anonymous',
      });
    } finally {
      for (const name of Object.keys(polluted)) Reflect.deleteProperty(Object.prototype, name);
    }
  });

  it('by a token source that somebody put on Object.prototype', async () => {
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
