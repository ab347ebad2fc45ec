/** Timing for machines that are shared and noisy: the candidates take turns, and what counts is ratios of medians. */

export interface Candidate {
  readonly name: string;
  /** One round of the same work for every candidate. */
  readonly run: () => unknown;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [low = Number.NaN, high = Number.NaN] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]];
  return (low + high) / 2;
}

/**
 * Milliseconds per round of each candidate, as the median over the rounds. In every round each candidate runs once, in an
 * order that turns, so that what the machine does at a time hurts all alike.
 */
export async function measure(
  candidates: readonly Candidate[],
  { rounds, warmUp = 2 }: { readonly rounds: number; readonly warmUp?: number },
): Promise<ReadonlyMap<string, number>> {
  const times = new Map(candidates.map(({ name }) => [name, [] as number[]]));
  for (let round = -warmUp; round < rounds; round += 1) {
    const start = Math.max(0, round) % candidates.length;
    for (const { name, run } of [...candidates.slice(start), ...candidates.slice(0, start)]) {
      const began = performance.now();
      await run();
      if (round >= 0) times.get(name)?.push(performance.now() - began);
    }
  }
  return new Map([...times].map(([name, values]) => [name, median(values)]));
}

export function printTable(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join(' | ')} |`;
  const rule = widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  console.log([line(head), line(rule), ...rows.map(line)].join('\n'));
}
