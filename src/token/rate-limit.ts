/** Limits how many things begin in any second. */

export class RateLimit {
  /** When the last ones began: as many as may begin in a second. */
  readonly #begun: number[];
  /** The place of the earliest. */
  #next = 0;

  constructor(perSecond: number) {
    this.#begun = new Array<number>(perSecond).fill(-Infinity);
  }

  /** Whether one more may begin, which it then has. `now` is in milliseconds, of a clock that never goes back. */
  begin(now: number): boolean {
    const earliest = this.#begun[this.#next] ?? -Infinity;
    if (now - earliest < 1000) return false;
    this.#begun[this.#next] = now;
    this.#next = (this.#next + 1) % this.#begun.length;
    return true;
  }
}
