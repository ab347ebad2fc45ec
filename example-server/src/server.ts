/** The example server, put together, started and stopped: HTTP and WebSocket on one port, the database, the user pool. */
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import { ApolloServerPluginDrainHttpServer } from '@apollo/server/plugin/drainHttpServer';
import { expressMiddleware } from '@as-integrations/express5';
import {
  cognitoAuthPlugin,
  createAuthContext,
  createCognitoVerifier,
  protectedResourceMetadata,
} from 'apollo-cognito-auth';
import express from 'express';
import type { Configuration } from './configuration.js';
import type { ExampleContext } from './context.js';
import { openDatabase } from './database/database.js';
import { createShop } from './database/shop.js';
import { maskHttpFault } from './faults.js';
import { createOrderFeed } from './order-feed.js';
import { renderPage } from './page.js';
import { createSchema } from './schema.js';
import { serveSubscriptions } from './subscriptions.js';
import { startLocalUserPool } from './user-pool/local-user-pool.js';
import { awsUserPool } from './user-pool/user-pool.js';
import type { UserPool } from './user-pool/user-pool.js';

/** What tests and the demo reach into. */
export interface TestHooks {
  /** Receives every SQL statement of a request. */
  readonly onQuery?: (sql: string) => void;
  /** Milliseconds since the epoch: the clock of the example's own user pool. */
  readonly userPoolClock?: () => number;
}

export interface RunningExample {
  /** Such as `http://127.0.0.1:4000`. */
  readonly url: string;
  readonly userPool: UserPool;
  /** Ends open requests and connections and everything that was started with the server. */
  stop(): Promise<void>;
}

// Fixed passwords and a published signing key: other machines must not reach this server.
const HOST = '127.0.0.1';

// The well-known address of the metadata of `/graphql` (RFC 9728, section 3.1).
const METADATA_PATH = '/.well-known/oauth-protected-resource/graphql';

// Requests still running after this are cut off, so that Ctrl-C ends the process promptly.
const STOP_GRACE_MS = 300;

/** @throws the error of the part that could not start, after stopping the parts that had. */
export async function startExample(
  { port, userPool: pool, databaseUrl }: Configuration,
  { onQuery, userPoolClock }: TestHooks = {},
): Promise<RunningExample> {
  const stops: (() => Promise<void>)[] = [];
  const stopAll = async (): Promise<void> => {
    for (const stop of stops.splice(0).reverse()) await stop();
  };

  try {
    // The port comes first: it fails most often. Until the server is ready, requests get 503.
    const httpServer = createServer((_request, response) => void response.writeHead(503, { 'retry-after': '1' }).end());
    const drainHttpServer = ApolloServerPluginDrainHttpServer({ httpServer, stopGracePeriodMillis: STOP_GRACE_MS });
    const url = `http://${HOST}:${await listen(httpServer, port)}`;
    stops.push(async () => {
      httpServer.close();
      httpServer.closeAllConnections();
    });

    const userPool = pool ? awsUserPool(pool.userPoolId, pool.clientId) : await startLocalUserPool(userPoolClock);
    stops.push(() => userPool.stop());
    const database = await openDatabase({ url: databaseUrl, onQuery });
    stops.push(() => database.close());
    const feed = createOrderFeed();

    const { userPoolId, clientId, endpoint } = userPool;
    const verifier = createCognitoVerifier({ userPoolId, clientId, ...(endpoint !== undefined && { endpoint }) });
    const schema = await createSchema();
    const server = new ApolloServer<ExampleContext>({
      schema,
      plugins: [
        // Each 401 says where to find out how to get a token.
        cognitoAuthPlugin({ verifier, challenge: { resourceMetadata: url + METADATA_PATH } }),
        drainHttpServer,
        ApolloServerPluginLandingPageDisabled(),
      ],
      formatError: maskHttpFault,
      includeStacktraceInErrorResponses: false,
      // `main.ts` ends more than this server.
      stopOnTerminationSignals: false,
    });
    await server.start();
    stops.push(() => server.stop());

    const app = express().disable('x-powered-by');
    const page = renderPage(url, userPool);
    app.get('/', (_request, response) => void response.type('html').send(page));
    const metadata = protectedResourceMetadata({ resource: `${url}/graphql`, verifier, schema });
    app.get(
      METADATA_PATH,
      (_request, response) => void response.set('access-control-allow-origin', '*').json(metadata),
    );
    app.use(
      '/graphql',
      express.json(),
      expressMiddleware(server, {
        context: createAuthContext({ verifier }, (auth) => ({ shop: createShop(database, auth), feed })),
      }),
    );
    httpServer.removeAllListeners('request').on('request', app);
    const subscriptions = serveSubscriptions({
      httpServer,
      schema,
      verifier,
      extend: (auth) => ({ shop: createShop(database, auth, { cache: false }), feed }),
    });
    stops.push(() => subscriptions.stop());
    return { url, userPool, stop: stopAll };
  } catch (error) {
    await stopAll();
    throw error;
  }
}

/** @returns the port, which is another than the one asked for when that is 0. */
async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, HOST, () => {
      server.off('error', reject);
      resolve();
    });
  });
  // A TCP server that listens has an address with a port.
  return (server.address() as AddressInfo).port;
}
