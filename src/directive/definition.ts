/** The SDL of `@auth` and `@public`, and what tells this package's definition from somebody else's. */
import type { GraphQLDirective } from 'graphql';

export const DEFAULT_NAME = 'auth';

/** Every place where a rule is enforced. A definition that allows more would promise what nothing keeps. */
const AUTH_LOCATIONS = [
  'OBJECT',
  'FIELD_DEFINITION',
  'INTERFACE',
  'UNION',
  'ENUM',
  'SCALAR',
  'ARGUMENT_DEFINITION',
  'INPUT_OBJECT',
  'INPUT_FIELD_DEFINITION',
];
const PUBLIC_LOCATIONS = ['OBJECT', 'FIELD_DEFINITION'];

const AUTH_ARGUMENTS: Readonly<Record<string, string>> = {
  tokenUse: 'AuthTokenUse',
  groups: '[String!]',
  scopes: '[String!]',
  policies: '[String!]',
};

export function printTypeDefs(name: string): string {
  return `"""
Which kind of Cognito token is asked for.
"""
enum AuthTokenUse {
  ACCESS
  ID
}

"""
Asks for a verified Cognito token. All arguments given must hold; a list means any of it; repeated, all of them.
"""
directive @${name}(
  tokenUse: AuthTokenUse
  groups: [String!]
  scopes: [String!]
  policies: [String!]
) repeatable on ${AUTH_LOCATIONS.join(' | ')}

"""
Exempts from the default rule of a schema whose unannotated fields ask for a token. It lifts no rule.
"""
directive @public on ${PUBLIC_LOCATIONS.join(' | ')}
`;
}

/** Whether this is the definition of `printTypeDefs`, under whatever name, or one that allows less. */
export function isAuthDefinition({ args, locations, isRepeatable }: GraphQLDirective): boolean {
  return (
    hasAuthArguments(args) &&
    // A definition that is not repeatable lets tools merge two uses into one, which turns "all of" into "any of".
    isRepeatable &&
    locations.every((location) => AUTH_LOCATIONS.includes(location))
  );
}

/** Whether a definition means ours, even if it is not quite: what it marks is somebody's wish for a guard. */
export function hasAuthArguments(args: GraphQLDirective['args']): boolean {
  return (
    args.length === Object.keys(AUTH_ARGUMENTS).length &&
    args.every(({ name, type, defaultValue }) => AUTH_ARGUMENTS[name] === String(type) && defaultValue === undefined)
  );
}

/** Whether this is the definition of `@public`, or one that allows less. */
export function isPublicDefinition({ args, locations }: GraphQLDirective): boolean {
  return args.length === 0 && locations.every((location) => PUBLIC_LOCATIONS.includes(location));
}
