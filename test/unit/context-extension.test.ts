import { ApolloServer } from '@apollo/server';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { describe, expect, it } from 'vitest';
import type { Auth } from '../../src/index.js';
import { AuthConfigurationError, createAuthContext } from '../../src/index.js';
import { createTestUserPool } from '../../src/testing/index.js';

const pool = createTestUserPool();
const verifier = pool.verifier();
const anonymousRequest = { req: { headers: {} } };
const request = { req: { headers: { authorization: `Bearer ${pool.accessToken()}` } } };

/** The context function of an integration whose arguments `extend` does not ask for. */
function extendedBy<Extension extends object>(extend: (auth: Auth) => Extension | Promise<Extension>) {
  return createAuthContext<Extension, [argument: unknown]>({ verifier }, extend);
}

/** What is logged: clients read "Internal server error." alone. */
async function complaintOf(extend: (auth: Auth) => unknown): Promise<string> {
  const error: unknown = await extendedBy(extend as (auth: Auth) => object)(anonymousRequest).catch(
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({ message: 'Internal server error.', extensions: { code: 'INTERNAL_SERVER_ERROR' } });
  const { originalError } = error as { originalError: Error };
  expect(originalError).toBeInstanceOf(AuthConfigurationError);
  return originalError.message;
}

class RequestContext {
  readonly #secret = 'private';
  readonly own: string;
  constructor(own: string) {
    this.own = own;
  }
  get computed() {
    return `${this.own} computed`;
  }
  method() {
    return `${this.own} ${this.#secret}`;
  }
}

describe('what extend returns', () => {
  it('keeps its class: prototype, methods, getters and private fields', async () => {
    class Derived extends RequestContext {
      override method() {
        return `derived ${super.method()}`;
      }
    }
    const context = await extendedBy((auth) => new Derived(auth.status))(request);
    expect(context).toBeInstanceOf(Derived);
    expect([context.auth.status, context.own, context.computed, context.method()]).toEqual([
      'authenticated',
      'authenticated',
      'authenticated computed',
      'derived authenticated private',
    ]);
  });

  it('keeps methods and getters through the copy that Apollo Server makes for each operation', async () => {
    class Context {
      readonly auth: Auth;
      constructor(auth: Auth) {
        this.auth = auth;
      }
      get status() {
        return `${this.auth.status} by getter`;
      }
      greet() {
        return `${this.auth.status} by method`;
      }
    }
    const server = new ApolloServer<Context>({
      schema: makeExecutableSchema<Context>({
        typeDefs: 'type Query { status: String greet: String auth: String }',
        resolvers: {
          Query: {
            status: (_, __, context) => context.status,
            greet: (_, __, context) => context.greet(),
            auth: (_, __, context) => context.auth.status,
          },
        },
      }),
    });
    const contextValue = await extendedBy((auth) => new Context(auth))(request);
    const { body } = await server.executeOperation({ query: '{ status greet auth }' }, { contextValue: contextValue });
    expect(body).toMatchObject({
      singleResult: {
        data: { status: 'authenticated by getter', greet: 'authenticated by method', auth: 'authenticated' },
      },
    });
    await server.stop();
  });

  it('keeps getters of a plain object as getters, symbols, and a missing prototype', async () => {
    const key = Symbol('key');
    let reads = 0;
    const extend = () => ({
      get lazy() {
        return (reads += 1);
      },
      [key]: 'symbol',
      constructor: 'own',
    });
    const context = await extendedBy(extend)(request);
    expect([reads, context.lazy, context.lazy, context[key], context.constructor]).toEqual([0, 1, 2, 'symbol', 'own']);
    const bare = await extendedBy(() => Object.assign(Object.create(null) as object, { own: 1 }))(request);
    expect([Object.getPrototypeOf(bare), bare.own, bare.auth.status]).toEqual([null, 1, 'authenticated']);
    const polluting = await extendedBy(() => JSON.parse('{"__proto__":{"polluted":true}}') as { polluted?: boolean })(
      request,
    );
    expect([Object.getPrototypeOf(polluting), polluting.polluted]).toEqual([Object.prototype, undefined]);
  });

  it('gets the auth in place of its own, and keeps it for good', async () => {
    class Own {
      auth: unknown = { status: 'authenticated', sub: 'forged' };
    }
    const shapes: (() => object)[] = [
      () => ({ auth: { status: 'authenticated' } }),
      () => Object.freeze({ auth: { status: 'authenticated' }, own: 1 }),
      () => ({
        get auth() {
          return { status: 'authenticated' };
        },
      }),
      () => new Own(),
      () => new Proxy({ own: 1 }, { get: (_, name) => (name === 'auth' ? 'forged' : name) }),
      () => new Proxy(new RequestContext('a'), { defineProperty: (...args) => Reflect.defineProperty(...args) }),
    ];
    for (const extend of shapes) {
      const context = await extendedBy(extend)(anonymousRequest);
      expect(context.auth).toEqual({ status: 'anonymous' });
      expect(Object.keys(context)).toContain('auth');
      expect(() => Object.assign(context, { auth: 'forged' })).toThrow(TypeError);
    }
  });

  it('is read by its values when it is a Proxy, whose descriptors may hide them', async () => {
    const cradle = new Proxy(
      {},
      {
        get: (_, name) => (typeof name === 'string' ? `made ${name}` : undefined),
        ownKeys: () => ['loader'],
        getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
      },
    );
    expect(await extendedBy(() => cradle)(anonymousRequest)).toEqual({
      auth: { status: 'anonymous' },
      loader: 'made loader',
    });
  });
});

describe('one object returned for all requests', () => {
  it('is copied when it is plain, and gets no auth itself', async () => {
    for (const shared of [{ own: 1 }, Object.freeze({ own: 1 })]) {
      const context = extendedBy(() => shared);
      const [signedIn, signedOut] = [await context(request), await context(anonymousRequest)];
      expect([signedIn.auth.status, signedOut.auth.status]).toEqual(['authenticated', 'anonymous']);
      expect([signedIn.own, signedOut.own, shared]).toEqual([1, 1, { own: 1 }]);
    }
  });

  it('is refused the second time when it is of a class, and the first caller keeps their auth', async () => {
    const shared = new RequestContext('shared');
    const context = extendedBy(() => shared);
    const first = await context(request);
    await expect(context(anonymousRequest)).rejects.toThrow(/^Internal server error\.$/);
    await expect(context(request)).rejects.toThrow(/^Internal server error\.$/);
    expect(first.auth.status).toBe('authenticated');
    expect(await complaintOf(() => shared)).toBe(
      'Expected what `extend` returns to be new for each request, got an object that another request has. ' +
        'Create it in `extend`: (auth) => new RequestContext(auth).',
    );
  });

  it('is shared without harm as the prototype of a new one for each request', async () => {
    const shared = new RequestContext('shared');
    const context = extendedBy(() => Object.create(shared) as RequestContext);
    const [signedIn, signedOut] = [await context(request), await context(anonymousRequest)];
    expect([signedIn.auth.status, signedOut.auth.status, 'auth' in shared]).toEqual([
      'authenticated',
      'anonymous',
      false,
    ]);
  });
});

describe('what extend returns is refused, with a sentence', () => {
  it.each<[string, () => unknown, RegExp]>([
    ['nothing', () => undefined, /^Expected what `extend` returns to be an object, got undefined\. Write: /],
    ['null', () => null, /got null/],
    ['text', () => 'context', /got a string/],
    ['a list', () => [1], /got a list/],
    ['a function', () => () => ({}), /got a function/],
    ['a promise of nothing', () => Promise.resolve(undefined), /got undefined/],
    [
      'a frozen object of a class',
      () => Object.freeze(new RequestContext('frozen')),
      /^Expected what `extend` returns to be an object that `auth` can be set on, got a frozen one/,
    ],
    ['a sealed one', () => Object.seal(new RequestContext('sealed')), /got a frozen one/],
    ['one without extensions', () => Object.preventExtensions(new RequestContext('closed')), /got a frozen one/],
    [
      'one whose auth is fixed',
      () => Object.defineProperty(new RequestContext('fixed'), 'auth', { value: 'forged' }),
      /whose `auth` cannot be replaced/,
    ],
    [
      'a Proxy that takes no property',
      () => new Proxy(new RequestContext('closed'), { defineProperty: () => false }),
      /that `auth` can be set on/,
    ],
    [
      'a Proxy that only pretends to',
      () => new Proxy(new RequestContext('lying'), { defineProperty: () => true }),
      /that `auth` can be set on/,
    ],
    [
      'a class with a getter',
      () =>
        new (class {
          get auth() {
            return 'forged';
          }
        })(),
      /^Expected what `extend` returns to leave `auth` to createAuthContext\(\), got an object whose class has an `auth` that cannot be set\. Rename/,
    ],
    [
      'a class with a getter and a setter, further up',
      () =>
        new (class extends class {
          get auth() {
            return 'forged';
          }
          set auth(_value: string) {
            // Dropped.
          }
        } {})(),
      /leave `auth` to createAuthContext/,
    ],
  ])('%s', async (_, extend, complaint) => {
    expect(await complaintOf(extend)).toMatch(complaint);
  });
});
