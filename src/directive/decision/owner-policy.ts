/** `ownerPolicy()`: the caller is named by an argument of the field, or by a property of its parent. */
import {
  getNamedType,
  getNullableType,
  GraphQLBoolean,
  GraphQLFloat,
  GraphQLInt,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
} from 'graphql';
import type { GraphQLNamedType, GraphQLSchema } from 'graphql';
import type { AuthenticatedAuth } from '../../auth.js';
import { AuthConfigurationError } from '../../errors.js';
import { once } from '../../once.js';
import { isText, print, readSettings } from '../../settings.js';
import type { FieldOf } from '../rules/elements.js';
import type { PolicyCheck } from './policies.js';

export type OwnerPolicyOptions = (
  | {
      /** The argument of the field that has to name the caller. */
      readonly argument: string;
    }
  | {
      /** The property of the field's parent that has to name the caller. */
      readonly field: string;
    }
) & {
  /**
   * Who the caller is: a claim of the token, or `username`, which reads either token's claim. `email` and `phone_number`
   * count only if the token says that they were verified (`email_verified`, `phone_number_verified`). Default: `sub`.
   */
  readonly claim?: string;
};

interface Ownership {
  readonly kind: 'argument' | 'field';
  readonly name: string;
  readonly claim: string;
}

/** Claims that a person can write as they like until the pool has verified them. */
const VERIFIED_BY: ReadonlyMap<string, string> = new Map([
  ['email', 'email_verified'],
  ['phone_number', 'phone_number_verified'],
]);

const ownerships = once('owner policies', () => new WeakMap<PolicyCheck | object, Ownership>());

/**
 * The common policy: an argument of the field, or a property of its parent, equals the caller's `sub` or another claim.
 * Strings alone are compared, exactly. An argument that the field does not have, and one whose type is no text, are
 * refused when the schema is built.
 *
 * @throws {AuthConfigurationError} on an unknown option, and unless there is one of `argument` and `field`.
 */
export function ownerPolicy(options: OwnerPolicyOptions): PolicyCheck {
  const ownership = readOwnership(options);
  const { kind, name, claim } = ownership;
  const check: PolicyCheck = ({ auth, source, args }) => {
    const caller = claimOf(auth, claim);
    if (typeof caller !== 'string' || caller === '') return false;
    return (kind === 'argument' ? ownProperty(args, name) : propertyOf(source, name)) === caller;
  };
  ownerships.set(check, ownership);
  return check;
}

function readOwnership(options: unknown): Ownership {
  const {
    argument,
    field,
    claim = 'sub',
  } = readSettings('ownerPolicy(): options', options, ['argument', 'field', 'claim']);
  const kind = argument === undefined ? 'field' : 'argument';
  const name = argument ?? field;
  if (!isText(name) || (argument !== undefined && field !== undefined)) {
    throw new AuthConfigurationError(
      "ownerPolicy(): expected one of `argument` and `field`. Write ownerPolicy({ field: 'ownerId' }).",
    );
  }
  if (name.includes('.')) {
    throw new AuthConfigurationError(
      `ownerPolicy(): Expected \`${kind}\` to be a name, got the path ${print(name)}. Write a function for it: ` +
        '({ auth, args }) => args.input.ownerId === auth.sub.',
    );
  }
  if (!isText(claim)) {
    throw new AuthConfigurationError(
      `ownerPolicy(): Expected \`claim\` to be the name of a claim, got ${print(claim)}. Leave it out for \`sub\`.`,
    );
  }
  return { kind, name, claim };
}

function claimOf(auth: AuthenticatedAuth, claim: string): unknown {
  if (claim === 'username') return ownProperty(auth, 'username');
  const verifiedBy = VERIFIED_BY.get(claim);
  // Cognito writes a boolean. Access tokens have none of these claims.
  if (verifiedBy !== undefined && ownProperty(auth.claims, verifiedBy) !== true) return undefined;
  return ownProperty(auth.claims, claim);
}

function ownProperty(holder: object, name: string): unknown {
  return Object.hasOwn(holder, name) ? (holder as Readonly<Record<string, unknown>>)[name] : undefined;
}

/** A property of a parent that may be an instance of a class with getters, but nothing that every object has. */
function propertyOf(source: unknown, name: string): unknown {
  if (typeof source !== 'object' || source === null) return undefined;
  let holder: object = source;
  while (!Object.hasOwn(holder, name)) {
    const next: unknown = Object.getPrototypeOf(holder);
    // The last of a chain is `Object.prototype`, where a property could have been put for every object of the process.
    if (typeof next !== 'object' || next === null || Object.getPrototypeOf(next) === null) return undefined;
    holder = next;
  }
  return (source as Readonly<Record<string, unknown>>)[name];
}

/** Why the check of an `ownerPolicy` could never hold on the field, as far as the schema tells. */
export function ownershipProblem(check: unknown, { type, field }: FieldOf, schema: GraphQLSchema): string | undefined {
  const ownership = typeof check === 'function' ? ownerships.get(check) : undefined;
  if (ownership === undefined) return undefined;
  const { kind, name } = ownership;
  if (kind === 'argument') {
    const argument = field.args.find((arg) => arg.name === name);
    if (argument) {
      const isList = isListType(getNullableType(argument.type));
      return typeProblem(`${type.name}.${field.name}(${name}:)`, isList, getNamedType(argument.type));
    }
    const names = field.args.map((arg) => `\`${arg.name}\``);
    return (
      `${type.name}.${field.name} has no argument \`${name}\`. ` +
      (names.length > 0 ? `It has ${names.join(', ')}.` : 'Add it, or compare a `field` of the parent.')
    );
  }
  const { objects, interfaces } = isInterfaceType(type)
    ? schema.getImplementations(type)
    : { objects: [], interfaces: [] };
  for (const parent of [type, ...interfaces, ...objects]) {
    const compared = parent.getFields()[name];
    if (compared === undefined) continue;
    const isList = isListType(getNullableType(compared.type));
    const problem = typeProblem(`${parent.name}.${name}`, isList, getNamedType(compared.type));
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** Built-in scalars whose values are no text. */
const NOT_TEXT: ReadonlySet<string> = new Set([GraphQLInt.name, GraphQLFloat.name, GraphQLBoolean.name]);

// A claim is text. An object type is left alone: its property may hold the id by which a resolver finds it.
function typeProblem(coordinate: string, isList: boolean, named: GraphQLNamedType): string | undefined {
  if (isList) return `${coordinate} is a list. Write a function that looks into it.`;
  const isNoText =
    NOT_TEXT.has(named.name) ||
    isInputObjectType(named) ||
    (isEnumType(named) && !named.getValues().some(({ value }) => typeof value === 'string'));
  if (!isNoText) return undefined;
  return `${coordinate} is of the type ${named.name}, and a claim is text. Compare an ID or a String, or write a function.`;
}
