/**
 * Lists in which a denial may end an item: a denied non-null field ends what is around it (GraphQL specification, section
 * 6.4.4), and by a chain of non-null fields the item (docs/decisions: lists by promise).
 */
import { getNamedType, isAbstractType, isCompositeType, isInterfaceType, isListType, isNonNullType } from 'graphql';
import type {
  GraphQLField,
  GraphQLInterfaceType,
  GraphQLNamedType,
  GraphQLObjectType,
  GraphQLOutputType,
  GraphQLResolveInfo,
  GraphQLSchema,
} from 'graphql';
import { walkSelections } from '../operation/selections.js';
import { memoize, memoizePair } from '../rules/memoize.js';
import type { Rule } from '../rules/rule.js';
import { membersOf } from '../rules/schema-rules.js';
import type { SchemaRules } from '../rules/schema-rules.js';
import { fieldsOf } from './registry.js';

type Field = GraphQLField<unknown, unknown>;
type FieldsType = GraphQLObjectType | GraphQLInterfaceType;
type ListInfo = Pick<GraphQLResolveInfo, 'returnType' | 'fieldNodes' | 'fragments'>;

/** The denials of selected fields that could end an item. */
export interface Denials {
  /** By what the token says. */
  readonly rules: readonly Rule[];
  /** Whether there may be others: by a policy, for an argument, at a token's expiry. */
  readonly isUncertain: boolean;
}

export interface EndableLists {
  /** Whether a denial could end an item of the field's list. */
  readonly has: (field: Field) => boolean;
  /** The denials below the selected items of such a list. */
  readonly denialsBelow: (info: ListInfo) => Denials;
}

/** The denials of one field that end what is around it. */
interface FieldDenials extends Denials {
  /** Whether there may be others when the selection has arguments. */
  readonly hasInputs: boolean;
  /** Whether what ends the field's value ends what is around it too. */
  readonly propagatesNull: boolean;
}

// So many selections and rules are looked at. In a larger selection the promises that are made in doubt cost little beside
// its fields, and a hostile document, which can select the same fragment in thousands of lists, must not be walked far.
const MOST_STEPS = 100;

export function createEndableLists(schema: GraphQLSchema, rules: SchemaRules): EndableLists {
  const subscriptionType = schema.getSubscriptionType();
  let nullable: ReadonlySet<GraphQLNamedType> | undefined;
  const isNullableByDenial = (type: GraphQLNamedType) =>
    (nullable ??= findTypesNullableByDenial(schema, rules)).has(type);

  const denialsOf = memoizePair((type: FieldsType, field: Field): FieldDenials => {
    const implementations = isInterfaceType(type) ? schema.getPossibleTypes(type) : [type];
    const all = implementations.flatMap((each) => {
      const own = each.getFields()[field.name];
      return own && isNonNullType(own.type) ? [denialsOfNonNull(each, own)] : [];
    });
    return {
      rules: [...new Set(all.flatMap((each) => each.rules))],
      isUncertain: all.some(({ isUncertain }) => isUncertain),
      hasInputs: all.some(({ hasInputs }) => hasInputs),
      propagatesNull: all.some(({ propagatesNull }) => propagatesNull),
    };
  });

  function denialsOfNonNull(type: GraphQLObjectType, field: Field): FieldDenials {
    const requirement = rules.ofField(type, field);
    const propagatesNull = isNonNullThroughout(field.type) && isNullableByDenial(getNamedType(field.type));
    const members = propagatesNull ? [...(membersOf(rules, field)?.values() ?? [])] : [];
    const asked = [...(requirement ? [requirement] : []), ...members];
    return {
      rules: asked.map(({ rule }) => rule),
      // Once the token has expired, every field of a subscription is denied.
      isUncertain:
        type === subscriptionType ||
        asked.some(({ policies, valuePolicies }) => policies.length + valuePolicies.length > 0),
      hasInputs: rules.ofInputs(type, field) !== undefined,
      propagatesNull,
    };
  }

  function findDenialsBelow({ returnType, fieldNodes, fragments }: ListInfo): Denials {
    const itemType = getNamedType(returnType);
    const found = new Set<Rule>();
    let isUncertain = false;
    let steps = 0;
    for (const { selectionSet } of fieldNodes) {
      if (!selectionSet || !isCompositeType(itemType)) continue;
      walkSelections(schema, (name) => fragments[name], itemType, selectionSet, undefined, {
        enterField(type, field, node) {
          const denials = denialsOf(type, field);
          for (const rule of denials.rules) found.add(rule);
          // The first one goes with its selection.
          steps += Math.max(0, denials.rules.length - 1);
          isUncertain ||= denials.isUncertain || (denials.hasInputs && (node.arguments?.length ?? 0) > 0);
          return denials.propagatesNull;
        },
        enterFragment: () => true,
        isOver() {
          steps += 1;
          isUncertain ||= steps > MOST_STEPS;
          return isUncertain;
        },
      });
    }
    return { rules: [...found], isUncertain };
  }

  // By the selections of one field, which graphql-js collects once for all its parents of one type in an execution.
  const known = new WeakMap<ListInfo['fieldNodes'], Denials>();

  function denialsBelow(info: ListInfo): Denials {
    let denials = known.get(info.fieldNodes);
    if (denials === undefined) known.set(info.fieldNodes, (denials = findDenialsBelow(info)));
    return denials;
  }

  return {
    has: (field) => hasNonNullItems(field.type) && isNullableByDenial(getNamedType(field.type)),
    denialsBelow,
  };
}

/** The types of which a value becomes null by a denial: of one of its fields, of itself, or of what it turns out to be. */
function findTypesNullableByDenial(schema: GraphQLSchema, rules: SchemaRules): ReadonlySet<GraphQLNamedType> {
  const found = new Set<GraphQLNamedType>();
  // The types around a value that become null with it: by a non-null field, or as its abstract type.
  const typesAround = memoize((): GraphQLNamedType[] => [], new Map<GraphQLNamedType, GraphQLNamedType[]>());
  const subscriptionType = schema.getSubscriptionType();
  for (const [type, field] of fieldsOf(schema)) {
    if (rules.ofField(type, field)?.valuePolicies.length) found.add(getNamedType(field.type));
    if (!isNonNullType(field.type)) continue;
    if (type === subscriptionType || rules.ofField(type, field) || rules.ofInputs(type, field)) found.add(type);
    if (isNonNullThroughout(field.type)) typesAround(getNamedType(field.type)).push(type);
  }
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isAbstractType(type)) continue;
    if (rules.ofMembers(type)) found.add(type);
    for (const member of schema.getPossibleTypes(type)) typesAround(member).push(type);
  }
  // The loop goes on to what is added in it.
  for (const type of found) for (const outer of typesAround(type)) found.add(outer);
  return found;
}

/** Whether null is allowed nowhere between the named type and what is around the field. */
function isNonNullThroughout(type: GraphQLOutputType): boolean {
  if (!isNonNullType(type)) return false;
  return isListType(type.ofType) ? isNonNullThroughout(type.ofType.ofType) : true;
}

/** Whether the innermost list's items must not be null: elsewhere what ends a value ends there. */
function hasNonNullItems(type: GraphQLOutputType): boolean {
  if (isNonNullType(type)) return hasNonNullItems(type.ofType);
  if (!isListType(type)) return false;
  const item: GraphQLOutputType = type.ofType;
  const inner: GraphQLOutputType = isNonNullType(item) ? item.ofType : item;
  return isListType(inner) ? hasNonNullItems(inner) : isNonNullType(item);
}
