/** The log of what is the server's fault: each fault once, with the cause that no client sees. */
import { GraphQLError } from 'graphql';
import { AuthConfigurationError, isUnavailable, KeysUnavailableError, outageOf } from '../errors.js';
import type { AuthUnavailableError } from '../errors.js';
import { createLineLimit, writeLine } from '../log.js';
import type { AuthLogger } from '../log.js';
import { messageOf } from '../settings.js';

/** What was thrown first: graphql-js wraps what a resolver throws in errors of its own. */
export function rootCauseOf({ originalError }: GraphQLError): Error | undefined {
  return originalError instanceof GraphQLError ? rootCauseOf(originalError) : (originalError ?? undefined);
}

/** What an error of a response has for the log: a misconfiguration, or a check that is unavailable. Undefined for any other error. */
export function loggedFaultOf(error: GraphQLError): Error | undefined {
  const fault = rootCauseOf(error);
  return fault instanceof AuthConfigurationError || isUnavailable(fault) ? fault : undefined;
}

export type FaultLog = (fault: Error, logger: AuthLogger) => void;

// A chain of causes may be a ring.
const DEEPEST_CAUSE = 5;

/** The messages of an error and of its causes, on one line. */
function messagesOf(fault: unknown, depth = 0): string {
  const message = messageOf(fault);
  const cause = causeOf(fault);
  return cause !== undefined && depth < DEEPEST_CAUSE ? `${message} ${messagesOf(cause, depth + 1)}` : message;
}

function causeOf(fault: unknown): unknown {
  try {
    return fault instanceof Error && fault.cause instanceof Error ? fault.cause : undefined;
  } catch {
    // A getter that throws.
    return undefined;
  }
}

/**
 * A request that can be sent a thousand times must not write a thousand lines. Misuse is written once an hour for each
 * sentence, an outage of a key endpoint once until it is over (20 a minute), and anything else once a minute, with a count.
 */
export function createFaultLog(now?: () => number): FaultLog {
  const outages = new WeakSet<object>();
  const limitMisuse = createLineLimit({ now });
  const limitFaults = createLineLimit({ windowMs: 60_000, now });
  // Of pools that are found at run time: forged tokens name one after another.
  const limitOutages = createLineLimit({ lines: 20, windowMs: 60_000, now });

  function logUnavailable(fault: AuthUnavailableError, logger: AuthLogger): void {
    const outage = fault instanceof KeysUnavailableError ? outageOf(fault) : undefined;
    if (outage !== undefined) {
      if (outages.has(outage)) return;
      const dropped = limitOutages(fault.reason);
      if (dropped === undefined) return;
      outages.add(outage);
      writeLine(
        logger,
        'warn',
        `cannot fetch the public keys of user pool ${outage.userPoolId}${outage.region === undefined ? '' : ` in ${outage.region}`}. ` +
          `Requests with a token that needs them get 503 until this succeeds. ${messagesOf(fault.cause)}`,
        dropped,
      );
      return;
    }
    // One token of many with unknown keys: the endpoint works, and there is nothing to repair.
    if (fault.cause === undefined) return;
    const dropped = limitFaults(fault.reason);
    if (dropped === undefined) return;
    const what = fault instanceof KeysUnavailableError ? 'verify a token' : 'ask `revocation` about a token';
    writeLine(logger, 'error', `could not ${what}; its request got 503. ${messagesOf(fault.cause)}`, dropped);
  }

  return (fault, logger) => {
    if (isUnavailable(fault)) {
      logUnavailable(fault, logger);
      return;
    }
    const isMisuse = fault instanceof AuthConfigurationError;
    const cause = causeOf(fault);
    // This package's own sentences may be several lines.
    const text = isMisuse ? [fault.message, ...(cause ? [messagesOf(cause)] : [])].join(' ') : messagesOf(fault);
    const dropped = (isMisuse ? limitMisuse : limitFaults)(text);
    if (dropped !== undefined) writeLine(logger, 'error', text, dropped);
  };
}
