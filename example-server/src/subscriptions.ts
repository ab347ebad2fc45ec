/** Subscriptions over WebSocket (graphql-ws), on the port of the HTTP server and at its `/graphql`. */
import type { Server } from 'node:http';
import type { Auth, CognitoVerifier } from 'apollo-cognito-auth';
import { cognitoAuthWebSocket } from 'apollo-cognito-auth/graphql-ws';
import type { GraphQLSchema } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { maskWebSocketFault } from './faults.js';

export interface SubscriptionOptions {
  readonly httpServer: Server;
  readonly schema: GraphQLSchema;
  readonly verifier: CognitoVerifier;
  /** What the context of each operation has beside `auth`. */
  readonly extend: (auth: Auth) => object;
}

export interface Subscriptions {
  /** Closes every connection; a client that does not answer in time is cut off. */
  stop(): Promise<void>;
}

const STOP_GRACE_MS = 200;

export function serveSubscriptions({ httpServer, schema, verifier, extend }: SubscriptionOptions): Subscriptions {
  const webSocketServer = new WebSocketServer({ server: httpServer, path: '/graphql' });
  const server = useServer(
    {
      schema,
      ...cognitoAuthWebSocket({ verifier, logger: console }, extend),
      onNext: (_context, _id, _payload, _operation, { data, errors }) =>
        errors && { ...(data !== undefined && { data }), errors: errors.map(maskWebSocketFault) },
    },
    webSocketServer,
  );

  return {
    stop: async () => {
      const forceCloseTimer = setTimeout(() => {
        for (const client of webSocketServer.clients) client.terminate();
      }, STOP_GRACE_MS);
      await server.dispose();
      clearTimeout(forceCloseTimer);
    },
  };
}
