import * as v from 'valibot';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { authStateOf } from '../../../src/auth.js';
import { AuthConfigurationError, KeysUnavailableError, TokenRejectedError } from '../../../src/errors.js';
import type { AuthEvent } from '../../../src/events.js';
import { createTestUserPool } from '../../../src/testing/index.js';
import { describeRejection } from '../../../src/token/rejection.js';
import type { ClaimsSchema } from '../../../src/token/verifier.js';

const pool = createTestUserPool();
const UNAVAILABLE = { status: 'rejected', reason: 'keys-unavailable' };
const INVALID = { status: 'rejected', reason: 'invalid' };

/** A schema with this function. */
function schemaOf(validate: (claims: unknown) => unknown): ClaimsSchema {
  return { '~standard': { version: 1, vendor: 'test', validate } };
}

const schemas: [string, ClaimsSchema<{ 'custom:tenant': string }>][] = [
  ['valibot', v.object({ 'custom:tenant': v.pipe(v.string(), v.minLength(3)) })],
  ['zod', z.object({ 'custom:tenant': z.string().min(3) })],
];

describe.each(schemas)('a claimsSchema of %s', (_, claimsSchema) => {
  it('accepts claims that fit, and leaves them as they are', async () => {
    const auth = await pool.verifier({ claimsSchema }).verify(pool.idToken({ 'custom:tenant': 'acme' }));
    expect(auth.claims['custom:tenant']).toBe('acme');
    expect(auth.claims).toMatchObject({ email: 'test-user@example.com', 'cognito:username': 'test-user' });
  });

  it.each([
    ['are missing', {}],
    ['have another type', { 'custom:tenant': 7_654_321 }],
    ['have another value', { 'custom:tenant': 'a' }],
  ])('makes a token invalid whose claims %s, and tells where and not what', async (_, claims) => {
    const events: AuthEvent[] = [];
    const verifier = pool.verifier({ claimsSchema, onEvent: (event) => void events.push(event) });
    const token = pool.accessToken(claims);
    expect(await verifier.authenticate(token)).toEqual(INVALID);
    const rejection = await verifier.verify(token).catch((error: unknown) => error);
    const cause = new Error('The claims do not fit `claimsSchema` at custom:tenant.');
    expect(rejection).toEqual(new TokenRejectedError('invalid', { cause }));
    expect((rejection as Error).cause).toEqual(cause);
    expect(events).toMatchObject([
      { type: 'token.rejected', reason: 'invalid', cause },
      { type: 'token.rejected', reason: 'invalid', cause },
    ]);
    // The log takes constant sentences of this package alone.
    expect(describeRejection((rejection as Error).cause)).toBe(cause.message);
  });
});

