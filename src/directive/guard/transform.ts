/** Puts a guard into a schema wherever a rule asks for one. */
import { defaultFieldResolver, defaultTypeResolver, getNullableType, isAbstractType, isListType } from 'graphql';
import type {
  GraphQLAbstractType,
  GraphQLField,
  GraphQLFieldResolver,
  GraphQLObjectType,
  GraphQLSchema,
} from 'graphql';
import { AuthConfigurationError } from '../../errors.js';
import { createElementReader } from '../rules/annotations.js';
import { assertGraphqlVersion, findForeignGraphql } from '../rules/own-graphql.js';
import { findProblems } from '../rules/problems.js';
import type { ProblemSettings } from '../rules/problems.js';
import type { Requirement } from '../rules/requirement.js';
import { membersOf, readRules } from '../rules/schema-rules.js';
import type { RuleSettings, SchemaRules } from '../rules/schema-rules.js';
import { findSubgraph } from '../rules/subgraph.js';
import { leaveOutRules } from '../rules/subgraph-sdl.js';
import { whenSettled } from '../decision/promises.js';
import { copySchema } from './copy-schema.js';
import { createEndableLists } from './endable-lists.js';
import type { EndableLists } from './endable-lists.js';
import { guardResolver } from './field-guard.js';
import type { FieldGuard, GuardServices } from './field-guard.js';
import { guardItems } from './list-guard.js';
import type { ListGuard } from './list-guard.js';
import { makeGuard, pinGuard } from './outermost.js';
import type { Resolver } from './outermost.js';
import { guardReferences } from './reference-guard.js';
import { fieldsOf, guardOf, keepRules, noteSettings, recordGuard } from './registry.js';
import { endAtExpiry } from './subscription-guard.js';
import { guardResolveType } from './type-guard.js';
import { guardValues } from './value-guard.js';

type Field = GraphQLField<unknown, unknown>;

/** What `authDirective()` was told about the schemas that it transforms. */
export type TransformSettings = ProblemSettings & {
  readonly unannotated: RuleSettings['unannotated'];
  readonly isReportOnly: boolean;
  readonly fieldResolver: GraphQLFieldResolver<unknown, never> | undefined;
};

/**
 * A copy of the schema in which guards enforce its rules.
 *
 * @throws {AuthConfigurationError} when a rule could not be enforced or could never be met, with a sentence for each
 *   element; and when the schema was transformed before.
 */
export function transformSchema(
  original: GraphQLSchema,
  settings: TransformSettings,
  services: GuardServices,
): GraphQLSchema {
  assertGraphqlVersion('authDirectiveTransformer()');
  const foreign = findForeignGraphql(original);
  if (foreign !== undefined) throw new AuthConfigurationError(`authDirectiveTransformer(): ${foreign}`);
  assertUnguarded(original);
  const schema = copySchema(original);
  const { name, publicName, unannotated, enforcedElsewhere, dialects, policies } = settings;
  // What code answers is read once, both for the check and for the guards.
  const read = createElementReader();
  const names = { names: new Set([name]), publicNames: new Set([publicName]) };
  const rules = readRules(schema, { ...names, unannotated, dialects }, read);
  const problems = findProblems(schema, rules, settings, read);
  if (problems.length > 0) throw new AuthConfigurationError(problems);

  const sdl = findSubgraph(schema)?.sdl;
  if (sdl) sdl.resolve = withoutRules(resolverOf(sdl, settings), [name, publicName]);
  // A dry run denies nothing, so it ends nothing.
  const endableLists = settings.isReportOnly ? undefined : createEndableLists(schema, rules);
  const isSubscription = (type: GraphQLObjectType) => type === schema.getSubscriptionType();
  for (const [type, field] of fieldsOf(schema)) {
    const list = endableLists && listGuardOf(type, field, rules, endableLists);
    guardOneField(type, field, list, isSubscription(type), rules, settings, services);
  }
  for (const type of Object.values(schema.getTypeMap())) {
    if (isAbstractType(type)) guardAbstractType(type, rules, settings, services);
  }
  keepRules(schema, rules);
  const policyClauses = [...policies].map(([policy, { clauses }]) => [policy, clauses] as const);
  const lists = { enforcedElsewhere: [...enforcedElsewhere], dialects: [...dialects], policyClauses };
  noteSettings(schema, { name, publicName, unannotated, ...lists });
  return schema;
}

