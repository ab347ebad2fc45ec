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
import type { GraphQLSchema, GraphQLType } from 'graphql';
import type { AuthenticatedAuth } from '../../auth.js';
import { AuthConfigurationError } from '../../errors.js';
import { once } from '../../once.js';
import { isText, print, readSettings } from '../../settings.js';
import type { FieldOf } from '../rules/elements.js';
import type { PolicyCheck } from './policies.js';

/**
 * What names the caller, and by which claim.
 *
 * @example
 * const byArgument: OwnerPolicyOptions = { argument: 'userId' };
 * const byField: OwnerPolicyOptions = { field: 'ownerEmail', claim: 'email' };
 */
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
   * A claim of the token that says who the caller is, or `username`, which reads the claim of either token. `email` and
   * `phone_number` count only when the token says that they are verified (`email_verified`, `phone_number_verified`).
   * Default: `sub`.
   */
  readonly claim?: string;
};

interface Ownership {
  readonly kind: 'argument' | 'field';
  readonly name: string;
  readonly claim: string;
}

/** Claims that users can set as they like until the pool has verified them. */
const VERIFIED_BY: ReadonlyMap<string, string> = new Map([
  ['email', 'email_verified'],
  ['phone_number', 'phone_number_verified'],
]);

const ownerships = once('owner policies', () => new WeakMap<object, Ownership>());

/**
 * The most common policy: an argument of the field, or a property of its parent, equals the caller's `sub` or another
 * claim. Only strings are compared, exactly. When the schema is built, an argument that the field does not have is
 * refused, and an argument or field whose type is not text.
 *
 * @example
 * const { authDirectiveTransformer } = authDirective({
 *   policies: { isSelf: ownerPolicy({ argument: 'userId' }), isOwner: ownerPolicy({ field: 'ownerId' }) },
 * });
 *
 * @throws {AuthConfigurationError} on an unknown option, and unless exactly one of `argument` and `field` is given.
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
      'Expected `options` of ownerPolicy() to be an object with either `argument` or `field`, got ' +
        `${print(options)}. Write ownerPolicy({ field: 'ownerId' }).`,
    );
  }
  if (name.includes('.')) {
    throw new AuthConfigurationError(
      `Expected \`${kind}\` of ownerPolicy() to be a name, got the path ${print(name)}. Write a function for it: ` +
        '({ auth, args }) => args.input.ownerId === auth.sub.',
    );
  }
  if (!isText(claim)) {
    throw new AuthConfigurationError(
      `Expected \`claim\` of ownerPolicy() to be the name of a claim, got ${print(claim)}. Leave it out for \`sub\`.`,
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
export function ownershipProblem(check: unknown, fieldOf: FieldOf, schema: GraphQLSchema): string | undefined {
  const ownership = typeof check === 'function' ? ownerships.get(check) : undefined;
  if (ownership === undefined) return undefined;
  const { kind, name } = ownership;
  return kind === 'argument' ? argumentProblem(fieldOf, name) : parentProblem(fieldOf, name, schema);
}

function argumentProblem({ type, field }: FieldOf, name: string): string | undefined {
  const coordinate = `${type.name}.${field.name}`;
  const argument = field.args.find((arg) => arg.name === name);
  if (argument) return typeProblem(`${coordinate}(${name}:)`, argument);
  const names = field.args.map((arg) => `\`${arg.name}\``);
  const remedy = names.length > 0 ? `It has ${names.join(', ')}.` : 'Add it, or compare a `field` of the parent.';
  return `${coordinate} has no argument \`${name}\`. ${remedy}`;
}

/** The parent may have properties that the schema does not show: only the type of one that it shows is looked at. */
function parentProblem({ type }: FieldOf, name: string, schema: GraphQLSchema): string | undefined {
  const { objects, interfaces } = isInterfaceType(type)
    ? schema.getImplementations(type)
    : { objects: [], interfaces: [] };
  return [type, ...interfaces, ...objects]
    .map((parent) => {
      const compared = parent.getFields()[name];
      return compared && typeProblem(`${parent.name}.${name}`, compared);
    })
    .find((problem) => problem !== undefined);
}

/** Built-in scalars whose values are not text. */
const NOT_TEXT: ReadonlySet<string> = new Set([GraphQLInt.name, GraphQLFloat.name, GraphQLBoolean.name]);

// A claim is text. An object type is left alone: its property may hold the id by which a resolver finds it.
function typeProblem(coordinate: string, { type }: { readonly type: GraphQLType }): string | undefined {
  if (isListType(getNullableType(type))) return `${coordinate} is a list. Write a function that looks into it.`;
  const named = getNamedType(type);
  const isTextual =
    !NOT_TEXT.has(named.name) &&
    !isInputObjectType(named) &&
    !(isEnumType(named) && named.getValues().every(({ value }) => typeof value !== 'string'));
  if (isTextual) return undefined;
  return `${coordinate} is of the type ${named.name}, and a claim is text. Compare an ID or a String, or write a function.`;
}
