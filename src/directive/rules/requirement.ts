/** A requirement: what an element asks of the token (its rule) and of policies. */
import type { Annotation } from './annotation.js';
import { memoize } from './memoize.js';
import { toList } from './names.js';
import { internRule } from './rule.js';
import type { Clause, Rule } from './rule.js';

/** Names of policies, of which one has to allow. */
export type PolicyClause = readonly string[];

export interface Requirement {
  readonly rule: Rule;
  /** All of these. Asked only if the rule is met. */
  readonly policies: readonly PolicyClause[];
  /** All of these too, about each value that the element returns. Asked once the value is known. */
  readonly valuePolicies: readonly PolicyClause[];
}

/** Asks for nothing but a verified token. */
export const EMPTY_CLAUSE: Clause = {
  pools: undefined,
  tokenUse: undefined,
  groups: undefined,
  scopes: undefined,
  acr: undefined,
  maxAge: undefined,
};

/** What `unannotated: 'authenticated'` asks: any verified token. */
export const anyToken: Requirement = { rule: internRule([EMPTY_CLAUSE]), policies: [], valuePolicies: [] };

/** What all of the annotations ask together; undefined when there is none. */
export function requirementOf(annotations: readonly Annotation[]): Requirement | undefined {
  // Most elements have none.
  if (annotations.length === 0) return undefined;
  return annotations.map(readRequirement).reduce(and, undefined);
}

/** The same of annotations on a type: their policies are asked about each value. */
export function valueRequirementOf(annotations: readonly Annotation[]): Requirement | undefined {
  const requirement = requirementOf(annotations);
  if (requirement === undefined || requirement.policies.length === 0) return requirement;
  return { rule: requirement.rule, policies: [], valuePolicies: requirement.policies };
}

// The transformer, the checks at start and the operations read each annotation: without this the transformer takes 1.45
// instead of 1.34 of an empty mapSchema (10,000 fields, `npm run bench -- transform`).
const readRequirement = memoize(
  (annotation): Requirement => ({
    rule: internRule([readClause(annotation)]),
    policies: 'policies' in annotation.args ? [readNames(annotation.args['policies'])] : [],
    valuePolicies: [],
  }),
  new WeakMap<Annotation, Requirement>(),
);

/** The AND of two requirements. */
export function and(one: Requirement | undefined, other: Requirement | undefined): Requirement | undefined {
  if (one === undefined || one === other) return other;
  if (other === undefined || isImpliedBy(other, one)) return one;
  return {
    rule: internRule([...one.rule.clauses, ...other.rule.clauses]),
    policies: [...one.policies, ...without(other.policies, one.policies)],
    valuePolicies: [...one.valuePolicies, ...without(other.valuePolicies, one.valuePolicies)],
  };
}

/** What a root type asks at each of its fields: its one value is the field's parent. */
export function atFields({ rule, policies, valuePolicies }: Requirement): Requirement {
  return { rule, policies: [...policies, ...without(valuePolicies, policies)], valuePolicies: [] };
}

/** The requirement without the policies that were asked about the value already. */
export function leftToAsk(requirement: Requirement, asked: Requirement | undefined): Requirement {
  return { ...requirement, valuePolicies: without(requirement.valuePolicies, asked?.valuePolicies ?? []) };
}

/** Whether every caller who meets `enforced` meets `requirement`. */
export function isImpliedBy(
  { rule, policies, valuePolicies }: Requirement,
  enforced: Requirement | undefined,
): boolean {
  return (
    enforced !== undefined &&
    (rule === enforced.rule || rule.keys.every((key) => enforced.rule.keys.includes(key))) &&
    without(policies, enforced.policies).length === 0 &&
    without(valuePolicies, enforced.valuePolicies).length === 0
  );
}

function without(clauses: readonly PolicyClause[], others: readonly PolicyClause[]): readonly PolicyClause[] {
  if (clauses.length === 0 || others.length === 0) return clauses;
  const keys = new Set(others.map((each) => JSON.stringify(each)));
  return clauses.filter((each) => !keys.has(JSON.stringify(each)));
}

/** Met by no caller: it asks for one of no groups. */
export const UNMEETABLE: Clause = { ...EMPTY_CLAUSE, groups: [] };

function readClause({ args, faults }: Annotation): Clause {
  const { tokenUse, maxAge } = args;
  const isReadable =
    faults.length === 0 &&
    (!('tokenUse' in args) || tokenUse === 'ID' || tokenUse === 'ACCESS') &&
    (!('maxAge' in args) || isMaxAge(maxAge));
  if (!isReadable) return UNMEETABLE;
  const namesOf = (key: string) => (key in args ? readNames(args[key]) : undefined);
  return {
    pools: namesOf('pools'),
    tokenUse: tokenUse === 'ID' ? 'id' : tokenUse === 'ACCESS' ? 'access' : undefined,
    groups: namesOf('groups'),
    scopes: namesOf('scopes'),
    acr: namesOf('acr'),
    maxAge: isMaxAge(maxAge) ? maxAge : undefined,
  };
}

/** Whole seconds, as GraphQL's Int has them (GraphQL specification, section 3.5.1). */
export function isMaxAge(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) < 2 ** 31;
}

function readNames(value: unknown): readonly string[] {
  return toList(value).filter((each) => typeof each === 'string');
}