function assertUnguarded(schema: GraphQLSchema): void {
  for (const [type, field] of fieldsOf(schema)) {
    if (!guardOf(field)) continue;
    throw new AuthConfigurationError(
      `${type.name}.${field.name}: this schema was transformed before, and has its guards. Use authDirectiveTransformer once, as ` +
        'the last transformation.',
    );
  }
}

function resolverOf(field: Field, { fieldResolver = defaultFieldResolver }: TransformSettings): Resolver {
  // A resolver takes what its executor gives it; none of it is looked at here.
  return (field.resolve ?? fieldResolver) as Resolver;
}

/** The resolver of a subgraph's SDL: a schema has one for all of its life. */
function withoutRules(resolve: Resolver, names: readonly string[]): Resolver {
  const last = { sdl: '', stripped: '' };
  return (...call) =>
    whenSettled<unknown, unknown>(resolve(...call), (sdl) => {
      if (typeof sdl !== 'string') return sdl;
      if (last.sdl !== sdl) Object.assign(last, { sdl, stripped: leaveOutRules(sdl, names) });
      return last.stripped;
    });
}

function listGuardOf(
  type: GraphQLObjectType,
  field: Field,
  rules: SchemaRules,
  endableLists: EndableLists,
): ListGuard | undefined {
  if (!isListType(getNullableType(field.type))) return undefined;
  const members = membersOf(rules, field);
  const haveValuePolicies = hasValuePolicies(rules.ofField(type, field));
  const denialsBelow = endableLists.has(field) ? endableLists.denialsBelow : undefined;
  return members || denialsBelow ? { members, haveValuePolicies, denialsBelow } : undefined;
}

function hasValuePolicies(requirement: Requirement | undefined): requirement is Requirement {
  return requirement !== undefined && requirement.valuePolicies.length > 0;
}

function guardOneField(
  type: GraphQLObjectType,
  field: Field,
  list: ListGuard | undefined,
  isSubscription: boolean,
  rules: SchemaRules,
  settings: TransformSettings,
  services: GuardServices,
): void {
  const requirement = rules.ofField(type, field);
  const inputs = rules.ofInputs(type, field);
  const members = membersOf(rules, field);
  const references = rules.ofReferences(type, field);
  const isGuarded = requirement !== undefined || inputs !== undefined || members !== undefined || isSubscription;
  if (!isGuarded && !list && !references) return;
  const guard: FieldGuard = {
    coordinate: `${type.name}.${field.name}`,
    requirement,
    inputs,
    members,
    references,
    isReportOnly: settings.isReportOnly,
    checksExpiry: isSubscription,
    bearsDenials: list !== undefined,
  };
  const pinned = pinGuard(field, resolverOf(field, settings), (resolve, position) => {
    const inner = references ? guardReferences(resolve, { ...guard, references }, services, position) : resolve;
    const guarded = isGuarded ? guardResolver(inner, guard, services, position) : inner;
    const valued = hasValuePolicies(requirement)
      ? guardValues(guarded, { ...guard, requirement, type: field.type }, services, position)
      : guarded;
    const outermost = list ? guardItems(valued, list, position) : valued;
    recordGuard(outermost, guard);
    return outermost;
  });
  type.getFields()[field.name] = pinned;
  if (isSubscription) {
    const subscribe = (field.subscribe ?? defaultFieldResolver) as Resolver;
    pinned.subscribe = makeGuard(
      settings.isReportOnly ? subscribe : endAtExpiry(subscribe),
      (inner, position) => {
        const guarded = guardResolver(inner, guard, services, position);
        recordGuard(guarded, guard);
        return guarded;
      },
      'subscribe',
    );
  }
}

function guardAbstractType(
  type: GraphQLAbstractType,
  rules: SchemaRules,
  { isReportOnly }: TransformSettings,
  services: GuardServices,
): void {
  const members = rules.ofMembers(type);
  if (members === undefined) return;
  type.resolveType = guardResolveType(
    type.resolveType ?? defaultTypeResolver,
    { typeName: type.name, members, isReportOnly, checksExpiry: false },
    services,
  );
}
