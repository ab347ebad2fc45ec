/** Why tokens were rejected, for the developer: at debug level, a few lines of a flood, and nothing of the token. */
import type { TokenRejectedEvent } from '../events.js';
import { createLineLimit, writeLine } from '../log.js';
import type { AuthLogger } from '../log.js';
import { describeRejection } from '../token/rejection.js';

// For each reason: enough for a developer who tries a token by hand, and no more for a million requests.
const LIMITS = { lines: 5, windowMs: 10_000 };

export function createRejectionLog(logger: AuthLogger, now?: () => number): (event: TokenRejectedEvent) => void {
  const limit = createLineLimit({ ...LIMITS, now });
  return ({ reason, cause }) => {
    const dropped = limit(reason);
    if (dropped === undefined) return;
    const detail = describeRejection(cause) ?? 'The token source or the verifier gave no more detail.';
    writeLine(logger, 'debug', `a token was rejected as ${reason}. ${detail}`, dropped);
  };
}
