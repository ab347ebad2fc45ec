/** The HTTP cases that every integration has to pass. Each checks the whole answer: status, headers of ours, body. */
import { ApolloServer } from '@apollo/server';
import type { ApolloServerOptions } from '@apollo/server';
import {
  authDirective,
  cognitoAuthPlugin,
  cookieToken,
  createAuthContext,
  createCognitoVerifier,
} from 'apollo-cognito-auth';
import type { Auth, AuthContext, CognitoVerifier, TokenSource } from 'apollo-cognito-auth';
import { createTestUserPool } from 'apollo-cognito-auth/testing';
import { buildSchema, GraphQLError } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer, Ask, Integration, Running } from './integration.js';

const { authDirectiveTypeDefs, authDirectiveTransformer } = authDirective();
const schema = authDirectiveTransformer(
  buildSchema(/* GraphQL */ `
    ${authDirectiveTypeDefs}
    directive @cacheControl(maxAge: Int) on FIELD_DEFINITION
    type Query {
      motd: String @cacheControl(maxAge: 60)
      me: String @auth(tokenUse: ACCESS) @cacheControl(maxAge: 60)
      method: String
    }
    type Mutation {
      publish: Boolean @auth(groups: ["admin"])
      note: Boolean
    }
  `),
);
interface Context extends AuthContext {
  readonly method?: unknown;
}
let notes = 0;
const rootValue = {
  motd: 'hello',
  me: (_: unknown, { auth }: Context) => (auth.status === 'authenticated' ? auth.username : auth.status),
  method: (_: unknown, { method }: Context) => String(method).toUpperCase(),
  publish: true,
  note: () => (notes += 1) > 0,
};

const pool = createTestUserPool();

export interface Setup {
  readonly verifier?: CognitoVerifier;
  readonly tokenSource?: TokenSource;
  readonly extend?: (auth: Auth, ...integrationArguments: readonly unknown[]) => object;
  readonly csrfPrevention?: boolean;
}

/** Serves the schema of the cases through an integration. */
export async function serve(
  integration: Integration,
  { verifier = pool.verifier(), tokenSource, extend = () => ({}), csrfPrevention = true }: Setup = {},
): Promise<Running> {
  const silent = () => undefined;
  const options: ApolloServerOptions<AuthContext> = {
    schema,
    rootValue,
    csrfPrevention,
    allowBatchedHttpRequests: true,
    includeStacktraceInErrorResponses: false,
    logger: { debug: silent, info: silent, warn: silent, error: silent },
    stopOnTerminationSignals: false,
    plugins: [cognitoAuthPlugin({ verifier })],
  };
  const context = createAuthContext({ verifier, tokenSource }, extend);
  return integration.start(new ApolloServer(options), context);
}

const OURS = ['www-authenticate', 'retry-after', 'vary', 'cache-control'];

/** The answer with the headers that this package has a say in. */
export function ours({ status, headers, body }: Answer): Answer {
  return {
    status,
    headers: Object.fromEntries(OURS.flatMap((name) => (name in headers ? [[name, headers[name] ?? '']] : []))),
    body,
  };
}

