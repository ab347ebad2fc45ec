/** Walks over every element of a schema on which a directive stands, with its schema coordinate. */
import {
  getNamedType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isScalarType,
  isSpecifiedDirective,
  isUnionType,
  OperationTypeNode,
} from 'graphql';
import type {
  GraphQLCompositeType,
  GraphQLField,
  GraphQLInterfaceType,
  GraphQLNamedType,
  GraphQLObjectType,
  GraphQLSchema,
} from 'graphql';
import { isAnnotated } from './annotations.js';
import type { SchemaElement } from './annotations.js';

/** A type system directive location (GraphQL specification, section 3.13), with fields of objects and of interfaces apart. */
export type ElementKind =
  | 'OBJECT'
  | 'INTERFACE'
  | 'UNION'
  | 'ENUM'
  | 'SCALAR'
  | 'INPUT_OBJECT'
  | 'OBJECT_FIELD'
  | 'INTERFACE_FIELD'
  | 'ARGUMENT'
  | 'INPUT_FIELD'
  | 'ENUM_VALUE'
  | 'DIRECTIVE'
  | 'DIRECTIVE_ARGUMENT'
  | 'SCHEMA';

/** The field that is the element, or that has the argument. */
export interface FieldOf {
  readonly type: GraphQLObjectType | GraphQLInterfaceType;
  readonly field: GraphQLField<unknown, unknown>;
}

/** A type about whose values policies are asked. */
export interface ValuesOf {
  readonly type: GraphQLCompositeType;
  /** The fields whose arguments they see: those that return such a value, and those of a root type. */
  readonly fields: () => readonly FieldOf[];
}

export type Visit = (
  element: SchemaElement,
  kind: ElementKind,
  coordinate: string,
  fieldOf: FieldOf | undefined,
) => void;

/** The coordinate is made only for an element with a directive: most have none. */
type VisitLater = (element: SchemaElement, kind: ElementKind, coordinate: () => string, fieldOf?: FieldOf) => void;

export function visitElements(schema: GraphQLSchema, visitAnnotated: Visit): void {
  const visit: VisitLater = (element, place, coordinate, fieldOf) => {
    if (isAnnotated(element)) visitAnnotated(element, place, coordinate(), fieldOf);
  };
  visit(schema, 'SCHEMA', () => 'schema');
  for (const directive of schema.getDirectives()) {
    if (isSpecifiedDirective(directive)) continue;
    visit(directive, 'DIRECTIVE', () => `@${directive.name}`);
    for (const arg of directive.args) visit(arg, 'DIRECTIVE_ARGUMENT', () => `@${directive.name}(${arg.name}:)`);
  }
  for (const type of Object.values(schema.getTypeMap())) {
    if (!type.name.startsWith('__')) visitType(type, visit);
  }
}

function visitType(type: GraphQLNamedType, visit: VisitLater): void {
  visit(type, kindOf(type), () => type.name);
  if (isEnumType(type)) {
    for (const value of type.getValues()) visit(value, 'ENUM_VALUE', () => `${type.name}.${value.name}`);
  } else if (isInputObjectType(type)) {
    for (const field of Object.values(type.getFields()))
      visit(field, 'INPUT_FIELD', () => `${type.name}.${field.name}`);
  } else if (isObjectType(type) || isInterfaceType(type)) {
    const kind = isObjectType(type) ? 'OBJECT_FIELD' : 'INTERFACE_FIELD';
    for (const field of Object.values(type.getFields())) {
      const coordinate = () => `${type.name}.${field.name}`;
      const fieldOf = { type, field };
      visit(field, kind, coordinate, fieldOf);
      for (const arg of field.args) visit(arg, 'ARGUMENT', () => `${coordinate()}(${arg.name}:)`, fieldOf);
    }
  }
}

function kindOf(type: GraphQLNamedType): ElementKind {
  if (isObjectType(type)) return 'OBJECT';
  if (isInterfaceType(type)) return 'INTERFACE';
  if (isUnionType(type)) return 'UNION';
  if (isEnumType(type)) return 'ENUM';
  return isScalarType(type) ? 'SCALAR' : 'INPUT_OBJECT';
}

/** The values of a type, for a policy on the type. */
export function valuesOf(schema: GraphQLSchema, type: GraphQLCompositeType): ValuesOf {
  const isRoot = Object.values(OperationTypeNode).some((operation) => schema.getRootType(operation) === type);
  const isMeant = ({ type: parent, field }: FieldOf) => {
    const returned = getNamedType(field.type);
    if (returned === type || (isRoot && parent === type)) return true;
    return isCompositeType(returned) && (isWithin(schema, type, returned) || isWithin(schema, returned, type));
  };
  const all = () =>
    Object.values(schema.getTypeMap()).flatMap((parent) =>
      isObjectType(parent) ? Object.values(parent.getFields()).map((field) => ({ type: parent, field })) : [],
    );
  return { type, fields: () => all().filter(isMeant) };
}

function isWithin(schema: GraphQLSchema, type: GraphQLCompositeType, outer: GraphQLCompositeType): boolean {
  return isAbstractType(outer) && !isUnionType(type) && schema.isSubType(outer, type);
}
