/** Finds directives that were meant for a guard and that no guard reads: near-miss names and forms, and other products'. */
import type { GraphQLSchema } from 'graphql';
import { print } from '../../settings.js';
import { codeForm, printName } from './annotation.js';
import type { Annotation, Reading } from './annotation.js';
import { createElementReader } from './annotations.js';
import type { ElementReader } from './annotations.js';
import { DEFAULT_NAME, hasAuthArguments } from './definition.js';
import { dialectOf, foreignProblem, normalizeName, readForeignNames } from './dialects.js';
import type { Dialect } from './dialects.js';
import { visitElements } from './elements.js';

/** What is known of the directives of a schema. */
export interface NamingSettings {
  /** The names of `@auth`. */
  readonly names: ReadonlySet<string>;
  /** The names of `@public`. */
  readonly publicNames: ReadonlySet<string>;
  /** The directives of other products that something else enforces. */
  readonly enforcedElsewhere: ReadonlySet<string>;
  /** The other products whose directives are enforced here. */
  readonly dialects: ReadonlySet<Dialect>;
}

/** What is wrong with how an element says its directives; a sentence each. */
export type CheckNaming = (reading: Reading) => readonly string[];

const NONE: readonly string[] = [];

/** What is wrong with how the elements of a schema say their directives; a sentence each, with the element's coordinate. */
export function findNamingProblems(schema: GraphQLSchema, settings: NamingSettings): readonly string[] {
  const read = createElementReader();
  const check = createNamingCheck(schema, settings, read);
  const problems: string[] = [];
  visitElements(schema, (element, _kind, coordinate) => {
    for (const problem of check(read(element))) problems.push(`${coordinate}: ${problem}`);
  });
  return problems;
}

export function createNamingCheck(
  schema: GraphQLSchema,
  { names, publicNames, enforcedElsewhere, dialects }: NamingSettings,
  read: ElementReader,
): CheckNaming {
  const foreign = readForeignNames(schema, read);
  const isOfDialect = (meant: string | undefined) => {
    const dialect = meant === undefined ? undefined : dialectOf(meant);
    return dialect !== undefined && dialects.has(dialect);
  };
  const byNormalName = new Map([...publicNames, ...names].map((name) => [normalizeName(name), name]));
  const [ownName = DEFAULT_NAME] = names;
  const isOwn = (name: string) => names.has(name) || publicNames.has(name);
  const isRule = (name: string) => isOwn(name) || isOfDialect(foreign.meantBy(name));

  function problemOf({ name }: Annotation): string | undefined {
    if (isRule(name)) return undefined;
    const meant = byNormalName.get(normalizeName(name));
    if (meant !== undefined) return nearMiss(name, meant);
    const definition = schema.getDirective(name);
    if (definition && hasAuthArguments(definition.args)) {
      return `@${name} has the definition of authDirective(), whose name is @${ownName} here. Write @${ownName}.`;
    }
    // Another product's `@auth` is one that the schema itself defines.
    if (normalizeName(name) === DEFAULT_NAME && !definition) {
      return (
        `${printName(name)} is not enforced: the directive is called @${ownName} here. Write @${ownName}; if this is ` +
        "another product's, add its definition to the schema."
      );
    }
    const resembled = foreign.resembledBy(name);
    if (resembled === undefined || enforcedElsewhere.has(resembled)) return undefined;
    return isOfDialect(resembled) ? nearMiss(name, resembled) : foreignProblem(name, resembled, ownName);
  }

  const check: CheckNaming = ({ uses, misplaced, otherKeys, faults }) => [
    ...faults.map((fault) => `${fault} ${codeForm(ownName)}`),
    ...uses.flatMap((use) => problemOf(use) ?? []),
    ...misplaced
      .filter(({ use }) => isRule(use.name) || problemOf(use) !== undefined)
      .map(({ place }) => `\`${place}\` is not read. ${codeForm(ownName)}`),
    ...otherKeys
      .filter((key) => names.has(byNormalName.get(normalizeName(key)) ?? ''))
      .map((key) => `\`extensions[${print(key)}]\` is not read. ${codeForm(ownName)}`),
    ...bareProblems(uses, isRule, (name) => schema.getDirective(name) != null),
  ];
  // Nearly all that is annotated has the directive's own name in SDL.
  const isClear = ({ uses, misplaced, otherKeys, faults }: Reading) =>
    faults.length + misplaced.length + otherKeys.length === 0 &&
    uses.every(({ name, isBare }) => !isBare && isOwn(name));
  return (reading) => (isClear(reading) ? NONE : check(reading));
}

function nearMiss(name: string, meant: string): string {
  return (
    `Expected the name of the directive to be ${print(meant)}, got ${print(name)}. Write @${meant} and its arguments in ` +
    `SDL, or \`extensions: { directives: { ${meant}: { … } } }\` in code.`
  );
}

// `['auth', 'admin']` may be two directives, or one and its group.
function bareProblems(
  uses: readonly Annotation[],
  isOwn: (name: string) => boolean,
  isDefined: (name: string) => boolean,
): readonly string[] {
  const bare = uses.filter(({ isBare }) => isBare);
  const own = bare.find(({ name }) => isOwn(name));
  const other = bare.find(({ name }) => !isOwn(name) && !isDefined(name));
  if (own === undefined || other === undefined) return NONE;
  return [
    `Expected \`extensions.directives\` to be a list of directives, got ${print(other.name)} beside ${print(own.name)}, ` +
      `which the schema does not define. ${codeForm(own.name)}`,
  ];
}
