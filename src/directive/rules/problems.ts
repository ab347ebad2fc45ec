/** What is wrong with the directives of a schema, before anything is guarded: each problem names its element and its remedy. */
import type { GraphQLSchema } from 'graphql';
import { print } from '../../settings.js';
import { Literal, show } from './annotation.js';
import type { Annotation } from './annotation.js';
import { usesOf } from './annotations.js';
import type { ElementReader } from './annotations.js';
import { ARGUMENT_NAMES } from './definition.js';
import { findDefinitionProblems } from './definition-problems.js';
import { visitElements } from './elements.js';
import type { FieldOf, ElementKind } from './elements.js';
import { createNamingCheck } from './naming.js';
import { isCognitoName } from '../options.js';
import type { ResolvedDirectiveOptions } from '../options.js';
import { ownershipProblem } from '../decision/owner-policy.js';
import type { SchemaRules } from './schema-rules.js';

/** A value of such a type can turn up anywhere: there is no one field whose parent and arguments a policy could look at. */
const WITHOUT_POLICIES: ReadonlySet<ElementKind> = new Set(['OBJECT', 'INTERFACE', 'UNION', 'ENUM', 'SCALAR']);

/** Where no guard can stand, and what to call it. */
const UNENFORCEABLE: ReadonlyMap<ElementKind, string> = new Map<ElementKind, string>([
  ['SCHEMA', 'the schema itself'],
  ['ENUM_VALUE', 'an enum value'],
  ['DIRECTIVE', 'a directive'],
  ['DIRECTIVE_ARGUMENT', "a directive's argument"],
]);

export function findProblems(
  schema: GraphQLSchema,
  rules: SchemaRules,
  options: ResolvedDirectiveOptions,
  read: ElementReader,
): readonly string[] {
  const names = new Set([options.name]);
  const publicNames = new Set([options.publicName]);
  const problems = [...findDefinitionProblems(schema, rules, options)];
  const { enforcedElsewhere } = options;
  const namingProblems = createNamingCheck(schema, { names, publicNames, enforcedElsewhere }, read);
  visitElements(schema, (element, place, coordinate, fieldOf) => {
    const reading = read(element);
    const annotations = usesOf(reading, names);
    const marks = usesOf(reading, publicNames);
    const found = [
      ...namingProblems(reading),
      ...annotations.flatMap((annotation) => annotationProblems(annotation, place, options)),
      ...annotations.flatMap((annotation) => ownershipProblems(annotation, fieldOf, schema, options)),
      ...publicProblems(marks, place, annotations.length > 0, options),
    ];
    for (const problem of found) problems.push(`${coordinate}: ${problem}`);
  });
  return problems;
}

function annotationProblems(
  { name, args, form, faults }: Annotation,
  place: ElementKind,
  { groups, policies }: ResolvedDirectiveOptions,
): readonly string[] {
  const unenforceable = UNENFORCEABLE.get(place);
  if (unenforceable !== undefined) {
    return [`@${name} cannot be enforced on ${unenforceable}. Put it on a type, a field or an argument.`];
  }
  const problems = [
    ...faults.map((fault) => `@${name}: ${fault}`),
    ...Object.keys(args)
      .filter((key) => !ARGUMENT_NAMES.includes(key))
      .map((key) => `@${name} has no argument ${print(key)}.`),
  ];
  const { tokenUse } = args;
  if ('tokenUse' in args && tokenUse !== 'ID' && tokenUse !== 'ACCESS') problems.push(tokenUseProblem(tokenUse, form));
  if (tokenUse === 'ID' && 'scopes' in args) {
    problems.push('an ID token has no scopes. Leave out `scopes`, or ask for `tokenUse: ACCESS`.');
  }
  for (const key of ['groups', 'scopes', 'policies']) {
    if (key in args) problems.push(...listProblems(key, args[key]));
  }
  for (const group of toList(args['groups'])) {
    if (groups && isCognitoName(group) && !groups.has(group)) {
      problems.push(`the group ${print(group)} is not one of authDirective({ groups }). Correct it, or add it there.`);
    }
  }
  if ('policies' in args && WITHOUT_POLICIES.has(place)) {
    problems.push('a policy needs a field to look at. Put `policies` on the fields that return this type.');
  }
  for (const policy of toList(args['policies'])) {
    if (isCognitoName(policy) && !policies.has(policy)) {
      problems.push(`there is no policy ${print(policy)}. Add it: authDirective({ policies: { ${policy}: ... } }).`);
    }
  }
  return problems;
}

function tokenUseProblem(tokenUse: unknown, form: Annotation['form']): string {
  // What it looks like is not guessed: the mistake may be in the value as well as in its form.
  const isString = tokenUse instanceof Literal || (form === 'code' && typeof tokenUse === 'string');
  if (!isString) return `\`tokenUse\` must be ID or ACCESS, found ${show(tokenUse)}. Leave it out for either.`;
  return form === 'SDL'
    ? `Expected \`tokenUse\` to be ID or ACCESS, got ${show(tokenUse)}. Write it without quotation marks, as an enum value.`
    : `Expected \`tokenUse\` to be 'ID' or 'ACCESS', got ${show(tokenUse)}. Write it in capitals, or leave it out for either.`;
}

function listProblems(key: string, value: unknown): readonly string[] {
  const list = toList(value);
  if (list.length === 0) return [`\`${key}\` is empty, so no caller could meet it. Name some, or leave it out.`];
  return list
    .filter((each) => !isCognitoName(each))
    .map((each) =>
      each instanceof Literal
        ? `Expected \`${key}\` to be a list of strings, got ${each.text}. Write \`${key}: [${print(each.text)}]\`.`
        : `\`${key}\` must hold names without white space, found ${print(each)}. Correct it, or leave it out.`,
    );
}

function ownershipProblems(
  { args }: Annotation,
  fieldOf: FieldOf | undefined,
  schema: GraphQLSchema,
  { policies }: ResolvedDirectiveOptions,
): readonly string[] {
  if (fieldOf === undefined) return [];
  return toList(args['policies']).flatMap((name) => {
    const policy = typeof name === 'string' ? policies.get(name) : undefined;
    const problem = policy && ownershipProblem(policy.check, fieldOf, schema);
    return problem === undefined ? [] : [`the policy ${print(name)} could never hold here: ${problem}`];
  });
}

function publicProblems(
  marks: readonly Annotation[],
  place: ElementKind,
  hasRule: boolean,
  { name, publicName }: ResolvedDirectiveOptions,
): readonly string[] {
  if (marks.length === 0) return [];
  const problems = marks.flatMap(({ args, faults }) => [
    ...faults.map((fault) => `@${publicName}: ${fault}`),
    ...Object.keys(args).map((key) => `@${publicName} has no argument ${print(key)}.`),
  ]);
  if (hasRule) problems.push(`@${publicName} beside @${name}: the rule holds all the same. Remove one of them.`);
  else if (place === 'INTERFACE_FIELD') {
    problems.push(`@${publicName} has no effect here. Put it on the field of each type that implements it.`);
  } else if (place !== 'OBJECT' && place !== 'OBJECT_FIELD') {
    problems.push(`@${publicName} has no effect here. Put it on a field or its type.`);
  }
  return problems;
}

function toList(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return value === undefined ? [undefined] : [value];
}
