import { describe, expect, it } from 'vitest';
import { anonymous, authenticatedAs, rejected } from '../../src/testing/index.js';
import { denial, guard, run } from '../support/run.js';

describe('rule 1: @auth', () => {
  const any = guard('type Query { me: String @auth }', { Query: { me: () => 'hello' } });

  it.each([
    ['an ID token', authenticatedAs({ tokenUse: 'id' })],
    ['an access token', authenticatedAs()],
    ['a machine token without a username', authenticatedAs({ username: undefined, scopes: ['orders/read'] })],
  ])('without arguments allows %s', async (_, auth) => {
    expect(await run(any, '{ me }', auth)).toEqual({ data: { me: 'hello' } });
  });

  it('without arguments denies an anonymous request', async () => {
    expect(await run(any, '{ me }', anonymous())).toEqual({ data: { me: null }, errors: [denial('missing', 'me')] });
  });

  it.each(['expired', 'malformed', 'invalid', 'revoked', 'keys-unavailable'] as const)(
    'says why a token was not accepted: %s',
    async (reason) => {
      expect(await run(any, '{ me }', rejected(reason))).toEqual({
        data: { me: null },
        errors: [denial(reason, 'me')],
      });
    },
  );

  const kinds = guard('type Query { id: String @auth(tokenUse: ID) access: String @auth(tokenUse: ACCESS) }', {
    Query: { id: () => 'id', access: () => 'access' },
  });

  it('refuses an ID token on a field that asks for an access token', async () => {
    expect(await run(kinds, '{ id access }', authenticatedAs({ tokenUse: 'id' }))).toEqual({
      data: { id: 'id', access: null },
      errors: [denial('token-use', 'access')],
    });
  });

  it('refuses an access token on a field that asks for an ID token', async () => {
    expect(await run(kinds, '{ id access }', authenticatedAs())).toEqual({
      data: { id: null, access: 'access' },
      errors: [denial('token-use', 'id')],
    });
  });

  const lists = guard(
    `type Query {
      either: String @auth(groups: ["admin", "support"])
      read: String @auth(scopes: ["orders/read", "orders/write"])
      both: String @auth(tokenUse: ACCESS, groups: ["admin"], scopes: ["orders/read"])
      one: String @auth(groups: "admin")
    }`,
    { Query: { either: () => 'e', read: () => 'r', both: () => 'b', one: () => 'o' } },
  );

  it('takes any group of a list', async () => {
    expect(await run(lists, '{ either one }', authenticatedAs({ groups: ['support'] }))).toEqual({
      data: { either: 'e', one: null },
      errors: [denial('group', 'one')],
    });
  });

  it('compares groups exactly', async () => {
    expect(await run(lists, '{ either }', authenticatedAs({ groups: ['Admin', 'admins', 'adm'] }))).toEqual({
      data: { either: null },
      errors: [denial('group', 'either')],
    });
  });

  it('takes any scope of a list, and none from an ID token', async () => {
    expect(await run(lists, '{ read }', authenticatedAs({ scopes: ['orders/write'] }))).toEqual({
      data: { read: 'r' },
    });
    expect(await run(lists, '{ read }', authenticatedAs({ scopes: ['orders/*'] }))).toEqual({
      data: { read: null },
      errors: [denial('scope', 'read')],
    });
    expect(await run(lists, '{ read }', authenticatedAs({ tokenUse: 'id' }))).toEqual({
      data: { read: null },
      errors: [denial('scope', 'read')],
    });
  });

  it.each([
    ['token-use', authenticatedAs({ tokenUse: 'id' })],
    ['group', authenticatedAs()],
    ['scope', authenticatedAs({ groups: ['admin'] })],
  ] as const)(
    'requires all of its arguments, and gives the first that fails as the reason: %s',
    async (reason, auth) => {
      expect(await run(lists, '{ both }', auth)).toEqual({ data: { both: null }, errors: [denial(reason, 'both')] });
    },
  );

  it('allows a caller that meets all of its arguments', async () => {
    const auth = authenticatedAs({ groups: ['admin'], scopes: ['orders/read'] });
    expect(await run(lists, '{ both }', auth)).toEqual({ data: { both: 'b' } });
  });

  const repeated = guard('type Query { f: String @auth(groups: ["a", "b"]) @auth(groups: ["b", "c"]) }', {
    Query: { f: () => 'f' },
  });

  it('requires every directive on one element', async () => {
    const refused = { data: { f: null }, errors: [denial('group', 'f')] };
    expect(await run(repeated, '{ f }', authenticatedAs({ groups: ['a'] }))).toEqual(refused);
    expect(await run(repeated, '{ f }', authenticatedAs({ groups: ['c'] }))).toEqual(refused);
    expect(await run(repeated, '{ f }', authenticatedAs({ groups: ['b'] }))).toEqual({ data: { f: 'f' } });
    expect(await run(repeated, '{ f }', authenticatedAs({ groups: ['a', 'c'] }))).toEqual({ data: { f: 'f' } });
  });

  it.each([
    ['token-use', 'tokenUse: ID', { groups: ['g'], scopes: ['s'] }],
    ['group', 'groups: ["a"]', { groups: ['g'], scopes: ['s'] }],
    ['scope', 'scopes: ["a"]', { groups: ['g'], scopes: ['s'] }],
  ] as const)('requires a directive beside others that do not name its argument: %s', async (reason, args, token) => {
    const others = '@auth @auth(groups: ["g"]) @auth(scopes: ["s"])';
    const schema = guard(`type Query { before: Int @auth(${args}) ${others} after: Int ${others} @auth(${args}) }`);
    expect(await run(schema, '{ before after }', authenticatedAs(token))).toEqual({
      data: { before: null, after: null },
      errors: [denial(reason, 'after'), denial(reason, 'before')],
    });
  });

  it('works under another name', async () => {
    const schema = guard(
      'type Query { f: String @requiresAuth @other } directive @other on FIELD_DEFINITION',
      {},
      {
        name: 'requiresAuth',
      },
    );
    expect(await run(schema, '{ f }', anonymous())).toEqual({ data: { f: null }, errors: [denial('missing', 'f')] });
    expect(await run(schema, '{ f }', authenticatedAs())).toEqual({ data: { f: null } });
  });
});
