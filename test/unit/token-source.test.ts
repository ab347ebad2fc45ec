import { describe, expect, it } from 'vitest';
import { AuthConfigurationError, TokenRejectedError } from '../../src/errors.js';
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

  it('refuses two credentials, equal or not', () => {
    expect(outcome(bearerToken(), { authorization: ['Bearer a.b.c', 'Bearer d.e.f'] })).toBe(MALFORMED);
    expect(outcome(bearerToken(), { authorization: ['Bearer a.b.c', 'Bearer a.b.c'] })).toBe(MALFORMED);
    expect(outcome(bearerToken(), { authorization: ['Bearer a.b.c', ''] })).toBe(MALFORMED);
  });

  it('accepts a token without a scheme only when told to', () => {
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
  it('reads the whole value, whatever the case of the name', () => {
    expect(outcome(headerToken('X-Id-Token'), { 'x-id-token': 'a.b.c' })).toBe('a.b.c');
    expect(outcome(headerToken('x-id-token'), {})).toBeUndefined();
  });

  it('refuses a header that was sent twice', () => {
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
  });

  it.each(['\u00a0', '\ufeff', '\u2028', '\u3000', '\v', '\f', '\r', '\n', '\u00c2\u00a0'])(
    'does not take a cookie for it whose name has %j before or after: a page can set that one',
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

  it('refuses a cookie that comes twice', () => {
    expect(outcome(source, { ...json, cookie: '__Host-token=a.b.c; __Host-token=d.e.f' })).toBe(MALFORMED);
    expect(outcome(source, { ...json, cookie: ['__Host-token=a.b.c', '__Host-token='] })).toBe(MALFORMED);
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
  ])('refuses what a browser sends for another site without asking: %j', (headers) => {
    expect(outcome(source, { ...headers, cookie })).toBe(MALFORMED);
  });

  it.each([
    json,
    { 'apollo-require-preflight': 'true' },
    { 'x-apollo-operation-name': 'Me', 'content-type': 'text/plain' },
  ])('accepts what a browser asks for first: %j', (headers) => {
    expect(outcome(source, { ...headers, cookie })).toBe('a.b.c');
  });

  it.each([
    { preflightHeader: ['x'] },
    { preflightHeaders: 'x-mine' },
    { preflightHeaders: [''] },
    { preflightHeaders: null },
  ])('refuses the options %j when it is made', (options) => {
    expect(() => cookieToken('token', options as never)).toThrow(AuthConfigurationError);
  });

  it('takes the list of headers that Apollo Server was given', () => {
    const custom = cookieToken('token', { preflightHeaders: ['X-Mine'] });
    expect(outcome(custom, { cookie: 'token=a.b.c', 'x-mine': '1' })).toBe('a.b.c');
    expect(outcome(custom, { cookie: 'token=a.b.c', 'apollo-require-preflight': '1' })).toBe(MALFORMED);
  });
});

describe('firstToken', () => {
  const source = firstToken(bearerToken(), headerToken('x-id-token'));

  it('reads the first that there is', () => {
    expect(outcome(source, { authorization: 'Bearer a.b.c' })).toBe('a.b.c');
    expect(outcome(source, { 'x-id-token': 'd.e.f' })).toBe('d.e.f');
    expect(outcome(source, {})).toBeUndefined();
  });

  it('accepts the same token in two places', () => {
    expect(outcome(source, { authorization: 'Bearer a.b.c', 'x-id-token': 'a.b.c' })).toBe('a.b.c');
  });

  it('refuses two that disagree', () => {
    expect(outcome(source, { authorization: 'Bearer a.b.c', 'x-id-token': 'd.e.f' })).toBe(MALFORMED);
  });

  const places: [string, TokenSource][] = [
    ['first', source],
    ['last', firstToken(headerToken('x-id-token'), bearerToken())],
    ['in a nested list', firstToken(firstToken(bearerToken()), headerToken('x-id-token'))],
  ];

  it.each(places)('passes over another scheme when another source has a token: %s', (_, asked) => {
    for (const authorization of ['Basic dXNlcjpwYXNz', 'Digest username="a, b", realm="c"', 'JWT a.b.c', 'a.b.c']) {
      expect(outcome(asked, { authorization, 'x-id-token': 'd.e.f' })).toBe('d.e.f');
      expect(outcome(asked, { authorization })).toBe(MALFORMED);
    }
  });

  it.each(places)('refuses a header that was sent twice, whatever another source has: %s', (_, asked) => {
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

  it('refuses to be made of what is no source', () => {
    expect(() => firstToken(bearerToken as never, 'authorization' as never)).toThrow(AuthConfigurationError);
  });

  it('refuses to be made of nothing', () => {
    expect(() => firstToken()).toThrow(AuthConfigurationError);
  });
});
