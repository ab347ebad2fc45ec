import { describe, expect, it } from 'vitest';
import { AuthConfigurationError, TokenRejectedError } from '../../src/errors.js';
import { headersOf } from '../../src/token/credential.js';
import { describeRejection } from '../../src/token/rejection.js';
import { bearerToken, cookieToken, firstToken, headerToken } from '../../src/token/source.js';
import type { TokenRequest, TokenSource } from '../../src/token/source.js';

function request(headers: Record<string, string | readonly string[]>): TokenRequest {
  return { header: (name) => [headers[name] ?? []].flat() };
}

function outcome(source: TokenSource, headers: Record<string, string | readonly string[]>): string | undefined {
  try {
    return source(request(headers));
  } catch (error) {
    if (error instanceof TokenRejectedError) return `rejected: ${error.reason}`;
    throw error;
  }
}

const MALFORMED = 'rejected: malformed';

describe('bearerToken', () => {
  it.each([
    ['Bearer a.b.c', 'a.b.c'],
    ['bearer a.b.c', 'a.b.c'],
    ['BEARER a.b.c', 'a.b.c'],
    ['Bearer    a.b.c', 'a.b.c'],
    ['  Bearer a.b.c  ', 'a.b.c'],
    ['\tBearer \ta.b.c\t ', 'a.b.c'],
    ['Bearer a.b.c\u00a0', 'a.b.c\u00a0'],
    ['Bearer \ufeffa.b.c\u2028', '\ufeffa.b.c\u2028'],
    ['Bearer \va.b.c\f', '\va.b.c\f'],
    ['Bearer a.b.c, Bearer d.e.f', 'a.b.c, Bearer d.e.f'],
  ])('reads %j', (authorization, token) => {
    expect(outcome(bearerToken(), { authorization })).toBe(token);
  });

  it.each(['', '   ', '\t', 'Bearer', 'bearer', 'Bearer ', ' Bearer \t '])(
    'takes the empty value %j for no credentials',
    (authorization) => {
      expect(outcome(bearerToken(), { authorization })).toBeUndefined();
    },
  );

  it('takes a missing header for no credentials', () => {
    expect(outcome(bearerToken(), {})).toBeUndefined();
  });

  it.each([
    'Basic dXNlcjpwYXNz',
    'a.b.c',
    'Bearer\ta.b.c',
    '\u00a0Bearer a.b.c',
    'Bearer\u00a0a.b.c',
    '\u00a0',
    '\v',
    'Bearer: a.b.c',
    'Bearera.b.c',
    'DPoP a.b.c',
  ])('refuses %j', (authorization) => {
    expect(outcome(bearerToken(), { authorization })).toBe(MALFORMED);
  });

  it('refuses two credentials, equal or different', () => {
    expect(outcome(bearerToken(), { authorization: ['Bearer a.b.c', 'Bearer d.e.f'] })).toBe(MALFORMED);
    expect(outcome(bearerToken(), { authorization: ['Bearer a.b.c', 'Bearer a.b.c'] })).toBe(MALFORMED);
    expect(outcome(bearerToken(), { authorization: ['Bearer a.b.c', ''] })).toBe(MALFORMED);
  });

  it('accepts a token without a scheme only with `allowBare`', () => {
    expect(outcome(bearerToken({ allowBare: true }), { authorization: 'a.b.c' })).toBe('a.b.c');
    expect(outcome(bearerToken({ allowBare: true }), { authorization: 'Bearer a.b.c' })).toBe('a.b.c');
    expect(outcome(bearerToken({ allowBare: true }), { authorization: 'Bearer' })).toBeUndefined();
    expect(outcome(bearerToken({ allowBare: true }), { authorization: 'Basic a.b.c' })).toBe(MALFORMED);
    expect(outcome(bearerToken({ allowBare: false }), { authorization: 'a.b.c' })).toBe(MALFORMED);
  });

  it.each([{ allowBear: true }, { allowBare: 'yes' }, { allowBare: null }, null, 'bare'])(
    'refuses the options %j when it is made',
    (options) => {
      expect(() => bearerToken(options as never)).toThrow(AuthConfigurationError);
    },
  );

  it('takes an undefined option for its default', () => {
    expect(outcome(bearerToken({ allowBare: undefined }), { authorization: 'a.b.c' })).toBe(MALFORMED);
    const cookies = cookieToken('token', { preflightHeaders: undefined });
    expect(outcome(cookies, { cookie: 'token=a.b.c', 'apollo-require-preflight': '1' })).toBe('a.b.c');
  });

  it('takes no option from Object.prototype', () => {
    Object.assign(Object.prototype, { allowBare: true });
    try {
      expect(outcome(bearerToken(), { authorization: 'a.b.c' })).toBe(MALFORMED);
    } finally {
      Reflect.deleteProperty(Object.prototype, 'allowBare');
    }
  });
});

