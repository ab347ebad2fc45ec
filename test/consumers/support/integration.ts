/** What the shared cases need of an integration of Apollo Server: to start it, and to send it requests as HTTP has them. */
import { request } from 'node:http';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ApolloServer } from '@apollo/server';
import type { AuthContext } from 'apollo-cognito-auth';

export interface Ask {
  /** Default: POST. */
  readonly method?: 'GET' | 'POST';
  /** With the question mark. */
  readonly search?: string;
  /** Names in the case in which they are sent; one may come twice. */
  readonly headers?: readonly (readonly [name: string, value: string])[];
  /** Sent as JSON. */
  readonly body?: unknown;
}

export interface Answer {
  readonly status: number;
  /** By name in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Read as JSON. */
  readonly body: unknown;
}

export interface Running {
  ask(request: Ask): Promise<Answer>;
  stop(): Promise<void>;
}

export type ContextFunction = (...integrationArguments: readonly unknown[]) => Promise<AuthContext>;

export interface Integration {
  readonly name: string;
  /** Starts the server too, if the integration does not. */
  start(server: ApolloServer<AuthContext>, context: ContextFunction): Promise<Running>;
  /** Where the integration's arguments have the request's method, such as `0.req.method`. */
  readonly methodAt: string;
  /** What the responses have in `Vary`. Default: `authorization`. */
  readonly vary?: string;
  /** Which of two `authorization` headers reaches the integration, when the other one is lost before it. */
  readonly countsOfTwo?: 'first' | 'last';
}

/** The headers of a request, in the order in which they are sent. */
export function headersOf({ headers = [], body }: Ask): readonly (readonly [name: string, value: string])[] {
  return [...headers, ...(body === undefined ? [] : ([['Content-Type', 'application/json']] as const))];
}

export function bodyOf({ body }: Ask): string {
  return body === undefined ? '' : JSON.stringify(body);
}

export function readAnswer(status: number, headers: Iterable<readonly [string, string]>, body: string): Answer {
  const named = [...headers].map(([name, value]) => [name.toLowerCase(), value] as const);
  return { status, headers: Object.fromEntries(named), body: JSON.parse(body) as unknown };
}

/** Sends the request with its headers as they are, which `fetch` would join and write in lower case. */
export function askOverHttp(url: string, ask: Ask): Promise<Answer> {
  const { host } = new URL(url);
  const body = bodyOf(ask);
  const headers = [['Host', host], ['Content-Length', String(Buffer.byteLength(body))], ...headersOf(ask)].flat();
  return new Promise((resolve, reject) => {
    const sent = request(new URL(ask.search ?? '', url), { method: ask.method ?? 'POST', headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () => {
        const named = Object.entries(response.headers).map(([name, value]) => [name, String(value)] as const);
        resolve(readAnswer(response.statusCode ?? 0, named, text));
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Listens on loopback. */
export async function listen(listener: RequestListener): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server: Server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