describe('a claimsSchema', () => {
  it('gives a verdict and no claims: its output is dropped', async () => {
    const claimsSchema = z.object({ sub: z.string().transform(() => 'another') }).transform(() => ({ admin: true }));
    const { sub, claims } = await pool.verifier({ claimsSchema }).verify(pool.accessToken({ sub: 'abc' }));
    expect([sub, claims.sub, claims['admin'], claims.client_id]).toEqual(['abc', 'abc', undefined, pool.clientId]);
  });

  it('is asked once for a token that it accepts, and each time for others', async () => {
    const validate = vi.fn((claims: unknown) =>
      (claims as { readonly ok: boolean }).ok ? { value: claims } : { issues: [] },
    );
    const verifier = pool.verifier({ claimsSchema: schemaOf(validate) });
    const good = pool.accessToken({ ok: true });
    await Promise.all([verifier.verify(good), verifier.verify(good)]);
    await verifier.verify(good);
    expect(validate).toHaveBeenCalledTimes(1);
    const unfit = pool.accessToken({ ok: false });
    for (let time = 0; time < 3; time += 1) expect(await verifier.authenticate(unfit)).toEqual(INVALID);
    expect(validate).toHaveBeenCalledTimes(4);
  });

  it('is asked after everything else that makes a token valid, and before the revocation check', async () => {
    const validate = vi.fn((claims: unknown) => ({ value: claims }));
    const isRevoked = vi.fn(() => false);
    const verifier = pool.verifier({ claimsSchema: schemaOf(validate), revocation: { isRevoked } });
    const token = pool.accessToken();
    const others = [
      'nonsense',
      `${token.slice(0, -4)}AAAA`,
      pool.accessToken({ exp: 1 }),
      pool.accessToken({ client_id: 'another' }),
      pool.accessToken({ 'cognito:groups': 'admin' }),
    ];
    for (const other of others) expect(await verifier.authenticate(other)).toMatchObject({ status: 'rejected' });
    expect(validate).not.toHaveBeenCalled();
    await verifier.verify(token);
    expect(validate.mock.invocationCallOrder[0]).toBeLessThan(isRevoked.mock.invocationCallOrder[0] ?? 0);
  });

  it('can be a function, as arktype makes it', async () => {
    const { '~standard': standard } = schemaOf(() => ({ value: 1 }));
    const claimsSchema = Object.assign(() => true, { '~standard': standard });
    expect(await pool.verifier({ claimsSchema }).authenticate(pool.accessToken())).toMatchObject({
      status: 'authenticated',
    });
  });

  it('sees frozen claims: what it tries to change does not reach the next reader', async () => {
    const claimsSchema = schemaOf((value) => {
      const claims = value as { sub: string; 'cognito:groups': string[]; nested: { a: number } };
      Reflect.set(claims, 'sub', 'another');
      Reflect.set(claims['cognito:groups'], '0', 'admin');
      Reflect.deleteProperty(claims.nested, 'a');
      return { value };
    });
    const token = pool.accessToken({ sub: 'abc', 'cognito:groups': ['support'], nested: { a: 1 } });
    const { sub, groups, claims } = await pool.verifier({ claimsSchema }).verify(token);
    expect([sub, groups, claims.sub, claims['nested']]).toEqual(['abc', ['support'], 'abc', { a: 1 }]);
  });
});

describe('the paths of issues', () => {
  const causeOf = async (issues: unknown): Promise<unknown> => {
    const verifier = pool.verifier({ claimsSchema: schemaOf(() => ({ issues })) });
    const rejection = await verifier.verify(pool.accessToken()).catch((error: unknown) => error);
    expect(rejection).toBeInstanceOf(TokenRejectedError);
    return ((rejection as Error).cause as Error).message;
  };

  it.each([
    ['none', [], ''],
    ['no list', 5, ''],
    ['null', null, ''],
    ['issues of the whole', [{ message: 'secret' }, { message: 'secret', path: [] }], ''],
    ['names and numbers', [{ message: 'secret', path: ['a', 0, 'b'] }], ' at a.0.b'],
    [
      'objects with a key',
      [{ message: 'secret', path: [{ key: 'custom:tenant', value: 'secret' }] }],
      ' at custom:tenant',
    ],
    ['the same place twice', [{ path: ['a'] }, { path: ['a'] }, { path: ['b'] }], ' at a, b'],
    ['a symbol', [{ path: [Symbol('x')] }], ' at Symbol(x)'],
    ['a line break', [{ path: ['a\nERROR forged'] }], ' at a ERROR forged'],
  ])('are told without what the issues say: %s', async (_, issues, expected) => {
    expect(await causeOf(issues)).toBe(`The claims do not fit \`claimsSchema\`${expected}.`);
  });

  it('are few, and of bounded length', async () => {
    const many = Array.from({ length: 100 }, (_, index) => ({ path: [String(index)] }));
    expect(await causeOf(many)).toBe('The claims do not fit `claimsSchema` at 0, 1, 2, 3, 4.');
    expect(String(await causeOf([{ path: ['x'.repeat(100_000)] }])).length).toBeLessThan(600);
  });

  it('do not change the verdict when they cannot be read', async () => {
    const path = {
      get path(): never {
        throw new Error('no path');
      },
    };
    expect(await causeOf([path])).toBe('The claims do not fit `claimsSchema`.');
  });
});

