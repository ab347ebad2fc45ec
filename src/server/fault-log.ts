/** The log of what is the server's fault and not the client's: each fault once, with the cause that no client sees. */
import { GraphQLError } from 'graphql';
import { AuthConfigurationError, isUnavailable, KeysUnavailableError, outageOf } from '../errors.js';
import type { AuthUnavailableError } from '../errors.js';
import { messageOf } from '../settings.js';
import { createLineLimit } from '../log.js';

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

function describe(fault: unknown, depth = 0): string {
  const message = messageOf(fault);
  const cause = causeOf(fault);
  return cause !== undefined && depth < DEEPEST_CAUSE ? `${message} ${describe(cause, depth + 1)}` : message;
}

function causeOf(fault: unknown): unknown {
  try {
    return fault instanceof Error && fault.cause instanceof Error ? fault.cause : undefined;
  } catch {
    // A getter that throws.
    return undefined;
  }
}

// Sentences of misuse are constants or nearly so. More than these are made of what requests say.
const MAX_SENTENCES = 100;
const WINDOW_MS = 60_000;

/**
 * A request that anyone can send a thousand times must not write a thousand lines. Misuse is written once for each
 * sentence, an outage of a key endpoint once until it is over, and anything else once a minute, with a count.
 */
export function createFaultLog(now: () => number = () => performance.now()): FaultLog {
  const sentences = new Set<string>();
  const outages = new WeakSet<object>();
  const limit = createLineLimit({ lines: 1, windowMs: WINDOW_MS, now });

  function logUnavailable(fault: AuthUnavailableError, logger: FaultLogger): void {
    const outage = fault instanceof KeysUnavailableError ? outageOf(fault) : undefined;
    if (outage !== undefined) {
      if (outages.has(outage)) return;
      outages.add(outage);
      logger.warn(
        `apollo-cognito-auth: the public keys of the user pool ${outage.userPoolId} cannot be fetched. Until they can, ` +
          `requests whose token needs them are answered with 503. ${describe(fault.cause)}`,
      );
      return;
    }
    // About one token of many that name unknown keys: the endpoint has not failed, and there is nothing to repair.
    if (fault.cause === undefined) return;
    const count = limit(fault.reason);
    if (count === undefined) return;
    const what = fault instanceof KeysUnavailableError ? 'verified' : 'asked about at `revocation`';
    logger.error(
      `apollo-cognito-auth: a token could not be ${what}, and was answered with 503. ` +
        `${describe(fault.cause)}${andMore(count)}`,
    );
  }

  return (fault, logger) => {
    if (isUnavailable(fault)) {
      logUnavailable(fault, logger);
      return;
    }
    if (fault instanceof AuthConfigurationError) {
      // This package's own sentences, of which there may be several lines.
      const cause = causeOf(fault);
      const text = cause === undefined ? fault.message : `${fault.message} ${describe(cause)}`;
      if (sentences.has(text) || sentences.size >= MAX_SENTENCES) return;
      sentences.add(text);
      logger.error(`apollo-cognito-auth: ${text}`);
      return;
    }
    const text = describe(fault);
    const count = limit(text);
    if (count !== undefined) logger.error(`apollo-cognito-auth: ${text}${andMore(count)}`);
  };
}

function andMore(count: number): string {
  return count === 0 ? '' : ` (${count} more since the last line)`;
}
