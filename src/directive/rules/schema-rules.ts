/** The effective rules of a schema: what each field, type and member asks once everything that narrows it is counted. */
import { getNamedType, isAbstractType, isInterfaceType, isObjectType, OperationTypeNode } from 'graphql';
import type {
  GraphQLAbstractType,
  GraphQLField,
  GraphQLInterfaceType,
  GraphQLNamedType,
  GraphQLObjectType,
  GraphQLSchema,
} from 'graphql';
import { createElementReader, usesOf } from './annotations.js';
import type { ElementReader, SchemaElement } from './annotations.js';
import { readInputRules } from './input-rules.js';
import type { FieldInputs, InputRules } from './input-rules.js';
import { anyToken, asksNoMore, both, requirementOf } from './requirement.js';
import type { Requirement } from './requirement.js';
import type { Rule } from './rule.js';

export interface RuleSettings {
  /** The names under which `@auth` is known. */
  readonly names: ReadonlySet<string>;
  /** The names under which `@public` is known. */
  readonly publicNames: ReadonlySet<string>;
  readonly unannotated: 'public' | 'authenticated';
}

type Field = GraphQLField<unknown, unknown>;

/** What one of several types asks. */
export interface MemberRules {
  readonly requirement: Requirement | undefined;
  readonly inputs: FieldInputs | undefined;
}
type FieldsType = GraphQLObjectType | GraphQLInterfaceType;
type Members = ReadonlyMap<string, Requirement>;

export interface SchemaRules {
  /** What a value of the type asks wherever it enters a response: its own rule and its interfaces'. */
  readonly ofType: (type: GraphQLNamedType) => Requirement | undefined;
  /** What the field asks whatever its arguments. Of an interface's field: what holds for every implementer. */
  readonly ofField: (parent: FieldsType, field: Field) => Requirement | undefined;
  /** The members of an abstract type that ask for more than the type itself, by name; undefined when none does. */
  readonly ofMembers: (type: GraphQLAbstractType) => Members | undefined;
  /** The arguments of the field through which a request can provide something that has a rule. */
  readonly ofInputs: (parent: FieldsType, field: Field) => FieldInputs | undefined;
  readonly inputs: InputRules;
  /** Whether a field that is selected on an interface has a rule on any type that may turn up there. */
  readonly isRuledInMember: (type: FieldsType, field: Field) => boolean;
  /** What each type asks that a value of the type may turn out to be; undefined when one of them asks for nothing. */
  readonly ofEveryMember: (type: GraphQLNamedType) => readonly MemberRules[] | undefined;
  /** What the field of an interface asks on each type that may turn up there; undefined when it asks for nothing on one. */
  readonly ofEveryMemberField: (type: FieldsType, field: Field) => readonly MemberRules[] | undefined;
  /** Every rule that a field, a type or an input of the schema asks for. */
  readonly all: () => ReadonlySet<Rule>;
}

