import { GraphQLError } from 'graphql';
import { describe, expect, it } from 'vitest';
import type { AuthContext } from '../../../src/auth.js';
import { requireAuth } from '../../../src/directive/require-auth.js';
import { countRules } from '../../../src/directive/rules/rule.js';
import { AuthConfigurationError } from '../../../src/errors.js';
import { anonymous, authenticatedAs, rejected } from '../../../src/testing/index.js';

function refusal(ask: () => unknown): unknown {
  try {
    return ask();
  } catch (error) {
    return error instanceof GraphQLError ? error.toJSON() : error;
  }
}

function causeOf(ask: () => unknown): string | undefined {
  try {
    ask();
  } catch (error) {
    const cause = error instanceof GraphQLError ? error.originalError : undefined;
    return cause instanceof AuthConfigurationError ? cause.message : undefined;
  }
  return undefined;
}

describe('requireAuth', () => {
  it('returns the auth that meets the rule', () => {
    const auth = authenticatedAs({ tokenUse: 'access', groups: ['admin'], scopes: ['s'] });
    expect(requireAuth({ auth })).toBe(auth);
    expect(requireAuth({ auth }, { groups: ['support', 'admin'] })).toBe(auth);
    // The type is narrowed: an ID token's claims have no `client_id`.
    expect(requireAuth({ auth }, { tokenUse: 'access', scopes: ['s'] }).claims.client_id).toBe('test-client');
  });

  it.each([
    ['no token', anonymous(), {}, 'UNAUTHENTICATED', 'missing', 'Authentication is required.'],
    ['a refused token', rejected('expired'), {}, 'UNAUTHENTICATED', 'expired', 'The token has expired.'],
    [
      'missing keys',
      rejected('keys-unavailable'),
      {},
      'AUTH_UNAVAILABLE',
      'keys-unavailable',
      'Authentication is temporarily unavailable.',
    ],
    ['the wrong kind of token', authenticatedAs(), { tokenUse: 'id' }, 'FORBIDDEN', 'token-use', 'Access is denied.'],
    [
      'the wrong group',
      authenticatedAs({ groups: ['x'] }),
      { groups: ['y'] },
      'FORBIDDEN',
      'group',
      'Access is denied.',
    ],
    [
      'a missing scope',
      authenticatedAs({ scopes: ['x'] }),
      { scopes: ['y'] },
      'FORBIDDEN',
      'scope',
      'Access is denied.',
    ],
  ] as const)('throws as a field does: %s', (_, auth, rule, code, reason, message) => {
    expect(refusal(() => requireAuth({ auth }, rule))).toEqual({ message, extensions: { code, reason } });
  });

  it.each([undefined, null, {}, { auth: { ...authenticatedAs() } }])(
    'denies a context without an Auth: %j',
    (context) => {
      // What a plain JavaScript program may pass.
      const contextValue = context as unknown as AuthContext;
      expect(refusal(() => requireAuth(contextValue))).toEqual({
        message: 'Internal server error.',
        extensions: { code: 'INTERNAL_SERVER_ERROR' },
      });
    },
  );

  it.each([
    { groups: [] },
    { groups: [1] },
    { groups: 'admin' },
    { groups: undefined },
    null,
    { scopes: 'orders/read' },
    { tokenUse: 'ID' },
    { group: ['admin'] },
  ])('refuses a rule of the wrong shape, and tells the log alone: %j', (rule) => {
    const misuse = () => requireAuth({ auth: authenticatedAs() }, rule as object);
    expect(refusal(misuse)).toEqual({
      message: 'Internal server error.',
      extensions: { code: 'INTERNAL_SERVER_ERROR' },
    });
    expect(causeOf(misuse)).toMatch(/^requireAuth\(\): Expected `rule` to be \{ tokenUse: 'id' or 'access'/);
  });

  it.each(['', ' ', 'a b', 'ad\tmin', '\u0000', 'x'.repeat(100_000)])(
    'denies a group or a scope that no token can have: %o',
    (text) => {
      const auth = authenticatedAs({ groups: ['admin'], scopes: ['read'] });
      expect(refusal(() => requireAuth({ auth }, { groups: [text] }))).toMatchObject({
        extensions: { reason: 'group' },
      });
      expect(refusal(() => requireAuth({ auth }, { scopes: [text] }))).toMatchObject({
        extensions: { reason: 'scope' },
      });
      expect(requireAuth({ auth }, { groups: [text, 'admin'] })).toBe(auth);
    },
  );

  it.each([
    ['undefined that was given', undefined],
    ['a promise', Promise.resolve({ groups: ['admin'] })],
    ['a Map', new Map([['groups', ['admin']]])],
    ['a Set', new Set(['admin'])],
    ['a list', []],
    ['an object of a class', new (class Rule { get groups() { return ['admin']; } })()], // prettier-ignore
    ['what inherits a rule', Object.create({ groups: ['admin'] })],
    ['a hidden member', Object.defineProperty({}, 'groups', { value: ['admin'] })],
    ['a symbol', { [Symbol('groups')]: ['admin'] }],
    ['a date', new Date()],
    ['a getter that throws', Object.defineProperty({}, 'groups', { enumerable: true, get: () => { throw new Error('x'); } })], // prettier-ignore
  ])('allows no caller by a rule that is %s', (_, rule) => {
    const auth = authenticatedAs({ groups: ['admin'] });
    expect(refusal(() => requireAuth({ auth }, rule as object))).toMatchObject({
      extensions: { code: 'INTERNAL_SERVER_ERROR' },
    });
  });

  it('logs a constant sentence for each kind of misuse', () => {
    const sentences = new Set<string | undefined>();
    for (let time = 0; time < 100; time += 1) {
      for (const rule of [{ [`name-${time}`]: 1 }, { groups: [[`group-${time}`]] }, { tokenUse: `use-${time}` }]) {
        sentences.add(causeOf(() => requireAuth({ auth: authenticatedAs() }, rule as object)));
      }
    }
    const sentence = (got: string) =>
      "requireAuth(): Expected `rule` to be { tokenUse: 'id' or 'access', groups: [...], scopes: [...], pools: [...], acr: [...], " +
      `maxAge: seconds } with lists of at least one name, got ${got}. Write only what the token has to have.`;
    expect([...sentences]).toEqual(['an unknown option', 'a wrong `groups`', 'a wrong `tokenUse`'].map(sentence));
  });

  it('reads own properties alone', () => {
    Object.assign(Object.prototype, { groups: ['polluted'] });
    try {
      const auth = authenticatedAs();
      expect(requireAuth({ auth }, { tokenUse: 'access' })).toBe(auth);
    } finally {
      Reflect.deleteProperty(Object.prototype, 'groups');
    }
  });

  it('keeps nothing of a rule that is written while serving', () => {
    const before = countRules();
    const auth = authenticatedAs({ groups: ['tenant-7'] });
    for (let tenant = 0; tenant < 100; tenant += 1)
      refusal(() => requireAuth({ auth }, { groups: [`tenant-${tenant}`] }));
    expect(countRules()).toBe(before);
  });
});
