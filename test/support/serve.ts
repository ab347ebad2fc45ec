/** A real Apollo Server on loopback for one test, and a client that reads the whole answer. */
import { ApolloServer } from '@apollo/server';
import type { ApolloServerOptions } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { authDirective, cognitoAuthPlugin, createAuthContext } from '../../src/index.js';
import type {
  AuthContext,
  AuthDirectiveOptions,
  CognitoAuthPluginOptions,
  CognitoVerifier,
  TokenSource,
} from '../../src/index.js';

export interface Answer {
  readonly status: number;
  readonly challenge: string | null;
  readonly retryAfter: string | null;
  readonly body: unknown;
}

export interface TestServer {
  readonly url: string;
  readonly log: string[];
  /** Sends a query, or any body as it is, with the headers. */
  post(query: string | object, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** Executes with a context, without HTTP. */
  execute(query: string, contextValue: AuthContext): Promise<{ readonly body: unknown }>;
  stop(): Promise<void>;
}

interface ServeOptions extends Omit<CognitoAuthPluginOptions, 'verifier'> {
  readonly typeDefs: string;
  readonly resolvers: NonNullable<Parameters<typeof makeExecutableSchema>[0]['resolvers']>;
  readonly verifier: CognitoVerifier;
  readonly tokenSource?: TokenSource;
  readonly directive?: AuthDirectiveOptions;
  readonly server?: Partial<Pick<ApolloServerOptions<AuthContext>, 'csrfPrevention' | 'plugins' | 'cache'>>;
}

export function logInto(log: string[]) {
  const write = (message: unknown) => void log.push(String(message));
  return { debug: () => undefined, info: () => undefined, warn: write, error: write };
}

export async function serve(options: ServeOptions): Promise<TestServer> {
  const { typeDefs, resolvers, verifier, tokenSource, server: serverOptions, directive, ...pluginOptions } = options;
  const { authDirectiveTypeDefs, authDirectiveTransformer } = authDirective(directive);
  const log: string[] = [];
  const server = new ApolloServer<AuthContext>({
    schema: authDirectiveTransformer(makeExecutableSchema({ typeDefs: [authDirectiveTypeDefs, typeDefs], resolvers })),
    allowBatchedHttpRequests: true,
    logger: logInto(log),
    stopOnTerminationSignals: false,
    ...serverOptions,
    plugins: [cognitoAuthPlugin({ verifier, ...pluginOptions }), ...(serverOptions?.plugins ?? [])],
  });
  const { url } = await startStandaloneServer(server, {
    listen: { port: 0, host: '127.0.0.1' },
    context: createAuthContext({ verifier, ...(tokenSource ? { tokenSource } : {}) }),
  });
  return {
    url,
    log,
    post: (query, headers = {}) => post(url, typeof query === 'string' ? { query } : query, headers),
    async execute(query, contextValue) {
      const { body } = await server.executeOperation({ query }, { contextValue });
      return { body: body.kind === 'single' ? body.singleResult : undefined };
    },
    stop: () => server.stop(),
  };
}

async function post(url: string, body: object, headers: Readonly<Record<string, string>>): Promise<Answer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return {
    status: response.status,
    challenge: response.headers.get('www-authenticate'),
    retryAfter: response.headers.get('retry-after'),
    body: await response.json(),
  };
}

export function bearer(token: string): { readonly authorization: string } {
  return { authorization: `Bearer ${token}` };
}
