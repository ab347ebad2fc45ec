import responseCachePlugin from '@apollo/server-plugin-response-cache';
import { describe, expect, it } from 'vitest';
import { anyOf, authCacheKey, authSessionId, requireAuth } from '../../src/index.js';
import type { AuthContext, CognitoVerifierOptions } from '../../src/index.js';
import { createTestUserPool } from '../../src/testing/index.js';
import { bearer, serve } from '../support/serve.js';

const pool = createTestUserPool();

const typeDefs = /* GraphQL */ `
  enum CacheControlScope {
    PUBLIC
    PRIVATE
  }
  directive @cacheControl(maxAge: Int, scope: CacheControlScope) on FIELD_DEFINITION | OBJECT
  type Query {
    motd: String @cacheControl(maxAge: 60)
    payroll: String @auth(groups: ["admin"]) @cacheControl(maxAge: 60)
    me: String @auth @cacheControl(maxAge: 60, scope: PUBLIC)
    recent: String @auth(maxAge: 60) @cacheControl(maxAge: 3600)
    box: Box @cacheControl(maxAge: 3600)
    nodes: [Node] @cacheControl(maxAge: 3600)
    checked: String @cacheControl(maxAge: 3600)
    anyOf: String @auth(policies: ["recent"]) @cacheControl(maxAge: 3600)
    valued: Valued @cacheControl(maxAge: 3600)
  }
  type Valued @auth(policies: ["recent"]) {
    id: ID @cacheControl(maxAge: 3600)
  }
  type Box {
    recent: String @auth(maxAge: 60) @cacheControl(maxAge: 3600)
  }
  interface Node {
    id: ID @cacheControl(maxAge: 3600)
  }
  type Pay implements Node @auth(maxAge: 60) {
    id: ID @cacheControl(maxAge: 3600)
  }
  type Mutation {
    done: Boolean
  }
`;

type Options = NonNullable<Parameters<typeof responseCachePlugin>[0]>;

async function serveCached(options: Options, verifierOptions: CognitoVerifierOptions = {}) {
  const calls = { motd: 0, payroll: 0, me: 0 };
  const server = await serve({
    typeDefs,
    resolvers: {
      Query: {
        motd: () => `hello ${String(++calls.motd)}`,
        payroll: () => `payroll ${String(++calls.payroll)}`,
        me: (_: unknown, __: unknown, { auth }: { auth: { sub: string } }, info: CacheControlled) => {
          calls.me += 1;
          // A resolver that knows no better.
          info.cacheControl.setCacheHint({ maxAge: 60, scope: 'PUBLIC' });
          return auth.sub;
        },
        recent: (_: unknown, __: unknown, ___: unknown, { cacheControl }: CacheControlled) => {
          cacheControl.setCacheHint({ maxAge: 3600, scope: 'PUBLIC' });
          return 'recent';
        },
        anyOf: () => 'recent',
        valued: () => ({ id: 1 }),
        box: () => ({ recent: 'recent' }),
        nodes: (_: unknown, __: unknown, ___: unknown, { cacheControl }: CacheControlled) => {
          cacheControl.setCacheHint({ maxAge: 3600, scope: 'PUBLIC' });
          return [{ __typename: 'Pay', id: 1 }];
        },
        checked: (_: unknown, __: unknown, contextValue: AuthContext) => {
          requireAuth(contextValue, { maxAge: 60 });
          return `recent for ${requireAuth(contextValue, { tokenUse: 'access' }).tokenUse}`;
        },
      },
    },
    verifier: pool.verifier(verifierOptions),
    directive: { policies: { recent: anyOf({ groups: ['none'] }, { maxAge: 60 }) } },
    server: { plugins: [responseCachePlugin(options)] },
  });
  return { server, calls };
}

interface CacheControlled {
  readonly cacheControl: { setCacheHint(hint: { maxAge: number; scope: 'PUBLIC' }): void };
}

function as(sub: string, ...groups: readonly string[]) {
  return bearer(pool.accessToken({ sub, username: sub, ...(groups.length > 0 ? { 'cognito:groups': groups } : {}) }));
}