/** Reads the rules. What is asked for is computed when it is first asked for, once. */
export function readRules(
  schema: GraphQLSchema,
  { names, publicNames, unannotated }: RuleSettings,
  read: ElementReader = createElementReader(),
): SchemaRules {
  const own = (element: SchemaElement) => requirementOf(usesOf(read(element), names));
  const isPublic = (element: SchemaElement) =>
    usesOf(read(element), publicNames).some(({ faults }) => faults.length === 0);
  const roots = new Set(Object.values(OperationTypeNode).map((operation) => schema.getRootType(operation)));
  const inputs = readInputRules(schema, own);

  const types = new Map<GraphQLNamedType, Requirement | undefined>();
  function ofType(type: GraphQLNamedType): Requirement | undefined {
    if (types.has(type)) return types.get(type);
    let requirement = own(type);
    types.set(type, requirement);
    if (isObjectType(type) || isInterfaceType(type)) {
      for (const parent of type.getInterfaces()) requirement = both(requirement, ofType(parent));
      types.set(type, requirement);
    }
    return requirement;
  }

  const declared = new Map<Field, Requirement | undefined>();
  function ofDeclaration(parent: FieldsType, field: Field): Requirement | undefined {
    if (declared.has(field)) return declared.get(field);
    let requirement = both(own(field), ofType(getNamedType(field.type)));
    // Interfaces that implement each other are no valid schema, and none to run in circles on.
    if (isInterfaceType(parent)) declared.set(field, requirement);
    for (const each of parent.getInterfaces()) {
      const inherited = each.getFields()[field.name];
      if (inherited) requirement = both(requirement, ofDeclaration(each, inherited));
    }
    declared.set(field, requirement);
    return requirement;
  }

  function ofField(parent: FieldsType, field: Field): Requirement | undefined {
    const requirement = ofDeclaration(parent, field);
    if (!isObjectType(parent)) return requirement;
    const all = roots.has(parent) ? both(requirement, ofType(parent)) : requirement;
    if (all === undefined && unannotated === 'authenticated' && !isPublic(field) && !isPublic(parent)) return anyToken;
    return all;
  }

  const members = new Map<GraphQLAbstractType, Members | undefined>();
  function ofMembers(type: GraphQLAbstractType): Members | undefined {
    if (members.has(type)) return members.get(type);
    const found = new Map<string, Requirement>();
    for (const member of schema.getPossibleTypes(type)) {
      const requirement = ofType(member);
      // A field that returns the abstract type has enforced that type's rule already.
      if (requirement && !asksNoMore(requirement, ofType(type))) found.set(member.name, requirement);
    }
    const result = found.size > 0 ? found : undefined;
    members.set(type, result);
    return result;
  }

  const ruledArguments = new Map<Field, FieldInputs | undefined>();
  function ofInputs(parent: FieldsType, field: Field): FieldInputs | undefined {
    if (field.args.length === 0 || ruledArguments.has(field)) return ruledArguments.get(field);
    const interfaces = parent.getInterfaces();
    const inherited = interfaces.length > 0 ? interfaces.flatMap((each) => each.getFields()[field.name] ?? []) : [];
    const result = inputs.ofField(field, inherited);
    ruledArguments.set(field, result);
    return result;
  }

  const memberFields = new Map<Field, readonly MemberRules[]>();
  function ofMemberFields(type: GraphQLInterfaceType, field: Field): readonly MemberRules[] {
    let found = memberFields.get(field);
    if (found === undefined) {
      found = schema.getPossibleTypes(type).map((member) => {
        const own = member.getFields()[field.name] ?? field;
        return { requirement: ofField(member, own), inputs: ofInputs(member, own) };
      });
      memberFields.set(field, found);
    }
    return found;
  }

  const ruledInMembers = new Map<Field, boolean>();
  function isRuledInMember(type: FieldsType, field: Field): boolean {
    if (!isInterfaceType(type)) return false;
    let answer = ruledInMembers.get(field);
    if (answer === undefined) {
      const narrowed = () =>
        schema.getPossibleTypes(type).some((member) => {
          const own = member.getFields()[field.name];
          return own && membersOf({ ofMembers }, own) !== undefined;
        });
      answer = ofMemberFields(type, field).some(asksAnything) || narrowed();
      ruledInMembers.set(field, answer);
    }
    return answer;
  }

  const certainFields = new Map<Field, readonly MemberRules[] | undefined>();
  function ofEveryMemberField(type: FieldsType, field: Field): readonly MemberRules[] | undefined {
    if (!isInterfaceType(type)) return undefined;
    if (!certainFields.has(field)) certainFields.set(field, ifAllAsk(ofMemberFields(type, field)));
    return certainFields.get(field);
  }

  const certainTypes = new Map<GraphQLAbstractType, readonly MemberRules[] | undefined>();
  function ofEveryMember(type: GraphQLNamedType): readonly MemberRules[] | undefined {
    if (!isAbstractType(type)) return undefined;
    if (!certainTypes.has(type)) {
      const members = schema.getPossibleTypes(type);
      certainTypes.set(type, ifAllAsk(members.map((each) => ({ requirement: ofType(each), inputs: undefined }))));
    }
    return certainTypes.get(type);
  }

  let allRules: ReadonlySet<Rule> | undefined;
  function all(): ReadonlySet<Rule> {
    return (allRules ??= new Set(
      Object.values(schema.getTypeMap())
        .flatMap((type) => {
          if (!isObjectType(type) && !isInterfaceType(type)) return [ofType(type)];
          const fields = Object.values(type.getFields());
          const inputsOf = (field: Field) => {
            const { args = [], ofInputFields } = ofInputs(type, field) ?? {};
            return [...args.map(({ requirement }) => requirement), ...(ofInputFields?.().values() ?? [])];
          };
          return [ofType(type), ...fields.flatMap((field) => [ofField(type, field), ...inputsOf(field)])];
        })
        .flatMap((requirement) => requirement?.rule ?? []),
    ));
  }

  return {
    ofType,
    ofField,
    ofMembers,
    ofInputs,
    inputs,
    isRuledInMember,
    ofEveryMember,
    ofEveryMemberField,
    all,
  };
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
