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
import type { Requirement } from '../rules/requirement.js';
import type { Rule } from '../rules/rule.js';
import type { SchemaRules } from '../rules/schema-rules.js';
import { fieldsOf } from './registry.js';
import { walkSelections } from '../operation/selections.js';

type Field = GraphQLField<unknown, unknown>;

type ListInfo = Pick<GraphQLResolveInfo, 'returnType' | 'fieldNodes' | 'fragments'>;

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
  readonly denialsBelow: (info: ListInfo) => Denials;
}

/** What one selected field contributes. */
interface Contribution extends Denials {
  readonly hasInputs: boolean;
  /** Whether what ends the field's value ends what is around it too. */
  readonly passesOn: boolean;
}

// So many selections and rules are looked at. In a larger selection the promises that are made in doubt cost little beside
// its fields, and a hostile document, which can select the same fragment in thousands of lists, must not be walked far.
const MOST_STEPS = 100;

const NOTHING: Contribution = { rules: new Set(), isUncertain: false, hasInputs: false, passesOn: false };

export function createPropagation(schema: GraphQLSchema, rules: SchemaRules): Propagation {
  let endable: ReadonlySet<GraphQLNamedType> | undefined;
  const isEndable = (type: GraphQLNamedType) => (endable ??= findEndableTypes(schema, rules)).has(type);

  const contributions = new Map<Field, Contribution>();
  /** Of an interface's field: what those of all its implementers contribute. */
  function contributionOf(type: GraphQLObjectType | GraphQLInterfaceType, field: Field): Contribution {
    let contribution = contributions.get(field);
    if (contribution === undefined) {
      const implemented = isInterfaceType(type)
        ? schema.getPossibleTypes(type).flatMap((member) => {
            const own = member.getFields()[field.name];
            return own ? [contributionOf(member, own)] : [];
          })
        : [contribute(type, field)];
      contribution = {
        ...union(implemented),
        hasInputs: implemented.some(({ hasInputs }) => hasInputs),
        passesOn: implemented.some(({ passesOn }) => passesOn),
      };
      contributions.set(field, contribution);
    }
    return contribution;
  }

  function contribute(type: GraphQLObjectType, field: Field): Contribution {
    if (!isNonNullType(field.type)) return NOTHING;
    const requirement = rules.ofField(type, field);
    const inner = getNamedType(field.type);
    const passesOn = passesOnFromValue(field.type) && isEndable(inner);
    const own = requirement ? [denialsOf(requirement)] : [];
    // A subscription's fields are denied to whose token has run out, whatever they ask.
    if (type === schema.getSubscriptionType()) own.push({ rules: new Set(), isUncertain: true });
    return {
      ...union([...own, ...(passesOn ? denialsOfMembers(inner) : [])]),
      hasInputs: rules.ofInputs(type, field) !== undefined,
      passesOn,
    };
  }

  function denialsOfMembers(type: GraphQLNamedType): readonly Denials[] {
    const members = isAbstractType(type) ? rules.ofMembers(type) : undefined;
    return [...(members?.values() ?? [])].map(denialsOf);
  }

  function findDenials(
    { selectionSet }: FieldNode,
    itemType: GraphQLNamedType,
    fragments: GraphQLResolveInfo['fragments'],
  ): Denials {
    const found = new Set<Rule>();
    let isUncertain = false;
    let steps = 0;
    const add = (denials: Denials) => {
      for (const rule of denials.rules) found.add(rule);
      // The first one goes with its selection.
      steps += Math.max(0, denials.rules.size - 1);
      isUncertain ||= denials.isUncertain;
    };
    denialsOfMembers(itemType).forEach(add);
    if (!selectionSet || !isCompositeType(itemType)) return { rules: found, isUncertain };
    walkSelections(schema, (name) => fragments[name], itemType, selectionSet, undefined, {
      enterField(type, field, node) {
        const contribution = contributionOf(type, field);
        add(contribution);
        if (contribution.hasInputs && node.arguments?.length) isUncertain = true;
        return contribution.passesOn;
      },
      enterFragment: () => true,
      isOver() {
        steps += 1;
        if (steps > MOST_STEPS) isUncertain = true;
        return isUncertain;
      },
    });
    return { rules: found, isUncertain };
  }

  // By the selections of one field, which graphql-js collects once for all its parents of one type in an execution.
  const known = new WeakMap<readonly FieldNode[], Denials>();
  function denialsBelow({ returnType, fieldNodes, fragments }: ListInfo): Denials {
    let denials = known.get(fieldNodes);
    if (denials === undefined) {
      const itemType = getNamedType(returnType);
      denials = union(fieldNodes.map((node) => findDenials(node, itemType, fragments)));
      known.set(fieldNodes, denials);
    }
    return denials;
  }

  return {
    reachesItemsOf: (field) => hasNonNullItems(field.type) && isEndable(getNamedType(field.type)),
    denialsBelow,
  };
}

function denialsOf({ rule, policies }: Requirement): Denials {
  return { rules: new Set([rule]), isUncertain: policies.length > 0 };
}

function union(all: readonly Denials[]): Denials {
  return {
    rules: new Set(all.flatMap(({ rules }) => [...rules])),
    isUncertain: all.some(({ isUncertain }) => isUncertain),
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

  const subscriptionType = schema.getSubscriptionType();
  for (const [type, field] of fieldsOf(schema)) {
    if (!isNonNullType(field.type)) continue;
    if (type === subscriptionType || rules.ofField(type, field) || rules.ofInputs(type, field)) add(type);
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
