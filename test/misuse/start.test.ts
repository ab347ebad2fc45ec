import { ApolloServer } from '@apollo/server';
import type { ApolloServerOptions, ApolloServerPlugin } from '@apollo/server';
import { makeExecutableSchema, mergeSchemas } from '@graphql-tools/schema';
import { buildASTSchema, buildSchema, parse, printSchema } from 'graphql';
import type { GraphQLSchema } from 'graphql';
import { describe, expect, it } from 'vitest';
import { authDirective, cognitoAuthPlugin } from '../../src/index.js';
import type { AuthContext, AuthDirective, CognitoVerifier } from '../../src/index.js';
import { authenticatedAs, createTestUserPool } from '../../src/testing/index.js';
import { logInto } from '../support/serve.js';

const pool = createTestUserPool();
const directive = authDirective();

function transform(sdl: string, { authDirectiveTypeDefs, authDirectiveTransformer }: AuthDirective = directive) {
  return authDirectiveTransformer(makeExecutableSchema({ typeDefs: [authDirectiveTypeDefs, sdl] }));
}

/** What a server that starts with this schema logs. */
async function logOfStart(schema: GraphQLSchema): Promise<readonly string[]> {
  const log: string[] = [];
  const plugins = [cognitoAuthPlugin({ verifier: pool.verifier() })];
  const server = new ApolloServer({ schema, plugins, logger: logInto(log) });
  await server.start();
  await server.stop();
  return log;
}

describe('a server that starts with a suspicious schema', () => {
  const unused =
    'apollo-cognito-auth: The schema defines @auth and uses it nowhere, so no field has a rule of its own. If the schema ' +
    'was printed with printSchema(), its directives are lost: print it with printSchemaWithDirectives() of ' +
    '@graphql-tools/utils.';

  it('warns of a definition without a use, which printSchema leaves', async () => {
    const written = makeExecutableSchema({
      typeDefs: [directive.authDirectiveTypeDefs, 'type Query { f: Int @auth g: Int @public }'],
    });
    const printed = directive.authDirectiveTransformer(buildSchema(printSchema(written)));
    expect(await logOfStart(printed)).toEqual([unused]);
    const strict = authDirective({ unannotated: 'authenticated' });
    expect(await logOfStart(strict.authDirectiveTransformer(buildSchema(printSchema(written))))).toEqual([unused]);
  });

  it('logs no warning when the directive or its exception is used', async () => {
    expect(await logOfStart(transform('type Query { f: Int @auth }'))).toEqual([]);
    expect(await logOfStart(transform('type Query { f(x: Int @auth): Int }'))).toEqual([]);
    const strict = authDirective({ unannotated: 'authenticated' });
    expect(await logOfStart(transform('type Query { f: Int g: Int @public }', strict))).toEqual([]);
    expect(await logOfStart(buildSchema('type Query { f: Int }'))).toEqual([]);
  });

  it('warns of @public where it exempts from nothing', async () => {
    const warning =
      'apollo-cognito-auth: @public on Query.g, T changes nothing: every field without a rule is open. Write ' +
      "authDirective({ unannotated: 'authenticated' }) to close the others, or remove it.";
    const sdl = 'type Query { f: Int @auth g: Int @public t: T } type T @public { h: Int }';
    expect(await logOfStart(transform(sdl))).toEqual([warning]);
    expect(await logOfStart(transform(sdl, authDirective({ unannotated: 'authenticated' })))).toEqual([]);
  });

  it('warns of a dry run, and of a partial one with its size', async () => {
    const dry = authDirective({ enforcement: 'report' });
    expect(await logOfStart(transform('type Query { f: Int @auth }', dry))).toEqual([
      "apollo-cognito-auth: DRY RUN. enforcement is 'report': no rule of @auth is enforced, only logged.",
    ]);
    const fields = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => `${name}: Int @auth`).join(' ');
    const schemas = [transform(`type Query { ${fields} }`, dry), transform('type Query { kept: Int @auth }')];
    expect(await logOfStart(mergeSchemas({ schemas }))).toEqual([
      "apollo-cognito-auth: DRY RUN of a part. enforcement is 'report' for 6 of 7 guarded fields, whose rules are not " +
        'enforced, only logged: Query.a, Query.b, Query.c, Query.d, Query.e, ….',
    ]);
  });

  it('warns of likely rules in a schema that was never transformed', async () => {
    const sdl = 'directive @hasRole on FIELD_DEFINITION type Query { f: Int @hasRole g: Int }';
    expect(await logOfStart(buildSchema(sdl))).toEqual([
      'apollo-cognito-auth: The schema was never transformed, and has directives that look like rules (1). The first: Query.f: ' +
        '@hasRole is a directive of another library, which nothing enforces here. Write @auth instead, or name it if something ' +
        'else enforces it: authDirective({ enforcedElsewhere: ["hasRole"] }).',
    ]);
  });
});

type Gateway = NonNullable<ApolloServerOptions<AuthContext>['gateway']>;

/** A gateway that executes elsewhere, as far as Apollo Server knows one. */
function createGateway(apiSchema: GraphQLSchema, coreSupergraphSdl: string) {
  let listener: Parameters<Gateway['onSchemaLoadOrUpdate']>[0] | undefined;
  const gateway: Gateway = {
    onSchemaLoadOrUpdate: (callback) => {
      listener = callback;
      return () => {};
    },
    load: async () => {
      listener?.({ apiSchema, coreSupergraphSdl });
      return { executor: async () => ({ data: { f: 'from a subgraph' } }) };
    },
    stop: async () => {},
  };
  const update = (schema: GraphQLSchema, sdl: string) => listener?.({ apiSchema: schema, coreSupergraphSdl: sdl });
  return { gateway, update };
}

