/** What the package adds to the start of a process: the time to import it beside what a server imports anyway. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { median, printTable } from './measure.js';

const short = process.argv.includes('--short');
const rounds = short ? 1 : 31;
const cwd = fileURLToPath(new URL('..', import.meta.url));

const SERVER = ['@apollo/server', '@apollo/server/standalone', '@graphql-tools/schema', 'graphql'];
const OURS = 'apollo-cognito-auth';

interface Candidate {
  readonly name: string;
  readonly format: 'module' | 'commonjs';
  /** What is there already. */
  readonly beside: readonly string[];
  readonly added: string;
  readonly times: (readonly [beside: number, added: number])[];
}

const candidates: readonly Candidate[] = [
  { name: OURS, format: 'module', beside: SERVER, added: OURS, times: [] },
  { name: OURS, format: 'commonjs', beside: SERVER, added: OURS, times: [] },
  { name: `${OURS}/verifier`, format: 'module', beside: ['aws-jwt-verify'], added: `${OURS}/verifier`, times: [] },
  { name: `${OURS}/verifier`, format: 'commonjs', beside: ['aws-jwt-verify'], added: `${OURS}/verifier`, times: [] },
];

/** Milliseconds to load what is there already, and then what is added, in a process of its own. */
function loadTimes({ format, beside, added }: Candidate): readonly [beside: number, added: number] {
  const load = (name: string) => `${format === 'module' ? 'await import' : 'require'}('${name}');`;
  const code = `
    const began = performance.now();
    ${beside.map(load).join('\n')}
    const loaded = performance.now();
    ${load(added)}
    console.log(JSON.stringify([loaded - began, performance.now() - loaded]));`;
  const output = execFileSync(process.execPath, [`--input-type=${format}`, '--eval', code], { cwd, encoding: 'utf8' });
  return JSON.parse(output) as [number, number];
}

// The first round fills the caches of the file system.
for (let round = -1; round < rounds; round += 1) {
  for (const candidate of candidates) {
    const times = loadTimes(candidate);
    if (round >= 0) candidate.times.push(times);
  }
}

console.log(`Node ${process.version}, NODE_ENV=${process.env['NODE_ENV'] ?? ''}`);
if (short) console.log('A short run checks that everything can be loaded. Its one round says nothing about speed.');
console.log();
printTable(
  ['loading', 'as', 'beside', 'that alone, ms', 'more, ms'],
  candidates.map(({ name, format, beside: [first = ''], times }) => [
    name,
    format,
    first,
    median(times.map(([beside]) => beside)).toFixed(1),
    median(times.map(([, added]) => added)).toFixed(1),
  ]),
);
