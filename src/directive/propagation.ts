/**
 * Where a denial ends more than its field: a denied non-null field ends what is around it (GraphQL specification, section
 * 6.4.4), and by a chain of non-null fields the item of a list. Asked for lists alone; `list-items.ts` says why.
 */
import { getNamedType, isAbstractType, isCompositeType, isInterfaceType, isListType, isNonNullType } from 'graphql';
import type {
  FieldNode,
  GraphQLField,
  GraphQLInterfaceType,
  GraphQLNamedType,
  GraphQLObjectType,
  GraphQLOutputType,
  GraphQLResolveInfo,
  GraphQLSchema,
} from 'graphql';
import type { Requirement } from './requirement.js';
import type { Rule } from './rule.js';
import { membersOf } from './rules.js';
import type { SchemaRules } from './rules.js';
import { fieldsOf } from './schema-notes.js';
import { walkSelections } from './selections.js';

type Field = GraphQLField<unknown, unknown>;

/** The denials that could end an item. */
export interface Denials {
  /** By what the token says. */
  readonly rules: ReadonlySet<Rule>;
  /** Whether there are others, of which nothing is known beforehand. */
  readonly isUncertain: boolean;
}

export interface Propagation {
  /** Whether a denial below the items of this list could end one. */
  readonly reachesItemsOf: (field: Field) => boolean;
  /** The denials below the selected items of the list that could end one. */
  readonly denialsBelow: (info: Pick<GraphQLResolveInfo, 'returnType' | 'fieldNodes' | 'fragments'>) => Denials;
}

/** What one selected field contributes. */
interface Contribution {
  readonly requirements: readonly Requirement[];
  readonly hasInputs: boolean;
  /** Whether what ends the field's value ends what is around it too. */
  readonly passesOn: boolean;
}

// In a larger selection the promises that are made in doubt cost little beside its fields, and a hostile document must not
// be walked again and again.
const MOST_SELECTIONS = 100;

const NOTHING: Contribution = { requirements: [], hasInputs: false, passesOn: false };

export function createPropagation(schema: GraphQLSchema, rules: SchemaRules): Propagation {
  let found: ReadonlySet<GraphQLNamedType> | undefined;
  const isEndable = (type: GraphQLNamedType) => (found ??= findEndableTypes(schema, rules)).has(type);

  const contributions = new Map<Field, Contribution>();
  /** Of an interface's field: what those of all its implementers contribute. */
  function contributionOf(type: GraphQLObjectType | GraphQLInterfaceType, field: Field): Contribution {
    let contribution = contributions.get(field);
    if (contribution === undefined) {
      const own = isInterfaceType(type)
        ? schema.getPossibleTypes(type).flatMap((member) => {
            const implemented = member.getFields()[field.name];
            return implemented ? [contributionOf(member, implemented)] : [];
          })
        : [contribute(type, field)];
      contribution = {
        requirements: own.flatMap(({ requirements }) => requirements),
        hasInputs: own.some(({ hasInputs }) => hasInputs),
        passesOn: own.some(({ passesOn }) => passesOn),
      };
      contributions.set(field, contribution);
    }
    return contribution;
  }

  function contribute(type: GraphQLObjectType, field: Field): Contribution {
    if (!isNonNullType(field.type)) return NOTHING;
    const requirement = rules.ofField(type, field);
    const passesOn = passesOnFromValue(field.type) && isEndable(getNamedType(field.type));
    return {
      requirements: [...(requirement ? [requirement] : []), ...(passesOn ? memberRequirements(rules, field) : [])],
      hasInputs: rules.ofInputs(type, field) !== undefined,
      passesOn,
    };
  }

  const known = new WeakMap<FieldNode, Denials>();
  function denialsBelowNode(
    node: FieldNode,
    { returnType, fragments }: Pick<GraphQLResolveInfo, 'returnType' | 'fragments'>,
  ): Denials {
    let denials = known.get(node);
    if (denials === undefined) {
      denials = findDenials(node, getNamedType(returnType), fragments);
      known.set(node, denials);
    }
    return denials;
  }

  function findDenials(
    { selectionSet }: FieldNode,
    itemType: GraphQLNamedType,
    fragments: GraphQLResolveInfo['fragments'],
  ): Denials {
    const found = new Set<Rule>();
    let isUncertain = false;
    let count = 0;
    const add = ({ rule, policies }: Requirement) => {
      found.add(rule);
      if (policies.length > 0) isUncertain = true;
    };
    if (isAbstractType(itemType)) rules.ofMembers(itemType)?.forEach(add);
    if (!selectionSet || !isCompositeType(itemType)) return { rules: found, isUncertain };
    walkSelections(schema, (name) => fragments[name], itemType, selectionSet, undefined, {
      enterField(type, field, node) {
        count += 1;
        const { requirements, hasInputs, passesOn } = contributionOf(type, field);
        requirements.forEach(add);
        if (count > MOST_SELECTIONS || (hasInputs && node.arguments?.length)) isUncertain = true;
        return passesOn && count <= MOST_SELECTIONS;
      },
      enterFragment: () => true,
    });
    return { rules: found, isUncertain };
  }

  return {
    reachesItemsOf: (field) => hasNonNullItems(field.type) && isEndable(getNamedType(field.type)),
    denialsBelow(info) {
      const [first, ...more] = info.fieldNodes.map((node) => denialsBelowNode(node, info));
      if (first === undefined) return { rules: new Set(), isUncertain: true };
      return more.reduce(
        (one, other) => ({
          rules: new Set([...one.rules, ...other.rules]),
          isUncertain: one.isUncertain || other.isUncertain,
        }),
        first,
      );
    },
  };
}

