/** What is wrong with the directives of a schema, before anything is guarded: each problem names its element and its remedy. */
import { DirectiveLocation } from 'graphql';
import type { GraphQLSchema } from 'graphql';
import { print } from '../options.js';
import { annotationsOf } from './annotations.js';
import type { Annotation, SchemaElement } from './annotations.js';
import { isAuthDefinition, isPublicDefinition } from './definition.js';
import { visitElements } from './elements.js';
import type { Place } from './elements.js';
import { isCognitoName } from './options.js';
import type { ResolvedDirectiveOptions } from './options.js';
import { PUBLIC } from './rules.js';
import type { SchemaRules } from './rules.js';

/** A value of such a type can turn up anywhere: there is no one field whose parent and arguments a policy could look at. */
const WITHOUT_POLICIES: ReadonlySet<Place> = new Set(['OBJECT', 'INTERFACE', 'UNION', 'ENUM', 'SCALAR']);
const UNENFORCEABLE: ReadonlySet<Place> = new Set(['SCHEMA', 'ENUM_VALUE', 'DIRECTIVE_ARGUMENT']);

export function findProblems(
  schema: GraphQLSchema,
  rules: SchemaRules,
  options: ResolvedDirectiveOptions,
): readonly string[] {
  const names = new Set([options.name]);
  const problems = [
    ...definitionProblems(schema, options.name),
    ...directiveInputProblems(schema, rules, options.name),
  ];
  visitElements(schema, (element, place, coordinate) => {
    const annotations = annotationsOf(element, names);
    for (const annotation of annotations) {
      for (const problem of annotationProblems(annotation, place, options)) problems.push(`${coordinate}: ${problem}`);
    }
    const problem = publicProblem(element, place, annotations.length > 0, options.name);
    if (problem !== undefined) problems.push(`${coordinate}: ${problem}`);
  });
  return problems;
}

function definitionProblems(schema: GraphQLSchema, name: string): readonly string[] {
  const problems: string[] = [];
  const definition = schema.getDirective(name);
  if (definition && !isAuthDefinition(definition)) {
    problems.push(
      `@${name}: the schema's definition of this directive is not the one that is enforced here. Use ` +
        "`authDirectiveTypeDefs`, or choose another name: authDirective({ name: 'requiresAuth' }).",
    );
  }
  const marksPublic = schema.getDirective('public');
  if (marksPublic && !isPublicDefinition(marksPublic)) {
    problems.push('@public: the schema has another directive of this name. Rename it, or use `authDirectiveTypeDefs`.');
  }
  return problems;
}

// The arguments of a directive in a query are read by whoever made the directive, where no guard stands.
function directiveInputProblems(schema: GraphQLSchema, rules: SchemaRules, name: string): readonly string[] {
  const executable: readonly string[] = [
    DirectiveLocation.QUERY,
    DirectiveLocation.MUTATION,
    DirectiveLocation.SUBSCRIPTION,
    DirectiveLocation.FIELD,
    DirectiveLocation.FRAGMENT_DEFINITION,
    DirectiveLocation.FRAGMENT_SPREAD,
    DirectiveLocation.INLINE_FRAGMENT,
    DirectiveLocation.VARIABLE_DEFINITION,
  ];
  return schema
    .getDirectives()
    .filter(({ locations }) => locations.some((location) => executable.includes(location)))
    .flatMap((directive) =>
      directive.args
        .filter(({ type }) => rules.inputs.isRuled(type))
        .map(
          (arg) =>
            `@${directive.name}(${arg.name}:): a request may give this argument a value that has @${name}, and nothing ` +
            'can enforce it there. Use a type without a rule.',
        ),
    );
}

function annotationProblems(
  { name, args }: Annotation,
  place: Place,
  { groups, policies }: ResolvedDirectiveOptions,
): readonly string[] {
  if (UNENFORCEABLE.has(place)) return [`@${name} cannot be enforced here. Put it on a type, a field or an argument.`];
  const problems = Object.keys(args)
    .filter((key) => !['tokenUse', 'groups', 'scopes', 'policies'].includes(key))
    .map((key) => `@${name} has no argument ${print(key)}.`);
  const { tokenUse } = args;
  if ('tokenUse' in args && tokenUse !== 'ID' && tokenUse !== 'ACCESS') {
    problems.push(`\`tokenUse\` must be ID or ACCESS, found ${print(tokenUse)}. Leave it out for either.`);
  }
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

function listProblems(key: string, value: unknown): readonly string[] {
  const list = toList(value);
  if (list.length === 0) return [`\`${key}\` is empty, so nobody could meet it. Name some, or leave it out.`];
  return list
    .filter((each) => !isCognitoName(each))
    .map(
      (each) => `\`${key}\` must hold names without white space, found ${print(each)}. Correct it, or leave it out.`,
    );
}

function publicProblem(element: SchemaElement, place: Place, hasRule: boolean, name: string): string | undefined {
  if (annotationsOf(element, PUBLIC).length === 0) return undefined;
  if (hasRule) return `@public beside @${name}: the rule holds all the same. Remove one of them.`;
  if (place === 'INTERFACE_FIELD')
    return '@public has no effect here. Put it on the field of each type that implements it.';
  if (place !== 'OBJECT' && place !== 'OBJECT_FIELD')
    return '@public has no effect here. Put it on a field or its type.';
  return undefined;
}

function toList(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return value === undefined ? [undefined] : [value];
}
