/** The definitions of `@auth` and `@public`: their SDL, and what tells them from another product's. */
import type { GraphQLDirective, GraphQLSchema } from 'graphql';

export const DEFAULT_NAME = 'auth';
export const DEFAULT_PUBLIC_NAME = 'public';
export const TOKEN_USE_TYPE = 'AuthTokenUse';

/** Every place where a rule is enforced. A definition with more would promise what no guard keeps. */
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
  tokenUse: TOKEN_USE_TYPE,
  groups: '[String!]',
  scopes: '[String!]',
  policies: '[String!]',
  pools: '[String!]',
  acr: '[String!]',
  maxAge: 'Int',
};

export const ARGUMENT_NAMES: readonly string[] = Object.keys(AUTH_ARGUMENTS);

export function printTypeDefs(name: string, publicName: string): string {
  return `"""
The kind of Cognito token that a rule asks for.
"""
enum AuthTokenUse {
  ACCESS
  ID
}

"""
Asks for a verified Cognito token. Every argument must hold, and a list means any of its names. All uses must hold.
\`acr\` are authentication levels, and \`maxAge\` is the number of seconds since the sign-in.
"""
directive @${name}(
  tokenUse: AuthTokenUse
  groups: [String!]
  scopes: [String!]
  policies: [String!]
  pools: [String!]
  acr: [String!]
  maxAge: Int
) repeatable on ${AUTH_LOCATIONS.join(' | ')}

"""
Exempts a field or type from the default of a schema whose unannotated fields ask for a token. It lifts no rule.
"""
directive @${publicName} on ${PUBLIC_LOCATIONS.join(' | ')}
`;
}

/** What is wrong with a schema's definitions of the two directives. */
export function findDefinitionProblems(
  schema: GraphQLSchema,
  { name, publicName }: { readonly name: string; readonly publicName: string },
): readonly string[] {
  const problems: string[] = [];
  const auth = schema.getDirective(name);
  const difference = auth && differenceOf(auth);
  if (difference) {
    problems.push(
      `@${name}: The schema's definition of this directive is not the one that is enforced here: it ${difference}. Use ` +
        "`authDirectiveTypeDefs`, or choose another name: authDirective({ name: 'requiresAuth' }).",
    );
  }
  const exempt = schema.getDirective(publicName);
  if (exempt && !isPublicDefinition(exempt)) {
    problems.push(
      `@${publicName}: The schema has another directive of this name. Use \`authDirectiveTypeDefs\`, or choose another ` +
        "name: authDirective({ publicName: 'isPublic' }).",
    );
  }
  return problems;
}

/** What tells a definition from that of `printTypeDefs`; undefined for ours, and for one that allows fewer places. */
function differenceOf({ args, locations, isRepeatable }: GraphQLDirective): string | undefined {
  const extra = args.find(({ name }) => !Object.hasOwn(AUTH_ARGUMENTS, name));
  if (extra) return `has an argument \`${extra.name}\``;
  for (const [name, type] of Object.entries(AUTH_ARGUMENTS)) {
    const arg = args.find((each) => each.name === name);
    if (arg === undefined) return `has no argument \`${name}\``;
    if (String(arg.type) !== type) return `has \`${name}: ${String(arg.type)}\` instead of \`${name}: ${type}\``;
    if (arg.defaultValue !== undefined) return `has a default for \`${name}\``;
  }
  const place = locations.find((location) => !AUTH_LOCATIONS.includes(location));
  if (place !== undefined) return `allows the place ${place}, where nothing can be enforced`;
  // A definition that is not repeatable lets tools merge two uses into one, which turns "all of" into "any of".
  if (!isRepeatable) return 'is not `repeatable` (some tools, such as graphql-compose, drop the word)';
  return undefined;
}

/** Whether this is the definition of `printTypeDefs`, under any name, or one that allows fewer places. */
export function isAuthDefinition(definition: GraphQLDirective): boolean {
  return differenceOf(definition) === undefined;
}

/** Whether a definition has the arguments of ours: what it marks is meant to have a guard, even if the rest differs. */
export function hasAuthArguments(args: GraphQLDirective['args']): boolean {
  return (
    args.length === ARGUMENT_NAMES.length &&
    args.every(({ name, type, defaultValue }) => AUTH_ARGUMENTS[name] === String(type) && defaultValue === undefined)
  );
}

function isPublicDefinition({ args, locations }: GraphQLDirective): boolean {
  return args.length === 0 && locations.every((location) => PUBLIC_LOCATIONS.includes(location));
}

/**
 * Whether a token can have a name: Cognito's group names (API reference, `CreateGroup`) and OAuth scopes (RFC 6749,
 * section 3.3) have no white space.
 */
export function isCognitoName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && !/\s/.test(value);
}
