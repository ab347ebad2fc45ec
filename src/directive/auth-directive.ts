/** `authDirective()`: the SDL of the directive, and the function that puts a guard wherever a schema asks for one. */
import type { GraphQLSchema } from 'graphql';
import { createAskPolicies } from './decision/ask-policies.js';
import { noteName } from './guard/registry.js';
import { createReport } from './guard/report.js';
import { transformSchema } from './guard/transform.js';
import { readDirectiveOptions } from './options.js';
import type { AuthDirectiveOptions } from './options.js';
import { printTypeDefs } from './rules/definition.js';

/**
 * What `authDirective()` returns.
 *
 * @example
 * const { authDirectiveTypeDefs, authDirectiveTransformer }: AuthDirective = authDirective();
 */
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
 * Creates the `@auth` directive: its SDL, and the transformer that enforces it. Rules only narrow: a caller must meet the
 * rules of the field itself, of the same field on its interfaces, of the type that it returns, of its root type, and of
 * each argument and input field that the request provides.
 *
 * @example
 * const { authDirectiveTypeDefs, authDirectiveTransformer } = authDirective({ groups: ['admin', 'support'] });
 * const schema = authDirectiveTransformer(
 *   makeExecutableSchema({ typeDefs: [authDirectiveTypeDefs, typeDefs], resolvers }),
 * );
 *
 * @throws {AuthConfigurationError} on an unknown option or value.
 */
export function authDirective(options: AuthDirectiveOptions = {}): AuthDirective {
  const resolved = readDirectiveOptions(options);
  noteName(resolved.name);
  const services = {
    askPolicies: createAskPolicies(resolved.policies),
    report: createReport(resolved.isReportOnly, resolved.logger),
  };
  return {
    authDirectiveTypeDefs: printTypeDefs(resolved.name, resolved.publicName),
    authDirectiveTransformer: (schema) => transformSchema(schema, resolved, services),
  };
}