describe('headerToken', () => {
  it('reads the whole value of a header, by its name in any case', () => {
    expect(outcome(headerToken('X-Id-Token'), { 'x-id-token': 'a.b.c' })).toBe('a.b.c');
    expect(outcome(headerToken('x-id-token'), {})).toBeUndefined();
  });

  it('refuses a header sent twice', () => {
    expect(outcome(headerToken('x-id-token'), { 'x-id-token': ['a.b.c', 'a.b.c'] })).toBe(MALFORMED);
  });

  it('strips spaces and tabs alone, and takes a blank value for no credentials', () => {
    expect(outcome(headerToken('x-id-token'), { 'x-id-token': ' \ta.b.c\t ' })).toBe('a.b.c');
    expect(outcome(headerToken('x-id-token'), { 'x-id-token': '\u00a0a.b.c' })).toBe('\u00a0a.b.c');
    expect(outcome(headerToken('x-id-token'), { 'x-id-token': ' \t ' })).toBeUndefined();
    expect(outcome(headerToken('x-id-token'), { 'x-id-token': '\u2028' })).toBe('\u2028');
  });

  it.each(['', 'x id', 'x:id', 'x\nid'])('refuses %j as a name when it is made', (name) => {
    expect(() => headerToken(name)).toThrow(AuthConfigurationError);
  });
});