export function testIntegration(integration: Integration): void {
  const { vary = 'authorization' } = integration;
  const answer = (status: number, headers: Readonly<Record<string, string>>, body: unknown): Answer => ({
    status,
    headers: { vary, ...headers },
    body,
  });
  const noStore = { 'cache-control': 'no-store' };
  const challenged = (error?: string) => ({
    'www-authenticate': error === undefined ? 'Bearer' : `Bearer error="${error}"`,
    ...noStore,
  });
  const field = (path: string, column: number, message: string, code: string, reason: string) => ({
    message,
    locations: [{ line: 1, column }],
    path: [path],
    extensions: { code, reason },
  });
  const meMissing = field('me', 8, 'Authentication is required.', 'UNAUTHENTICATED', 'missing');
  const partial = { data: { motd: 'hello', me: null }, errors: [meMissing] };
  const whole = (message: string, code: string, reason: string) => ({
    errors: [{ message, extensions: { code, reason } }],
  });
  const malformed = whole('The credentials are malformed.', 'UNAUTHENTICATED', 'malformed');
  const now = Math.floor(Date.now() / 1000);

  describe(integration.name, () => {
    let running: Running;
    beforeAll(async () => {
      running = await serve(integration);
    });
    afterAll(() => running.stop());

    async function post(query: string, ...headers: readonly (readonly [string, string])[]): Promise<Answer> {
      return ours(await running.ask({ headers, body: { query } }));
    }

    /** Asks a server with a setup of its own. */
    async function askOf(setup: Setup, ...asks: readonly Ask[]): Promise<readonly Answer[]> {
      const other = await serve(integration, setup);
      try {
        const answers: Answer[] = [];
        for (const ask of asks) answers.push(ours(await other.ask(ask)));
        return answers;
      } finally {
        await other.stop();
      }
    }

    it('answers an anonymous caller what is public, publicly cached', async () => {
      expect(await post('{ motd }')).toEqual(
        answer(200, { 'cache-control': 'max-age=60, public' }, { data: { motd: 'hello' } }),
      );
    });

    it('denies an anonymous caller a guarded field, beside what is public', async () => {
      expect(await post('{ motd me }')).toEqual(answer(200, challenged(), partial));
    });

    it.each(['', ' ', 'Bearer', 'bearer', 'Bearer ', 'Bearer \t'])(
      'counts the authorization header %j as no credentials',
      async (value) => {
        expect(await post('{ motd me }', ['Authorization', value])).toEqual(answer(200, challenged(), partial));
      },
    );

    it.each(['authorization', 'Authorization', 'AUTHORIZATION', 'AuthoriZation'])(
      'answers a caller with an access token in the header %s, privately cached',
      async (name) => {
        expect(await post('{ motd me }', [name, `Bearer ${pool.accessToken()}`])).toEqual(
          answer(200, { 'cache-control': 'max-age=60, private' }, { data: { motd: 'hello', me: 'test-user' } }),
        );
      },
    );

    it('denies a caller with an ID token a field that asks for an access token', async () => {
      const error = field('me', 8, 'Access is denied.', 'FORBIDDEN', 'token-use');
      expect(await post('{ motd me }', ['Authorization', `Bearer ${pool.idToken()}`])).toEqual(
        answer(200, noStore, { data: { motd: 'hello', me: null }, errors: [error] }),
      );
    });

    it.each<[string, string, string, string]>([
      ['expired', pool.accessToken({ iat: now - 7200, exp: now - 3600 }), 'The token has expired.', 'expired'],
      ['forged', forged(pool.accessToken()), 'The token is not valid.', 'invalid'],
      ['malformed', 'a.b.c', 'The credentials are malformed.', 'malformed'],
    ])('refuses an operation with a token that is %s', async (_, token, message, reason) => {
      expect(await post('{ motd }', ['Authorization', `Bearer ${token}`])).toEqual(
        answer(401, challenged('invalid_token'), whole(message, 'UNAUTHENTICATED', reason)),
      );
    });

    it('refuses credentials of another scheme, and names no error of a token', async () => {
      const basic = `Basic ${Buffer.from('user:password').toString('base64')}`;
      expect(await post('{ motd }', ['Authorization', basic])).toEqual(answer(401, challenged(), malformed));
    });

    it.each(['test-user', 'other'])('picks none of two authorization headers, the second of %s', async (username) => {
      const second = pool.accessToken({ username });
      const sent = await post(
        '{ motd me }',
        ['Authorization', `Bearer ${pool.accessToken()}`],
        ['authorization', `Bearer ${second}`],
      );
      const { countsOfTwo } = integration;
      const data = { motd: 'hello', me: countsOfTwo === 'first' ? 'test-user' : username };
      expect(sent).toEqual(
        countsOfTwo === undefined
          ? answer(401, challenged('invalid_token'), malformed)
          : answer(200, { 'cache-control': 'max-age=60, private' }, { data }),
      );
    });

    it('runs nothing of a mutation that is denied, without credentials and without the group', async () => {
      const before = notes;
      const error = (message: string, code: string, reason: string) => ({
        errors: [field('publish', 17, message, code, reason)],
      });
      expect(await post('mutation { note publish }')).toEqual(
        answer(401, challenged(), error('Authentication is required.', 'UNAUTHENTICATED', 'missing')),
      );
      expect(await post('mutation { note publish }', ['Authorization', `Bearer ${pool.accessToken()}`])).toEqual(
        answer(403, noStore, error('Access is denied.', 'FORBIDDEN', 'group')),
      );
      expect(notes).toBe(before);
      const admin = pool.accessToken({ 'cognito:groups': ['admin'] });
      expect(await post('mutation { note publish }', ['Authorization', `Bearer ${admin}`])).toEqual(
        answer(200, noStore, { data: { note: true, publish: true } }),
      );
    });

    it('answers 503 with Retry-After while the keys are unavailable', async () => {
      const verifier = createCognitoVerifier(
        { userPoolId: pool.userPoolId, clientId: pool.clientId },
        { keys: { fetch: () => Promise.reject(new Error('down')) } },
      );
      const headers = [['Authorization', `Bearer ${pool.accessToken()}`]] as const;
      const [withToken, without] = await askOf(
        { verifier },
        { headers, body: { query: '{ motd }' } },
        { body: { query: '{ motd }' } },
      );
      expect(withToken).toEqual(
        answer(
          503,
          { 'retry-after': expect.stringMatching(/^[1-9]\d*$/) as string, ...noStore },
          whole('Authentication is temporarily unavailable.', 'AUTH_UNAVAILABLE', 'keys-unavailable'),
        ),
      );
      expect(without).toMatchObject({ status: 200, body: { data: { motd: 'hello' } } });
    });

    it('answers each operation of a batch, one refused and one not', async () => {
      const body = [{ query: '{ motd }' }, { query: 'mutation { publish }' }];
      const refused = field('publish', 12, 'Authentication is required.', 'UNAUTHENTICATED', 'missing');
      expect(ours(await running.ask({ body }))).toEqual(
        answer(401, challenged(), [{ data: { motd: 'hello' } }, { errors: [refused] }]),
      );
    });

    it('reads a cookie of a request that a browser has to ask for first, and of no other', async () => {
      const setup = { tokenSource: cookieToken('__Host-token'), csrfPrevention: false };
      const headers = [['Cookie', `theme=dark; __Host-token=${pool.accessToken()}`]] as const;
      const get = { method: 'GET', search: `?query=${encodeURIComponent('{ me }')}` } as const;
      const preflight = ['Apollo-Require-Preflight', 'true'] as const;
      const [posted, prompted, planted] = await askOf(
        setup,
        { headers, body: { query: '{ me }' } },
        { ...get, headers: [...headers, preflight] },
        { ...get, headers },
      );
      const data = { status: 200, body: { data: { me: 'test-user' } } };
      expect(posted).toMatchObject(data);
      expect(prompted).toMatchObject(data);
      expect(planted).toMatchObject({ status: 401, body: malformed });
    });

    it("gives `extend` the integration's own arguments", async () => {
      const extend = (_: Auth, ...args: readonly unknown[]) => ({
        method: integration.methodAt.split('.').reduce<unknown>((at, name) => Reflect.get(at as object, name), args),
      });
      const [sent] = await askOf({ extend }, { body: { query: '{ method }' } });
      expect(sent).toMatchObject({ status: 200, body: { data: { method: 'POST' } } });
    });

    it('answers what `extend` throws: a GraphQLError as it is, the message of another error to the log alone', async () => {
      const extend = (auth: Auth) => {
        if (auth.status === 'anonymous') throw new Error('a secret');
        throw new GraphQLError('Pay first.', { extensions: { code: 'PAYMENT', http: { status: 402 } } });
      };
      const [secret, own] = await askOf(
        { extend },
        { body: { query: '{ motd }' } },
        { headers: [['Authorization', `Bearer ${pool.accessToken()}`]], body: { query: '{ motd }' } },
      );
      expect(secret).toMatchObject({
        status: 500,
        body: { errors: [{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }] },
      });
      expect(JSON.stringify(secret)).not.toContain('secret');
      expect(own).toMatchObject({
        status: 402,
        body: { errors: [{ message: 'Pay first.', extensions: { code: 'PAYMENT' } }] },
      });
    });
  });
}

/** The token with another signature. */
function forged(token: string): string {
  const at = token.length - 100;
  return `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`;
}
