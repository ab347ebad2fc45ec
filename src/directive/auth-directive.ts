/** `authDirective()`: the SDL of the directive, and the function that puts a guard wherever a schema asks for one. */
import { defaultFieldResolver, defaultTypeResolver, getNullableType, isAbstractType, isListType } from 'graphql';
import type { GraphQLAbstractType, GraphQLField, GraphQLObjectType, GraphQLSchema } from 'graphql';
import { AuthConfigurationError } from '../errors.js';
import { createElementReader } from './rules/annotations.js';
import { createAsk } from './decision/ask-policies.js';
import { copySchema } from './guard/copy-schema.js';
import { printTypeDefs } from './rules/definition.js';
import { assertGraphqlVersion } from './rules/graphql-version.js';
import { guardItems, guardResolver, guardResolveType, recordGuard } from './guard/field-guard.js';
import type { FieldGuard, GuardServices, ListGuard } from './guard/field-guard.js';
import { readDirectiveOptions } from './options.js';
import type { AuthDirectiveOptions, ResolvedDirectiveOptions } from './options.js';
import { guardField, makeGuard } from './guard/outermost.js';
import type { Resolver } from './guard/outermost.js';
import { findForeignGraphql } from './rules/own-graphql.js';
import { findProblems } from './rules/problems.js';
import { createPropagation } from './guard/endable-lists.js';
import type { Propagation } from './guard/endable-lists.js';
import { createReport } from './guard/report.js';
import { membersOf, readRules } from './rules/schema-rules.js';
import type { SchemaRules } from './rules/schema-rules.js';
import { fieldsOf, guardOf, noteName, noteSettings } from './guard/registry.js';
import { endAtExpiry } from './guard/subscription-guard.js';

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
  const foreign = findForeignGraphql(original);
  if (foreign !== undefined) throw new AuthConfigurationError(`authDirectiveTransformer(): ${foreign}`);
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
  if (problems.length > 0) throw new AuthConfigurationError(problems);

  const subscriptionType = schema.getSubscriptionType();
  // A dry run denies nothing, so nothing propagates.
  const propagation = options.isReportOnly ? undefined : createPropagation(schema, rules);
  for (const [type, field] of fieldsOf(schema)) {
    const list = propagation && listGuardOf(field, rules, propagation);
    guardOneField(type, field, list, type === subscriptionType, rules, options, services);
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

function listGuardOf(field: Field, rules: SchemaRules, propagation: Propagation): ListGuard | undefined {
  if (!isListType(getNullableType(field.type))) return undefined;
  const members = membersOf(rules, field);
  const denialsBelow = propagation.reachesItemsOf(field) ? propagation.denialsBelow : undefined;
  return members || denialsBelow ? { members, denialsBelow } : undefined;
}

function guardOneField(
  type: GraphQLObjectType,
  field: Field,
  list: ListGuard | undefined,
  isSubscription: boolean,
  rules: SchemaRules,
  options: ResolvedDirectiveOptions,
  services: GuardServices,
): void {
  const requirement = rules.ofField(type, field);
  const inputs = rules.ofInputs(type, field);
  const members = membersOf(rules, field);
  const isGuarded = requirement !== undefined || inputs !== undefined || members !== undefined || isSubscription;
  if (!isGuarded && !list) return;
  const guard: FieldGuard = {
    coordinate: `${type.name}.${field.name}`,
    requirement,
    inputs,
    members,
    isReportOnly: options.isReportOnly,
    checksExpiry: isSubscription,
    bearsDenials: list !== undefined,
  };
  const kept = guardField(field, resolverOf(field, options), (resolve, stand) => {
    const guarded = isGuarded ? guardResolver(resolve, guard, services, stand) : resolve;
    const outermost = list ? guardItems(guarded, list, stand) : guarded;
    recordGuard(outermost, guard);
    return outermost;
  });
  type.getFields()[field.name] = kept;
  if (isSubscription) {
    const subscribe = (field.subscribe ?? defaultFieldResolver) as Resolver;
    kept.subscribe = makeGuard(
      options.isReportOnly ? subscribe : endAtExpiry(subscribe),
      (inner, stand) => {
        const guarded = guardResolver(inner, guard, services, stand);
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
