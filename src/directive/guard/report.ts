/** Tells of denials: in events, and in the log of a dry run or of a misconfigured server. */
import type { AuthState } from '../../auth.js';
import { AuthConfigurationError } from '../../errors.js';
import { createLineLimit, writeLine } from '../../log.js';
import type { AuthLogger } from '../../log.js';
import type { Refusal } from '../decision/decide.js';

export type Report = (coordinate: string, refusal: Refusal, state: AuthState | undefined) => void;

const DRY_RUN_MS = 60_000;
// A schema has as many coordinates as it likes; a log needs no more lines than a person reads.
const MOST_DRY_RUN_LINES = 1_000;
// And one line for all others.
const MISUSE_KINDS = 99;

/** @param now Milliseconds of a clock that never goes back. */
export function createReport(isReportOnly: boolean, logger: AuthLogger | undefined, now?: () => number): Report {
  const limitDryRun = createLineLimit({ windowMs: DRY_RUN_MS, kinds: Infinity, now });
  const limitMisuse = createLineLimit({ kinds: MISUSE_KINDS, now });
  const dryRunLines = new Set<string>();

  /** Each element and reason at once, then at most once a minute with how often it was. */
  function logDryRun(coordinate: string, reason: string): void {
    const lineOf = (element: string) => `dry run: ${element} would be denied (${reason}).`;
    const own = lineOf(coordinate);
    if (dryRunLines.size < MOST_DRY_RUN_LINES) dryRunLines.add(own);
    const line = dryRunLines.has(own) ? own : lineOf('other elements');
    const dropped = limitDryRun(line);
    if (dropped !== undefined) writeLine(logger, 'warn', line, dropped);
  }

  return (coordinate, { denial: { code, reason }, cause }, state) => {
    state?.origin.emit({ type: 'field.denied', coordinate, code, reason, enforced: !isReportOnly });
    if (logger === undefined) return;
    if (isReportOnly) logDryRun(coordinate, reason ?? code);
    if (!(cause instanceof AuthConfigurationError)) return;
    const dropped = limitMisuse(cause.message);
    if (dropped !== undefined) writeLine(logger, 'error', cause.message, dropped);
  };
}
