/** A real graphql-ws server on loopback for one test, with a feed that the test publishes to, and its real client. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { makeExecutableSchema } from '@graphql-tools/schema';
import type { GraphQLSchema } from 'graphql';
import { createClient } from 'graphql-ws';
import type { Client, ClientOptions, ServerOptions } from 'graphql-ws';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocket, WebSocketServer } from 'ws';
import { authDirective } from '../../src/index.js';

export interface Feed {
  readonly publish: (value: number) => void;
  /** Streams that are open. */
  readonly open: () => number;
  readonly subscribe: () => AsyncIterableIterator<{ ticks: number }>;
}

export function createFeed(): Feed {
  const listeners = new Set<(value: number) => void>();
  return {
    publish(value) {
      for (const listener of [...listeners]) listener(value);
    },
    open: () => listeners.size,
    subscribe() {
      const values: number[] = [];
      let wake: () => void = () => {};
      let isOver = false;
      const listener = (value: number) => {
        values.push(value);
        wake();
      };
      listeners.add(listener);
      const stream: AsyncIterableIterator<{ ticks: number }> = {
        async next() {
          while (values.length === 0 && !isOver) await new Promise<void>((resolve) => (wake = resolve));
          const value = values.shift();
          return value === undefined ? { value: undefined, done: true } : { value: { ticks: value }, done: false };
        },
        async return() {
          isOver = true;
          listeners.delete(listener);
          wake();
          return { value: undefined, done: true };
        },
        [Symbol.asyncIterator]: () => stream,
      };
      return stream;
    },
  };
}

export interface Run {
  readonly schema: GraphQLSchema;
  readonly feed: Feed;
  /** What resolvers did, in order. */
  readonly ran: string[];
}

export const SDL = `
  type Query { motd: String  secret: String @auth(groups: ["admin"])  me: String @auth  extra: String }
  type Mutation { open: String  closed: String @auth(groups: ["admin"]) }
  type Subscription { ticks: Int @auth  news: Int }
`;

interface Extras {
  readonly auth: { readonly status: string; readonly username?: string };
  readonly extra?: string;
}

/** @param transform Whether the rules of the schema are enforced. Default: true. */
export function createRun(transform = true): Run {
  const feed = createFeed();
  const ran: string[] = [];
  const { authDirectiveTypeDefs, authDirectiveTransformer } = authDirective();
  const does = (name: string) => () => {
    ran.push(name);
    return name;
  };
  const news = {
    async *subscribe() {
      for await (const { ticks } of feed.subscribe()) yield { news: ticks };
    },
  };
  const schema = makeExecutableSchema({
    typeDefs: [authDirectiveTypeDefs, SDL],
    resolvers: {
      Query: {
        motd: does('motd'),
        secret: does('secret'),
        me: (_source, _args, { auth }: Extras) => auth.username,
        extra: (_source, _args, { extra }: Extras) => extra,
      },
      Mutation: { open: does('open'), closed: does('closed') },
      Subscription: { ticks: { subscribe: () => feed.subscribe() }, news },
    },
  });
  return { schema: transform ? authDirectiveTransformer(schema) : schema, feed, ran };
}

export interface WebSocketTestServer {
  readonly url: string;
  /** A client of graphql-ws, with no retries unless they are asked for. */
  readonly client: (options?: Partial<ClientOptions<Record<string, unknown>>>) => Client;
  /**
   * Opens a connection by hand, and sends each message when the one before is answered, or all at once. Resolves to the
   * code and reason with which the connection was closed, and to what came before.
   */
  readonly speak: (
    messages: readonly unknown[],
    headers?: Readonly<Record<string, string>>,
    atOnce?: boolean,
  ) => Promise<Spoken>;
  /** Sockets that are open. */
  readonly sockets: () => number;
  /** Breaks all of them off. */
  readonly terminate: () => void;
  readonly stop: () => Promise<void>;
}

export interface Spoken {
  readonly code: number;
  readonly reason: string;
  readonly received: readonly unknown[];
}

export async function serveWebSocket(options: ServerOptions): Promise<WebSocketTestServer> {
  const httpServer = createServer();
  const webSocketServer = new WebSocketServer({ server: httpServer, maxPayload: 16 * 1024 * 1024 });
  const server = useServer(options as Parameters<typeof useServer>[0], webSocketServer);
  await new Promise<void>((resolve) => httpServer.listen(0, '127.0.0.1', resolve));
  // A server that listens has a port.
  const url = `ws://127.0.0.1:${(httpServer.address() as AddressInfo).port}`;
  const clients: Client[] = [];
  const terminate = () => {
    for (const socket of webSocketServer.clients) socket.terminate();
  };
  return {
    url,
    client(clientOptions = {}) {
      const client = createClient({
        url,
        webSocketImpl: WebSocket,
        retryAttempts: 0,
        onNonLazyError: () => {},
        ...clientOptions,
      });
      clients.push(client);
      return client;
    },
    speak(messages, headers = {}, atOnce = false) {
      const socket = new WebSocket(url, 'graphql-transport-ws', { headers });
      const received: unknown[] = [];
      const left = [...messages];
      const sendNext = () => {
        const message = left.shift();
        if (message === undefined) socket.close(1000, 'done');
        else socket.send(JSON.stringify(message));
        if (atOnce && left.length > 0) sendNext();
      };
      return new Promise((resolve, reject) => {
        socket.on('error', reject);
        socket.on('open', sendNext);
        socket.on('message', (data: Buffer) => {
          // What a server sends is JSON with a type.
          const message = JSON.parse(data.toString()) as { readonly type: string };
          received.push(message);
          if (message.type !== 'next') sendNext();
        });
        socket.on('close', (code, reason) => {
          resolve({ code, reason: reason.toString(), received });
        });
      });
    },
    sockets: () => webSocketServer.clients.size,
    terminate,
    async stop() {
      for (const client of clients) await client.dispose();
      terminate();
      await server.dispose();
      httpServer.closeAllConnections();
      await new Promise((resolve) => httpServer.close(resolve));
    },
  };
}

/** The results of an operation until it ends; rejects as the client does. */
export async function ask(client: Client, query: string, variables?: Record<string, unknown>): Promise<unknown[]> {
  const results: unknown[] = [];
  for await (const result of client.iterate({ query, ...(variables && { variables }) }))
    results.push(withoutLocations(result));
  return results;
}

function withoutLocations(result: unknown): unknown {
  return JSON.parse(JSON.stringify(result, (key, value: unknown) => (key === 'locations' ? undefined : value)));
}

/** How the client ended: a close event of the server, or an error. */
export async function closeOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    return await promise;
  } catch (event) {
    const { code, reason } = event as { readonly code: number; readonly reason: string };
    return [code, reason];
  }
}

export async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition(); tries += 1) {
    if (tries > 500) throw new Error('It did not come true within 5 s.');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
