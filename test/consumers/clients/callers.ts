/** Each client behind one function, by the recipes of docs/clients.md. */
import { createHash } from 'node:crypto';
import { CombinedGraphQLErrors, gql, HttpLink } from '@apollo/client';
import type { ApolloLink } from '@apollo/client';
import { BatchHttpLink } from '@apollo/client/link/batch-http';
import { createPersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { ClientError } from 'graphql-request';
import { createApolloClient } from './samples/apollo-client.js';
import { createUrqlClient } from './samples/urql-client.js';
import { createRequest } from './samples/graphql-request.js';
import type { Session } from './samples/session.js';

/** Data, and the reason of each error; another error is thrown. */
export interface Answer {
  readonly data: unknown;
  readonly reasons: readonly unknown[];
}

type Ask = (operation: string) => Promise<Answer>;

interface Failure {
  readonly extensions?: Readonly<Record<string, unknown>>;
}

const reasonsOf = (errors: readonly Failure[] = []) => errors.map(({ extensions }) => extensions?.['reason']);

function apollo(toLink: (uri: string) => ApolloLink): (url: string, session: Session) => Ask {
  return (url, session) => {
    const client = createApolloClient(url, session, toLink(url));
    return async (operation) => {
      const { data, error } = await (operation.startsWith('mutation')
        ? client.mutate({ mutation: gql(operation), errorPolicy: 'all' })
        : client.query({ query: gql(operation), errorPolicy: 'all', fetchPolicy: 'no-cache' }));
      if (error !== undefined && !CombinedGraphQLErrors.is(error)) throw error;
      return { data: data ?? undefined, reasons: reasonsOf(error?.errors) };
    };
  };
}

const persisted = createPersistedQueryLink({
  sha256: (query: string) => createHash('sha256').update(query).digest('hex'),
});

function urql(url: string, session: Session): Ask {
  const client = createUrqlClient(url, session);
  return async (operation) => {
    const { data, error } = await (operation.startsWith('mutation')
      ? client.mutation(operation, {}).toPromise()
      : client.query(operation, {}, { requestPolicy: 'network-only' }).toPromise());
    if (error?.networkError) throw error.networkError;
    return { data: data as unknown, reasons: reasonsOf(error?.graphQLErrors) };
  };
}

function graphqlRequest(url: string, session: Session): Ask {
  const request = createRequest(url, session);
  return async (operation) => {
    try {
      return { data: await request(operation), reasons: [] };
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      return { data: error.response.data, reasons: reasonsOf(error.response.errors) };
    }
  };
}

export const clients: readonly (readonly [name: string, connect: (url: string, session: Session) => Ask])[] = [
  ['Apollo Client', apollo((uri) => new HttpLink({ uri }))],
  ['Apollo Client with batches', apollo((uri) => new BatchHttpLink({ uri }))],
  ['Apollo Client with persisted queries', apollo((uri) => persisted.concat(new HttpLink({ uri })))],
  ['urql', urql],
  ['graphql-request', graphqlRequest],
];
