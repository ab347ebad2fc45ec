/** Tells of denials: as events to the maker of the `Auth`, and to the log when something is wrong with the server. */
import type { AuthState } from '../../auth.js';
import { AuthConfigurationError } from '../../errors.js';
import type { Refusal } from '../decision/decide.js';

/** Where sentences go that a developer should read. Apollo Server's logger is one, and so is `console`. */
export interface DirectiveLogger {
  warn(message: string): void;
  error(message: string): void;
}

export type Report = (coordinate: string, refusal: Refusal, state: AuthState | undefined) => void;

const INTERVAL_MS = 60_000;
// A schema has as many coordinates as it likes; a log needs no more lines than a person reads.
const MOST_ENTRIES = 1_000;
const MOST_SENTENCES = 100;
const OTHERS = 'other elements';

interface Entry {
  loggedAt: number;
  /** Denials since then that no line has told of. */
  count: number;
}

/** `clock` counts milliseconds and never goes back. */
export function createReport(
  isReportOnly: boolean,
  logger: DirectiveLogger | undefined,
  clock: () => number = () => performance.now(),
): Report {
  const told = new Set<string>();
  const entries = new Map<string, Entry>();

  function log(level: keyof DirectiveLogger, message: string): void {
    try {
      logger?.[level](`apollo-cognito-auth: ${message}`);
    } catch {
      // A broken log is no reason to lose a request.
    }
  }

  /** The first at once; the same again at most once a minute, with how often it was. */
  function logDryRun(coordinate: string, reason: string): void {
    const isCounted = entries.size < MOST_ENTRIES || entries.has(`${coordinate} ${reason}`);
    const element = isCounted ? coordinate : OTHERS;
    const key = `${element} ${reason}`;
    const now = clock();
    let entry = entries.get(key);
    if (entry === undefined) entries.set(key, (entry = { loggedAt: -Infinity, count: 0 }));
    entry.count += 1;
    if (now - entry.loggedAt < INTERVAL_MS) return;
    const times = entry.count > 1 ? `, ${entry.count} times since the last line` : '';
    entry.loggedAt = now;
    entry.count = 0;
    log('warn', `dry run: ${element} would be denied (${reason})${times}.`);
  }

  return (coordinate, { denial, cause }, state) => {
    const { code, reason } = denial;
    state?.origin.emit({ type: 'field.denied', coordinate, code, reason, enforced: !isReportOnly });
    if (logger === undefined) return;
    if (isReportOnly) logDryRun(coordinate, reason ?? code);
    if (!(cause instanceof AuthConfigurationError)) return;
    if (told.has(cause.message) || told.size >= MOST_SENTENCES) return;
    told.add(cause.message);
    log('error', cause.message);
  };
}
