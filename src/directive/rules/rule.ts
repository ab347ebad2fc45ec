/** A rule: what a token must say. Two elements that ask the same have the same rule, in every schema. */
import type { TokenUse } from '../../cognito-claims.js';
import { once } from '../../once.js';

/** What one `@auth` asks of a token. Every part must hold; a list means any of its names, so no token meets an empty one. */
export interface Clause {
  readonly tokenUse: TokenUse | undefined;
  readonly groups: readonly string[] | undefined;
  readonly scopes: readonly string[] | undefined;
}

/** The AND of clauses. */
export interface Rule {
  /** Where an `Auth` keeps its decision about this rule. */
  readonly number: number;
  readonly clauses: readonly Clause[];
  /** The clauses as canonical text, sorted. */
  readonly keys: readonly string[];
}

// By content, for the whole process (docs/decisions: interned rules): a server that rebuilds its schema gets the same
// numbers again, so neither this map nor the decisions in each `Auth` grow. Only schemas fill it, never a request.
const rules = once('rules', () => new Map<string, Rule>());

export function internRule(clauses: readonly Clause[]): Rule {
  const byKey = new Map(clauses.map((clause) => [keyOf(clause), clause]));
  const keys = [...byKey.keys()].sort();
  const key = keys.join('\n');
  let rule = rules.get(key);
  if (rule === undefined) {
    rule = { number: rules.size, clauses: [...byKey.values()], keys };
    rules.set(key, rule);
  }
  return rule;
}

/** How many rules there are: the numbers below it are taken. */
export function countRules(): number {
  return rules.size;
}

function keyOf({ tokenUse, groups, scopes }: Clause): string {
  return JSON.stringify([tokenUse ?? null, groups ? canonical(groups) : null, scopes ? canonical(scopes) : null]);
}

function canonical(names: readonly string[]): readonly string[] {
  return [...new Set(names)].sort();
}
