/** Which rules an operation can statically reach: computed once for each document, and kept with it. */
import { getNamedType } from 'graphql';
import type { DocumentNode, GraphQLField, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import type { Requirement } from '../rules/requirement.js';
import type { Rule } from '../rules/rule.js';
import { membersOf } from '../rules/schema-rules.js';
import type { SchemaRules } from '../rules/schema-rules.js';
import { fragmentsOf, walkOperation } from './selections.js';
import type { PossibleTypes } from './selections.js';

type Field = GraphQLField<unknown, unknown>;

export interface Reach {
  /**
   * Each rule that could deny the operation before it runs, with any variables; every rule of the schema for an operation
   * too large to be looked at whole.
   */
  readonly rules: readonly Rule[];
  /** Whether anything in reach has a rule, including what is known only at run time. */
  readonly hasRules: boolean;
  /** Whether a decision about anything in reach may end before the response is served from a cache. */
  readonly isAging: boolean;
}

/**
 * So many selections of one operation are looked at, each once for each type that it is selected on: a few lines of
 * fragments on an interface with hundreds of implementers make millions. No document that a person or a code generator
 * writes comes near.
 */
export const MOST_STEPS = 50_000;

/** An operation of a schema, with the rules by which it is decided. */
export interface RuledOperation {
  readonly schema: GraphQLSchema;
  readonly rules: SchemaRules;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
}

// By document, which Apollo Server keeps for a query that it has seen, and not by operation alone: two documents with other
// fragments can share the node of one operation. And by the rules of a schema.
const reaches = new WeakMap<SchemaRules, WeakMap<DocumentNode, Map<OperationDefinitionNode, Reach>>>();

export function reachOf(args: RuledOperation): Reach {
  const { rules, document, operation } = args;
  let ofRules = reaches.get(rules);
  if (ofRules === undefined) reaches.set(rules, (ofRules = new WeakMap()));
  let ofDocument = ofRules.get(document);
  if (ofDocument === undefined) ofRules.set(document, (ofDocument = new Map<OperationDefinitionNode, Reach>()));
  let reach = ofDocument.get(operation);
  if (reach === undefined) ofDocument.set(operation, (reach = findReach(args)));
  return reach;
}

function findReach({ schema, rules, document, operation }: RuledOperation): Reach {
  const found = new Set<Rule>();
  let isAnythingRuled = false;
  let knowsInputFields = false;
  let steps = 0;
  const known = new Map<Field, Set<PossibleTypes>>();
  const isKnown = (field: Field, possible: PossibleTypes) => {
    const ofField = known.get(field) ?? new Set();
    const isOld = ofField.has(possible);
    known.set(field, ofField.add(possible));
    return isOld;
  };
  const add = (requirement: Requirement | undefined) => {
    if (requirement) found.add(requirement.rule);
    return true;
  };

  walkOperation(schema, operation, fragmentsOf(document), undefined, {
    enterField(type, field, node, _position, possible) {
      add(rules.ofField(type, field));
      const inputs = node.arguments?.length ? rules.ofInputs(type, field) : undefined;
      for (const { name, requirement, isDeep } of inputs?.args ?? []) {
        if (!node.arguments?.some((arg) => arg.name.value === name)) continue;
        add(requirement);
        // What a variable brings is not known yet: any rule of an input field may turn out to be in reach.
        if (isDeep && !knowsInputFields) inputs?.ofInputFields().forEach(add);
        knowsInputFields ||= isDeep;
      }
      // What every type asks that may turn up can deny the selection beforehand.
      if (!isKnown(field, possible)) {
        const returned = rules.ofEveryMember(getNamedType(field.type)) ?? [];
        for (const each of [...returned, ...(rules.ofEveryMemberField(type, field, possible) ?? [])]) {
          add(each.requirement);
          each.inputs?.args.forEach(({ requirement }) => add(requirement));
          if (each.inputs && !knowsInputFields) each.inputs.ofInputFields().forEach(add);
          knowsInputFields ||= each.inputs !== undefined;
        }
      }
      isAnythingRuled ||= membersOf(rules, field) !== undefined || rules.isRuledInMember(type, field);
      isAnythingRuled ||= rules.ofReferences(type, field) !== undefined;
      return true;
    },
    enterFragment: (type) => add(rules.ofType(type)),
    isOver() {
      steps += 1;
      return steps > MOST_STEPS || (found.size > 0 && found.size === rules.all().size);
    },
  });
  const isBeyondMeasure = steps > MOST_STEPS;
  // What is known only at run time may ask for any rule of the schema.
  const isUncertain = isBeyondMeasure || isAnythingRuled;
  const mayBeAsked = isUncertain ? [...rules.all()] : [...found];
  return {
    rules: isBeyondMeasure ? mayBeAsked : [...found],
    hasRules: found.size > 0 || isAnythingRuled || (isBeyondMeasure && mayBeAsked.length > 0),
    isAging: mayBeAsked.some(({ maxAge }) => maxAge !== undefined),
  };
}
