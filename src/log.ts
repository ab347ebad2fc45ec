/** What this package writes to a log: where, in which form, and how often. */
import { AuthConfigurationError } from './errors.js';
import { tell } from './events.js';
import { describe } from './settings.js';

/**
 * The part of a logger that this package writes to. Apollo Server's logger is one, and so is `console`.
 *
 * @example
 * const logger: AuthLogger = { warn: (line) => log.push(line), error: (line) => log.push(line) };
 */
export interface AuthLogger {
  debug?(message: string): unknown;
  warn(message: string): unknown;
  error(message: string): unknown;
}

/** @throws {AuthConfigurationError} when the option is neither undefined nor a logger. */
export function readLogger(where: string, logger: unknown): AuthLogger | undefined {
  if (logger === undefined) return undefined;
  // Loggers are instances of classes: their methods may be inherited.
  const { warn, error } = (logger ?? {}) as { readonly warn?: unknown; readonly error?: unknown };
  if (typeof warn === 'function' && typeof error === 'function') return logger as AuthLogger;
  throw new AuthConfigurationError(
    `Expected \`logger\` of ${where} to be an object with the methods \`warn\` and \`error\`, got ${describe(logger)}. Write logger: console.`,
  );
}

/**
 * Writes one line, which begins with the package's name. A logger that fails loses no request.
 *
 * @param dropped How many lines like this one were not written, as the limit below says.
 */
export function writeLine(
  logger: AuthLogger | undefined,
  level: 'debug' | 'warn' | 'error',
  message: string,
  dropped = 0,
): void {
  const more = dropped === 0 ? '' : ` (${dropped} more since the last line)`;
  tell((line: string) => logger?.[level]?.(line), `apollo-cognito-auth: ${message}${more}`);
}

interface Limits {
  /** Lines of one kind in each window. Default: 1. */
  readonly lines?: number;
  /** Milliseconds. Default: one hour. */
  readonly windowMs?: number;
  /** Kinds that are told apart. Default: 100. */
  readonly kinds?: number;
  /** Milliseconds of a clock that never goes back. Default: `performance.now`. */
  readonly now?: (() => number) | undefined;
}

interface Window {
  beganAt: number;
  written: number;
  /** Since the last line. */
  dropped: number;
}

// Further ones, such as sentences that each request makes anew, count as one kind.
const OTHERS = '';

/** Undefined when the line is not to be written; otherwise how many of its kind were not since the last one. */
export type LineLimit = (kind: string) => number | undefined;

/**
 * Keeps requests from flooding a log. By default each sentence, given as the kind, is written once an hour. Bounded: it
 * remembers `kinds` of them, and each only until its window has passed.
 */
export function createLineLimit({
  lines = 1,
  windowMs = 3_600_000,
  kinds = 100,
  now = () => performance.now(),
}: Limits = {}): LineLimit {
  const windows = new Map<string, Window>();

  function windowOf(kind: string, time: number): Window {
    const known = windows.get(kind);
    if (known !== undefined) return known;
    if (windows.size >= kinds) {
      for (const [each, { beganAt }] of windows) if (time - beganAt >= windowMs) windows.delete(each);
      if (windows.size >= kinds && kind !== OTHERS) return windowOf(OTHERS, time);
    }
    const window = { beganAt: time, written: 0, dropped: 0 };
    windows.set(kind, window);
    return window;
  }

  return (kind) => {
    const time = now();
    const window = windowOf(kind, time);
    if (time - window.beganAt >= windowMs) {
      window.beganAt = time;
      window.written = 0;
    }
    if (window.written >= lines) {
      window.dropped += 1;
      return undefined;
    }
    const { dropped } = window;
    window.written += 1;
    window.dropped = 0;
    return dropped;
  };
}
