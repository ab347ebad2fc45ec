/** Which rules an operation can statically reach: computed once for each document, and kept with it. */
import { isInterfaceType } from 'graphql';
import type { DocumentNode, GraphQLNamedType, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import type { Requirement } from './requirement.js';
import type { Rule } from './rule.js';
import { membersOf } from './rules.js';
import { rulesOf } from './schema-rules.js';
import { walkOperation } from './selections.js';

export interface Reach {
  /** Each rule that could deny the operation before it runs, whatever its variables say. */
  readonly rules: readonly Rule[];
  /** Whether anything in reach has a rule, counting what is known only at run time. */
  readonly hasRules: boolean;
}

// By document, which Apollo Server keeps for a query that it has seen; and by schema, which can change under it.
const reaches = new WeakMap<GraphQLSchema, WeakMap<DocumentNode, Map<OperationDefinitionNode, Reach>>>();

export function reachOf(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode): Reach {
  let ofSchema = reaches.get(schema);
  if (ofSchema === undefined) reaches.set(schema, (ofSchema = new WeakMap()));
  let ofDocument = ofSchema.get(document);
  if (ofDocument === undefined) ofSchema.set(document, (ofDocument = new Map<OperationDefinitionNode, Reach>()));
  let reach = ofDocument.get(operation);
  if (reach === undefined) ofDocument.set(operation, (reach = findReach(schema, document, operation)));
  return reach;
}

/** Whether a field that is selected on an interface has a rule on any type that may turn up there. */
function isRuledInMember(schema: GraphQLSchema, type: GraphQLNamedType, name: string): boolean {
  if (!isInterfaceType(type)) return false;
  const rules = rulesOf(schema);
  return schema.getPossibleTypes(type).some((member) => {
    const field = member.getFields()[name];
    return field && (rules.ofField(member, field) ?? rules.ofInputs(member, field) ?? membersOf(rules, field));
  });
}

function findReach(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode): Reach {
  const rules = rulesOf(schema);
  const found = new Set<Rule>();
  const abstract = new Set<string>();
  const add = (requirement: Requirement | undefined) => {
    if (requirement) found.add(requirement.rule);
    return true;
  };

  walkOperation(schema, document, operation, undefined, {
    enterField(type, field, node) {
      add(rules.ofField(type, field));
      const inputs = node.arguments?.length ? rules.ofInputs(type, field) : undefined;
      for (const { name, requirement, isDeep } of inputs?.args ?? []) {
        if (!node.arguments?.some((arg) => arg.name.value === name)) continue;
        add(requirement);
        // What a variable brings is not known yet: any rule of an input field may turn out to be in reach.
        if (isDeep) inputs?.ofInputFields().forEach(add);
      }
      if (membersOf(rules, field) || isRuledInMember(schema, type, field.name)) abstract.add(field.name);
      return true;
    },
    enterFragment: (type) => add(rules.ofType(type)),
  });
  return { rules: [...found], hasRules: abstract.size > 0 || found.size > 0 };
}
