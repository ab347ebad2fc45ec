/** What a server should hear of its schema when it starts, and that does not keep it from starting. */
import type { GraphQLSchema } from 'graphql';
import type { Annotation } from '../rules/annotation.js';
import { createElementReader } from '../rules/annotations.js';
import { hasAuthArguments } from '../rules/definition.js';
import { createDialectReader } from '../rules/dialect-rule.js';
import { visitElements } from '../rules/elements.js';
import { findNamingProblems } from '../rules/naming.js';
import { fieldsOf, guardOf, hasSettings, settingsOf } from './registry.js';

const MOST_LISTED = 5;

/** Sentences for the log of a server that starts with this schema. */
export function findWarnings(schema: GraphQLSchema): readonly string[] {
  return [...dryRunWarnings(schema), ...unusedWarnings(schema), ...publicWarnings(schema), ...strangerWarnings(schema)];
}

function dryRunWarnings(schema: GraphQLSchema): readonly string[] {
  const guarded = [...fieldsOf(schema)].flatMap(([type, field]) => {
    const guard = guardOf(field);
    return guard ? [{ coordinate: `${type.name}.${field.name}`, isReportOnly: guard.isReportOnly }] : [];
  });
  const dry = guarded.filter(({ isReportOnly }) => isReportOnly).map(({ coordinate }) => coordinate);
  if (dry.length === 0) return [];
  if (dry.length === guarded.length) {
    return ["DRY RUN. enforcement is 'report': no rule of @auth is enforced, only logged."];
  }
  return [
    `DRY RUN of a part. enforcement is 'report' for ${dry.length} of ${guarded.length} guarded fields, whose rules are ` +
      `not enforced, only logged: ${listFirst(dry)}.`,
  ];
}

// `printSchema` of graphql drops every use of a directive and keeps its definition.
function unusedWarnings(schema: GraphQLSchema): readonly string[] {
  const defined = schema.getDirectives().find(({ args }) => hasAuthArguments(args));
  const settings = settingsOf(schema);
  const ruleOf = createDialectReader(schema, settings, createElementReader());
  const isOwn = ({ name }: Annotation) => settings.names.has(name) || settings.publicNames.has(name);
  // A schema of defaults may have no rule of its own, but it was not printed if it has the exceptions.
  if (defined === undefined || isUsed(schema, (use) => isOwn(use) || ruleOf?.(use) !== undefined)) return [];
  return [
    `The schema defines @${defined.name} and uses it nowhere, so no field has a rule of its own. If the schema was printed ` +
      'with printSchema(), its directives are lost: print it with printSchemaWithDirectives() of @graphql-tools/utils.',
  ];
}

/** `@public` looks like a lock on all other fields, and is none. */
function publicWarnings(schema: GraphQLSchema): readonly string[] {
  const { publicNames, unannotated } = settingsOf(schema);
  if (unannotated === 'authenticated' || !hasSettings(schema)) return [];
  const read = createElementReader();
  const coordinates: string[] = [];
  visitElements(schema, (element, _, coordinate) => {
    if (read(element).uses.some(({ name }) => publicNames.has(name))) coordinates.push(coordinate);
  });
  if (coordinates.length === 0) return [];
  return [
    `@${listFirst([...publicNames])} on ${listFirst(coordinates)} changes nothing: every field without a rule is open. Write ` +
      "authDirective({ unannotated: 'authenticated' }) to close the others, or remove it.",
  ];
}

/** Whether the directive stands on any element. */
export function usesAuth(schema: GraphQLSchema): boolean {
  const { names } = settingsOf(schema);
  return isUsed(schema, ({ name }) => names.has(name));
}

function isUsed(schema: GraphQLSchema, isMeant: (use: Annotation) => boolean): boolean {
  const read = createElementReader();
  let answer = false;
  visitElements(schema, (element) => {
    answer ||= read(element).uses.some(isMeant);
  });
  return answer;
}

/**
 * In a schema that was never transformed, what looks like a rule may be enforced by its own library. In a transformed one
 * it is an error (`coverage.ts`).
 */
function strangerWarnings(schema: GraphQLSchema): readonly string[] {
  const strangers = hasSettings(schema) ? [] : findNamingProblems(schema, settingsOf(schema));
  const [first] = strangers;
  if (first === undefined) return [];
  return [
    `The schema was never transformed, and has directives that look like rules (${strangers.length}). The first: ${first}`,
  ];
}

/** The first of the items, for a line of the log. */
export function listFirst(items: readonly string[]): string {
  return [...items.slice(0, MOST_LISTED), ...(items.length > MOST_LISTED ? ['…'] : [])].join(', ');
}
