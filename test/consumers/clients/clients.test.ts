import { CombinedGraphQLErrors, gql } from '@apollo/client';
import { ClientError, GraphQLClient } from 'graphql-request';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clients } from './callers.js';
import { createApolloClient } from './samples/apollo-client.js';
import { createUrqlClient } from './samples/urql-client.js';
import { Session } from './samples/session.js';
import { expired, expiredSession, pool, serve, serveWithoutKeys } from './server.js';
import type { Served } from './server.js';

let server: Served;
let withoutKeys: Served;

beforeAll(async () => {
  server = await serve();
  withoutKeys = await serveWithoutKeys();
});
afterAll(async () => {
  await server.stop();
  await withoutKeys.stop();
});

/** A caller whose client must not ask for another token. */
const signedIn = (token: string | undefined) =>
  new Session(token, () => Promise.reject(new Error('The client asked for a new token.')));

describe.each(clients)('%s', (_, connect) => {
  it('gets what is not denied of a query, and the reasons', async () => {
    const query = '{ motd me payroll }';
    expect(await connect(server.url, signedIn(undefined))(query)).toEqual({
      data: { motd: 'hello', me: null, payroll: null },
      reasons: ['missing', 'missing'],
    });
    expect(await connect(server.url, signedIn(pool.accessToken()))(query)).toEqual({
      data: { motd: 'hello', me: 'me', payroll: null },
      reasons: ['group'],
    });
  });

  it('gets the reason of a refused operation: 401, 403 and 503', async () => {
    const statuses = async (served: Served, token: string | undefined) => {
      served.responses.length = 0;
      const { reasons, data } = await connect(served.url, signedIn(token))('mutation { pay }');
      return [served.responses.at(-1)?.status, reasons, data];
    };
    expect(await statuses(server, undefined)).toEqual([401, ['missing'], undefined]);
    expect(await statuses(server, 'nonsense')).toEqual([401, ['malformed'], undefined]);
    expect(await statuses(server, pool.accessToken())).toEqual([403, ['group'], undefined]);
    expect(await statuses(withoutKeys, pool.accessToken())).toEqual([503, ['keys-unavailable'], undefined]);
  });

  it('refreshes an expired token once for all requests, and sends each again', async () => {
    const { session, count } = expiredSession(['admin']);
    const ask = connect(server.url, session);
    expect(await Promise.all(['{ motd }', '{ me }', '{ payroll }', 'mutation { pay }'].map(ask))).toEqual([
      { data: { motd: 'hello' }, reasons: [] },
      { data: { me: 'me' }, reasons: [] },
      { data: { payroll: 42 }, reasons: [] },
      { data: { pay: 42 }, reasons: [] },
    ]);
    expect(count()).toBe(1);
    expect(await ask('{ me }')).toEqual({ data: { me: 'me' }, reasons: [] });
    expect(count()).toBe(1);
  });

  it('retries once, and not for ever, if the new token is expired as well', async () => {
    let count = 0;
    const session = new Session(expired(), async () => {
      count += 1;
      return expired();
    });
    expect(await connect(server.url, session)('{ me }')).toEqual({ data: undefined, reasons: ['expired'] });
    expect(count).toBe(1);
  });
});

describe('what a client shows by itself', () => {
  const query = '{ motd payroll }';
  const data = { motd: 'hello', payroll: null };

  it('is, in Apollo Client, a thrown error with the data, unless the policy is `all`', async () => {
    const client = createApolloClient(server.url, signedIn(pool.accessToken()));
    const error: unknown = await client.query({ query: gql(query) }).catch((thrown: unknown) => thrown);
    expect(CombinedGraphQLErrors.is(error) && error.data).toEqual(data);
    const answer = await client.query({ query: gql(query), errorPolicy: 'all', fetchPolicy: 'no-cache' });
    expect([answer.data, CombinedGraphQLErrors.is(answer.error)]).toEqual([data, true]);
  });

  it('is, in urql, an error beside the data, with the response', async () => {
    const client = createUrqlClient(server.url, signedIn(pool.accessToken()));
    expect(await client.query(query, {}).toPromise()).toMatchObject({ data, error: { response: { status: 200 } } });
    const { error } = await client.mutation('mutation { pay }', {}).toPromise();
    expect(error?.graphQLErrors.map(({ extensions }) => extensions)).toEqual([{ code: 'FORBIDDEN', reason: 'group' }]);
    expect(error?.response).toMatchObject({ status: 403 });
  });

  it('is, in graphql-request, a thrown error with the response, unless the policy is `all`', async () => {
    const requestHeaders = { authorization: `Bearer ${pool.accessToken()}` };
    const error: unknown = await new GraphQLClient(withoutKeys.url)
      .request({ document: query, requestHeaders })
      .catch((thrown: unknown) => thrown);
    const response = error instanceof ClientError ? error.response : undefined;
    expect(response?.status).toBe(503);
    expect(Number(new Headers(response?.headers).get('retry-after'))).toBeGreaterThan(0);
    expect(response?.errors?.map(({ extensions }) => extensions['reason'])).toEqual(['keys-unavailable']);
    const lenient = new GraphQLClient(server.url, { errorPolicy: 'all' });
    expect(await lenient.request({ document: query, requestHeaders })).toEqual(data);
  });
});

describe('a session', () => {
  it('asks for nothing for a request that fails after the token was renewed', async () => {
    const { session, count } = expiredSession();
    const used = session.token;
    const renewed = await session.refresh(used);
    expect(await session.refresh(used)).toBe(renewed);
    expect(count()).toBe(1);
  });

  it('asks again after a refresh that failed', async () => {
    let count = 0;
    const session = new Session('old', async () => {
      count += 1;
      if (count === 1) throw new Error('There is no network.');
      return 'new';
    });
    await expect(Promise.all([session.refresh('old'), session.refresh('old')])).rejects.toThrow('There is no network.');
    expect(await session.refresh('old')).toBe('new');
    expect(count).toBe(2);
  });
});

describe('across origins', () => {
  it('the challenge and the time to wait can be read', async () => {
    const headers = { origin: 'https://app.example.com', authorization: 'Bearer nonsense' };
    const response = await fetch(`${server.url}?query={motd}`, {
      headers: { ...headers, 'apollo-require-preflight': '1' },
    });
    expect(response.headers.get('access-control-expose-headers')).toBe('www-authenticate,retry-after');
    expect(response.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
  });
});
