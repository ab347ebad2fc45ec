/** Faults of ours, such as a database that is down: the log hears all of it, the client only that there was one. */
import { unwrapResolverError } from '@apollo/server/errors';
import type { GraphQLError, GraphQLFormattedError } from 'graphql';

const CODE = 'INTERNAL_SERVER_ERROR';

/** For Apollo Server's `formatError`. It would send the message, which may tell of tables and hosts. */
export function maskHttpFault(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  return formatted.extensions?.['code'] === CODE ? mask(formatted, unwrapResolverError(error)) : formatted;
}

/** For graphql-ws, which knows no codes: what has one was made for the client, and what was not thrown is no fault. */
export function maskWebSocketFault(error: GraphQLError): GraphQLFormattedError {
  const { extensions, originalError } = error;
  const isFault = extensions['code'] === undefined && originalError !== undefined;
  return isFault ? mask(error.toJSON(), originalError) : error.toJSON();
}

function mask(formatted: GraphQLFormattedError, fault: unknown): GraphQLFormattedError {
  console.error(fault);
  return { ...formatted, message: 'Internal server error.', extensions: { code: CODE } };
}
