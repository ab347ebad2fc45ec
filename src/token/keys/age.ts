/** How much time has passed, by two clocks, each of which can stand still or jump. */

/** One instant on both clocks. In milliseconds. */
export interface Moment {
  readonly monotonic: number;
  readonly wall: number;
}

export interface Clocks {
  /** Milliseconds of a clock that never goes back. It stands still while the process is frozen (a suspended Lambda). */
  readonly monotonic: () => number;
  /** Milliseconds since the epoch. It goes on meanwhile, and can be set back or forward. */
  readonly wall: () => number;
}

export function readClocks({ monotonic, wall }: Clocks): Moment {
  return { monotonic: monotonic(), wall: wall() };
}

/**
 * The larger of the times that have passed on both clocks, so that a clock that stands still, is set back or returns
 * nonsense makes nothing younger. Infinity when `since` is undefined.
 */
export function elapsed(since: Moment | undefined, now: Moment): number {
  if (since === undefined) return Infinity;
  const byMonotonic = now.monotonic - since.monotonic;
  const byWall = now.wall - since.wall;
  // In this order, so that NaN counts for nothing.
  return byWall > byMonotonic ? byWall : byMonotonic;
}

/** The clock of the options, as a number: NaN, which counts for nothing, when it throws. */
export function safeWall(clock: () => unknown): () => number {
  return () => {
    try {
      return Number(clock());
    } catch {
      return NaN;
    }
  };
}
