/** Rules in the directives of another product, which are enforced here like those of `@auth`. */
import type { GraphQLSchema } from 'graphql';
import { print } from '../../settings.js';
import { printName } from './annotation.js';
import type { Annotation } from './annotation.js';
import type { ElementReader } from './annotations.js';
import { isCognitoName } from './definition.js';
import { dialectOf, readForeignNames } from './dialects.js';
import type { Dialect } from './dialects.js';
import type { ElementKind } from './elements.js';
import { memoize } from './memoize.js';
import { listProblems, toList, unknownNames } from './names.js';
import type { KnownNames } from './names.js';
import { EMPTY_CLAUSE, UNMEETABLE } from './requirement.js';
import type { Requirement } from './requirement.js';
import { internRule } from './rule.js';
import type { Clause } from './rule.js';

/** A use of another product's directive. */
export interface DialectRule {
  readonly use: Annotation;
  readonly requirement: Requirement;
  /** The policies that the use names. */
  readonly policies: readonly string[];
  readonly dialect: Dialect;
  /** What is wrong with the use on any element; a sentence each. */
  readonly faults: readonly string[];
  /** The names in its argument, in one list. */
  readonly names: readonly unknown[];
  readonly argument: DialectArgument | undefined;
}

export type DialectReader = (use: Annotation) => DialectRule | undefined;

interface DialectSettings {
  readonly dialects: ReadonlySet<Dialect>;
  readonly names: ReadonlySet<string>;
  readonly publicNames: ReadonlySet<string>;
}

/** Creates the reader of directives of the enforced dialects; undefined without dialects. */
export function createDialectReader(
  schema: GraphQLSchema,
  { dialects, names, publicNames }: DialectSettings,
  read: ElementReader,
): DialectReader | undefined {
  if (dialects.size === 0) return undefined;
  const { meantBy } = readForeignNames(schema, read);
  return memoize((use) => {
    const meant = names.has(use.name) || publicNames.has(use.name) ? undefined : meantBy(use.name);
    const dialect = meant === undefined ? undefined : dialectOf(meant);
    return meant !== undefined && dialect && dialects.has(dialect) ? readRule(use, meant, dialect) : undefined;
  });
}

/** The one argument of a directive: a list of lists is an OR of ANDs, a list an OR. */
interface DialectArgument {
  readonly key: string;
  readonly of: 'scopes' | 'policies' | 'groups';
  readonly isRequired: boolean;
}

const ARGUMENTS: ReadonlyMap<string, DialectArgument> = new Map([
  ['requiresScopes', { key: 'scopes', of: 'scopes', isRequired: true }],
  ['policy', { key: 'policies', of: 'policies', isRequired: true }],
  ['aws_auth', { key: 'cognito_groups', of: 'groups', isRequired: false }],
  ['aws_cognito_user_pools', { key: 'cognito_groups', of: 'groups', isRequired: false }],
]);

function readRule(use: Annotation, meant: string, dialect: Dialect): DialectRule {
  const argument = ARGUMENTS.get(meant);
  const { args } = use;
  const isGiven = argument !== undefined && argument.key in args;
  const written = isGiven ? toList(args[argument.key]) : [];
  // A list of names is a choice between them.
  const choices = argument?.of === 'groups' ? written.map((name) => [name]) : written.map(toList);
  const names = choices.flat();
  const faults = [
    ...use.faults,
    ...Object.keys(args)
      .filter((key) => key !== argument?.key)
      .map((key) => `Unknown argument ${print(key)} of ${printName(use.name)}. ${expectedArguments(argument)}`),
  ];
  if (argument?.isRequired && !isGiven) {
    const name = printName(use.name);
    faults.push(`Expected ${name} to have \`${argument.key}\`, got none. Write ${name}(${argument.key}: [["…"]]).`);
  }
  if (isGiven) {
    const empty = choices.find((all) => all.length === 0);
    faults.push(...listProblems(argument.key, empty ?? names));
  }
  const clauses = faults.length === 0 ? toClauses(choices.map((all) => all.filter(isCognitoName))) : [];
  if (clauses === undefined) {
    faults.push(
      `Expected ${printName(use.name)} to have at most ${MOST_CLAUSES} clauses as an AND of ORs, got more. Write fewer alternatives, or a policy.`,
    );
  }
  const isReadable = faults.length === 0 && clauses !== undefined;
  const policies = argument?.of === 'policies' ? names.filter(isCognitoName) : [];
  return {
    use,
    requirement: isReadable ? toRequirement(argument, isGiven ? clauses : []) : UNREADABLE,
    policies,
    dialect,
    faults,
    names,
    argument: isGiven ? argument : undefined,
  };
}

