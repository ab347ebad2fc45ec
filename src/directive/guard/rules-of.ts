/** The rules of any schema, read once for each. */
import type { GraphQLSchema } from 'graphql';
import { readRules } from '../rules/schema-rules.js';
import type { SchemaRules } from '../rules/schema-rules.js';
import { settingsOf } from './registry.js';

const rulesBySchema = new WeakMap<GraphQLSchema, SchemaRules>();

export function rulesOf(schema: GraphQLSchema): SchemaRules {
  let rules = rulesBySchema.get(schema);
  if (rules === undefined) {
    rules = readRules(schema, settingsOf(schema));
    rulesBySchema.set(schema, rules);
  }
  return rules;
}
