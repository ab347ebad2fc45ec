/** `authDirective()`: the SDL of the directive, and the function that puts a guard wherever a schema asks for one. */
import type { GraphQLSchema } from 'graphql';
import { createAsk } from './decision/ask-policies.js';
import { noteName } from './guard/registry.js';
import { createReport } from './guard/report.js';
import { transformSchema } from './guard/transform.js';
import { readDirectiveOptions } from './options.js';
import type { AuthDirectiveOptions } from './options.js';
import { printTypeDefs } from './rules/definition.js';

export interface AuthDirective {
  /** Defines `@auth`, `@public` and `AuthTokenUse`; for `typeDefs` of `makeExecutableSchema`. */
  readonly authDirectiveTypeDefs: string;
  /**
   * Gives a new schema in which every rule is enforced. Make it the last transformation: a guard has to be the first
   * that is called.
   *
   * @throws {AuthConfigurationError} when a rule could not be enforced or could never be met, with a sentence for each
   *   element; and when the schema was transformed before.
   */
  readonly authDirectiveTransformer: (schema: GraphQLSchema) => GraphQLSchema;
}

/**
 * The `@auth` directive. Rules only narrow: a field asks what it says itself, what its interfaces' field says, what the
 * type says that it returns, what its root type says, and what the provided arguments say.
 *
 * @throws {AuthConfigurationError} on an unknown option or value.
 */
export function authDirective(options: AuthDirectiveOptions = {}): AuthDirective {
  const resolved = readDirectiveOptions(options);
  noteName(resolved.name);
  const services = {
    ask: createAsk(resolved.policies),
    report: createReport(resolved.isReportOnly, resolved.logger),
  };
  return {
    authDirectiveTypeDefs: printTypeDefs(resolved.name, resolved.publicName),
    authDirectiveTransformer: (schema) => transformSchema(schema, resolved, services),
  };
}
