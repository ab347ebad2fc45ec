/** Compiled, never run: what the types allow and what they refuse, each refusal with its reason. */
import { ApolloServer } from '@apollo/server';
import type { ApolloServerPlugin } from '@apollo/server';
import responseCachePlugin from '@apollo/server-plugin-response-cache';
import { startStandaloneServer } from '@apollo/server/standalone';
import type { GraphQLSchema } from 'graphql';
import type { IncomingMessage } from 'node:http';
import {
  authCacheKey,
  authDirective,
  authSessionId,
  batchPolicy,
  bearerToken,
  cognitoAuthPlugin,
  createAuthContext,
  createCognitoVerifier,
  isAuthenticated,
  requireAuth,
} from '../../src/index.js';
import type {
  Auth,
  AuthContext,
  AuthenticatedAccessAuth,
  AuthenticatedAuth,
  AuthenticatedIdAuth,
  CognitoAccessTokenPayload,
  PolicyRequest,
} from '../../src/index.js';
import { anonymous, authenticatedAs } from '../../src/testing/index.js';

function expectType<T>(value: T): T {
  return value;
}

declare const auth: Auth;
declare const context: AuthContext;
declare const schema: GraphQLSchema;

// The client check must be written: leaving it out would accept the tokens of every app client of the pool.
// @ts-expect-error clientId is missing
createCognitoVerifier({ userPoolId: 'eu-west-1_AbCdEf123' });
// @ts-expect-error undefined is no choice; null is
createCognitoVerifier({ userPoolId: 'eu-west-1_AbCdEf123', clientId: undefined });
// @ts-expect-error `tokenUse` has two values, in lower case like the claim
createCognitoVerifier({ userPoolId: 'eu-west-1_AbCdEf123', clientId: null, tokenUse: 'ID' });
// @ts-expect-error a misspelt option must not be ignored
createCognitoVerifier({ userPoolId: 'eu-west-1_AbCdEf123', clientId: null, graceSecond: 5 });
const verifier = createCognitoVerifier([
  { userPoolId: 'eu-west-1_AbCdEf123', clientId: ['web', 'mobile'] as const, tokenUse: 'access' },
  { userPoolId: 'eu-west-1_AbCdEf124', clientId: null },
]);

// @ts-expect-error a hand-made object is no Auth: it would be denied at run time
expectType<Auth>({ status: 'anonymous' });
// @ts-expect-error nor is a copy with something changed an Auth of that kind
expectType<Auth>({ ...auth, status: 'authenticated', groups: ['admin'] });
expectType<Auth>(anonymous());
expectType<AuthenticatedAuth>(authenticatedAs({ groups: ['admin'] }));

// @ts-expect-error the status has to be looked at first
void auth.groups;
// @ts-expect-error an Auth is read-only
auth.status = 'authenticated';
function read(auth: Auth): void {
  if (isAuthenticated(auth)) expectType<readonly string[]>(auth.groups);
  if (auth.status === 'authenticated' && auth.tokenUse === 'access') {
    expectType<AuthenticatedAccessAuth>(auth);
    expectType<CognitoAccessTokenPayload>(auth.claims);
    expectType<string>(auth.claims.client_id);
    // @ts-expect-error groups of a token are not to be changed
    auth.groups.push('admin');
  }
  if (auth.status === 'rejected') expectType<string>(auth.reason);
}
expectType<(auth: Auth) => void>(read);

expectType<AuthenticatedAuth>(requireAuth(context));
expectType<AuthenticatedIdAuth>(requireAuth(context, { tokenUse: 'id' }));
expectType<AuthenticatedAccessAuth>(requireAuth(context, { tokenUse: 'access', groups: ['admin'] }));
// @ts-expect-error a rule has no such part
requireAuth(context, { group: 'admin' });

// @ts-expect-error the names of the directive's values are those of the schema language, not of the claim
authDirective({ unannotated: 'closed' });
// @ts-expect-error a dry run is spelt 'report'
authDirective({ enforcement: 'off' });
authDirective({ name: undefined, policies: undefined, enforcement: undefined, logger: undefined });
// @ts-expect-error a list of groups that was never read must not allow every name
authDirective({ groups: undefined });
// @ts-expect-error a default that was never read must not open fields
authDirective({ unannotated: undefined });

interface Post {
  readonly ownerId: string;
}
authDirective({
  policies: {
    // Without types a policy knows what holds for every field.
    inline: ({ auth, source, args }) => {
      expectType<Readonly<Record<string, unknown>>>(args);
      // @ts-expect-error the parent may be anything
      void source.ownerId;
      return args['ownerId'] === auth.sub;
    },
    // With types it says what its fields have.
    typed: ({ auth, source }: PolicyRequest<Post>) => source.ownerId === auth.sub,
    withArgs: ({ auth, args }: PolicyRequest<unknown, { ownerId: string }>) => args.ownerId === auth.sub,
    timed: { timeout: 2, check: async ({ args }) => args['open'] === true },
    batch: batchPolicy({
      key: ({ source }: PolicyRequest<Post>) => source.ownerId,
      load: (ids) => ids.map(() => true),
    }),
  },
});
// @ts-expect-error only a boolean is an answer: a promise of rows would be denied
authDirective({ policies: { rows: async () => [] } });

// One context function for every integration, typed by the integration that it is handed to.
const server = new ApolloServer<AuthContext>({ schema, plugins: [cognitoAuthPlugin({ verifier })] });
void startStandaloneServer(server, { context: createAuthContext({ verifier, tokenSource: bearerToken() }) });

// The plugin fits a server with any context. Its type is structural: it fits Apollo's CommonJS types too.
expectType<ApolloServerPlugin>(cognitoAuthPlugin({ verifier }));
void new ApolloServer({ schema, plugins: [cognitoAuthPlugin({ verifier })] });
void new ApolloServer<{ readonly requestId: string }>({ schema, plugins: [cognitoAuthPlugin({ verifier })] });
void responseCachePlugin({ sessionId: authSessionId, generateCacheKey: authCacheKey });

// Undefined is the default of an option, also under `exactOptionalPropertyTypes`.
cognitoAuthPlugin({
  verifier,
  onInvalidToken: undefined,
  onDenied: undefined,
  publicAnswers: undefined,
  answers: undefined,
});
createAuthContext({ verifier, tokenSource: undefined });

interface MyContext extends AuthContext {
  readonly requestId: string | undefined;
}
const extended = new ApolloServer<MyContext>({ schema, plugins: [cognitoAuthPlugin({ verifier })] });
void startStandaloneServer(extended, {
  context: createAuthContext({ verifier }, (who, { req }) => {
    expectType<Auth>(who);
    expectType<IncomingMessage>(req);
    return { requestId: req.headers['x-request-id']?.toString() };
  }),
});
// @ts-expect-error the context of this server has more than `auth`
void startStandaloneServer(extended, { context: createAuthContext({ verifier }) });