describe.each([
  ['without any of our functions', {}],
  ['with authSessionId', { sessionId: authSessionId }],
  ['with authCacheKey', { generateCacheKey: authCacheKey }],
  ['with both', { sessionId: authSessionId, generateCacheKey: authCacheKey }],
] satisfies [string, Options][])("Apollo's response cache, %s", (_, options) => {
  it('never gives a cached response to another caller, or to one who lost the group', async () => {
    const { server } = await serveCached(options);
    try {
      const payroll = async (headers?: Record<string, string>) => (await server.post('{ payroll }', headers)).body;
      expect(await payroll(as('anaya', 'admin'))).toEqual({ data: { payroll: 'payroll 1' } });
      expect(await payroll(as('chidi'))).toMatchObject({ data: { payroll: null } });
      expect(await payroll()).toMatchObject({ data: { payroll: null } });
      expect(await payroll(as('anaya'))).toMatchObject({ data: { payroll: null } });
      expect(await payroll(as('anaya', 'admin'))).toHaveProperty('data.payroll', expect.stringContaining('payroll'));
      const me = async (headers?: Record<string, string>) => (await server.post('{ me }', headers)).body;
      expect(await me(as('anaya'))).toEqual({ data: { me: 'anaya' } });
      expect(await me(as('ben'))).toEqual({ data: { me: 'ben' } });
      expect(await me()).toMatchObject({ data: { me: null } });
    } finally {
      await server.stop();
    }
  });

  it('still shares public responses', async () => {
    const { server } = await serveCached(options);
    try {
      expect((await server.post('{ motd }')).body).toEqual({ data: { motd: 'hello 1' } });
      expect((await server.post('{ motd }')).body).toEqual({ data: { motd: 'hello 1' } });
    } finally {
      await server.stop();
    }
  });
});

describe.each([
  ['authSessionId', { sessionId: authSessionId }],
  ['authCacheKey', { generateCacheKey: authCacheKey }],
] satisfies [string, Options][])("Apollo's response cache with %s and rules with maxAge", (_, options) => {
  it.each([
    ['a field', '{ recent }', { recent: 'recent' }, { recent: null }],
    ['anyOf on a field', '{ anyOf }', { anyOf: 'recent' }, { anyOf: null }],
    ['anyOf on a type', '{ valued { id } }', { valued: { id: '1' } }, { valued: null }],
    ['a field of an object', '{ box { recent } }', { box: { recent: 'recent' } }, { box: { recent: null } }],
    ['a member of an interface', '{ nodes { id } }', { nodes: [{ id: '1' }] }, { nodes: [null] }],
    ['requireAuth in a resolver', '{ checked }', { checked: 'recent for access' }, { checked: null }],
  ])('does not give a response to a caller whose sign-in is too old by then: %s', async (what, query, fresh, stale) => {
    const clock = { now: Date.now() };
    const token = createTestUserPool({ userPoolId: pool.userPoolId, clock: () => clock.now }).accessToken();
    const { server } = await serveCached(options, { clock: () => clock.now });
    try {
      expect((await server.post(query, bearer(token))).body).toEqual({ data: fresh });
      clock.now += 60_000;
      const { body } = await server.post(query, bearer(token));
      const stepUp = { reason: 'step-up', maxAge: 60 };
      const extensions = what.startsWith('anyOf') ? { reason: 'policy' } : stepUp;
      expect(body).toMatchObject({ data: stale, errors: [{ extensions }] });
    } finally {
      await server.stop();
    }
  });
});

describe('authSessionId', () => {
  it('lets a caller have cached responses of their own', async () => {
    const { server, calls } = await serveCached({ sessionId: authSessionId });
    try {
      const headers = as('anaya', 'admin');
      const ask = () => server.post('{ payroll }', headers);
      expect((await ask()).body).toEqual({ data: { payroll: 'payroll 1' } });
      expect((await ask()).body).toEqual({ data: { payroll: 'payroll 1' } });
      expect(calls.payroll).toBe(1);
    } finally {
      await server.stop();
    }
  });
});

describe('the warning about a cache that is not keyed by caller', () => {
  it.each([
    ['is logged once', {}, 1],
    ['is logged for a foreign session id', { sessionId: () => Promise.resolve('everybody') }, 1],
    ['is not logged with authSessionId', { sessionId: authSessionId }, 0],
  ] satisfies [string, Options, number][])('%s', async (_, options, times) => {
    const { server } = await serveCached(options);
    try {
      await server.post('mutation { done }');
      await server.post('{ motd }');
      await server.post('{ motd }');
      expect(server.log.filter((line) => line.includes('sessionId: authSessionId'))).toHaveLength(times);
    } finally {
      await server.stop();
    }
  });
});
