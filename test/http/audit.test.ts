import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { serverAudits } from 'graphql-http';
import { describe, expect, it } from 'vitest';
import { createTestUserPool } from '../../src/testing/index.js';
import { bearer, serve } from '../support/serve.js';

/** What each audit of the GraphQL over HTTP specification says of a server, by the audit's name. */
async function audit(url: string, headers: Readonly<Record<string, string>>): Promise<Record<string, string>> {
  const audits = serverAudits({
    url,
    fetchFn: (input: string, init: RequestInit = {}) =>
      fetch(input, { ...init, headers: { ...Object.fromEntries(new Headers(init.headers)), ...headers } }),
  });
  const results: Record<string, string> = {};
  for (const { name, fn } of audits) results[name] = (await fn()).status;
  return results;
}

describe('the GraphQL over HTTP specification', () => {
  it('is met as well with the plugin as without', async () => {
    const typeDefs = 'type Query { motd: String }';
    const plainServer = new ApolloServer({ typeDefs });
    const { url } = await startStandaloneServer(plainServer, { listen: { port: 0, host: '127.0.0.1' } });
    const pool = createTestUserPool();
    const server = await serve({ typeDefs, resolvers: {}, verifier: pool.verifier() });
    try {
      const preflight = { 'apollo-require-preflight': 'true' };
      const plain = await audit(url, preflight);
      expect(Object.keys(plain).length).toBeGreaterThan(50);
      expect(Object.values(plain)).not.toContain('error');
      expect(await audit(server.url, preflight)).toEqual(plain);
      expect(await audit(server.url, { ...preflight, ...bearer(pool.accessToken()) })).toEqual(plain);
    } finally {
      await server.stop();
      await plainServer.stop();
    }
  });
});
