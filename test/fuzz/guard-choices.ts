/** Random choices read from a tape, so that fast-check shrinks a failure by shrinking numbers: 0 is the plainest choice. */
import fc from 'fast-check';

const LIMIT = 0x10000;

/** A tape of so many numbers. Without bias: fast-check would otherwise often take the plainest choice everywhere. */
export function tape(length: number): fc.Arbitrary<readonly number[]> {
  return fc.noBias(fc.array(fc.nat({ max: LIMIT - 1 }), { minLength: length, maxLength: length }));
}

export class Choices {
  readonly #tape: readonly number[];
  #position = 0;

  constructor(tape: readonly number[]) {
    this.#tape = tape;
  }

  /** From 0 to `limit` - 1; 0 where the tape has ended. */
  below(limit: number): number {
    const number = this.#tape[this.#position] ?? 0;
    this.#position += 1;
    return Math.floor((number / LIMIT) * limit);
  }

  chance(probability: number): boolean {
    return this.below(LIMIT) >= LIMIT * (1 - probability);
  }

  pick<T>(values: readonly [T, ...T[]]): T {
    // One of them may be null or undefined.
    return values[this.below(values.length)] as T;
  }

  /** One of a list that may be empty. */
  oneOf<T>(values: readonly T[]): T | undefined {
    return values[this.below(values.length)];
  }

  some<T>(values: readonly T[], probability: number): readonly T[] {
    return values.filter(() => this.chance(probability));
  }

  times<T>(count: number, make: (index: number) => T): readonly T[] {
    return Array.from({ length: count }, (_, index) => make(index));
  }
}