/** The types of which a value can be ended by a denial: of one of its fields, or of what it turns out to be. */
function findEndableTypes(schema: GraphQLSchema, rules: SchemaRules): ReadonlySet<GraphQLNamedType> {
  const found = new Set<GraphQLNamedType>();
  const open: GraphQLNamedType[] = [];
  const add = (type: GraphQLNamedType) => {
    if (found.has(type)) return;
    found.add(type);
    open.push(type);
  };
  // The types around a value: with fields that pass its end on, or of which it is a member.
  const around = new Map<GraphQLNamedType, GraphQLNamedType[]>();
  const note = (inner: GraphQLNamedType, outer: GraphQLNamedType) => {
    const known = around.get(inner);
    if (known) known.push(outer);
    else around.set(inner, [outer]);
  };

  for (const [type, field] of fieldsOf(schema)) {
    if (!isNonNullType(field.type)) continue;
    if (rules.ofField(type, field) ?? rules.ofInputs(type, field)) add(type);
    const inner = getNamedType(field.type);
    if (isCompositeType(inner) && passesOnFromValue(field.type)) note(inner, type);
  }
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isAbstractType(type)) continue;
    if (rules.ofMembers(type)) add(type);
    for (const member of schema.getPossibleTypes(type)) note(member, type);
  }
  for (let type = open.pop(); type; type = open.pop()) around.get(type)?.forEach(add);
  return found;
}

function memberRequirements(rules: SchemaRules, field: Field): readonly Requirement[] {
  return [...(membersOf(rules, field)?.values() ?? [])];
}

/** Whether null is allowed nowhere between the named type and what is around the field. */
function passesOnFromValue(type: GraphQLOutputType): boolean {
  if (!isNonNullType(type)) return false;
  return isListType(type.ofType) ? passesOnFromValue(type.ofType.ofType) : true;
}

/** Whether the innermost list's items must not be null: elsewhere what ends a value ends there. */
function hasNonNullItems(type: GraphQLOutputType): boolean {
  if (isNonNullType(type)) return hasNonNullItems(type.ofType);
  if (!isListType(type)) return false;
  const inner: GraphQLOutputType = type.ofType;
  return isListType(isNonNullType(inner) ? inner.ofType : inner) ? hasNonNullItems(inner) : isNonNullType(inner);
}
