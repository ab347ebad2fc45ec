/** A rule: what a token must say. Two elements that ask the same in the same words have the same rule, in every schema. */
import type { TokenUse } from '../../cognito-claims.js';
import { denials } from '../../errors.js';
import type { Denial } from '../../errors.js';
import { once } from '../../once.js';
import { toDemand } from './demand.js';

/** What one `@auth` asks of a token. Every part must hold; a list means any of its names, so no token meets an empty one. */
export interface Clause {
  readonly pools: readonly string[] | undefined;
  readonly tokenUse: TokenUse | undefined;
  readonly groups: readonly string[] | undefined;
  readonly scopes: readonly string[] | undefined;
  /** Authentication levels. */
  readonly acr: readonly string[] | undefined;
  /** Seconds since the sign-in. */
  readonly maxAge: number | undefined;
}

/** The AND of clauses. */
export interface Rule {
  /** Where an `Auth` keeps its decision about this rule. */
  readonly number: number;
  readonly clauses: readonly Clause[];
  /** The clauses as canonical text, sorted. */
  readonly keys: readonly string[];
  /** The smallest one of the clauses: a decision that allows ends this many seconds after the sign-in. */
  readonly maxAge: number | undefined;
  /** The denials that tell the client what the rule asks for. */
  readonly denials: { readonly scope: Denial; readonly 'step-up': Denial };
}

// By content, for the whole process (docs/decisions: interned rules): a server that rebuilds its schema gets the same
// numbers again, so neither this map nor the decisions in each `Auth` grow. Only schemas fill it, never a request.
const rules = once('rules', () => new Map<string, Rule>());

export function internRule(clauses: readonly Clause[]): Rule {
  const byKey = new Map(clauses.map((clause) => [keyOf(clause), clause]));
  const keys = [...byKey.keys()].sort();
  // The first list of levels decides in which order a client is told of them.
  const key = [...keys, JSON.stringify(clauses.find(({ acr }) => acr)?.acr)].join('\n');
  let rule = rules.get(key);
  if (rule === undefined) {
    const distinct = [...byKey.values()];
    rule = { number: rules.size, clauses: distinct, keys, ...consequencesOf(distinct) };
    rules.set(key, rule);
  }
  return rule;
}

/** How many rules there are: the numbers below it are taken. */
export function countRules(): number {
  return rules.size;
}

function consequencesOf(clauses: readonly Clause[]): Pick<Rule, 'maxAge' | 'denials'> {
  const demand = toDemand(clauses);
  return {
    maxAge: demand.maxAge,
    denials: { scope: { ...denials.scope, demand }, 'step-up': { ...denials['step-up'], demand } },
  };
}

function keyOf({ pools, tokenUse, groups, scopes, acr, maxAge }: Clause): string {
  return JSON.stringify([
    tokenUse ?? null,
    ...[groups, scopes, pools].map((names) => (names ? canonical(names) : null)),
    // In order of preference, as a challenge lists them.
    acr ?? null,
    maxAge ?? null,
  ]);
}

function canonical(names: readonly string[]): readonly string[] {
  return [...new Set(names)].sort();
}
