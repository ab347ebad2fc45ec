/** The `graphql` that this package enforces rules with: its version, and whether a schema was made with the same copy. */
import {
  GraphQLEnumType,
  GraphQLInputObjectType,
  GraphQLInterfaceType,
  GraphQLObjectType,
  GraphQLScalarType,
  GraphQLSchema,
  GraphQLUnionType,
  versionInfo,
} from 'graphql';
import { AuthConfigurationError } from '../../errors.js';
import { print } from '../../settings.js';

/**
 * graphql 17 gives resolvers their variables in another shape, so that rules on arguments would let through the value of
 * a variable. A version that was not tested is refused.
 *
 * @throws {AuthConfigurationError} unless the major version is 16.
 */
export function assertGraphqlVersion(where: string, { major, minor, patch } = versionInfo): void {
  if (major === 16) return;
  throw new AuthConfigurationError(
    `${where}: Expected \`graphql\` to be version 16, got ${major}.${minor}.${patch}. Install graphql@16: with another ` +
      'version, rules on arguments and on whole operations are not enforced.',
  );
}

const CLASSES = [
  GraphQLObjectType,
  GraphQLScalarType,
  GraphQLInputObjectType,
  GraphQLInterfaceType,
  GraphQLEnumType,
  GraphQLUnionType,
];

const REMEDY =
  'Two copies of graphql are loaded, and nothing could be enforced. `npm ls graphql` shows them: install one version for ' +
  'all, and import it as ES modules alone or as CommonJS alone.';

/**
 * Why the schema cannot be read, as a sentence. graphql-js tells its objects by `instanceof`: in production, what another
 * copy of it made looks like nothing at all, so that no rule would be found and none enforced.
 */
export function findForeignGraphql(schema: unknown): string | undefined {
  if (!(schema instanceof GraphQLSchema)) {
    return tagOf(schema) === 'GraphQLSchema'
      ? `The schema was made by another copy of graphql than apollo-cognito-auth uses. ${REMEDY}`
      : `Expected a GraphQLSchema, got ${print(schema)}. Pass what makeExecutableSchema() or buildSchema() returns.`;
  }
  const foreign = Object.values(schema.getTypeMap()).find((type) => !CLASSES.some((each) => type instanceof each));
  return foreign && `The type ${foreign.name} was made by another copy of graphql than the schema. ${REMEDY}`;
}

function tagOf(value: unknown): unknown {
  try {
    return typeof value === 'object' && value !== null && Symbol.toStringTag in value
      ? value[Symbol.toStringTag]
      : undefined;
  } catch {
    return undefined;
  }
}
