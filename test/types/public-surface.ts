/** Compiled, never run: what the types allow and what they refuse, each refusal with its reason. */
import { ApolloServer } from '@apollo/server';
import type { ApolloServerPlugin } from '@apollo/server';
import responseCachePlugin from '@apollo/server-plugin-response-cache';
import { startStandaloneServer } from '@apollo/server/standalone';
import type { GraphQLSchema } from 'graphql';
import type { IncomingMessage } from 'node:http';
import * as v from 'valibot';
import { z } from 'zod';
import {
  anyOf,
  authCacheKey,
  authDirective,
  authSessionId,
  batchPolicy,
  bearerToken,
  claimPolicy,
  cognitoAuthPlugin,
  createAuthContext,
  createCognitoVerifier,
  isAuthenticated,
  protectedResourceMetadata,
  requireAuth,
} from '../../src/index.js';
import type {
  Auth,
  AuthContext,
  AuthenticatedAccessAuth,
  AuthenticatedAuth,
  AuthenticatedIdAuth,
  ClaimsSchema,
  CognitoAccessTokenPayload,
  CognitoPoolFinder,
  CognitoVerifier,
  PolicyRequest,
  ProtectedResourceMetadata,
  WithAccessAuth,
  WithAuth,
  WithIdAuth,
} from '../../src/index.js';
import { anonymous, authenticatedAs, createTestUserPool } from '../../src/testing/index.js';

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
// @ts-expect-error an audience that was never set must not accept the tokens of other APIs
createCognitoVerifier({ userPoolId: 'eu-west-1_AbCdEf123', clientId: null, audience: undefined });
// @ts-expect-error nor regions that were never set refuse those of a replica
createCognitoVerifier({ userPoolId: 'eu-west-1_AbCdEf123', clientId: null, regions: undefined });
// @ts-expect-error `regions` is a list
createCognitoVerifier({ userPoolId: 'eu-west-1_AbCdEf123', clientId: null, regions: 'us-east-1' });
createCognitoVerifier({
  userPoolId: 'eu-west-1_AbCdEf123',
  clientId: null,
  audience: ['orders'],
  regions: ['us-east-1'],
});
const verifier = createCognitoVerifier([
  { userPoolId: 'eu-west-1_AbCdEf123', clientId: ['web', 'mobile'] as const, tokenUse: 'access' },
  { userPoolId: 'eu-west-1_AbCdEf124', clientId: null },
]);

const finder: CognitoPoolFinder = {
  find: ({ userPoolId }) => ({ userPoolId, clientId: null }),
  maxPools: 10_000,
  ttl: 60,
};
expectType<CognitoVerifier>(createCognitoVerifier(finder, { tokenCache: false }));
createCognitoVerifier({
  find: async ({ userPoolId, issuer }) => (issuer === '' ? undefined : { userPoolId, clientId: 'web' }),
});
// @ts-expect-error a found pool needs its client check written as well
createCognitoVerifier({ find: ({ userPoolId }) => ({ userPoolId }) });
// @ts-expect-error null is no pool, and undefined says that there is none
createCognitoVerifier({ find: () => null });
// @ts-expect-error a finder stands alone
createCognitoVerifier([{ userPoolId: 'eu-west-1_AbCdEf123', clientId: null }, finder]);

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
authDirective({
  policies: {
    adminOrOwner: anyOf(
      { groups: ['admin'] },
      ({ auth, source }: PolicyRequest<Post>) => source.ownerId === auth.sub,
      { timeout: 2, check: async ({ args }) => args['open'] === true },
      batchPolicy({ key: ({ source }: PolicyRequest<Post>) => source.ownerId, load: (ids) => ids.map(() => true) }),
      anyOf(claimPolicy({ claim: 'custom:tenant', equals: { argument: 'tenantId' }, list: undefined })),
    ),
  },
});
// @ts-expect-error a rule has no such part
anyOf({ group: ['admin'] });
// @ts-expect-error a list of groups that was never read must not allow every caller
anyOf({ groups: undefined });
// @ts-expect-error a member is a policy, not the name of one
anyOf('isOwner');
// @ts-expect-error what the claim has to equal is not said
claimPolicy({ claim: 'custom:tenant' });
// @ts-expect-error a list is of claims, of values, or both
claimPolicy({ claim: 'custom:tenant', equals: { field: 'tenantId' }, list: true });
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

