/** Why tokens were not accepted, for the developer: at debug level, a few lines of a flood, and nothing of the token. */
import type { TokenRejectedEvent } from '../events.js';
import { describeRejection } from '../token/rejection.js';
import { createLineLimit } from '../log.js';

/** The part of Apollo Server's logger that this is written to. */
interface DebugLogger {
  debug(message: string): void;
}

// For each reason: enough for someone who tries a token by hand, and nothing for someone who sends a million.
const LINES = 5;
const WINDOW_MS = 10_000;

export function createRejectionLog(
  logger: DebugLogger,
  now: () => number = () => performance.now(),
): (event: TokenRejectedEvent) => void {
  const limit = createLineLimit({ lines: LINES, windowMs: WINDOW_MS, now });
  return ({ reason, cause }) => {
    const dropped = limit(reason);
    if (dropped === undefined) return;
    const detail = describeRejection(cause) ?? 'The token source or the verifier gave no more detail.';
    const more = dropped === 0 ? '' : ` (${dropped} more with this reason since the last line)`;
    logger.debug(`apollo-cognito-auth: a token was rejected as ${reason}. ${detail}${more}`);
  };
}
