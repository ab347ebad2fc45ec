/** The ES modules and the CommonJS build in one process, and several entries: what one of them made counts in the others. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createConsumer } from './consumer.js';
import type { Consumer } from './consumer.js';

let consumer: Consumer;
beforeAll(() => {
  consumer = createConsumer();
});
afterAll(() => {
  consumer.remove();
});

const ESM = `{
  ...(await import('apollo-cognito-auth')),
  testing: await import('apollo-cognito-auth/testing'),
  verifier: await import('apollo-cognito-auth/verifier'),
}`;
const COMMONJS = `{
  ...require('apollo-cognito-auth'),
  testing: require('apollo-cognito-auth/testing'),
  verifier: require('apollo-cognito-auth/verifier'),
}`;

/** What the body returns, in a process where \`maker\` is one build and \`user\` the other. */
function inOneProcess(maker: string, user: string, body: string): unknown {
  return consumer.run(
    'both.cjs',
    `
    const { ApolloServer } = require('@apollo/server');
    const { buildSchema, graphql, parse } = require('graphql');
    function build({ authDirective }, sdl, resolvers = {}, options = {}) {
      const { authDirectiveTypeDefs, authDirectiveTransformer } = authDirective(options);
      const schema = buildSchema(authDirectiveTypeDefs + sdl);
      for (const [name, resolve] of Object.entries(resolvers)) schema.getQueryType().getFields()[name].resolve = resolve;
      return authDirectiveTransformer(schema);
    }
    function messageOf(run) {
      try {
        run();
      } catch (error) {
        return error.message;
      }
    }
    async function main(maker, user) { ${body} }
    (async () => console.log(JSON.stringify(await main(${maker}, ${user}))))();
    `,
  );
}