// Challenges tell nothing of the server but what is written.
cognitoAuthPlugin({ verifier, challenge: { realm: 'orders', scopes: true, resourceMetadata: undefined } });
// @ts-expect-error no scopes is said by leaving it out
cognitoAuthPlugin({ verifier, challenge: { scopes: false } });
// @ts-expect-error the name is that of the parameter, in the case of options
cognitoAuthPlugin({ verifier, challenge: { resource_metadata: 'https://api.example.com/' } });
// A document that can be sent as it is, and be extended.
const metadata = protectedResourceMetadata({ resource: 'https://api.example.com/graphql', verifier, schema });
expectType<ProtectedResourceMetadata & { readonly resource_name: string }>({ ...metadata, resource_name: 'Orders' });
// @ts-expect-error the schema names the scopes
protectedResourceMetadata({ resource: 'https://api.example.com/graphql', verifier });

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

// The context of a field with a rule.
declare class RequestContext implements AuthContext {
  readonly auth: Auth;
  readonly requestId: string;
  private readonly connection: object;
}
function resolvers(
  open: MyContext,
  any: WithAuth<MyContext>,
  id: WithIdAuth<MyContext>,
  access: WithAccessAuth<MyContext>,
  ofClass: WithIdAuth<RequestContext>,
): void {
  // @ts-expect-error a field without a rule can have an anonymous caller
  void open.auth.sub;
  expectType<string>(any.auth.sub);
  expectType<AuthenticatedAuth>(any.auth);
  // @ts-expect-error either token may have come, and only an access token has client_id
  void any.auth.claims.client_id.length;
  expectType<'authenticated'>(any.auth.status);
  expectType<AuthenticatedIdAuth>(id.auth);
  expectType<'id'>(id.auth.tokenUse);
  expectType<string | undefined>(id.auth.claims.email);
  // @ts-expect-error an ID token has no client_id of type string: its app client is `aud`
  expectType<string>(id.auth.claims.client_id);
  expectType<AuthenticatedAccessAuth>(access.auth);
  expectType<string>(access.auth.claims.client_id);
  // @ts-expect-error an access token has no email of type string
  expectType<string | undefined>(access.auth.claims.email);
  // Nothing else is lost, and a function that takes the whole context takes the narrowed one.
  expectType<string | undefined>(id.requestId);
  expectType<MyContext>(any);
  expectType<RequestContext>(ofClass);
  expectType<string>(requireAuth(ofClass).sub);
  // @ts-expect-error the rule of an ID token says nothing of an access token
  expectType<WithAccessAuth<MyContext>>(id);
}
expectType<typeof resolvers>(resolvers);

