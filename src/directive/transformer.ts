/** `authDirective()`: the SDL of the directive, and the function that puts a guard wherever a schema asks for one. */
import { defaultFieldResolver, defaultTypeResolver, getNullableType, isAbstractType, isListType } from 'graphql';
import type { GraphQLAbstractType, GraphQLField, GraphQLObjectType, GraphQLSchema } from 'graphql';
import { AuthConfigurationError } from '../errors.js';
import { createElementReader } from './annotations.js';
import { createAsk } from './ask.js';
import { copySchema } from './copy-schema.js';
import { printTypeDefs } from './definition.js';
import { assertGraphqlVersion } from './graphql-version.js';
import { guardItems, guardResolver, guardResolveType, guardRecordOf } from './guard.js';
import type { FieldGuard, GuardServices, Resolver } from './guard.js';
import { readDirectiveOptions } from './options.js';
import type { AuthDirectiveOptions, ResolvedDirectiveOptions } from './options.js';
import { findProblems } from './problems.js';
import { createPropagation } from './propagation.js';
import type { Propagation } from './propagation.js';
import { createReport } from './report.js';
import { membersOf, readRules } from './rules.js';
import type { SchemaRules } from './rules.js';
import { fieldsOf, guardOf, noteName, noteSettings, rememberGuard } from './schema-notes.js';
import { endAtExpiry } from './subscription.js';

type Field = GraphQLField<unknown, unknown>;

export interface AuthDirective {
  /** Defines `@auth`, `@public` and `AuthTokenUse`; for `typeDefs` of `makeExecutableSchema`. */
  readonly authDirectiveTypeDefs: string;
  /**
   * Gives a new schema in which every rule is enforced. Make it the last transformation: a guard has to be the first
   * that is called.
   *
   * @throws {AuthConfigurationError} when a rule could not be enforced or could never be met, with a sentence for each
   *   element; and when the schema was transformed before.
   */
  readonly authDirectiveTransformer: (schema: GraphQLSchema) => GraphQLSchema;
}

/**
 * The `@auth` directive. Rules only narrow: a field asks what it says itself, what its interfaces' field says, what the
 * type says that it returns, what its root type says, and what the provided arguments say.
 *
 * @throws {AuthConfigurationError} on an unknown option or value.
 */
export function authDirective(options: AuthDirectiveOptions = {}): AuthDirective {
  const resolved = readDirectiveOptions(options);
  noteName(resolved.name);
  const services: GuardServices = {
    ask: createAsk(resolved.policies),
    report: createReport(resolved.isReportOnly, resolved.logger),
  };
  return {
    authDirectiveTypeDefs: printTypeDefs(resolved.name, resolved.publicName),
    authDirectiveTransformer: (schema) => transform(schema, resolved, services),
  };
}

function transform(original: GraphQLSchema, options: ResolvedDirectiveOptions, services: GuardServices): GraphQLSchema {
  assertGraphqlVersion('authDirectiveTransformer()');
  for (const [type, field] of fieldsOf(original)) {
    if (guardOf(field)) {
      throw new AuthConfigurationError(
        `${type.name}.${field.name}: this schema was transformed before, and has its guards. Use authDirectiveTransformer once, as ` +
          'the last transformation.',
      );
    }
  }
  const schema = copySchema(original);
  const { name, publicName, unannotated } = options;
  // What code answers is read once, for those who judge it and for those who enforce it.
  const read = createElementReader();
  const names = { names: new Set([name]), publicNames: new Set([publicName]) };
  const rules = readRules(schema, { ...names, unannotated }, read);
  const problems = findProblems(schema, rules, options, read);
  if (problems.length > 0) throw new AuthConfigurationError(problems.join('\n'));

  const subscriptionType = schema.getSubscriptionType();
  // A dry run denies nothing, so nothing propagates.
  const propagation = options.isReportOnly ? undefined : createPropagation(schema, rules);
  for (const [type, field] of fieldsOf(schema)) {
    guardList(field, rules, propagation, options);
    guardField(type, field, type === subscriptionType, rules, options, services);
  }
  for (const type of Object.values(schema.getTypeMap())) {
    if (isAbstractType(type)) guardAbstractType(type, rules, options, services);
  }
  noteSettings(schema, { name, publicName, unannotated, enforcedElsewhere: [...options.enforcedElsewhere] });
  return schema;
}

function resolverOf(field: Field, { fieldResolver = defaultFieldResolver }: ResolvedDirectiveOptions): Resolver {
  // A resolver takes what its executor gives it; none of it is looked at here.
  return (field.resolve ?? fieldResolver) as Resolver;
}

function guardList(
  field: Field,
  rules: SchemaRules,
  propagation: Propagation | undefined,
  options: ResolvedDirectiveOptions,
): void {
  if (propagation === undefined || !isListType(getNullableType(field.type))) return;
  const members = membersOf(rules, field);
  const denialsBelow = propagation.reachesItemsOf(field) ? propagation.denialsBelow : undefined;
  if (members || denialsBelow) field.resolve = guardItems(resolverOf(field, options), { members, denialsBelow });
}

function guardField(
  type: GraphQLObjectType,
  field: Field,
  isSubscription: boolean,
  rules: SchemaRules,
  options: ResolvedDirectiveOptions,
  services: GuardServices,
): void {
  const requirement = rules.ofField(type, field);
  const inputs = rules.ofInputs(type, field);
  const members = membersOf(rules, field);
  if (!requirement && !inputs && !members && !isSubscription) return;
  const guard: FieldGuard = {
    coordinate: `${type.name}.${field.name}`,
    requirement,
    inputs,
    members,
    isReportOnly: options.isReportOnly,
    checksExpiry: isSubscription,
  };
  field.resolve = guardResolver(resolverOf(field, options), guard, services);
  if (isSubscription) {
    const subscribe = (field.subscribe ?? defaultFieldResolver) as Resolver;
    field.subscribe = guardResolver(options.isReportOnly ? subscribe : endAtExpiry(subscribe), guard, services);
  }
  const record = guardRecordOf(field.resolve);
  if (record) rememberGuard(field, record);
}

function guardAbstractType(
  type: GraphQLAbstractType,
  rules: SchemaRules,
  { isReportOnly }: ResolvedDirectiveOptions,
  { report }: GuardServices,
): void {
  const members = rules.ofMembers(type);
  if (members === undefined) return;
  type.resolveType = guardResolveType(
    type.resolveType ?? defaultTypeResolver,
    { members, isReportOnly, checksExpiry: false },
    report,
  );
}
