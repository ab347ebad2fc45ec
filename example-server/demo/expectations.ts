/** The expected response for each caller, from `expected/`: by operation, and for what every operation responds. */
import { readFile } from 'node:fs/promises';
import type { Answer } from './answers.js';

interface Expectation {
  readonly callers: readonly string[];
  readonly answer: Answer;
}

/** The expected response for a caller. Undefined fails the demo: the response has to be written down first. */
export type Expected = (caller: string) => Answer | undefined;

/** @param url Of the server: its port is another one each time, and the files write `{url}`. */
export async function readExpectations(operation: string, url: string): Promise<Expected> {
  const expectations = [...(await read(operation, url)), ...(await read('every-operation', url))];
  return (caller) => expectations.find(({ callers }) => callers.includes(caller))?.answer;
}

async function read(name: string, url: string): Promise<readonly Expectation[]> {
  const text = await readFile(new URL(`expected/${name}.json`, import.meta.url), 'utf8');
  // A file of this repository. One of another shape makes the demo fail.
  return JSON.parse(text.replaceAll('{url}', url)) as readonly Expectation[];
}