// Claims of your own: what the schema accepts, wherever `auth` goes.
interface Tenant {
  readonly 'custom:tenant': string;
}
const onePool = { userPoolId: 'eu-west-1_AbCdEf123', clientId: 'web' };
const claimsSchema = z.object({ 'custom:tenant': z.string() });
const tenants = createCognitoVerifier(onePool, { claimsSchema });
expectType<CognitoVerifier<Tenant>>(tenants);
expectType<CognitoVerifier<Tenant>>(
  createCognitoVerifier(onePool, { claimsSchema: v.object({ 'custom:tenant': v.string() }) }),
);
expectType<CognitoVerifier<Tenant>>(createCognitoVerifier<Tenant>([onePool], { claimsSchema, tokenCache: false }));
expectType<CognitoVerifier<Tenant>>(createTestUserPool().verifier({ claimsSchema }));
// The verdict counts and not the output, so the claims have the type that goes in.
expectType<CognitoVerifier<{ age: string }>>(
  createCognitoVerifier(onePool, { claimsSchema: v.object({ age: v.pipe(v.string(), v.transform(Number)) }) }),
);
// @ts-expect-error what would make this type true is missing
createCognitoVerifier<Tenant>(onePool);
// @ts-expect-error and what is asked for here is not what the schema accepts
createCognitoVerifier<Tenant>(onePool, { claimsSchema: v.object({ 'custom:tenant': v.number() }) });
// @ts-expect-error an import that came to nothing must not leave claims unchecked
createCognitoVerifier(onePool, { claimsSchema: undefined });
// @ts-expect-error a verifier without a schema promises no claims
expectType<CognitoVerifier<Tenant>>(createCognitoVerifier(onePool));
// A verifier that promises more can be used where less is asked for.
expectType<CognitoVerifier>(tenants);
cognitoAuthPlugin({ verifier: tenants });
expectType<ClaimsSchema>(claimsSchema);

async function readTenant(token: string): Promise<void> {
  const verified = await tenants.verify(token);
  expectType<string>(verified.claims['custom:tenant']);
  expectType<string>(verified.claims.iss);
  const caller = await tenants.authenticate(token);
  // @ts-expect-error the status has to be looked at first, here too
  void caller.claims;
  if (isAuthenticated(caller)) expectType<string>(caller.claims['custom:tenant']);
  if (caller.status === 'authenticated' && caller.tokenUse === 'id') {
    expectType<string | undefined>(caller.claims.email);
    expectType<string>(caller.claims['custom:tenant']);
  }
  const other = await verifier.verify(token);
  // @ts-expect-error without a schema the claim can be anything, or missing
  expectType<string>(other.claims['custom:tenant']);
}
expectType<(token: string) => Promise<void>>(readTenant);

interface TenantContext extends AuthContext<Auth<Tenant>> {
  readonly tenant: string | undefined;
}
const tenantServer = new ApolloServer<TenantContext>({ schema, plugins: [cognitoAuthPlugin({ verifier: tenants })] });
void startStandaloneServer(tenantServer, {
  context: createAuthContext({ verifier: tenants }, (who, { req }) => {
    expectType<IncomingMessage>(req);
    return { tenant: who.status === 'authenticated' ? who.claims['custom:tenant'] : undefined };
  }),
});
// @ts-expect-error this verifier promises no tenant
void startStandaloneServer(tenantServer, { context: createAuthContext({ verifier }, () => ({ tenant: undefined })) });
void startStandaloneServer(new ApolloServer<AuthContext<Auth<Tenant>>>({ schema }), {
  context: createAuthContext({ verifier: tenants }),
});
function ofTenant(context: TenantContext, id: WithIdAuth<TenantContext>, any: WithAuth<TenantContext>): void {
  expectType<string>(requireAuth(context).claims['custom:tenant']);
  expectType<AuthenticatedIdAuth<Tenant>>(requireAuth(context, { tokenUse: 'id' }));
  expectType<string>(id.auth.claims['custom:tenant']);
  expectType<string | undefined>(id.auth.claims.email);
  expectType<string>(any.auth.claims['custom:tenant']);
}
expectType<typeof ofTenant>(ofTenant);
expectType<Auth<Tenant>>(authenticatedAs({ groups: ['admin'], claims: { 'custom:tenant': 'acme' } }));
expectType<TenantContext>({ auth: authenticatedAs({ claims: { 'custom:tenant': 'acme' } }), tenant: 'acme' });
// @ts-expect-error a test that forgets the claim is not of this context
expectType<TenantContext>({ auth: authenticatedAs(), tenant: undefined });
expectType<TenantContext>({ auth: anonymous(), tenant: undefined });
