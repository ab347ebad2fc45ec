/** Finds directives that were meant for a guard and are in no form that one reads: near-miss names, other products'. */
import type { GraphQLSchema } from 'graphql';
import { print } from '../../settings.js';
import type { Annotation, Reading } from './annotation.js';
import type { ElementReader } from './annotations.js';
import { DEFAULT_NAME, hasAuthArguments } from './definition.js';
import { foreignProblem, normalizeName, printName, readForeignNames } from './dialects.js';
import type { SchemaSettings } from '../guard/registry.js';

/** What is wrong with how an element says its directives; a sentence each. */
export type FindNamingProblems = (reading: Reading) => readonly string[];

const NONE: readonly string[] = [];

export function createNamingCheck(
  schema: GraphQLSchema,
  { names, publicNames, enforcedElsewhere }: Omit<SchemaSettings, 'unannotated'>,
  read: ElementReader,
): FindNamingProblems {
  const foreignName = readForeignNames(schema, read);
  const ownByLook = new Map([...publicNames, ...names].map((name) => [name.toLowerCase(), name]));
  const [ownName = DEFAULT_NAME] = names;
  const isOwn = (name: string) => names.has(name) || publicNames.has(name);

  function problemOf({ name }: Annotation): string | undefined {
    if (isOwn(name)) return undefined;
    const look = normalizeName(name);
    const meant = ownByLook.get(look);
    if (meant !== undefined) return nearMiss(name, meant);
    const definition = schema.getDirective(name);
    if (definition && hasAuthArguments(definition.args)) {
      return `@${name} has the definition of authDirective(), and here it is called @${ownName}. Write @${ownName}.`;
    }
    // Another product's `@auth` is one that the schema itself defines.
    if (look === DEFAULT_NAME && !definition) {
      return (
        `${printName(name)} is not enforced: the directive is called @${ownName} here. Write @${ownName}; if this is ` +
        "another product's, add its definition to the schema."
      );
    }
    const foreign = foreignName(name);
    return foreign === undefined || enforcedElsewhere.has(foreign) ? undefined : foreignProblem(name, foreign, ownName);
  }

  const findAll: FindNamingProblems = ({ uses, misplaced, otherKeys, faults }) => [
    ...faults.map((fault) => `${fault} ${rightForm(ownName)}`),
    ...uses.flatMap((use) => problemOf(use) ?? []),
    ...misplaced
      .filter(([, use]) => isOwn(use.name) || problemOf(use) !== undefined)
      .map(([place]) => `\`${place}\` is not read. ${rightForm(ownName)}`),
    ...otherKeys
      .filter((key) => names.has(ownByLook.get(normalizeName(key)) ?? ''))
      .map((key) => `\`extensions[${print(key)}]\` is not read. ${rightForm(ownName)}`),
    ...bareProblems(uses, isOwn, (name) => schema.getDirective(name) != null),
  ];
  // Nearly all that is annotated has the directive's own name in SDL.
  const isClear = ({ uses, misplaced, otherKeys, faults }: Reading) =>
    faults.length + misplaced.length + otherKeys.length === 0 &&
    uses.every(({ name, isBare }) => !isBare && isOwn(name));
  return (reading) => (isClear(reading) ? NONE : findAll(reading));
}

function nearMiss(name: string, meant: string): string {
  return (
    `Expected the name of the directive to be ${print(meant)}, got ${print(name)}. Write @${meant} and its arguments in ` +
    `SDL, or \`extensions: { directives: { ${meant}: { … } } }\` in code.`
  );
}

function rightForm(name: string): string {
  return `Write \`extensions: { directives: { ${name}: { … } } }\`, with \`{}\` for no arguments.`;
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
  if (own === undefined || other === undefined) return [];
  return [
    `Expected \`extensions.directives\` to be a list of directives, got ${print(other.name)} beside ${print(own.name)}, ` +
      `which the schema does not define. ${rightForm(own.name)}`,
  ];
}