describe.each([
  ['the ES modules', 'the CommonJS build', ESM, COMMONJS],
  ['the CommonJS build', 'the ES modules', COMMONJS, ESM],
])('what %s made', (_maker, _user, maker, user) => {
  it('counts as an Auth in the other: guards and requireAuth() accept it', () => {
    const body = `
      const auth = maker.testing.authenticatedAs({ groups: ['admin'] });
      const schema = build(user, 'type Query { f: Int @auth(groups: ["admin"]) }', { f: () => 1 });
      return [
        user.isAuthenticated(auth),
        user.requireAuth({ auth }, { groups: ['admin'] }) === auth,
        await graphql({ schema, source: '{ f }', contextValue: { auth } }),
      ];`;
    expect(inOneProcess(maker, user, body)).toEqual([true, true, { data: { f: 1 } }]);
  });

  it('shares the numbers of rules: a decision about one rule never answers for another', () => {
    const body = `
      const auth = maker.testing.authenticatedAs({ groups: ['a'] });
      const one = build(maker, 'type Query { f: Int @auth(groups: ["a"]) }', { f: () => 1 });
      const other = build(user, 'type Query { f: Int @auth(groups: ["b"]) }', { f: () => 1 });
      const answers = [];
      for (const schema of [one, other, one]) {
        const { data } = await graphql({ schema, source: '{ f }', contextValue: { auth } });
        answers.push(data.f);
      }
      return answers;`;
    expect(inOneProcess(maker, user, body)).toEqual([1, null, 1]);
  });

  it('has errors that are instances of the classes of the other and of each entry', () => {
    const body = `
      const names = ['AuthConfigurationError', 'KeysUnavailableError', 'RevocationUnavailableError', 'TokenRejectedError'];
      const rejected = await maker.testing.createTestUserPool().verifier().verify('x').catch((error) => error);
      return [
        names.every((name) => maker[name] === user[name] && user[name] === maker.verifier[name]),
        rejected instanceof user.TokenRejectedError && rejected instanceof user.verifier.TokenRejectedError,
      ];`;
    expect(inOneProcess(maker, user, body)).toEqual([true, true]);
  });

  it.each(['maker.testing.createTestUserPool(id).verifier()', 'maker.verifier.createCognitoVerifier(settings)'])(
    'has verifiers that the other takes: %s',
    (verifier) => {
      const body = `
        const id = { userPoolId: 'eu-west-1_AbCdEf123' };
        const pool = maker.testing.createTestUserPool(id);
        const settings = { ...id, clientId: pool.clientId, jwks: pool.jwks };
        const verifier = ${verifier};
        const context = user.createAuthContext({ verifier });
        user.cognitoAuthPlugin({ verifier });
        const { auth } = await context({ req: { headers: { authorization: 'Bearer x.y.z' }, rawHeaders: [] } });
        return [auth.status, user.isAuthenticated(await maker.verifier.createCognitoVerifier(settings).verify(pool.idToken()))];`;
      expect(inOneProcess(maker, user, body)).toEqual(['rejected', true]);
    },
  );

  it.each(['maker', 'maker.verifier'])('has token sources that the other knows: those of %s', (from) => {
    const body = `
      const verifier = user.testing.createTestUserPool().verifier();
      const headers = {};
      const res = { getHeader: (name) => headers[name], setHeader: (name, value) => { headers[name] = value; } };
      const tokenSource = ${from}.headerToken('x-id-token');
      const context = user.createAuthContext({ verifier, tokenSource: ${from}.firstToken(tokenSource, ${from}.bearerToken()) });
      const req = { headers: { 'x-id-token': 'a, b', authorization: 'Bearer c' }, rawHeaders: [] };
      const { auth } = await context({ req, res });
      return [auth.status, auth.reason, headers];`;
    expect(inOneProcess(maker, user, body)).toEqual(['rejected', 'malformed', { vary: 'x-id-token, authorization' }]);
  });

  it('has schemas that the other enforces: the plugin starts, and no second guard is put over the first', () => {
    const body = `
      const { authDirectiveTransformer } = user.authDirective();
      const schema = build(maker, 'type Query { f: Int @auth } type Mutation { m: Int @auth }', { f: () => 1 });
      const verifier = user.testing.createTestUserPool().verifier();
      const server = new ApolloServer({ schema, plugins: [user.cognitoAuthPlugin({ verifier })] });
      await server.start();
      await server.stop();
      const contextValue = { auth: user.testing.anonymous() };
      const errors = user.decideOperation({ schema, document: parse('mutation { m }'), contextValue });
      return [
        errors.map(({ extensions }) => extensions),
        messageOf(() => authDirectiveTransformer(schema)),
      ];`;
    expect(inOneProcess(maker, user, body)).toEqual([
      [{ code: 'UNAUTHENTICATED', reason: 'missing' }],
      expect.stringContaining('Query.f: this schema was transformed before'),
    ]);
  });

  it('has denials of which the plugin of the other bounds the locations', () => {
    const body = `
      const schema = build(user, 'type Query { f: Int }', { f: (_, __, context) => maker.requireAuth(context) });
      const verifier = user.testing.createTestUserPool().verifier();
      const server = new ApolloServer({ schema, plugins: [user.cognitoAuthPlugin({ verifier })] });
      const query = '{' + ' f'.repeat(50) + ' }';
      const { body } = await server.executeOperation({ query }, { contextValue: { auth: maker.testing.anonymous() } });
      return body.singleResult.errors.map(({ locations, extensions }) => [locations.length, extensions.reason]);`;
    expect(inOneProcess(maker, user, body)).toEqual([[10, 'missing']]);
  });

  it('has owner policies that the other checks against its schema', () => {
    const body = `
      const policies = { isOwner: maker.ownerPolicy({ argument: 'owner' }) };
      return messageOf(() => build(user, 'type Query { f: Int @auth(policies: ["isOwner"]) }', {}, { policies }));`;
    expect(inOneProcess(maker, user, body)).toContain('Query.f has no argument `owner`');
  });
});
