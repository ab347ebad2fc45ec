/** Keeps a log from being flooded: how many lines of one kind may be written in a time, and how many were not. */

interface Limits {
  /** Lines of one kind in each window. */
  readonly lines: number;
  readonly windowMs: number;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
}

interface Window {
  beganAt: number;
  written: number;
  /** Since the last line. */
  dropped: number;
}

// Kinds that are told apart. What comes on top, such as messages that are made anew for each request, is one kind.
const MAX_KINDS = 100;
const OTHERS = '';

/** Undefined when the line is not to be written; otherwise how many of its kind were not since the last one. */
export type LineLimit = (kind: string) => number | undefined;

export function createLineLimit({ lines, windowMs, now }: Limits): LineLimit {
  const windows = new Map<string, Window>();

  function windowOf(kind: string): Window {
    const known = windows.get(kind);
    if (known !== undefined) return known;
    if (windows.size >= MAX_KINDS && kind !== OTHERS) return windowOf(OTHERS);
    const window = { beganAt: -Infinity, written: 0, dropped: 0 };
    windows.set(kind, window);
    return window;
  }

  return (kind) => {
    const window = windowOf(kind);
    const time = now();
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
