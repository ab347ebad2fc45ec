/**
 * What a guard costs in execution: by `execute` of graphql-js on a parsed document, for a caller whose token is verified already.
 * Allowed beside a schema without rules, and denied beside allowed.
 */
import type { ExecutionResult } from 'graphql';
import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ALLOWED, DENIED, fiveThousandLeaves, scenarios, SECRET } from './guard-material.js';
import type { Answer, Placement, Scenario } from './guard-material.js';
import { noRules, ours, peers } from './guard-peers.js';
import type { Peer } from './guard-peers.js';
import { measure, printTable } from './measure.js';
import type { Candidate } from './measure.js';

const short = process.argv.includes('--short');

setFlagsFromString('--expose-gc');
// What the flag gives to a new context is the collector (documentation of `v8.setFlagsFromString`).
const collect = runInNewContext('gc') as (options: { readonly type: 'minor' }) => void;

/**
 * The collector takes a turn before each candidate, so that none pays for what another left behind. A minor one: after a
 * full one V8 begins again with a small young generation, which no server in use has.
 */
function time(candidates: readonly Candidate[], rounds: number): Promise<ReadonlyMap<string, number>> {
  const run = () => {
    collect({ type: 'minor' });
  };
  const turns = candidates.flatMap((each, index) => [{ name: `collector ${String(index)}`, run }, each]);
  return measure(turns, { rounds: short ? 1 : rounds, warmUp: short ? 0 : 3 });
}

/** One round, which waits only for what is a promise: not to be synchronous is part of a candidate's price. */
const repeat = (times: number, answer: () => ReturnType<Answer>) => async (): Promise<void> => {
  for (let count = 0; count < times; count += 1) {
    const result = answer();
    if ('then' in result) await result;
  }
};

const plain = new Map<Placement, Answer>();

/** What an open schema answers, as text: the same data in the same order. */
async function expected(document: Scenario['document']): Promise<string> {
  const open = plain.get('nowhere') ?? noRules.answer('nowhere');
  assert(open);
  plain.set('nowhere', open);
  return JSON.stringify(await open(document, DENIED));
}

async function checkAllowed(name: string, answer: Answer, document: Scenario['document']): Promise<void> {
  assert.equal(JSON.stringify(await answer(document, ALLOWED)), await expected(document), `${name}: allowed`);
}

function checkDenied(peer: Peer, result: ExecutionResult, denials: number): void {
  assert(result.errors !== undefined && result.errors.length > 0, `${peer.name}: no error`);
  assert(!JSON.stringify(result.data ?? null).includes(SECRET), `${peer.name}: an answer with what is guarded`);
  if (peer !== ours) return;
  assert.equal(result.errors.length, denials);
  assert(result.errors.every(({ extensions, path }) => extensions['code'] === 'FORBIDDEN' && path));
}

const milliseconds = (value: number) => value.toFixed(2);
const ratio = (value: number | undefined, base: number | undefined) =>
  value === undefined || base === undefined ? '' : (value / base).toFixed(2);

/** 5,000 leaves that every caller may see, by a rule on each leaf and by one on their type. */
async function reportAllowed(): Promise<void> {
  const rows: { name: string; own: string | undefined; answer: Answer }[] = [];
  const add = (name: string, answer: Answer | undefined, own?: string) => {
    if (answer) rows.push({ name, own, answer });
  };
  add(noRules.name, noRules.answer('nowhere'));
  add('no rules, once more: the noise', noRules.answer('nowhere'));
  for (const peer of [ours, ...peers]) {
    // Those that make the schema themselves have a price without any rule.
    const own = peer.makesSchema ? `${peer.name}, no rules` : undefined;
    if (own) add(own, peer.answer('nowhere'));
    add(`${peer.name}, by leaf`, peer.answer('fields'), own);
    add(`${peer.name}, by type`, peer.answer('types'), own);
  }
  for (const { name, answer } of rows) await checkAllowed(name, answer, fiveThousandLeaves);

  const times = await time(
    rows.map(({ name, answer }) => ({ name, run: repeat(2, () => answer(fiveThousandLeaves, ALLOWED)) })),
    101,
  );
  console.log('\n5,000 guarded leaves, all allowed: 5 of each of 1,000 items\n');
  printTable(
    ['guard', 'ms', 'of no rules', 'of its own schema without rules'],
    rows.map(({ name, own }) => {
      const value = times.get(name) ?? Number.NaN;
      return [name, milliseconds(value / 2), ratio(value, times.get(noRules.name)), ratio(value, times.get(own ?? ''))];
    }),
  );
}

/**
 * The same document allowed and denied: each guard takes turns with the schema without rules alone. A thousand errors with
 * stacks slow down the candidate that runs next, too.
 */
async function reportDenied({ title, document, placement, denials, times }: Scenario): Promise<void> {
  const count = short ? 1 : times;
  const open = noRules.answer('nowhere');
  assert(open);
  const rows: string[][] = [];
  const leftOut: string[] = [];
  for (const peer of [ours, ...peers]) {
    const answer = peer.answer(placement);
    if (!answer) {
      leftOut.push(peer.name);
      continue;
    }
    await checkAllowed(peer.name, answer, document);
    checkDenied(peer, await answer(document, DENIED), denials);
    const medians = await time(
      [
        { name: 'open', run: repeat(count, () => open(document, ALLOWED)) },
        { name: ALLOWED, run: repeat(count, () => answer(document, ALLOWED)) },
        { name: DENIED, run: repeat(count, () => answer(document, DENIED)) },
      ],
      peer === ours ? 101 : 11,
    );
    const [base, allowed, denied] = ['open', ALLOWED, DENIED].map((name) => (medians.get(name) ?? Number.NaN) / count);
    rows.push([
      peer.name,
      ...[base, allowed, denied].map((value = Number.NaN) => milliseconds(value)),
      ratio(denied, allowed),
      ratio(denied, base),
    ]);
  }
  console.log(`\n${title}\n`);
  printTable(['guard', 'no rules, ms', 'allowed, ms', 'denied, ms', 'denied of allowed', 'denied of no rules'], rows);
  if (leftOut.length > 0) {
    console.log(
      `\nLeft out, as no rule that waits for the concrete type is written for them here: ${leftOut.join('; ')}.`,
    );
  }
}

console.log(`Node ${process.version}, NODE_ENV=${process.env['NODE_ENV'] ?? ''}`);
if (short) console.log('A short run checks that every answer is right. Its one round says nothing about speed.');
await reportAllowed();
for (const scenario of scenarios) await reportDenied(scenario);