describe('a claimsSchema without a verdict', () => {
  const rejections: unknown[] = [];
  const note = (reason: unknown): void => void rejections.push(reason);
  beforeEach(() => {
    rejections.length = 0;
    process.on('unhandledRejection', note);
  });
  afterEach(() => {
    process.off('unhandledRejection', note);
  });

  const broken = new Error('the schema is broken');
  const thrown: [string, (claims: unknown) => unknown][] = [
    [
      'throws',
      () => {
        throw broken;
      },
    ],
    [
      'changes a claim',
      // In strict mode, to write to a frozen object throws.
      (claims) => {
        (claims as { sub: string }).sub = 'another';
      },
    ],
  ];
  it.each(thrown)('is a fault of the server, and no verdict on the token, when it %s', async (_, validate) => {
    const schema = vi.fn(validate);
    const verifier = pool.verifier({ claimsSchema: schemaOf(schema) });
    const token = pool.accessToken();
    const auth = await verifier.authenticate(token);
    expect(auth).toEqual(UNAVAILABLE);
    const cause = authStateOf(auth)?.cause;
    expect(cause).toBeInstanceOf(KeysUnavailableError);
    expect(cause?.cause).toEqual(new Error('`claimsSchema` threw.'));
    expect((cause?.cause as Error).cause).toBeInstanceOf(Error);
    await expect(verifier.verify(token)).rejects.toThrow(KeysUnavailableError);
    // The token did not enter the cache of verified tokens.
    schema.mockImplementation((claims) => ({ value: claims }));
    expect(await verifier.authenticate(token)).toMatchObject({ status: 'authenticated' });
  });

  const later: [string, ClaimsSchema | (() => unknown)][] = [
    ['is asynchronous in zod', z.object({ sub: z.string().refine(async () => true) })],
    [
      'is asynchronous in valibot',
      v.objectAsync({
        sub: v.pipeAsync(
          v.string(),
          v.checkAsync(async () => true),
        ),
      }),
    ],
    ['gives a promise of a success', async () => ({ value: 1 })],
    ['gives a promise that rejects', () => Promise.reject(broken)],
    ['gives a thenable', () => ({ then: () => {}, value: 1 })],
    [
      'gives a thenable that throws',
      () => ({
        then: () => {
          throw broken;
        },
      }),
    ],
    [
      'gives a thenable that cannot be read',
      () => ({
        get then(): never {
          throw broken;
        },
      }),
    ],
    ['gives nothing', () => undefined],
    ['gives null', () => null],
    ['gives true', () => true],
    ['gives an object without a value', () => ({})],
    ['gives no issues and no value', () => ({ issues: undefined })],
    ['gives a function', () => () => ({ value: 1 })],
  ];
  it.each(later)('is a fault of the server when it %s, and leaves no rejection unhandled', async (_, validate) => {
    const claimsSchema = typeof validate === 'function' && !('~standard' in validate) ? schemaOf(validate) : validate;
    const verifier = pool.verifier({ claimsSchema: claimsSchema as ClaimsSchema });
    const auth = await verifier.authenticate(pool.accessToken());
    expect(auth).toEqual(UNAVAILABLE);
    const cause = authStateOf(auth)?.cause?.cause;
    expect(cause).toBeInstanceOf(AuthConfigurationError);
    expect(String(cause)).toMatch(
      /Expected `options\.claimsSchema` to give its verdict at once, got .+\. Write a schema/,
    );
    // Unhandled rejections are told after the microtasks.
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(rejections).toEqual([]);
  });
});

describe('what is no schema', () => {
  const standard = { version: 1, vendor: 'test', validate: () => ({ value: 1 }) };
  it.each([
    ['undefined, such as an import that came to nothing', undefined, 'undefined'],
    ['null', null, 'null'],
    ['a text', 'sub', 'a string'],
    ['an object', {}, 'an object'],
    ['a function', () => true, 'a function'],
    ['another version', { '~standard': { ...standard, version: 2 } }, 'an object'],
    ['no function', { '~standard': { ...standard, validate: 'validate' } }, 'an object'],
  ])('is refused at construction: %s', (_, claimsSchema, got) => {
    expect(() => pool.verifier({ claimsSchema: claimsSchema as unknown as ClaimsSchema })).toThrow(
      `Expected \`options.claimsSchema\` to be a Standard Schema of version 1, got ${got}. Write a schema of`,
    );
  });
});
