/** How much time has passed, by two clocks of which either may stand still or jump. */

/** One instant, as both clocks show it. In milliseconds. */
export interface Moment {
  readonly monotonic: number;
  readonly wall: number;
}

export interface Clocks {
  /** Milliseconds of a clock that never goes back. It stands still while the process is frozen (a suspended Lambda). */
  readonly monotonic: () => number;
  /** Milliseconds since the epoch. It goes on meanwhile, and may be set back or forward. */
  readonly wall: () => number;
}

export function readClocks({ monotonic, wall }: Clocks): Moment {
  return { monotonic: monotonic(), wall: wall() };
}

/**
 * The larger of what both clocks say has passed: a clock that stands still, is set back or answers nonsense makes nothing
 * younger. Infinity when it never was.
 */
export function elapsed(since: Moment | undefined, now: Moment): number {
  if (since === undefined) return Infinity;
  const byMonotonic = now.monotonic - since.monotonic;
  const byWall = now.wall - since.wall;
  // In this order, so that a difference that is NaN counts for nothing.
  return byWall > byMonotonic ? byWall : byMonotonic;
}

/** The wall clock of the options as a number. What it throws is no reason to lose the keys: NaN counts for nothing. */
export function safeWall(clock: () => unknown): () => number {
  return () => {
    try {
      return Number(clock());
    } catch {
      return NaN;
    }
  };
}
