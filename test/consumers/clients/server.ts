/** A server with the plugin over HTTP and WebSocket, whose requests the tests count. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApolloServer } from '@apollo/server';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { authDirective, cognitoAuthPlugin, createCognitoVerifier } from 'apollo-cognito-auth';
import type { AuthContext, CognitoVerifier } from 'apollo-cognito-auth';
import { cognitoAuthWebSocket } from 'apollo-cognito-auth/graphql-ws';
import { createTestUserPool } from 'apollo-cognito-auth/testing';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { createApp } from './samples/app.js';
import { Session } from './samples/session.js';

export const pool = createTestUserPool({ userPoolId: 'eu-west-1_AbCdEf123', clientId: 'web' });

const typeDefs = `
  type Query {
    motd: String
    me: String @auth
    payroll: Int @auth(groups: ["admin"])
  }
  type Mutation {
    pay: Int @auth(groups: ["admin"])
  }
  type Subscription {
    ticks: Int @auth
  }
`;

const resolvers = {
  Query: { motd: () => 'hello', me: () => 'me', payroll: () => 42 },
  Mutation: { pay: () => 42 },
  Subscription: {
    ticks: {
      async *subscribe() {
        for (let ticks = 1; ; ticks += 1) {
          yield { ticks };
          await new Promise((resolve) => setTimeout(resolve, 100).unref());
        }
      },
    },
  },
};

export interface Served {
  readonly url: string;
  readonly webSocketUrl: string;
  /** The headers and the status of each response over HTTP. */
  readonly responses: { status: number; request: IncomingMessage }[];
  stop(): Promise<void>;
}

export async function serve(verifier: CognitoVerifier = pool.verifier()): Promise<Served> {
  const { authDirectiveTypeDefs, authDirectiveTransformer } = authDirective();
  const schema = authDirectiveTransformer(
    makeExecutableSchema({ typeDefs: [authDirectiveTypeDefs, typeDefs], resolvers }),
  );
  const logger = { debug() {}, info() {}, warn() {}, error() {} };
  const server = new ApolloServer<AuthContext>({
    schema,
    logger,
    allowBatchedHttpRequests: true,
    plugins: [cognitoAuthPlugin({ verifier })],
  });
  await server.start();
  const httpServer = createServer(createApp(server, verifier));
  const responses: Served['responses'] = [];
  httpServer.on('request', (request, response) => {
    response.on('finish', () => responses.push({ status: response.statusCode, request }));
  });
  const webSocket = useServer(
    { schema, ...cognitoAuthWebSocket({ verifier }) },
    new WebSocketServer({ server: httpServer, path: '/graphql' }),
  );
  httpServer.listen(0, '127.0.0.1');
  await once(httpServer, 'listening');
  const { port } = httpServer.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/graphql`,
    webSocketUrl: `ws://127.0.0.1:${port}/graphql`,
    responses,
    async stop() {
      await webSocket.dispose();
      await server.stop();
      httpServer.closeAllConnections();
      httpServer.close();
    },
  };
}

/** A server that cannot fetch the keys of its pool. */
export function serveWithoutKeys(): Promise<Served> {
  const { userPoolId, clientId } = pool;
  const keys = { fetch: () => Promise.reject(new Error('There is no network.')) };
  return serve(createCognitoVerifier({ userPoolId, clientId }, { keys }));
}

export const expired = () => pool.accessToken({ exp: Math.floor(Date.now() / 1000) - 60 });

export interface CountingSession {
  readonly session: Session;
  /** How often a new token was asked for. */
  count(): number;
}

/** A caller in these groups whose token has expired. */
export function expiredSession(groups: readonly string[] = []): CountingSession {
  let count = 0;
  const session = new Session(expired(), async () => {
    count += 1;
    await new Promise((resolve) => setTimeout(resolve, 50));
    return pool.accessToken({ 'cognito:groups': groups });
  });
  return { session, count: () => count };
}
