/** Counts what the random operations were answered, so that a test which tests nothing is noticed. */
import type { OperationKind } from './guard-model.js';
import type { Expectation } from './guard-oracle.js';

export class Count {
  operations = 0;
  /** The number of the first operation whose answer was not the expected one, before anything was made smaller. */
  firstDifference = 0;
  readonly #kinds = new Map<string, number>();

  of(kind: string): number {
    return this.#kinds.get(kind) ?? 0;
  }

  add(operation: OperationKind, expectation: Expectation, isDifferent: boolean): void {
    this.operations += 1;
    if (isDifferent && this.firstDifference === 0) this.firstDifference = this.operations;
    for (const kind of new Set([operation, ...kindsOf(expectation)])) this.#kinds.set(kind, this.of(kind) + 1);
  }
}

function kindsOf(expectation: Expectation): readonly string[] {
  if (expectation.isRefused) return ['refused subscription'];
  return expectation.answers.flatMap(({ nulled, calls }) => [
    ...(calls.length > 0 ? ['resolvers'] : []),
    ...(nulled.length === 0 ? ['no error'] : []),
    ...(nulled.some(({ oneOf, anyOf }) => oneOf.length + anyOf.length > 1) ? ['several errors for one null'] : []),
    // A line without its path.
    ...nulled.flatMap(({ oneOf }) => oneOf.map((line) => line.slice(line.indexOf(' ') + 1))),
  ]);
}
