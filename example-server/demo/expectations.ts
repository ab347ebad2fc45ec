/** What each caller must be answered, as written in `expected/`: for one operation, and for all operations alike. */
import { readFile } from 'node:fs/promises';
import type { Answer } from './answers.js';

interface Expectation {
  readonly callers: readonly string[];
  readonly answer: Answer;
}

/** The answer that a caller must get; undefined when `expected/` has none, which fails the demo. */
export type Expected = (caller: string) => Answer | undefined;

export async function readExpectations(operation: string): Promise<Expected> {
  const expectations = [...(await read(operation)), ...(await read('every-operation'))];
  return (caller) => expectations.find(({ callers }) => callers.includes(caller))?.answer;
}

async function read(name: string): Promise<readonly Expectation[]> {
  const text = await readFile(new URL(`expected/${name}.json`, import.meta.url), 'utf8');
  // Files of this repository: one that is written wrongly makes the demo fail, which is what they are for.
  return JSON.parse(text) as readonly Expectation[];
}
