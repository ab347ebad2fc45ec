/** Guarded subgraphs behind the real `@apollo/gateway`, each with `unannotated: 'authenticated'`. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { pool, ran, serveGraph } from './subgraphs.js';
import type { Graph } from './subgraphs.js';

let graph: Graph;
beforeAll(async () => {
  graph = await serveGraph('graphql');
});
afterAll(() => graph.stop());
beforeEach(() => {
  ran.length = 0;
});

const query = '{ motd people { name contract { id total } review { stars text } } }';
const denials = {
  missing: ['UNAUTHENTICATED', 'Authentication is required.'],
  expired: ['UNAUTHENTICATED', 'The token has expired.'],
  group: ['FORBIDDEN', 'Access is denied.'],
} as const;

function denial(reason: keyof typeof denials, serviceName: string, path?: readonly (string | number)[]) {
  const [code, message] = denials[reason];
  return { message, ...(path ? { path } : {}), extensions: { code, reason, serviceName } };
}

function people(total: number | null, text: string | null) {
  return ['1', '2'].map((id) => ({ name: `P${id}`, contract: { id, total }, review: { stars: 5, text } }));
}

const contracts = [
  ['people', 0, 'contract'],
  ['people', 1, 'contract'],
];
const texts = [
  ['people', 0, 'review', 'text'],
  ['people', 1, 'review', 'text'],
];

describe('behind a gateway', () => {
  it('denied entities keep their code, reason and path, and the rest is answered', async () => {
    expect(await graph.ask(query)).toEqual({
      data: { motd: 'hello', people: people(null, null) },
      errors: [...contracts, ...texts].map((path) => denial('missing', 'contracts', path)),
    });
    // No reference of a denied type was resolved, and each of an open one.
    expect(ran).toEqual(['Review 1', 'Review 2']);
  });

  it('the forwarded token decides, in each subgraph', async () => {
    expect(await graph.ask(query, pool.accessToken())).toEqual({
      data: { motd: 'hello', people: people(null, 'secret') },
      errors: contracts.map((path) => denial('group', 'contracts', path)),
    });
    expect(ran).toEqual(['Review 1', 'Review 2']);
    expect(await graph.ask(query, pool.accessToken({ 'cognito:groups': ['hr'] }))).toEqual({
      data: { motd: 'hello', people: people(100, 'secret') },
    });
    expect(ran).toContain('Contract 1');
  });

  it('fields without a rule ask for a token, and the gateway starts all the same', async () => {
    expect(await graph.ask('{ motd notes }')).toEqual({
      data: { motd: 'hello', notes: null },
      errors: [denial('missing', 'people', ['notes'])],
    });
    expect(await graph.ask('{ notes }', pool.accessToken())).toEqual({ data: { notes: ['n'] } });
  });

  it('a refused mutation runs nothing and says why', async () => {
    expect(await graph.ask('mutation { rename }', pool.accessToken())).toEqual({
      data: { rename: null },
      errors: [denial('group', 'people', ['rename'])],
    });
    expect(ran).toEqual([]);
  });

  it('a bad token keeps its code and reason with `answers: "graphql"`, and leaves an address otherwise', async () => {
    const expired = pool.accessToken({ iat: 1_000, exp: 2_000 });
    expect(await graph.ask('{ motd }', expired)).toEqual({
      data: { motd: null },
      errors: [denial('expired', 'people')],
    });
    const http = await serveGraph('http');
    try {
      expect(await http.ask('{ motd }', expired)).toMatchObject({
        errors: [{ message: '401: Unauthorized', extensions: { response: { url: expect.stringContaining('http') } } }],
      });
    } finally {
      await http.stop();
    }
  });

  it('the supergraph has nothing of this package in it', async () => {
    expect(await graph.ask('{ __type(name: "AuthTokenUse") { name } }')).toEqual({ data: { __type: null } });
  });
});
