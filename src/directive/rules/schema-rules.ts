/** The rules of a schema: what each field, type and member asks once everything that narrows it is counted. */
import {
  getNamedType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  OperationTypeNode,
} from 'graphql';
import type {
  GraphQLAbstractType,
  GraphQLField,
  GraphQLInputType,
  GraphQLInterfaceType,
  GraphQLNamedType,
  GraphQLObjectType,
  GraphQLSchema,
} from 'graphql';
import { createElementReader, usesOf } from './annotations.js';
import type { ElementReader, SchemaElement } from './annotations.js';
import type { Dialect } from './dialects.js';
import { readInputRules } from './input-rules.js';
import type { FieldInputs } from './input-rules.js';
import { memoize, memoizePair } from './memoize.js';
import { createOwnRequirement } from './own-requirement.js';
import { and, anyToken, atFields, isImpliedBy, leftToAsk, requirementOf, valueRequirementOf } from './requirement.js';
import type { Requirement } from './requirement.js';
import type { Rule } from './rule.js';
import { findSubgraph } from './subgraph.js';

export interface RuleSettings {
  /** The names of `@auth`. */
  readonly names: ReadonlySet<string>;
  /** The names of `@public`. */
  readonly publicNames: ReadonlySet<string>;
  readonly unannotated: 'public' | 'authenticated';
  /** The other products whose directives are enforced here. */
  readonly dialects: ReadonlySet<Dialect>;
}

type Field = GraphQLField<unknown, unknown>;
type FieldsType = GraphQLObjectType | GraphQLInterfaceType;
type Members = ReadonlyMap<string, Requirement>;

/** What one of several types asks. */
export interface MemberRules {
  readonly requirement: Requirement | undefined;
  readonly inputs: FieldInputs | undefined;
}

/** Each answer is computed when it is first asked for. */
export interface SchemaRules {
  /** What a value of the type asks wherever it enters a response: its own rule and its interfaces'. */
  readonly ofType: (type: GraphQLNamedType) => Requirement | undefined;
  /** What the field asks without its arguments. Of an interface's field: what holds for every implementer. */
  readonly ofField: (parent: FieldsType, field: Field) => Requirement | undefined;
  /** The members of an abstract type that ask for more than the type itself, by name; undefined when none does. */
  readonly ofMembers: (type: GraphQLAbstractType) => Members | undefined;
  /**
   * What references of a subgraph ask before they are resolved, by the name of their type, if the field is `_entities`;
   * undefined when none asks for anything.
   */
  readonly ofReferences: (parent: FieldsType, field: Field) => Members | undefined;
  /** The arguments of the field through which a request can provide something that has a rule. */
  readonly ofInputs: (parent: FieldsType, field: Field) => FieldInputs | undefined;
  /** Whether a value of the type has a rule, or can hold an input field that has one. */
  readonly isRuledInput: (type: GraphQLInputType) => boolean;
  /** Whether a field that is selected on an interface has a rule on any type that may turn up there. */
  readonly isRuledInMember: (type: FieldsType, field: Field) => boolean;
  /** What each type asks that a value of the type may turn out to be; undefined when one of them asks for nothing. */
  readonly ofEveryMember: (type: GraphQLNamedType) => readonly MemberRules[] | undefined;
  /**
   * What the field of an interface asks on each type that may turn up there; undefined when it asks for nothing on one.
   *
   * @param possible These types alone. Default: every type of the interface.
   */
  readonly ofEveryMemberField: (
    type: FieldsType,
    field: Field,
    possible?: readonly GraphQLObjectType[],
  ) => readonly MemberRules[] | undefined;
  /** Every rule that a field, a type or an input of the schema asks for. */
  readonly all: () => ReadonlySet<Rule>;
}

