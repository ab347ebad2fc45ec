/** What is remembered about schemas: the directive's names, the settings of a transformed one, and its guarded fields. */
import { isObjectType } from 'graphql';
import type { GraphQLField, GraphQLObjectType, GraphQLSchema } from 'graphql';
import { once } from '../../once.js';
import { DEFAULT_NAME, DEFAULT_PUBLIC_NAME, hasAuthArguments } from '../rules/definition.js';
import type { Dialect } from '../rules/dialects.js';
import type { FieldInputs } from '../rules/input-rules.js';
import type { Requirement } from '../rules/requirement.js';
import type { Clause } from '../rules/rule.js';
import { readRules } from '../rules/schema-rules.js';
import type { RuleSettings, SchemaRules } from '../rules/schema-rules.js';

type Field = GraphQLField<unknown, unknown>;

/** What members of an abstract type ask for, by the member's name. */
export type Members = ReadonlyMap<string, Requirement>;

/** What a guard enforces. */
export interface GuardRecord {
  readonly requirement?: Requirement | undefined;
  readonly inputs?: FieldInputs | undefined;
  readonly members?: Members | undefined;
  /** What it decides each reference of a subgraph by. */
  readonly references?: Members | undefined;
  /** Whether it denies every request once the token has expired: for subscriptions, which outlive their request. */
  readonly checksExpiry: boolean;
  readonly isReportOnly: boolean;
  /** Whether it gives the items of a list in a form that bears denials (`guardItems`). */
  readonly bearsDenials?: boolean;
}

const records = once('records of guards', () => new WeakMap<object, GuardRecord>());

/** Remembers what the function enforces. */
export function recordGuard(guard: object, record: GuardRecord): void {
  records.set(guard, record);
}

/** What the function enforces; undefined when it is no guard. */
export function guardRecordOf(resolver: unknown): GuardRecord | undefined {
  return typeof resolver === 'function' ? records.get(resolver) : undefined;
}

/** What is known of the directives of a schema. */
export interface SchemaSettings extends RuleSettings {
  /** Rules about the token in policies (`anyOf`), by the policy's name. */
  readonly policyClauses: ReadonlyMap<string, readonly Clause[]>;
  readonly enforcedElsewhere: ReadonlySet<string>;
}

/** What one `authDirectiveTransformer` knew. */
export interface Note {
  readonly name: string;
  readonly publicName: string;
  readonly unannotated: RuleSettings['unannotated'];
  readonly enforcedElsewhere: readonly string[];
  readonly dialects: readonly Dialect[];
  readonly policyClauses: readonly (readonly [policy: string, clauses: readonly Clause[]])[];
}

// Only for schemas that were never transformed, which do not know their own names: a directive whose definition is not
// in the schema (built in code) must not be missed because the transformer was forgotten.
const usedNames = once('names of the directive', () => new Set([DEFAULT_NAME]));

/** A name that was given to the directive in this process. */
export function noteName(name: string): void {
  usedNames.add(name);
}

const EXTENSION = 'apollo-cognito-auth';

/**
 * Kept in the schema's extensions, which later transformations carry along. By its own content, so that merging two
 * schemas keeps what both knew.
 */
export function noteSettings(schema: GraphQLSchema, note: Note): void {
  const notes = { ...(schema.extensions[EXTENSION] as object | undefined), [JSON.stringify(note)]: note };
  schema.extensions = { ...schema.extensions, [EXTENSION]: notes };
}

function notesOf(schema: GraphQLSchema): readonly Note[] {
  return Object.hasOwn(schema.extensions, EXTENSION)
    ? // Written above, and nowhere else.
      Object.values(schema.extensions[EXTENSION] as Readonly<Record<string, Note>>)
    : [];
}

/** Whether the schema, or one that it was made of, was transformed. */
export function hasSettings(schema: GraphQLSchema): boolean {
  return notesOf(schema).length > 0;
}

/** The settings by which the rules of any schema are read: one that was transformed, one that was not, one that was since changed. */
export function settingsOf(schema: GraphQLSchema): SchemaSettings {
  const notes = notesOf(schema);
  const names = notes.length > 0 ? notes.map(({ name }) => name) : guessNames(schema);
  const alike = schema.getDirectives().filter(({ args }) => hasAuthArguments(args));
  return {
    names: new Set([...names, ...alike.map(({ name }) => name)]),
    publicNames: new Set(notes.length > 0 ? notes.map(({ publicName }) => publicName) : [DEFAULT_PUBLIC_NAME]),
    // Of a part of a merged schema, too: which fields are whose cannot be told any more.
    unannotated: notes.some(({ unannotated }) => unannotated === 'authenticated') ? 'authenticated' : 'public',
    enforcedElsewhere: new Set(notes.flatMap(({ enforcedElsewhere }) => enforcedElsewhere)),
    dialects: new Set(notes.flatMap(({ dialects }) => dialects)),
    policyClauses: joined(notes.flatMap(({ policyClauses }) => policyClauses)),
  };
}

/** Schemas that were merged may have different policies of one name. */
function joined(entries: Note['policyClauses']): SchemaSettings['policyClauses'] {
  const found = new Map<string, readonly Clause[]>();
  for (const [name, clauses] of entries) found.set(name, [...(found.get(name) ?? []), ...clauses]);
  return found;
}

function guessNames(schema: GraphQLSchema): readonly string[] {
  return [...usedNames].filter((name) => {
    const definition = schema.getDirective(name);
    // Another library's directive may have a name that another schema gave to ours; `@auth` itself is never let off.
    return name === DEFAULT_NAME || !definition || hasAuthArguments(definition.args);
  });
}

/** Every field that a request can reach, after its type. Introspection is left alone. */
export function* fieldsOf(schema: GraphQLSchema): Generator<readonly [GraphQLObjectType, Field]> {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) yield [type, field];
  }
}

/** What the field's guard enforces; undefined when it has none, or when something was put in its place. */
export function guardOf(field: Field): GuardRecord | undefined {
  return guardRecordOf(field.resolve);
}

const rulesBySchema = once('rules of schemas', () => new WeakMap<GraphQLSchema, SchemaRules>());

/** Keeps the rules that the guards of a schema enforce. */
export function keepRules(schema: GraphQLSchema, rules: SchemaRules): void {
  rulesBySchema.set(schema, rules);
}

/**
 * The rules of a schema, read once: those that its guards enforce, and for a schema that was never transformed, or that was
 * made of a transformed one, those that are written in it.
 */
export function rulesOf(schema: GraphQLSchema): SchemaRules {
  let rules = rulesBySchema.get(schema);
  if (rules === undefined) rulesBySchema.set(schema, (rules = readRules(schema, settingsOf(schema))));
  return rules;
}

type DryRun = 'none' | 'part' | 'all';

const dryRuns = new WeakMap<GraphQLSchema, DryRun>();

/** How much of the schema is in a dry run (`enforcement: 'report'`): schemas can be merged. */
export function dryRunOf(schema: GraphQLSchema): DryRun {
  let answer = dryRuns.get(schema);
  if (answer === undefined) {
    const guards = [...fieldsOf(schema)].flatMap(([, field]) => guardOf(field) ?? []);
    const dry = guards.filter((guard) => guard.isReportOnly);
    answer = dry.length === 0 ? 'none' : dry.length === guards.length ? 'all' : 'part';
    dryRuns.set(schema, answer);
  }
  return answer;
}
