import { makeExecutableSchema } from '@graphql-tools/schema';
import { authDirective, createCognitoVerifier } from 'apollo-cognito-auth';
import type { CognitoVerifier } from 'apollo-cognito-auth';
import { createTestUserPool } from 'apollo-cognito-auth/testing';
import { Amplify } from 'aws-amplify';
import { decodeJWT, signIn } from 'aws-amplify/auth';
import { afterEach, describe, expect, it } from 'vitest';
import { serveAmplify } from './samples/server.js';
import { configureAmplify, reasonsOf, request } from './samples/request.js';
import { startUserPool } from './user-pool.js';

const ended: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0)) await end();
});

async function serve(verifier: CognitoVerifier): Promise<string> {
  const { authDirectiveTypeDefs, authDirectiveTransformer } = authDirective();
  const typeDefs = `
    type Query { motd: String me: String @auth payroll: Int @auth(groups: ["admin"]) secret: Int @auth(groups: ["owner"]) }
    type Mutation { pay: Int @auth(groups: ["admin"]) }
  `;
  const resolvers = {
    Query: {
      motd: () => 'hello',
      me: (_: unknown, __: unknown, { auth }: { auth: { username?: string } }) => auth.username,
      payroll: () => 42,
    },
  };
  const schema = authDirectiveTransformer(
    makeExecutableSchema({ typeDefs: [authDirectiveTypeDefs, typeDefs], resolvers }),
  );
  const { server, url } = await serveAmplify(schema, verifier, 0);
  ended.push(() => server.stop());
  return url;
}

/** What Amplify throws. */
async function failureOf(query: string): Promise<unknown> {
  return request(query).then(
    () => 'nothing',
    (failure: { data: unknown; errors: [] }) => ({ data: failure.data, reasons: reasonsOf(failure) }),
  );
}

describe('AWS Amplify', () => {
  it('signs in at cognito-local, and gets what its bare access token allows', async () => {
    const pool = await startUserPool();
    ended.push(() => pool.stop());
    const { userPoolId, clientId, endpoint, username, password } = pool;
    const url = await serve(createCognitoVerifier({ userPoolId, clientId, endpoint }));
    configureAmplify(userPoolId, clientId, url);
    const { API } = Amplify.getConfig();
    const Cognito = { userPoolId, userPoolClientId: clientId, userPoolEndpoint: endpoint };
    Amplify.configure({ Auth: { Cognito }, ...(API && { API }) });

    const { isSignedIn } = await signIn({ username, password, options: { authFlowType: 'USER_PASSWORD_AUTH' } });
    expect(isSignedIn).toBe(true);
    expect(await request('{ motd me payroll }')).toMatchObject({ data: { motd: 'hello', me: username, payroll: 42 } });
    expect(await failureOf('{ motd secret }')).toEqual({ data: { motd: 'hello', secret: null }, reasons: ['group'] });
  });

  it('asks for a new token once for all requests if the old one has expired', async () => {
    // cognito-local does not have the action by which Amplify refreshes.
    const pool = createTestUserPool({ userPoolId: 'eu-west-1_AbCdEf123', clientId: 'web' });
    const url = await serve(pool.verifier());
    configureAmplify('eu-west-1_AbCdEf123', 'web', url);
    let token = pool.accessToken({ exp: 1 });
    let count = 0;
    Amplify.configure(Amplify.getConfig(), {
      Auth: {
        tokenProvider: {
          async getTokens({ forceRefresh = false } = {}) {
            if (forceRefresh) {
              count += 1;
              token = pool.accessToken();
            }
            return { accessToken: decodeJWT(token) };
          },
        },
      },
    });
    const answers = await Promise.all(['{ me }', '{ motd }', '{ motd me }'].map(request));
    expect(answers).toMatchObject([
      { data: { me: 'test-user' } },
      { data: { motd: 'hello' } },
      { data: { motd: 'hello' } },
    ]);
    expect(count).toBe(1);
    expect(await failureOf('{ payroll }')).toEqual({ data: { payroll: null }, reasons: ['group'] });
    expect(await failureOf('mutation { pay }')).toEqual({ data: {}, reasons: ['group'] });
  });
});
