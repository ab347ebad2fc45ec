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
  ])('reads %j', (authorization, token) => {
    expect(outcome(bearerToken(), { authorization })).toBe(token);
  });

  it.each(['', '   '])('takes the empty value %j for no credentials', (authorization) => {
    expect(outcome(bearerToken(), { authorization })).toBeUndefined();
  });

  it('takes a missing header for no credentials', () => {
    expect(outcome(bearerToken(), {})).toBeUndefined();
  });

  it.each(['Basic dXNlcjpwYXNz', 'Bearer', 'a.b.c', 'Bearer\ta.b.c', 'Bearer: a.b.c', 'Bearera.b.c', 'DPoP a.b.c'])(
    'refuses %j',
    (authorization) => {
      expect(outcome(bearerToken(), { authorization })).toBe(MALFORMED);
    },
  );

  it('refuses two credentials, equal or not', () => {
    expect(outcome(bearerToken(), { authorization: ['Bearer a.b.c', 'Bearer d.e.f'] })).toBe(MALFORMED);
    expect(outcome(bearerToken(), { authorization: ['Bearer a.b.c', 'Bearer a.b.c'] })).toBe(MALFORMED);
    expect(outcome(bearerToken(), { authorization: ['Bearer a.b.c', ''] })).toBe(MALFORMED);
  });

  it('accepts a token without a scheme only when told to', () => {
    expect(outcome(bearerToken({ allowBare: true }), { authorization: 'a.b.c' })).toBe('a.b.c');
    expect(outcome(bearerToken({ allowBare: true }), { authorization: 'Bearer a.b.c' })).toBe('a.b.c');
    expect(outcome(bearerToken({ allowBare: true }), { authorization: 'Bearer' })).toBe(MALFORMED);
    expect(outcome(bearerToken({ allowBare: true }), { authorization: 'Basic a.b.c' })).toBe(MALFORMED);
    expect(outcome(bearerToken({ allowBare: false }), { authorization: 'a.b.c' })).toBe(MALFORMED);
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

  it('refuses two that disagree, and a bad one beside a good one', () => {
    expect(outcome(source, { authorization: 'Bearer a.b.c', 'x-id-token': 'd.e.f' })).toBe(MALFORMED);
    expect(outcome(source, { authorization: 'Basic x', 'x-id-token': 'd.e.f' })).toBe(MALFORMED);
  });

  it('refuses to be made of nothing', () => {
    expect(() => firstToken()).toThrow(AuthConfigurationError);
  });
});
