/** Two versions of the package in one process: what one made does not count in the other, and the message says why. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createConsumer, installAnotherVersion } from './consumer.js';
import type { Consumer } from './consumer.js';

let consumer: Consumer;
let other: string;
beforeAll(() => {
  consumer = createConsumer();
  other = installAnotherVersion(consumer);
});
afterAll(() => {
  consumer.remove();
});

const COPIES = expect.stringContaining('npm ls apollo-cognito-auth') as unknown;

/** What the body returns, with the project's own version in \`ours\` and the other one in \`other\`. */
function withBoth(body: string): unknown {
  return consumer.run(
    'two.cjs',
    `
    const { buildSchema, graphql, parse } = require('graphql');
    const ours = { main: require('apollo-cognito-auth'), testing: require('apollo-cognito-auth/testing') };
    const other = require(${JSON.stringify(other)});
    const sdl = (defs) => buildSchema(defs + 'type Query { f: Int @auth } type Mutation { m: Int @auth }');
    function transform({ main }) {
      const { authDirectiveTypeDefs, authDirectiveTransformer } = main.authDirective();
      return authDirectiveTransformer(sdl(authDirectiveTypeDefs));
    }
    async function messageOf(run) {
      try {
        return await run();
      } catch (error) {
        return (error.originalError ?? error).message;
      }
    }
    async function main() { ${body} }
    main().then((result) => console.log(JSON.stringify(result)));
    `,
  );
}

describe('another version in the same process', () => {
  it('has an Auth that guards and requireAuth() deny', () => {
    const body = `
      const schema = transform(ours);
      const auths = [other.testing.authenticatedAs(), other.testing.anonymous(), other.testing.rejected('expired')];
      return Promise.all(auths.map(async (auth) => {
        const { data, errors } = await graphql({ schema, source: '{ f }', contextValue: { auth } });
        const required = await messageOf(() => ours.main.requireAuth({ auth }));
        return [data, errors[0].extensions, errors[0].originalError.message, required, ours.main.isAuthenticated(auth)];
      }));`;
    const denied = [{ f: null }, { code: 'INTERNAL_SERVER_ERROR' }, COPIES, COPIES, false];
    expect(withBoth(body)).toEqual([denied, denied, denied]);
  });

  it('has verifiers, of each entry, that the context and the plugin refuse', () => {
    const body = `
      const settings = { userPoolId: 'eu-west-1_AbCdEf123', clientId: null };
      const verifiers = [other.main.createCognitoVerifier(settings), other.verifier.createCognitoVerifier(settings)];
      const uses = verifiers.flatMap((verifier) => [
        () => ours.main.createAuthContext({ verifier }),
        () => ours.main.cognitoAuthPlugin({ verifier }),
      ]);
      return Promise.all(uses.map(messageOf));`;
    expect(withBoth(body)).toEqual([COPIES, COPIES, COPIES, COPIES]);
  });

  it('has schemas that the plugin does not start with, and whose operations decideOperation() refuses', () => {
    const body = `
      const schema = transform(other);
      const verifier = ours.testing.createTestUserPool().verifier();
      const logger = { warn() {}, error() {}, info() {}, debug() {} };
      const plugin = ours.main.cognitoAuthPlugin({ verifier });
      const contextValue = { auth: ours.testing.authenticatedAs() };
      const [error] = ours.main.decideOperation({ schema, document: parse('mutation { m }'), contextValue });
      return [
        await messageOf(() => plugin.serverWillStart({ schema, logger })),
        error.extensions,
        error.originalError.message,
      ];`;
    expect(withBoth(body)).toEqual([COPIES, { code: 'INTERNAL_SERVER_ERROR' }, COPIES]);
  });

  it('has token sources whose refusal is a misconfiguration, not the fault of the client', () => {
    const body = `
      const verifier = ours.testing.createTestUserPool().verifier();
      const context = ours.main.createAuthContext({ verifier, tokenSource: other.main.bearerToken() });
      return messageOf(() => context({ req: { headers: { authorization: 'Basic eDp5' }, rawHeaders: [] } }));`;
    expect(withBoth(body)).toEqual(COPIES);
  });
});
