/** What is remembered about schemas: the directive's names, the settings of a transformed one, and its guarded fields. */
import { isObjectType } from 'graphql';
import type { GraphQLField, GraphQLObjectType, GraphQLSchema } from 'graphql';
import { DEFAULT_NAME, hasAuthArguments } from './definition.js';
import { guardRecordOf } from './guard.js';
import type { GuardRecord } from './guard.js';
import type { RuleSettings } from './rules.js';

type Field = GraphQLField<unknown, unknown>;

const usedNames = new Set([DEFAULT_NAME]);

/** A name that was given to the directive in this process. */
export function noteName(name: string): void {
  usedNames.add(name);
}

const EXTENSION = 'apollo-cognito-auth';

/** Kept in the schema's extensions, which later transformations carry along. */
export function noteSettings(
  schema: GraphQLSchema,
  settings: { readonly name: string; readonly unannotated: RuleSettings['unannotated'] },
): void {
  schema.extensions = { ...schema.extensions, [EXTENSION]: Object.freeze(settings) };
}

/** Whether the schema, or one that it was made of, was transformed. */
export function hasSettings(schema: GraphQLSchema): boolean {
  return EXTENSION in schema.extensions;
}

/** The settings by which the rules of any schema are read: one that was transformed, one that was not, one that was since changed. */
export function settingsOf(schema: GraphQLSchema): RuleSettings {
  const noted = schema.extensions[EXTENSION] as { readonly unannotated?: unknown } | undefined;
  const names = [...usedNames].filter((name) => {
    const definition = schema.getDirective(name);
    // Another library's directive may have a name that another schema gave to ours; `@auth` itself is never let off.
    return name === DEFAULT_NAME || !definition || hasAuthArguments(definition.args);
  });
  const alike = schema.getDirectives().filter(({ args }) => hasAuthArguments(args));
  return {
    names: new Set([...names, ...alike.map(({ name }) => name)]),
    unannotated: noted?.unannotated === 'authenticated' ? 'authenticated' : 'public',
  };
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
