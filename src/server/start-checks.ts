/** What is checked when a schema comes into use: that its rules are enforced, and that the pools which they name exist. */
import type { GraphQLSchema } from 'graphql';
import { findUnguarded } from '../directive/guard/coverage.js';
import { checkGateway } from '../directive/guard/gateway.js';
import { pinGuards } from '../directive/guard/outermost.js';
import { checkPools } from '../directive/guard/start-pools.js';
import { AuthConfigurationError } from '../errors.js';

/**
 * @returns warnings about the pools that rules leave open.
 * @throws {AuthConfigurationError} when an `@auth` of the schema has no guard, or names a pool that the verifier does not have.
 */
export function assertGuarded(schema: GraphQLSchema, poolNames: readonly string[] | undefined): readonly string[] {
  const pools = checkPools(schema, poolNames);
  const problems = [...findUnguarded(schema), ...pools.problems];
  if (problems.length > 0) throw new AuthConfigurationError(problems);
  // Apollo Server and tracing tools put functions over the resolvers of a schema once it is in use.
  pinGuards(schema);
  return pools.warnings;
}

/**
 * A warning, if a gateway executes the schema. Only a gateway has a supergraph: the context of the hooks tells nothing
 * else about what executes.
 *
 * @throws {AuthConfigurationError} when the schema has rules and a gateway executes it.
 */
export function warningOfGateway(schema: GraphQLSchema, coreSupergraphSdl: string | undefined): string | undefined {
  if (coreSupergraphSdl === undefined) return undefined;
  const { problem, warning } = checkGateway(schema, coreSupergraphSdl);
  if (problem !== undefined) throw new AuthConfigurationError(problem);
  return warning;
}
