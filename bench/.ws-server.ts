/** One server of the WebSocket benchmark, in a process of its own; the first argument says whether it has auth. */
import { makeExecutableSchema } from '@graphql-tools/schema';
import { authDirective, createAuthContext, createCognitoVerifier } from 'apollo-cognito-auth';
import type { JsonWebKeySet } from 'apollo-cognito-auth';
import { cognitoAuthWebSocket } from 'apollo-cognito-auth/graphql-ws';
import { useServer } from 'graphql-ws/use/ws';
import type { AddressInfo } from 'node:net';
import { EventEmitter, on, once } from 'node:events';
import { WebSocketServer } from 'ws';

/** What the driver sends once the process is up. */
export interface Setup {
  readonly userPoolId: string;
  readonly clientId: string;
  readonly jwks: JsonWebKeySet;
}

/** Publishes an event to all subscribers, or asks for the CPU time so far and the subscribers. */
export type Message = Setup | 'publish' | 'state';

export interface State {
  readonly cpuMicroseconds: number;
  readonly subscribers: number;
}

const emitter = new EventEmitter().setMaxListeners(0);
const typeDefs = (auth: string) => /* GraphQL */ `
  type Query {
    motd: String
  }
  type Subscription {
    price: Price ${auth}
  }
  type Price {
    symbol: String!
    cents: Int!
    at: Float!
  }
`;

async function* prices() {
  for await (const [price] of on(emitter, 'price')) yield { price: price as unknown };
}
const resolvers = { Subscription: { price: { subscribe: prices } } };

async function start({ userPoolId, clientId, jwks }: Setup): Promise<number> {
  const webSocketServer = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(webSocketServer, 'listening');
  if (process.argv[2] === 'no auth') {
    useServer({ schema: makeExecutableSchema({ typeDefs: typeDefs(''), resolvers }) }, webSocketServer);
  } else if (process.argv[2] === 'ws only') {
    const verifier = createCognitoVerifier({ userPoolId, clientId, jwks });
    const { authDirectiveTypeDefs, authDirectiveTransformer } = authDirective();
    useServer({ schema: makeExecutableSchema({ typeDefs: typeDefs(''), resolvers }), ...cognitoAuthWebSocket({ verifier }) }, webSocketServer);
  } else if (process.argv[2] === 'guards') {
    const verifier = createCognitoVerifier({ userPoolId, clientId, jwks });
    const { authDirectiveTypeDefs, authDirectiveTransformer } = authDirective();
    const schema = makeExecutableSchema({ typeDefs: [authDirectiveTypeDefs, typeDefs('@auth')], resolvers });
    useServer({ schema: authDirectiveTransformer(schema), context: createAuthContext({ verifier }) }, webSocketServer);
  } else {
    const verifier = createCognitoVerifier({ userPoolId, clientId, jwks });
    const { authDirectiveTypeDefs, authDirectiveTransformer } = authDirective();
    const schema = makeExecutableSchema({ typeDefs: [authDirectiveTypeDefs, typeDefs('@auth')], resolvers });
    useServer({ schema: authDirectiveTransformer(schema), ...cognitoAuthWebSocket({ verifier }) }, webSocketServer);
  }
  // A server that listens on a port has an address with one.
  return (webSocketServer.address() as AddressInfo).port;
}

process.on('message', (message: Message) => {
  if (message === 'publish') {
    emitter.emit('price', { symbol: 'ABC', cents: 4200, at: Date.now() });
  } else if (message === 'state') {
    const { user, system } = process.cpuUsage();
    process.send?.({ cpuMicroseconds: user + system, subscribers: emitter.listenerCount('price') } satisfies State);
  } else {
    void start(message).then((port) => process.send?.(port));
  }
});
process.on('disconnect', () => process.exit());