function serverOf(gateway: Gateway, verifier = pool.verifier()) {
  const log: string[] = [];
  const plugins = [cognitoAuthPlugin({ verifier })];
  return { log, server: new ApolloServer<AuthContext>({ gateway, plugins, logger: logInto(log) }) };
}

describe('a schema that a gateway executes', () => {
  const plain = () => buildSchema('type Query { f: String }');
  const supergraph = (use: string, typeDefs = directive.authDirectiveTypeDefs) => `
    schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION) { query: Query }
    directive @join__type(graph: join__Graph!) repeatable on OBJECT
    directive @link(url: String, for: link__Purpose) repeatable on SCHEMA
    enum join__Graph { A } enum link__Purpose { EXECUTION } ${typeDefs}
    type Query @join__type(graph: A) { f: String ${use} }
  `;
  const problem =
    'The schema uses @auth, and a gateway executes it, where no resolver of this server and no guard runs. Enforce the ' +
    'rules where they are written: pass the schema of each subgraph through authDirectiveTransformer.';
  const warning =
    'apollo-cognito-auth: A gateway executes the schema, so no rule is enforced in this server. Enforce the rules where ' +
    'they are written: pass the schema of each subgraph through authDirectiveTransformer.';

  it.each([
    ['a rule in the supergraph', plain(), supergraph('@auth(groups: ["admin"])')],
    [
      'a rule under another name in the supergraph',
      plain(),
      supergraph('@needsAuth', authDirective({ name: 'needsAuth' }).authDirectiveTypeDefs),
    ],
    ['a rule without a definition', plain(), supergraph('@auth', '')],
    ['a transformed schema', transform('type Query { f: String @auth }'), supergraph('', '')],
    ['a transformed schema, and a supergraph that says nothing', transform('type Query { f: String @auth }'), ''],
  ])('does not start with %s', async (_, apiSchema, sdl) => {
    const { server } = serverOf(createGateway(apiSchema, sdl).gateway);
    await expect(server.start()).rejects.toThrow(problem);
  });

  it.each([
    ['no rule', supergraph('')],
    ['nothing that can be read', 'a supergraph of another kind'],
  ])('starts with a warning when the supergraph has %s', async (_, sdl) => {
    const { server, log } = serverOf(createGateway(plain(), sdl).gateway);
    await server.start();
    expect(log).toEqual([warning]);
    await server.stop();
  });

  it('refuses each operation once a later supergraph has rules, and serves again when it has none', async () => {
    const { gateway, update } = createGateway(plain(), supergraph(''));
    const { server, log } = serverOf(gateway);
    await server.start();
    const execute = async () => {
      const { body } = await server.executeOperation({ query: '{ f }' }, { contextValue: { auth: authenticatedAs() } });
      return body.kind === 'single' ? body.singleResult : undefined;
    };
    expect(await execute()).toEqual({ data: { f: 'from a subgraph' } });
    update(plain(), supergraph('@auth'));
    expect(log.some((line) => line.includes(problem))).toBe(true);
    expect(await execute()).toMatchObject({
      errors: [{ message: 'Internal server error.', extensions: { code: 'INTERNAL_SERVER_ERROR' } }],
    });
    update(plain(), supergraph(''));
    expect(await execute()).toEqual({ data: { f: 'from a subgraph' } });
    await server.stop();
  });

  it('is told from a schema of the server itself', async () => {
    const schema = directive.authDirectiveTransformer(
      buildASTSchema(parse(`${directive.authDirectiveTypeDefs} type Query { f: String @auth }`)),
    );
    expect(await logOfStart(schema)).toEqual([]);
  });
});

describe('a verifier that a server uses', () => {
  const start = async (verifier: CognitoVerifier, log: string[], ...others: readonly ApolloServerPlugin[]) => {
    const write = (line: string) => void log.push(line);
    const server = new ApolloServer({
      typeDefs: 'type Query { f: String }',
      plugins: [cognitoAuthPlugin({ verifier }), ...others],
      logger: { debug: write, info: () => {}, warn: write, error: write },
    });
    await server.start();
    return server;
  };

  it('stays open when the server stops, and remembers its tokens', async () => {
    const cached: boolean[] = [];
    const verifier = pool.verifier({
      onEvent: (event) => {
        if (event.type === 'token.verified') cached.push(event.cached);
      },
    });
    const server = await start(verifier, []);
    const token = pool.accessToken();
    await verifier.authenticate(token);
    await server.stop();
    await verifier.authenticate(token);
    expect(cached).toEqual([false, true]);
    await verifier.close();
    await verifier.authenticate(token);
    expect(cached).toEqual([false, true, false]);
  });

  it('logs its rejections to a running server, and never to one that another plugin kept from starting', async () => {
    const verifier = pool.verifier();
    const log: string[] = [];
    const failed: string[] = [];
    const failing = {
      serverWillStart: () => Promise.reject(new Error('The database is down.')),
    };
    await expect(start(verifier, failed, failing)).rejects.toThrow('The database is down.');
    const server = await start(verifier, log);
    await verifier.authenticate('garbage');
    await server.stop();
    await verifier.authenticate('garbage');
    expect(log).toEqual([
      'apollo-cognito-auth: a token was rejected as malformed. The token does not have three parts.',
    ]);
    expect(failed).toEqual([]);
  });
});