describe('cookieToken', () => {
  const json = { 'content-type': 'application/json' };
  const source = cookieToken('__Host-token');

  it('reads its cookie among others', () => {
    expect(outcome(source, { ...json, cookie: 'a=1; __Host-token=a.b.c; __Host-token2=x' })).toBe('a.b.c');
    expect(outcome(source, { ...json, cookie: '__Host-token="a.b.c"' })).toBe('a.b.c');
    expect(outcome(source, { ...json, cookie: ['a=1', '__Host-token=a.b.c'] })).toBe('a.b.c');
  });

  it('takes a missing or empty cookie for no credentials', () => {
    expect(outcome(source, { ...json, cookie: 'a=1; x__Host-token=a.b.c' })).toBeUndefined();
    expect(outcome(source, { ...json, cookie: '__Host-token=' })).toBeUndefined();
    expect(outcome(source, json)).toBeUndefined();
    // Without a credential, no preflight is asked for.
    expect(outcome(source, {})).toBeUndefined();
    expect(outcome(source, { cookie: 'a=1; __Host-token=' })).toBeUndefined();
  });

  it('ignores a pair without an equals sign', () => {
    expect(outcome(source, { ...json, cookie: '__Host-token; __Host-tokens' })).toBeUndefined();
    expect(outcome(source, { ...json, cookie: '__Host-token=a.b.c; __Host-tokens' })).toBe('a.b.c');
  });

  it.each(['"', '"a.b.c', 'a.b.c"', '"a.b.c"x', 'x"a.b.c"'])('keeps %s, which is not in double quotes', (value) => {
    expect(outcome(source, { ...json, cookie: `__Host-token=${value}` })).toBe(value);
  });

  it.each(['\u00a0', '\ufeff', '\u2028', '\u3000', '\v', '\f', '\r', '\n', '\u00c2\u00a0'])(
    'ignores a cookie whose name has %j before or after it, which a page can set',
    (other) => {
      expect(outcome(source, { ...json, cookie: `${other}__Host-token=a.b.c` })).toBeUndefined();
      expect(outcome(source, { ...json, cookie: `a=1; ${other}__Host-token=a.b.c` })).toBeUndefined();
      expect(outcome(source, { ...json, cookie: `__Host-token${other}=a.b.c` })).toBeUndefined();
      expect(outcome(source, { ...json, cookie: `__Host-token=d.e.f; ${other}__Host-token=a.b.c` })).toBe('d.e.f');
      expect(outcome(source, { ...json, cookie: `__Host-token=${other}d.e.f` })).toBe(`${other}d.e.f`);
    },
  );

  it('strips spaces and tabs around its name and value', () => {
    expect(outcome(source, { ...json, cookie: 'a=1;\t __Host-token \t= \ta.b.c\t ; b=2' })).toBe('a.b.c');
    expect(outcome(source, { ...json, cookie: '__Host-token=a.b.c; __Host-token =d.e.f' })).toBe(MALFORMED);
  });

  it('refuses a cookie sent twice', () => {
    expect(outcome(source, { ...json, cookie: '__Host-token=a.b.c; __Host-token=d.e.f' })).toBe(MALFORMED);
    expect(outcome(source, { ...json, cookie: ['__Host-token=a.b.c', '__Host-token='] })).toBe(MALFORMED);
    expect(outcome(source, { ...json, cookie: '__Host-token=; __Host-token=a.b.c' })).toBe(MALFORMED);
  });

  const cookie = '__Host-token=a.b.c';

  it.each([
    {},
    { 'content-type': 'text/plain' },
    { 'content-type': 'Text/Plain; charset=utf-8' },
    { 'content-type': 'application/x-www-form-urlencoded' },
    { 'content-type': 'multipart/form-data; boundary=x' },
    { 'content-type': 'nonsense' },
    { 'content-type': '' },
    { 'content-type': ' text/plain\t' },
    { 'content-type': '\u00a0text/plain' },
    { 'content-type': 'text/plain\u00a0; charset=utf-8' },
    { 'content-type': 'application/json, text/plain' },
    { 'content-type': ['application/json', 'text/plain'] },
    { 'content-type': 'application/json/x' },
    { 'apollo-require-preflight': '' },
  ])('refuses a request that a browser sends for another site without a preflight: %j', (headers) => {
    expect(outcome(source, { ...headers, cookie })).toBe(MALFORMED);
  });

  it.each([
    json,
    { 'apollo-require-preflight': 'true' },
    { 'x-apollo-operation-name': 'Me', 'content-type': 'text/plain' },
  ])('accepts a request that needs a preflight: %j', (headers) => {
    expect(outcome(source, { ...headers, cookie })).toBe('a.b.c');
  });

  it('refuses an unknown option when it is made', () => {
    expect(() => cookieToken('token', { preflightHeader: ['x'] } as never)).toThrow(
      'Unknown option `preflightHeader` in `options` of cookieToken(). Known options: preflightHeaders.',
    );
  });

  it.each([
    { preflightHeaders: 'x-mine' },
    { preflightHeaders: [''] },
    { preflightHeaders: ['x-mine', 'no name'] },
    { preflightHeaders: null },
  ])('refuses the options %j', (options) => {
    expect(() => cookieToken('token', options as never)).toThrow(
      /^Expected `preflightHeaders` of cookieToken\(\) to be a list of header names, got .+\. Write: \{ preflightHeaders: \['x-my-header'\] \}\.$/,
    );
  });

  it('accepts the headers in `preflightHeaders` alone', () => {
    const custom = cookieToken('token', { preflightHeaders: ['X-Mine'] });
    expect(outcome(custom, { cookie: 'token=a.b.c', 'x-mine': '1' })).toBe('a.b.c');
    expect(outcome(custom, { cookie: 'token=a.b.c', 'apollo-require-preflight': '1' })).toBe(MALFORMED);
  });
});

