/** The log of what is the server's fault and not the client's: each fault once, with the cause that no client sees. */
import { GraphQLError } from 'graphql';
import { AuthConfigurationError, KeysUnavailableError } from '../errors.js';

/** The part of Apollo Server's logger that this package writes to. */
export interface FaultLogger {
  warn(message: string): void;
  error(message: string): void;
}

/** What stands behind an error of an answer: graphql-js wraps what a resolver throws once more. */
export function faultBehind({ originalError }: GraphQLError): Error | undefined {
  return originalError instanceof GraphQLError ? faultBehind(originalError) : (originalError ?? undefined);
}

export type FaultLog = (fault: Error, logger: FaultLogger) => void;

// A chain of causes may be a ring.
const DEEPEST_CAUSE = 5;

function describe(fault: Error, depth = 0): string {
  const { cause } = fault;
  const goesOn = cause instanceof Error && depth < DEEPEST_CAUSE;
  return goesOn ? `${fault.message} ${describe(cause, depth + 1)}` : fault.message;
}

/**
 * Misuse says the same sentence at every request, and all who wait for one fetch of keys get the same error: a request
 * that anybody can send a thousand times must not write a thousand lines.
 */
export function createFaultLog(): FaultLog {
  const sentences = new Set<string>();
  const causes = new WeakSet<Error>();
  return (fault, logger) => {
    if (fault instanceof AuthConfigurationError) {
      if (sentences.has(fault.message)) return;
      sentences.add(fault.message);
    } else {
      const cause = fault.cause instanceof Error ? fault.cause : fault;
      if (causes.has(cause)) return;
      causes.add(cause);
    }
    if (fault instanceof KeysUnavailableError) {
      logger.warn(
        'apollo-cognito-auth: the public keys of a user pool cannot be fetched. Requests with a token are answered with ' +
          `503 until they can. ${fault.cause instanceof Error ? describe(fault.cause) : ''}`,
      );
    } else {
      logger.error(`apollo-cognito-auth: ${describe(fault)}`);
    }
  };
}
