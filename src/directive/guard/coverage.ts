/** Checks that each rule of a schema has its guard, by looking at the guards themselves. */
import { isAbstractType } from 'graphql';
import type { GraphQLField, GraphQLObjectType, GraphQLSchema } from 'graphql';
import { isAuthDefinition } from '../rules/definition.js';
import type { FieldInputs } from '../rules/input-rules.js';
import { findNamingProblems } from '../rules/naming.js';
import { findForeignGraphql } from '../rules/own-graphql.js';
import { isImpliedBy } from '../rules/requirement.js';
import type { Requirement } from '../rules/requirement.js';
import { createEndableLists } from './endable-lists.js';
import { membersOf, readRules } from '../rules/schema-rules.js';
import type { SchemaRules } from '../rules/schema-rules.js';
import { dryRunOf, fieldsOf, guardOf, guardRecordOf, hasSettings, rulesOf, settingsOf } from './registry.js';
import type { GuardRecord } from './registry.js';

type Field = GraphQLField<unknown, unknown>;

const MOST_LISTED = 5;

const REMEDY =
  'Pass the schema through authDirectiveTransformer, as the last transformation, and give the server what it returns. ' +
  'If you do, `npm ls apollo-cognito-auth` has to show one copy: the guards of another copy do not count.';

/**
 * A sentence for each element whose rule nothing enforces, or not all of it: the schema was never transformed, or was
 * changed after it was. Empty when all is enforced.
 */
export function findUnguarded(schema: GraphQLSchema): readonly string[] {
  const foreign = findForeignGraphql(schema);
  if (foreign !== undefined) return [foreign];
  if (isForgotten(schema)) {
    return [
      `The schema defines the directive of authDirective() and was never transformed. ${REMEDY}`,
      ...firstOf(findMissing(schema)),
    ];
  }
  // What was added to a transformed schema later is held to the same as what was there.
  const added = hasSettings(schema) ? findNamingProblems(schema, settingsOf(schema)) : [];
  return [...findMissing(schema), ...added];
}

/**
 * A schema with authDirectiveTypeDefs is meant to be transformed. With `unannotated: 'authenticated'` it may have no `@auth`
 * whose guard could be missed.
 */
function isForgotten(schema: GraphQLSchema): boolean {
  const isDefined = schema.getDirectives().some((directive) => isAuthDefinition(directive));
  return isDefined && !hasSettings(schema) && ![...fieldsOf(schema)].some(([, field]) => guardOf(field));
}

// Of a schema without any guard nearly every field is missed.
function firstOf(problems: readonly string[]): readonly string[] {
  const left = problems.length - MOST_LISTED;
  return left > 0 ? [...problems.slice(0, MOST_LISTED), `The same of ${left} more.`] : problems;
}

function findMissing(schema: GraphQLSchema): readonly string[] {
  // What is written in the schema, not what the guards were told.
  const rules = readRules(schema, settingsOf(schema));
  const problems: string[] = [];
  const subscriptionType = hasRules(schema) ? schema.getSubscriptionType() : undefined;
  const endableLists =
    hasSettings(schema) && dryRunOf(schema) === 'none' ? createEndableLists(schema, rules) : undefined;
  for (const [type, field] of fieldsOf(schema)) {
    const coordinate = `${type.name}.${field.name}`;
    const guard = guardOf(field);
    if (!isGuarded(rules, type, field, guard)) {
      problems.push(`${coordinate} has a rule that no guard enforces. ${REMEDY}`);
    } else if (type === subscriptionType) {
      const atStart = guardRecordOf(field.subscribe);
      if (guard?.checksExpiry && atStart?.checksExpiry && isGuarded(rules, type, field, atStart)) continue;
      problems.push(`${coordinate} has no guard that refuses it when the token expires. ${REMEDY}`);
    } else if (endableLists?.has(field) && !guard?.bearsDenials) {
      problems.push(`${coordinate} is a list in which a denial may end an item, and lost what bears that. ${REMEDY}`);
    }
  }
  for (const type of Object.values(schema.getTypeMap())) {
    const expected = isAbstractType(type) ? rules.ofMembers(type) : undefined;
    if (expected === undefined || !isAbstractType(type)) continue;
    const actual = guardRecordOf(type.resolveType)?.members;
    for (const [name, requirement] of expected) {
      if (isImpliedBy(requirement, actual?.get(name))) continue;
      problems.push(`${name} has a rule that no guard enforces where it is reached as ${type.name}. ${REMEDY}`);
    }
  }
  return problems;
}

/** Whether the schema has any rule, or any guard. */
export function hasRules(schema: GraphQLSchema): boolean {
  const rules = rulesOf(schema);
  for (const [type, field] of fieldsOf(schema)) {
    if (rules.ofField(type, field) || rules.ofInputs(type, field) || membersOf(rules, field)) return true;
    if (rules.ofReferences(type, field)) return true;
    if (guardRecordOf(field.resolve)) return true;
  }
  return false;
}

function isGuarded(
  rules: SchemaRules,
  type: GraphQLObjectType,
  field: Field,
  actual: GuardRecord | undefined,
): boolean {
  const requirement = rules.ofField(type, field);
  const inputs = rules.ofInputs(type, field);
  const references = [...(rules.ofReferences(type, field) ?? [])];
  return (
    (requirement === undefined || isImpliedBy(requirement, actual?.requirement)) &&
    (inputs === undefined || coversInputs(inputs, actual?.inputs)) &&
    references.every(([name, asked]) => isImpliedBy(asked, actual?.references?.get(name)))
  );
}

function coversInputs(expected: FieldInputs, actual: FieldInputs | undefined): boolean {
  if (actual === undefined) return false;
  const args = new Map(actual.args.map((arg) => [arg.name, arg]));
  return (
    expected.args.every(({ name, requirement, isDeep }) => {
      const arg = args.get(name);
      return arg !== undefined && (!isDeep || arg.isDeep) && covers(requirement, arg.requirement);
    }) &&
    [...expected.ofInputFields()].every(([key, requirement]) => covers(requirement, actual.ofInputFields().get(key)))
  );
}

function covers(expected: Requirement | undefined, actual: Requirement | undefined): boolean {
  return expected === undefined || isImpliedBy(expected, actual);
}
