/** Finds what is wrong with the directives of a schema before it is guarded: each problem names its element and its remedy. */
import { DirectiveLocation, isCompositeType } from 'graphql';
import type { GraphQLDirective, GraphQLSchema } from 'graphql';
import { print } from '../../settings.js';
import { printName } from './annotation.js';
import type { Annotation } from './annotation.js';
import { usesOf } from './annotations.js';
import type { ElementReader } from './annotations.js';
import { ARGUMENT_NAMES, findDefinitionProblems, isCognitoName } from './definition.js';
import { createDialectReader, dialectProblems } from './dialect-rule.js';
import type { Dialect } from './dialects.js';
import { valuesOf, visitElements } from './elements.js';
import type { ElementKind, FieldOf, ValuesOf } from './elements.js';
import { listProblems, toList, unknownNames } from './names.js';
import { createNamingCheck } from './naming.js';
import { findLevelProblems } from './levels.js';
import { isMaxAge } from './requirement.js';
import type { Clause } from './rule.js';
import type { SchemaRules } from './schema-rules.js';

/** What `authDirective()` was told about the directives of its schemas. */
export interface ProblemSettings {
  readonly name: string;
  readonly publicName: string;
  /** Undefined when any group may be named. */
  readonly groups: ReadonlySet<string> | undefined;
  readonly policies: ReadonlyMap<string, PolicyProblems>;
  readonly enforcedElsewhere: ReadonlySet<string>;
  readonly dialects: ReadonlySet<Dialect>;
}

/** What a policy says about the places that name it. */
export interface PolicyProblems {
  /** Rules about the token, of which one is enough for the policy (`anyOf`). */
  readonly clauses: readonly Clause[];
  /** Why the policy could never allow on the field, or a value of the type, as far as the schema tells. */
  readonly problemOf: (place: FieldOf | ValuesOf, schema: GraphQLSchema) => string | undefined;
}

/** A value of such a type can turn up anywhere, and has no properties that a policy could look at. */
const WITHOUT_POLICIES: ReadonlySet<ElementKind> = new Set(['ENUM', 'SCALAR']);

/** Where no guard can stand, and what to call it. */
const UNENFORCEABLE: ReadonlyMap<ElementKind, string> = new Map<ElementKind, string>([
  ['SCHEMA', 'the schema itself'],
  ['ENUM_VALUE', 'an enum value'],
  ['DIRECTIVE', 'a directive'],
  ['DIRECTIVE_ARGUMENT', "a directive's argument"],
]);

const EXECUTABLE: readonly string[] = [
  DirectiveLocation.QUERY,
  DirectiveLocation.MUTATION,
  DirectiveLocation.SUBSCRIPTION,
  DirectiveLocation.FIELD,
  DirectiveLocation.FRAGMENT_DEFINITION,
  DirectiveLocation.FRAGMENT_SPREAD,
  DirectiveLocation.INLINE_FRAGMENT,
  DirectiveLocation.VARIABLE_DEFINITION,
];

export function findProblems(
  schema: GraphQLSchema,
  rules: SchemaRules,
  settings: ProblemSettings,
  read: ElementReader,
): readonly string[] {
  const { name, publicName, enforcedElsewhere, dialects } = settings;
  const names = new Set([name]);
  const publicNames = new Set([publicName]);
  const problems = [
    ...findDefinitionProblems(schema, settings),
    ...schema.getDirectives().flatMap((directive) => directiveInputProblems(directive, rules, name)),
  ];
  const checkNaming = createNamingCheck(schema, { names, publicNames, enforcedElsewhere, dialects }, read);
  const ruleOf = createDialectReader(schema, { names, publicNames, dialects }, read);
  const levels: unknown[] = [];
  visitElements(schema, (element, kind, coordinate, fieldOf) => {
    const reading = read(element);
    const annotations = usesOf(reading, names);
    levels.push(...annotations.flatMap(({ args }) => args['acr'] ?? []));
    const dialectRules = ruleOf ? reading.uses.flatMap((use) => ruleOf(use) ?? []) : [];
    const place = fieldOf ?? (isCompositeType(element) ? valuesOf(schema, element) : undefined);
    const found = [
      ...checkNaming(reading),
      ...annotations.flatMap((annotation) => annotationProblems(annotation, kind, schema, settings)),
      ...annotations.flatMap(({ args }) => policyProblems(toList(args['policies']), place, schema, settings)),
      ...dialectRules.flatMap((rule) => dialectProblems(rule, kind, settings)),
      ...dialectRules.flatMap(({ policies }) => policyProblems(policies, fieldOf, schema, settings)),
      ...publicProblems(
        usesOf(reading, publicNames),
        kind,
        [...annotations, ...dialectRules.map(({ use }) => use)],
        settings,
      ),
    ];
    if (found.length === 0) return;
    // Pothos writes a directive both as a node and in `extensions`.
    for (const problem of new Set(found)) problems.push(`${coordinate}: ${problem}`);
  });
  // A list with a problem of its own has been told of already.
  return levels.length > 0 && problems.length === 0 ? findLevelProblems(schema, rules) : problems;
}

