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
      'Expected `options` of cognitoAuthPlugin() to be an object with verifier, onInvalidToken, onDenied, publicAnswers, answers, challenge, got undefined.',
    ],
    [
      [],
      'Expected `options` of cognitoAuthPlugin() to be an object with verifier, onInvalidToken, onDenied, publicAnswers, answers, challenge, got an empty list.',
    ],
    [
      { verifier, onInvalidTokn: 'anonymous' },
      'Unknown option `onInvalidTokn` in `options` of cognitoAuthPlugin(). Known options: verifier, onInvalidToken, onDenied, publicAnswers, answers, challenge.',
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
      { verifier, challenge: true },
      'Expected `options.challenge` of cognitoAuthPlugin() to be an object with realm, scopes, resourceMetadata, got true.',
    ],
    [
      { verifier, challenge: { scope: true } },
      'Unknown option `scope` in `options.challenge` of cognitoAuthPlugin(). Known options: realm, scopes, resourceMetadata.',
    ],
    [
      { verifier, challenge: { scopes: false } },
      'Expected `challenge.scopes` of cognitoAuthPlugin() to be true, got false. Leave it out to show no scopes.',
    ],
    [
      { verifier, challenge: {}, answers: 'graphql' },
      "Expected `challenge` of cognitoAuthPlugin() to stand without `answers: 'graphql'`, got both. Leave `challenge` out: such responses have no WWW-Authenticate header.",
    ],
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

describe('what the plugin would write into a header is refused, with a sentence, if it', () => {
  it.each<[unknown, string]>([
    ['', 'an empty string'],
    [7, '7'],
    [null, 'null'],
    ['my"orders', 'a string with other characters'],
    ['my\\orders', 'a string with other characters'],
    ['orders\r\nset-cookie: a=b', 'a string with other characters'],
    ['orders\n', 'a string with other characters'],
    ['a\tb', 'a string with other characters'],
    ['a\u0000b', 'a string with other characters'],
    ['a\u007fb', 'a string with other characters'],
    ['größe', 'a string with other characters'],
    [['orders'], 'a list'],
  ])('is the realm %j', (realm, found) => {
    expect(complaintOf(cognitoAuthPlugin, { verifier, challenge: { realm } })).toBe(
      'Expected `challenge.realm` of cognitoAuthPlugin() to be printable ASCII without " and \\, got ' +
        `${found}. Write: realm: 'orders'.`,
    );
  });

  it.each<[unknown, string]>([
    ['', 'an empty string'],
    [null, 'null'],
    [new URL('https://api.example.com/'), 'an object of a class'],
    ['/.well-known/oauth-protected-resource', 'a string that is not an address'],
    ['//api.example.com/x', 'a string that is not an address'],
    ['ftp://api.example.com/x', 'another scheme'],
    ['javascript:alert(1)', 'another scheme'],
    ['http://api.example.com/x', 'plain http, which only a loopback address may have'],
    ['http://localhost.example.com/x', 'plain http, which only a loopback address may have'],
    ['https://user@api.example.com/x', 'one with a user name or a password'],
    ['https://:secret@api.example.com/x', 'one with a user name or a password'],
    ['https://api.example.com/x#y', 'one with a fragment'],
    ['https://api.example.com/x#', 'one with a fragment'],
    ['https:api.example.com/x', 'another spelling than that of `new URL(…).href`'],
    ['https://API.example.com/x', 'another spelling than that of `new URL(…).href`'],
    ['https://api.example.com:443/x', 'another spelling than that of `new URL(…).href`'],
    ['https://api.example.com/a/../x', 'another spelling than that of `new URL(…).href`'],
    ['https://api",scope="example.com/', 'another spelling than that of `new URL(…).href`'],
    ['https://api.example.com/"x', 'another spelling than that of `new URL(…).href`'],
    ['https://api.example.com/x?"', 'another spelling than that of `new URL(…).href`'],
    ['https://api.example.com/x\\y', 'another spelling than that of `new URL(…).href`'],
    ['https://api.example.com/x?\\', 'another spelling than that of `new URL(…).href`'],
    ['https://api.example.com/x\r\nset-cookie: a=b', 'another spelling than that of `new URL(…).href`'],
    ['https://api.example.com/größe', 'another spelling than that of `new URL(…).href`'],
    [' https://api.example.com/x', 'another spelling than that of `new URL(…).href`'],
  ])('is the address %j', (resourceMetadata, found) => {
    expect(complaintOf(cognitoAuthPlugin, { verifier, challenge: { resourceMetadata } })).toBe(
      'Expected `challenge.resourceMetadata` of cognitoAuthPlugin() to be an https address without a fragment, got ' +
        `${found}. Write: 'https://api.example.com/.well-known/oauth-protected-resource/graphql'.`,
    );
  });

  it.each([
    'https://api.example.com',
    'https://api.example.com/x?y=z',
    'http://127.0.0.1:4000/x',
    'http://[::1]/x',
    'http://api.localhost/x',
  ])('is not %s', (resourceMetadata) => {
    expect(
      readPluginOptions({ verifier, challenge: { resourceMetadata, realm: "the orders' API" } }).challenge,
    ).toEqual({
      realm: "the orders' API",
      resourceMetadata,
    });
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
      challenge: { realm: 'polluted' },
      realm: 'polluted',
      scopes: true,
      resourceMetadata: 'https://polluted.example/',
    };
    Object.assign(Object.prototype, polluted);
    try {
      const { policy, publicAnswers, answers, challenge } = readPluginOptions({ verifier });
      for (const read of [challenge, readPluginOptions({ verifier, challenge: {} }).challenge]) {
        const { realm, scopes, resourceMetadata } = read;
        expect([realm, scopes, resourceMetadata]).toEqual([undefined, undefined, undefined]);
      }
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
