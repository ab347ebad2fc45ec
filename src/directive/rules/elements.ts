/** Walks over every element of a schema on which a directive stands, with its schema coordinate. */
import {
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isScalarType,
  isSpecifiedDirective,
  isUnionType,
} from 'graphql';
import type { GraphQLField, GraphQLInterfaceType, GraphQLNamedType, GraphQLObjectType, GraphQLSchema } from 'graphql';
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