// The arguments of a directive in a query are read by the directive's own library, where no guard stands.
function directiveInputProblems(
  { name: directive, locations, args }: GraphQLDirective,
  rules: SchemaRules,
  name: string,
): readonly string[] {
  if (!locations.some((location) => EXECUTABLE.includes(location))) return [];
  return args
    .filter(({ type }) => rules.isRuledInput(type))
    .map(
      (arg) =>
        `@${directive}(${arg.name}:): A request may give this argument a value that has @${name}, and nothing can enforce it ` +
        'there. Use a type without a rule.',
    );
}

function annotationProblems(
  { name, args, form, faults }: Annotation,
  kind: ElementKind,
  schema: GraphQLSchema,
  settings: ProblemSettings,
): readonly string[] {
  const unenforceable = UNENFORCEABLE.get(kind);
  if (unenforceable !== undefined) {
    return [`@${name} cannot be enforced on ${unenforceable}. Put it on a type, a field or an argument.`];
  }
  const problems = [...faults];
  for (const key of Object.keys(args)) {
    if (ARGUMENT_NAMES.includes(key)) continue;
    problems.push(`Unknown argument ${print(key)} of @${name}. Known arguments: ${ARGUMENT_NAMES.join(', ')}.`);
  }
  const { tokenUse } = args;
  if ('tokenUse' in args && tokenUse !== 'ID' && tokenUse !== 'ACCESS') {
    const isDefined = form === 'code' || schema.getDirective(name) != null;
    problems.push(isDefined ? tokenUseProblem(tokenUse, form) : undefinedTokenUseProblem(tokenUse, name));
  }
  if (tokenUse === 'ID' && 'scopes' in args) {
    problems.push('An ID token has no scopes. Leave out `scopes`, or ask for `tokenUse: ACCESS`.');
  }
  if ('maxAge' in args && !isMaxAge(args['maxAge'])) {
    problems.push(
      `Expected \`maxAge\` to be a whole number of seconds from 1 to 2147483647, got ${print(args['maxAge'])}. Write \`maxAge: 300\`, or leave ` +
        'it out.',
    );
  }
  for (const key of ['groups', 'scopes', 'policies', 'pools', 'acr']) {
    if (key in args) problems.push(...listProblems(key, toList(args[key])));
  }
  if ('groups' in args) problems.push(...unknownNames('groups', 'groups', toList(args['groups']), settings));
  if ('policies' in args && WITHOUT_POLICIES.has(kind)) {
    problems.push('A policy needs a field to look at. Put `policies` on the fields that return this type.');
  }
  if ('policies' in args) problems.push(...unknownNames('policies', 'policies', toList(args['policies']), settings));
  return problems;
}

function tokenUseProblem(tokenUse: unknown, form: Annotation['form']): string {
  const [expected, how] =
    form === 'SDL' ? ['ID or ACCESS', 'without quotation marks'] : ["'ID' or 'ACCESS'", 'in capitals'];
  return (
    `Expected \`tokenUse\` to be ${expected}, got ${print(tokenUse)}. Write one of them ${how}, or leave it out for either ` +
    'token.'
  );
}

// Libraries that write the node of a use take the kinds of its values from the definition: without it, all text is a string.
function undefinedTokenUseProblem(tokenUse: unknown, name: string): string {
  return (
    `Expected \`tokenUse\` to be ID or ACCESS, got ${print(tokenUse)} in a schema that does not define @${name}. Give the ` +
    "schema's builder the definition: buildSchema(authDirectiveTypeDefs).getDirectives()."
  );
}

function policyProblems(
  names: readonly unknown[],
  place: FieldOf | ValuesOf | undefined,
  schema: GraphQLSchema,
  { policies }: ProblemSettings,
): readonly string[] {
  if (place === undefined) return [];
  return names.filter(isCognitoName).flatMap((name) => {
    const problem = policies.get(name)?.problemOf(place, schema);
    return problem === undefined ? [] : [`The policy ${print(name)} could never hold here: ${problem}`];
  });
}

function publicProblems(
  marks: readonly Annotation[],
  kind: ElementKind,
  [rule]: readonly Annotation[],
  { publicName }: ProblemSettings,
): readonly string[] {
  if (marks.length === 0) return [];
  const problems = marks.flatMap(({ args, faults }) => [
    ...faults,
    ...Object.keys(args).map((key) => `Expected @${publicName} to have no arguments, got ${print(key)}. Leave it out.`),
  ]);
  if (rule)
    problems.push(`@${publicName} lifts no rule, and ${printName(rule.name)} beside it holds. Remove one of them.`);
  else if (kind === 'INTERFACE_FIELD') {
    problems.push(`@${publicName} has no effect here. Put it on the field of each type that implements it.`);
  } else if (kind !== 'OBJECT' && kind !== 'OBJECT_FIELD') {
    problems.push(`@${publicName} has no effect here. Put it on a field or its type.`);
  }
  return problems;
}