describe('firstToken', () => {
  const source = firstToken(bearerToken(), headerToken('x-id-token'));

  it('reads the token of any source', () => {
    expect(outcome(source, { authorization: 'Bearer a.b.c' })).toBe('a.b.c');
    expect(outcome(source, { 'x-id-token': 'd.e.f' })).toBe('d.e.f');
    expect(outcome(source, {})).toBeUndefined();
  });

  it('accepts the same token in two places', () => {
    expect(outcome(source, { authorization: 'Bearer a.b.c', 'x-id-token': 'a.b.c' })).toBe('a.b.c');
  });

  it('refuses different tokens in two places', () => {
    expect(outcome(source, { authorization: 'Bearer a.b.c', 'x-id-token': 'd.e.f' })).toBe(MALFORMED);
  });

  const places: [string, TokenSource][] = [
    ['first', source],
    ['last', firstToken(headerToken('x-id-token'), bearerToken())],
    ['in a nested list', firstToken(firstToken(bearerToken()), headerToken('x-id-token'))],
  ];

  it.each(places)('ignores another scheme when another source has a token: %s', (_, asked) => {
    for (const authorization of ['Basic dXNlcjpwYXNz', 'Digest username="a, b", realm="c"', 'JWT a.b.c', 'a.b.c']) {
      expect(outcome(asked, { authorization, 'x-id-token': 'd.e.f' })).toBe('d.e.f');
      expect(outcome(asked, { authorization })).toBe(MALFORMED);
    }
  });

  it.each(places)('refuses a header sent twice, also when another source has a token: %s', (_, asked) => {
    const duplicates = [
      ['Basic x', 'Basic x'],
      ['Basic x', 'Bearer a.b.c'],
      ['Bearer d.e.f', 'Bearer d.e.f'],
      'Basic x, Bearer a.b.c',
      'Basic x,Bearer a.b.c',
      'Digest username="a, b", Bearer a.b.c',
      'Basic x, ',
      'a.b.c,d.e.f',
    ];
    for (const authorization of duplicates) {
      expect(outcome(asked, { authorization, 'x-id-token': 'd.e.f' })).toBe(MALFORMED);
    }
  });

  it.each(places)('refuses a malformed bearer token beside a good one: %s', (_, asked) => {
    expect(outcome(asked, { authorization: 'Bearer: a.b.c', 'x-id-token': 'd.e.f' })).toBe(MALFORMED);
    expect(outcome(asked, { authorization: 'Bearer\td.e.f', 'x-id-token': 'd.e.f' })).toBe(MALFORMED);
  });

  it('refuses an argument that is not a function', () => {
    expect(() => firstToken(bearerToken as never, 'authorization' as never)).toThrow(AuthConfigurationError);
  });

  it('refuses an empty list of sources', () => {
    expect(() => firstToken()).toThrow(AuthConfigurationError);
  });
});

describe('the name of a header or a cookie', () => {
  it.each([
    ['', 'an empty string'],
    [' ', 'a blank string'],
    ['a b', 'a string with other characters'],
    [7, '7'],
  ])('is refused when it is %j', (name, got) => {
    const message = (factory: string) =>
      `Expected \`name\` of ${factory}() to be a name in HTTP, got ${got}. Write: ${factory}('${factory === 'cookieToken' ? '__Host-token' : 'x-id-token'}').`;
    expect(() => headerToken(name as string)).toThrow(new AuthConfigurationError(message('headerToken')));
    expect(() => cookieToken(name as string)).toThrow(new AuthConfigurationError(message('cookieToken')));
  });
});

describe('a refusal by a token source', () => {
  const first = firstToken(bearerToken(), headerToken('x-id-token'));

  it.each<[string, TokenSource, Record<string, string | readonly string[]>]>([
    ['The "authorization" header has no space after Bearer.', bearerToken(), { authorization: 'Bearer\ta.b.c' }],
    ['The "authorization" header has a scheme other than Bearer.', bearerToken(), { authorization: 'Basic abc' }],
    ['The "authorization" header has no scheme.', bearerToken(), { authorization: 'a.b.c' }],
    ['The request has more than one "authorization" header.', bearerToken(), { authorization: 'Basic a, Bearer b' }],
    ['The request has more than one "x-id-token" header.', headerToken('X-Id-Token'), { 'x-id-token': ['a', 'a'] }],
    ['The request has more than one cookie with the token.', cookieToken('t'), { cookie: 't=a; t=b' }],
    [
      'The request has a cookie, and a browser can send it for another site. ' +
        "Keep Apollo Server's csrfPrevention on, and let the client send the header `apollo-require-preflight: true`.",
      cookieToken('t'),
      { cookie: 't=a' },
    ],
    [
      'The request has different tokens in different places.',
      first,
      { authorization: 'Bearer a.b.c', 'x-id-token': 'd.e.f' },
    ],
  ])('tells the log: %s', (sentence, source, headers) => {
    let cause: unknown;
    try {
      source(request(headers));
    } catch (error) {
      cause = (error as TokenRejectedError).cause;
    }
    expect(describeRejection(cause)).toBe(sentence);
  });
});

describe('the headers that a token source reads', () => {
  it('are declared for `Vary`, unless one that is not of this package is among them', () => {
    const own: TokenSource = (asked) => asked.header('x-token')[0];
    expect(headersOf(bearerToken())).toEqual(['authorization']);
    expect(headersOf(headerToken('X-Id-Token'))).toEqual(['x-id-token']);
    expect(headersOf(cookieToken('t'))).toEqual(['cookie']);
    expect(headersOf(firstToken(bearerToken(), cookieToken('t')))).toEqual(['authorization', 'cookie']);
    expect(headersOf(firstToken(bearerToken(), own))).toBeUndefined();
    expect(headersOf(own)).toBeUndefined();
  });
});
