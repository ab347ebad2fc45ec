/** Finds comparisons of a claim that could never hold on a field or a type, as far as the schema tells. */
import {
  getNamedType,
  getNullableType,
  GraphQLBoolean,
  GraphQLFloat,
  GraphQLInt,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isObjectType,
  isSpecifiedScalarType,
} from 'graphql';
import type { GraphQLCompositeType, GraphQLNamedType, GraphQLSchema, GraphQLType } from 'graphql';
import type { FieldOf, ValuesOf } from '../rules/elements.js';
import { comparisonOf } from './claim-comparison.js';
import type { ClaimComparison } from './claim-comparison.js';

/** Why the check of a policy could never hold there; undefined if it could, and for a check that compares no claim. */
export function comparisonProblem(check: object, place: FieldOf | ValuesOf, schema: GraphQLSchema): string | undefined {
  const comparison = comparisonOf(check);
  if (comparison === undefined) return undefined;
  if (comparison.kind === 'field') return parentProblem(place.type, comparison, schema);
  const fields = 'field' in place ? [place] : place.fields();
  const problems = fields.map((each) => argumentProblem(each, comparison));
  // A value can come by several fields.
  return problems.includes(undefined) ? undefined : problems[0];
}

function argumentProblem({ type, field }: FieldOf, comparison: ClaimComparison): string | undefined {
  const [name = '', ...names] = comparison.path.split('.');
  const coordinate = `${type.name}.${field.name}`;
  const argument = field.args.find((arg) => arg.name === name);
  if (argument) return pathProblem(`${coordinate}(${name}:)`, argument, names, comparison);
  const remedy = listed(field.args) ?? 'Add it, or compare a `field` of the parent.';
  return `${coordinate} has no argument \`${name}\`. ${remedy}`;
}

function listed(members: readonly { readonly name: string }[]): string | undefined {
  return members.length > 0 ? `It has ${members.map(({ name }) => `\`${name}\``).join(', ')}.` : undefined;
}

/** The parent may have properties that the schema does not show: only the type of one that it shows is looked at. */
function parentProblem(
  type: GraphQLCompositeType,
  comparison: ClaimComparison,
  schema: GraphQLSchema,
): string | undefined {
  const interfaces = isInterfaceType(type) ? schema.getImplementations(type).interfaces : [];
  return [type, ...interfaces, ...(isAbstractType(type) ? schema.getPossibleTypes(type) : [])]
    .map((parent) => pathProblem(parent.name, { type: parent }, comparison.path.split('.'), comparison))
    .find((problem) => problem !== undefined);
}

interface Typed {
  readonly type: GraphQLType;
}

/** What is wrong at the end of the path, or on the way there. */
function pathProblem(
  coordinate: string,
  { type }: Typed,
  [name, ...names]: readonly string[],
  comparison: ClaimComparison,
): string | undefined {
  if (name === undefined) return typeProblem(coordinate, { type }, comparison);
  if (isListType(getNullableType(type))) {
    return `${coordinate} is a list, and no path leads into one. Write a function that looks into it.`;
  }
  const named = getNamedType(type);
  const hasFields = isInputObjectType(named) || isObjectType(named) || isInterfaceType(named);
  const next = hasFields ? named.getFields()[name] : undefined;
  if (next) return pathProblem(`${named.name}.${name}`, next, names, comparison);
  if (isInputObjectType(named)) {
    return `${named.name} has no field \`${name}\`. ${listed(Object.values(named.getFields())) ?? 'Add it.'}`;
  }
  // A property of a parent may be another thing than what its resolver makes of it.
  if (comparison.kind === 'field' || !isSpecifiedScalarType(named)) return undefined;
  return `${coordinate} is of the type ${named.name}, which has no field \`${name}\`. Correct the path.`;
}

// An object type is left alone: its property may hold the id by which a resolver finds it.
function typeProblem(coordinate: string, { type }: Typed, comparison: ClaimComparison): string | undefined {
  const { isValueList, isTextOnly } = comparison;
  const named = getNamedType(type);
  const outer: unknown = getNullableType(type);
  if (isListType(outer)) {
    if (isListType(getNullableType(outer.ofType))) {
      return `${coordinate} is a list of lists. Write a function that looks into it.`;
    }
    if (!isValueList) {
      return `${coordinate} is a list. Write claimPolicy() with list: 'value', which asks it of all items, or a function.`;
    }
  } else if (isValueList && isSpecifiedScalarType(named)) {
    return `${coordinate} is not a list. Write list: 'claim', or leave out \`list\`.`;
  }
  if (isComparable(named, isTextOnly)) return undefined;
  const [is, which] = isTextOnly
    ? ['is text', 'an ID or a String']
    : ['is compared as text or as a whole number', 'an ID, a String or an Int'];
  return `${coordinate} is of the type ${named.name}, and a claim ${is}. Compare ${which}, or write a function.`;
}

/** Built-in scalars whose values are not text. */
const NUMBERS: readonly string[] = [GraphQLInt.name, GraphQLFloat.name];

function isComparable(type: GraphQLNamedType, isTextOnly: boolean): boolean {
  if (type.name === GraphQLBoolean.name || isInputObjectType(type)) return false;
  if (NUMBERS.includes(type.name)) return !isTextOnly;
  if (!isEnumType(type)) return true;
  return type.getValues().some(({ value }) => typeof value === 'string' || (!isTextOnly && typeof value === 'number'));
}
