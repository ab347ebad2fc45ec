/** A JWKS endpoint on loopback that does what a test tells it: respond, fail, hang or lie. */
import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import type { JsonWebKeySet } from '../token/keys/key-set.js';
import { createSigningKey } from './signing-key.js';

/**
 * The endpoint that `serve()` of a test user pool starts.
 *
 * @example
 * const endpoint: TestKeyServer = await pool.serve();
 * endpoint.fail();
 * await expect(pool.verifier().hydrate()).rejects.toThrow(KeysUnavailableError);
 * await endpoint.close();
 */
export interface TestKeyServer {
  /** For the `endpoint` of a pool, such as `http://127.0.0.1:49152`. */
  readonly url: string;
  /** How many requests it received. */
  readonly requests: number;
  /** Responds with status 500 from now on. */
  readonly fail: () => void;
  /** Sends no response from now on; connections stay open. */
  readonly hang: () => void;
  /** Publishes other keys than those that sign, under the same ids, from now on. */
  readonly lie: () => void;
  /** Lets the listener respond from now on. */
  readonly answer: (listener: RequestListener) => void;
  /** Publishes the pool's keys again from now on. */
  readonly recover: () => void;
  /** Stops the server and cuts every connection. */
  readonly close: () => Promise<void>;
}

export async function startKeyServer(jwks: () => JsonWebKeySet, onClose: () => void): Promise<TestKeyServer> {
  const publish: RequestListener = (request, response) => {
    const isKeySet = request.method === 'GET' && request.url?.endsWith('/.well-known/jwks.json') === true;
    response.writeHead(isKeySet ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(isKeySet ? jwks() : {}));
  };
  let listener = publish;
  let requests = 0;
  const server = createServer((request, response) => {
    requests += 1;
    listener(request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  // A server that listens on a TCP port has an address of this kind (documentation of `net.Server`).
  const port = typeof address === 'object' && address !== null ? address.port : 0;

  const keyServer: TestKeyServer = {
    url: `http://127.0.0.1:${port}`,
    get requests() {
      return requests;
    },
    fail() {
      keyServer.answer((_, response) => response.writeHead(500).end());
    },
    hang() {
      keyServer.answer(() => {});
    },
    lie() {
      const { jwk } = createSigningKey();
      const keys = jwks().keys.map(({ kid }) => ({ ...jwk, kid }));
      keyServer.answer((_, response) => response.writeHead(200).end(JSON.stringify({ keys })));
    },
    answer(next) {
      listener = next;
    },
    recover() {
      keyServer.answer(publish);
    },
    async close() {
      onClose();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
  return keyServer;
}