function expectedArguments(argument: DialectArgument | undefined): string {
  return argument ? `Known arguments: ${argument.key}.` : 'It has none.';
}

const UNREADABLE: Requirement = { rule: internRule([UNMEETABLE]), policies: [], valuePolicies: [] };

function toRequirement(argument: DialectArgument | undefined, clauses: readonly (readonly string[])[]): Requirement {
  if (argument === undefined || argument.of === 'policies') {
    return { rule: internRule([EMPTY_CLAUSE]), policies: argument ? clauses : [], valuePolicies: [] };
  }
  const key = argument.of;
  const asked = clauses.map((names): Clause => ({ ...EMPTY_CLAUSE, [key]: names }));
  return { rule: internRule(asked.length > 0 ? asked : [EMPTY_CLAUSE]), policies: [], valuePolicies: [] };
}

const MOST_CLAUSES = 256;

/**
 * The OR of ANDs as the AND of ORs, by the distributive law: `(a and b) or c` is `(a or c) and (b or c)`. Undefined when it
 * has too many clauses: n alternatives of two names each have 2 to the power of n.
 */
function toClauses(choices: readonly (readonly string[])[]): readonly (readonly string[])[] | undefined {
  let clauses: readonly (readonly string[])[] = [[]];
  for (const all of choices) {
    const grown = new Map<string, readonly string[]>();
    for (const clause of clauses) {
      for (const name of all) {
        const next = [...new Set([...clause, name])].sort();
        grown.set(JSON.stringify(next), next);
        if (grown.size > MOST_CLAUSES) return undefined;
      }
    }
    clauses = [...grown.values()];
  }
  return clauses.filter((clause) => !clauses.some((other) => isStronger(other, clause)));
}

/** Whether a caller who meets the other clause meets the clause in any case. */
function isStronger(other: readonly string[], clause: readonly string[]): boolean {
  return other.length < clause.length && other.every((name) => clause.includes(name));
}

/** The elements that each dialect has its directives on, and the words for them in a message. */
const PLACES: Readonly<Record<Dialect, { readonly kinds: readonly ElementKind[]; readonly text: string }>> = {
  federation: {
    kinds: ['OBJECT', 'OBJECT_FIELD', 'INTERFACE', 'INTERFACE_FIELD', 'SCALAR', 'ENUM'],
    text: 'a field, or on an object, interface, scalar or enum type',
  },
  appsync: { kinds: ['OBJECT', 'OBJECT_FIELD', 'INTERFACE_FIELD'], text: 'a field or an object type' },
};

/** What is wrong with the use on this element; a sentence each. */
export function dialectProblems(
  { use, dialect, faults, names, argument }: DialectRule,
  kind: ElementKind,
  known: KnownNames,
): readonly string[] {
  const { kinds, text } = PLACES[dialect];
  if (!kinds.includes(kind)) {
    return [`${printName(use.name)} cannot be enforced here. Put it on ${text}.`];
  }
  if (argument === undefined || argument.of === 'scopes') return faults;
  return [...faults, ...unknownNames(argument.key, argument.of, names, known)];
}