export function readRules(
  schema: GraphQLSchema,
  { names, publicNames, unannotated, dialects }: RuleSettings,
  read: ElementReader = createElementReader(),
): SchemaRules {
  const roots = new Set(Object.values(OperationTypeNode).map((operation) => schema.getRootType(operation)));
  const own = createOwnRequirement(schema, { names, publicNames, dialects }, read);
  const isPublic = (element: SchemaElement) =>
    usesOf(read(element), publicNames).some(({ faults }) => faults.length === 0);
  const inputs = readInputRules(schema, (element) => own(element));
  const subgraph = findSubgraph(schema);

  const interfacesOf = memoize((type: GraphQLNamedType) => [...findInterfaces(type)]);

  // A policy in another product's directive is asked at the field, like the rest of it.
  const ownOfType = (type: GraphQLNamedType) => own(type, isCompositeType(type) ? valueRequirementOf : requirementOf);

  const ofType = memoize((type: GraphQLNamedType) =>
    [type, ...interfacesOf(type)].map(ownOfType).reduce(and, undefined),
  );

  const ofDeclaration = (field: Field) => and(own(field), ofType(getNamedType(field.type)));

  const ofField = memoizePair((parent: FieldsType, field: Field) => {
    let requirement = ofDeclaration(field);
    for (const each of interfacesOf(parent)) {
      const inherited = each.getFields()[field.name];
      if (inherited) requirement = and(requirement, ofDeclaration(inherited));
    }
    if (!isObjectType(parent)) return requirement;
    const ofParent = roots.has(parent) ? ofType(parent) : undefined;
    if (ofParent) requirement = and(requirement, atFields(ofParent));
    if (requirement || unannotated === 'public' || isPublic(field) || isPublic(parent)) return requirement;
    // Without them a gateway does not start. What they lead to asks for itself.
    if (subgraph?.isOfService(parent, field) || subgraph?.isEntities(parent, field)) return undefined;
    return anyToken;
  });

  /** Whether anything of a referenced entity is exempt from the default. */
  const isOpen = memoize((type: FieldsType): boolean =>
    isInterfaceType(type)
      ? schema.getPossibleTypes(type).every(isOpen)
      : isPublic(type) || Object.values(type.getFields()).some(isPublic),
  );

  const findReferences = (): Members => {
    const found = new Map<string, Requirement>();
    for (const type of Object.values(schema.getTypeMap())) {
      if (!isObjectType(type) && !isInterfaceType(type)) continue;
      const requirement = ofType(type) ?? (unannotated === 'public' || isOpen(type) ? undefined : anyToken);
      if (requirement) found.set(type.name, requirement);
    }
    return found;
  };
  let references: Members | undefined;

  const ofReferences = (parent: FieldsType, field: Field) => {
    if (!subgraph?.isEntities(parent, field)) return undefined;
    references ??= findReferences();
    return references.size > 0 ? references : undefined;
  };

  const ofInputs = memoizePair((parent: FieldsType, field: Field) => {
    if (field.args.length === 0) return undefined;
    return inputs.ofField(
      field,
      interfacesOf(parent).flatMap((each) => each.getFields()[field.name] ?? []),
    );
  });

  const ofMembers = memoize((type: GraphQLAbstractType): Members | undefined => {
    const found = new Map<string, Requirement>();
    for (const member of schema.getPossibleTypes(type)) {
      const requirement = ofType(member);
      // A field that returns the abstract type has enforced that type's rule already.
      if (requirement && !isImpliedBy(requirement, ofType(type))) {
        found.set(member.name, leftToAsk(requirement, ofType(type)));
      }
    }
    return found.size > 0 ? found : undefined;
  });

  const ofEveryMember = memoize((type: GraphQLAbstractType) =>
    ifAllAsk(schema.getPossibleTypes(type).map((member) => ({ requirement: ofType(member), inputs: undefined }))),
  );

  /** Of an interface's field, on the types that may turn up there. */
  const ofMemberFields = memoizePair((type: GraphQLInterfaceType, field: Field) => {
    const types = schema.getPossibleTypes(type);
    const members = types.map((member) => ofMemberField(member, field));
    const isRuled =
      members.some(asksAnything) ||
      types.some((member) => membersOf({ ofMembers }, fieldIn(member, field)) !== undefined);
    return { isRuled, every: ifAllAsk(members) };
  });

  const fieldIn = (member: GraphQLObjectType, field: Field) => member.getFields()[field.name] ?? field;

  const ofMemberField = (member: GraphQLObjectType, field: Field) => ({
    requirement: ofField(member, fieldIn(member, field)),
    inputs: ofInputs(member, fieldIn(member, field)),
  });

  let allRules: ReadonlySet<Rule> | undefined;
  const all = () => (allRules ??= new Set(findAll().flatMap((requirement) => requirement?.rule ?? [])));

  const findAll = () =>
    Object.values(schema.getTypeMap()).flatMap((type) => {
      if (!isObjectType(type) && !isInterfaceType(type)) return [ofType(type)];
      return [ofType(type), ...Object.values(type.getFields()).flatMap((field) => findAllOfField(type, field))];
    });

  const findAllOfField = (type: FieldsType, field: Field) => {
    const { args = [], ofInputFields } = ofInputs(type, field) ?? {};
    return [ofField(type, field), ...args.map(({ requirement }) => requirement), ...(ofInputFields?.().values() ?? [])];
  };

  return {
    ofType,
    ofField,
    ofMembers,
    ofReferences,
    ofInputs,
    isRuledInput: inputs.isRuled,
    isRuledInMember: (type, field) => isInterfaceType(type) && ofMemberFields(type, field).isRuled,
    ofEveryMember: (type) => (isAbstractType(type) ? ofEveryMember(type) : undefined),
    ofEveryMemberField(type, field, possible) {
      if (!isInterfaceType(type)) return undefined;
      if (possible === undefined) return ofMemberFields(type, field).every;
      return ifAllAsk(possible.map((member) => ofMemberField(member, field)));
    },
    all,
  };
}

/** The type's interfaces and theirs, each once: interfaces that implement each other are no valid schema, but a possible one. */
function findInterfaces(type: GraphQLNamedType, found = new Set<GraphQLInterfaceType>()): Set<GraphQLInterfaceType> {
  if (!isObjectType(type) && !isInterfaceType(type)) return found;
  for (const each of type.getInterfaces()) {
    if (found.has(each)) continue;
    found.add(each);
    findInterfaces(each, found);
  }
  return found;
}

function asksAnything({ requirement, inputs }: MemberRules): boolean {
  return requirement !== undefined || inputs !== undefined;
}

function ifAllAsk(members: readonly MemberRules[]): readonly MemberRules[] | undefined {
  return members.length > 0 && members.every(asksAnything) ? members : undefined;
}

/** The members that a field's value may turn out to be and that ask for more than the field's type. */
export function membersOf(rules: Pick<SchemaRules, 'ofMembers'>, field: Field): Members | undefined {
  const type = getNamedType(field.type);
  return isAbstractType(type) ? rules.ofMembers(type) : undefined;
}
