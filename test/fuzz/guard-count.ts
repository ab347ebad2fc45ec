/** Counts what the random operations were answered and why, so that a test which tests nothing is noticed. */
import type { Caller, OperationKind, Rule } from './guard-model.js';
import type { Decision, Expectation } from './guard-oracle.js';
import { hasLevel, isRecent } from './guard-oracle-rules.js';

/** What decisions about the sign-in and the pool have to turn up often. */
export const SIGN_IN_KINDS: readonly string[] = [
  'allowed for a recent sign-in',
  'allowed for its level',
  'allowed for its pool',
  'denied for an old sign-in alone',
  'denied for its level alone',
  'step-up behind pool',
  'step-up behind group',
  'step-up behind scope',
];

export class Count {
  operations = 0;
  /** The number of the first operation whose answer was not the expected one, before anything was made smaller. */
  firstDifference = 0;
  readonly #kinds = new Map<string, number>();
  /** Of each caller: what was decided last about rules that ask for a recent sign-in. */
  readonly #remembered = new WeakMap<object, Map<string, string>>();

  of(kind: string): number {
    return this.#kinds.get(kind) ?? 0;
  }

  add(operation: OperationKind, expectation: Expectation, isDifferent: boolean): void {
    this.operations += 1;
    if (isDifferent && this.firstDifference === 0) this.firstDifference = this.operations;
    this.note([operation, ...kindsOf(expectation)]);
  }

  /** Counts each of these once. */
  note(kinds: Iterable<string>): void {
    for (const kind of new Set(kinds)) this.#kinds.set(kind, this.of(kind) + 1);
  }

  /** What the decisions about the sign-in were, and about the same rules before, by what remembers them. */
  noteSignIn(caller: Caller, memory: object, decisions: readonly Decision[]): void {
    this.note(decisions.flatMap((decision) => [...signInKinds(caller, decision), ...this.#changes(memory, decision)]));
  }

  #changes(memory: object, { rules, denial }: Decision): readonly string[] {
    if (!rules.some(({ maxAge }) => maxAge !== undefined) || (denial && denial.reason !== 'step-up')) return [];
    let remembered = this.#remembered.get(memory);
    if (!remembered) this.#remembered.set(memory, (remembered = new Map<string, string>()));
    const key = JSON.stringify(rules);
    const before = remembered.get(key);
    const now = denial ? 'denied' : 'allowed';
    remembered.set(key, now);
    return before === undefined || before === now ? [] : [`${before} before, ${now} now`];
  }
}

/** What a decision says of the sign-in. */
function signInKinds(caller: Caller, { rules, at, denial }: Decision): readonly string[] {
  if (caller.kind !== 'authenticated') return [];
  const asks = (name: keyof Rule) => rules.some((rule) => rule[name] !== undefined);
  const [isStrong, isFresh] = [hasLevel(caller, rules), isRecent(caller, rules, at)];
  if (isStrong && isFresh) {
    if (denial !== undefined) return [];
    return [
      ...(asks('maxAge') ? ['allowed for a recent sign-in'] : []),
      ...(asks('acr') ? ['allowed for its level'] : []),
      ...(asks('pools') ? ['allowed for its pool'] : []),
    ];
  }
  if (denial?.reason !== 'step-up') return [`step-up behind ${denial?.reason}`];
  const { acrValues = [], maxAge } = denial;
  const lists = rules.flatMap(({ acr }) => (acr ? [acr] : []));
  return [
    ...(isStrong ? ['denied for an old sign-in alone'] : []),
    ...(isFresh ? ['denied for its level alone'] : []),
    ...(rules.filter((rule) => rule.maxAge !== undefined && rule.maxAge !== maxAge).length > 0 ? ['smallest age'] : []),
    ...(lists.some((list) => list.length > acrValues.length) ? ['intersection of levels'] : []),
  ];
}

function kindsOf(expectation: Expectation): readonly string[] {
  if (expectation.isRefused) return ['refused subscription'];
  return expectation.answers.flatMap(({ nulled, calls }) => [
    ...(calls.length > 0 ? ['resolvers'] : []),
    ...(nulled.length === 0 ? ['no error'] : []),
    ...(nulled.some(({ oneOf, anyOf }) => oneOf.length + anyOf.length > 1) ? ['several errors for one null'] : []),
    // A line without its path, and without what a step-up asks for.
    ...nulled.flatMap(({ oneOf }) => oneOf.map((line) => line.split(' ').slice(1, 3).join(' '))),
  ]);
}
