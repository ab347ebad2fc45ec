/** A requirement: all that an element asks, of the token (the rule) and of policies. */
import type { Annotation } from './annotation.js';
import { internRule } from './rule.js';
import type { Clause, Rule } from './rule.js';

/** Names of policies of which any one has to agree. */
export type PolicyClause = readonly string[];

export interface Requirement {
  readonly rule: Rule;
  /** All of these. Asked only if the rule is met. */
  readonly policies: readonly PolicyClause[];
}

/** What a field asks that has no rule, in a schema whose unannotated fields ask for a token. */
export const anyToken: Requirement = {
  rule: internRule([{ tokenUse: undefined, groups: undefined, scopes: undefined }]),
  policies: [],
};

/** Combines annotations with AND. An annotation that cannot be read is met by no caller. */
export function requirementOf(annotations: readonly Annotation[]): Requirement | undefined {
  const [first] = annotations;
  if (first === undefined) return undefined;
  if (annotations.length > 1) return read(annotations);
  let requirement = requirements.get(first);
  if (requirement === undefined) requirements.set(first, (requirement = read(annotations)));
  return requirement;
}

const requirements = new WeakMap<Annotation, Requirement>();

function read(annotations: readonly Annotation[]): Requirement {
  return {
    rule: internRule(annotations.map(readClause)),
    policies: annotations.flatMap(({ args }) => {
      const names = readNames(args, 'policies');
      return names ? [names] : [];
    }),
  };
}

/** The AND of two requirements. */
export function both(one: Requirement | undefined, other: Requirement | undefined): Requirement | undefined {
  if (one === undefined || one === other) return other;
  if (other === undefined || asksNoMore(other, one)) return one;
  return {
    rule: internRule([...one.rule.clauses, ...other.rule.clauses]),
    policies: [...one.policies, ...other.policies.filter((clause) => !hasClause(one.policies, clause))],
  };
}

/** Whether whoever meets `enforced` meets `asked`. */
export function asksNoMore(asked: Requirement, enforced: Requirement | undefined): boolean {
  return (
    enforced !== undefined &&
    (asked.rule === enforced.rule || asked.rule.keys.every((key) => enforced.rule.keys.includes(key))) &&
    asked.policies.every((clause) => hasClause(enforced.policies, clause))
  );
}

function hasClause(clauses: readonly PolicyClause[], clause: PolicyClause): boolean {
  const key = JSON.stringify(clause);
  return clauses.some((each) => JSON.stringify(each) === key);
}

const UNMEETABLE: Clause = { tokenUse: undefined, groups: [], scopes: undefined };

function readClause({ args, faults }: Annotation): Clause {
  if (faults.length > 0) return UNMEETABLE;
  const { tokenUse } = args;
  if ('tokenUse' in args && tokenUse !== 'ID' && tokenUse !== 'ACCESS') return UNMEETABLE;
  return {
    tokenUse: tokenUse === 'ID' ? 'id' : tokenUse === 'ACCESS' ? 'access' : undefined,
    groups: readNames(args, 'groups'),
    scopes: readNames(args, 'scopes'),
  };
}

/** A list of names. One name is a list of it (GraphQL specification, section 3.11, input coercion of lists). */
function readNames(args: Annotation['args'], name: string): readonly string[] | undefined {
  if (!(name in args)) return undefined;
  const value = args[name];
  const names: readonly unknown[] = Array.isArray(value) ? value : [value];
  return names.filter((each) => typeof each === 'string');
}
