/** Subscriptions over WebSocket (graphql-ws), on the port of the HTTP server and at its `/graphql`. */
import type { Server } from 'node:http';
import type { RejectionReason } from 'apollo-cognito-auth';
import type { GraphQLSchema } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import type { ExampleContext } from './context.js';
import { maskWebSocketFault } from './faults.js';

/** What a client says of itself when it connects, read as the headers of a request. */
export interface Connection {
  readonly request: { readonly headers: Readonly<Record<string, unknown>> };
}

export interface SubscriptionOptions {
  readonly httpServer: Server;
  readonly schema: GraphQLSchema;
  readonly createContext: (connection: Connection) => Promise<ExampleContext>;
}

export interface Subscriptions {
  /** Closes every connection; a client that does not answer in time is cut off. */
  stop(): Promise<void>;
}

const STOP_GRACE_MS = 200;

// A graphql-ws client takes 4401 as final, and connects again by itself after 1013, "try again later" (RFC 6455's
// registry of close codes).
function closeCode(reason: RejectionReason): [code: number, reason: string] {
  const isUnavailable = reason === 'keys-unavailable' || reason === 'revocation-unavailable';
  return isUnavailable ? [1013, 'Try again later'] : [4401, 'Unauthorized'];
}

export function serveSubscriptions({ httpServer, schema, createContext }: SubscriptionOptions): Subscriptions {
  const webSocketServer = new WebSocketServer({ server: httpServer, path: '/graphql' });
  const contextOf = (connectionParams: Readonly<Record<string, unknown>> | undefined): Promise<ExampleContext> =>
    createContext({ request: { headers: connectionParams ?? {} } });

  const server = useServer(
    {
      schema,
      onConnect: async ({ connectionParams, extra }) => {
        const { auth } = await contextOf(connectionParams);
        if (auth.status !== 'rejected') return true;
        extra.socket.close(...closeCode(auth.reason));
        return false;
      },
      // For each operation anew: a token that has expired since the connection was made counts for nothing.
      context: ({ connectionParams }) => contextOf(connectionParams),
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
