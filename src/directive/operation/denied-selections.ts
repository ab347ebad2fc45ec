/** Decides an operation as a whole, before anything of it runs: which of its selections the caller's token denies. */
import { getNamedType, getVariableValues, isObjectType, Kind } from 'graphql';
import type {
  DocumentNode,
  FieldNode,
  GraphQLField,
  GraphQLInterfaceType,
  GraphQLObjectType,
  GraphQLSchema,
  OperationDefinitionNode,
} from 'graphql';
import { authStateOf, isExpired } from '../../auth.js';
import { denials } from '../../errors.js';
import type { Denial } from '../../errors.js';
import { dryRunOf } from '../guard/coverage.js';
import { decide, decideRule, toRefusal } from '../decision/decide.js';
import type { Refusal } from '../decision/decide.js';
import { MOST_STEPS, reachOf } from './reach.js';
import type { Requirement } from '../rules/requirement.js';
import type { Rule } from '../rules/rule.js';
import type { MemberRules } from '../rules/schema-rules.js';
import { guardOf } from '../guard/registry.js';
import { rulesOf } from '../guard/rules-of.js';
import { fragmentsOf, walkOperation } from './selections.js';
import type { Place } from './selections.js';

// Nothing has run, so that no data limits how much a refusal could list: a short document of many selections on many
// levels would be answered with megabytes. The first ones are what a person wants to see.
const MOST_LISTED = 100;
const MOST_PATH_ELEMENTS = 2_000;
// A longer response key counts as several elements.
const LONGEST_KEY = 50;
// So many types are asked about one field's arguments. A literal may be as large as the document.
const MOST_MEMBERS = 20;

type Field = GraphQLField<unknown, unknown>;
type FieldsType = GraphQLObjectType | GraphQLInterfaceType;

/** A selection that is denied. */
export interface DeniedSelection {
  readonly denial: Denial;
  /** For the log alone. */
  readonly cause: Error | undefined;
  /** The selections that share the response key. */
  readonly nodes: readonly FieldNode[];
  /** Response keys, from the root. */
  readonly path: readonly string[];
}

export interface OperationToDecide {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  /** As they came with the request. */
  readonly variableValues: Readonly<Record<string, unknown>>;
  /** `contextValue.auth`, whatever it is. */
  readonly auth: unknown;
}

/**
 * The selections of the operation that the token denies, each once, in the document's order; nothing below a denied one,
 * and no more than a hundred.
 * `@skip` and `@include` are honoured. Policies are not asked: they need data. In a dry run nothing is denied.
 *
 * Only what is certain before it runs counts. A field of an object type counts by all its rules, whatever abstract type
 * the fragment around it names. A field selected on an interface counts by that interface's rules, and as denied when
 * every type denies it that may turn up there; what a fragment selects on a type counts as reached, so a rule of that type
 * denies the selection, whether or not a value of the type will turn up.
 *
 * The cost is bounded: a fragment is walked once for each type on which it is spread, and not at all when none of the
 * rules in reach refuses. An operation too large to be looked at whole is denied, at its first field, to a caller whom any
 * rule of the schema refuses.
 */
export function findDeniedSelections(args: OperationToDecide): readonly DeniedSelection[] {
  const { schema, document, operation, auth } = args;
  const state = authStateOf(auth);
  const rules = rulesOf(schema);
  const fragmentOf = fragmentsOf(document);
  const reach = reachOf({ schema, rules, operation, fragmentOf });
  const hasExpired = state !== undefined && isExpired(state);
  if (state && !hasExpired && reach.rules.every((rule) => decide(state, rule) === undefined)) return [];
  const dryRun = dryRunOf(schema);
  if (reach.rules.length === 0 || dryRun === 'all') return [];

  // Variables that do not fit their types fail the operation before anything runs.
  const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], args.variableValues);
  if (coerced === undefined) return [];
  const variables = coerced;
  const denied = new Map<Place, { readonly refusal: Refusal; readonly nodes: Set<FieldNode> }>();
  let steps = 0;

  function refuseBy(rule: Rule): Refusal | undefined {
    return hasExpired ? toRefusal(state, denials.expired) : decideRule(auth, rule);
  }

  function refusalOfAny(all: readonly Rule[]): Refusal | undefined {
    return all.map(refuseBy).find((refusal) => refusal !== undefined);
  }

  // Of a field without arguments, once for the whole operation: an interface may have hundreds of types.
  const byMembers = new Map<Field, Refusal | undefined>();
  /** The refusal of a selection that every type denies which may turn up there: it is certain as well. */
  function refuseByMembers(type: FieldsType, field: Field, node: FieldNode): Refusal | undefined {
    if (!node.arguments?.length && byMembers.has(field)) return byMembers.get(field);
    const refusal =
      refuseByAll(rules.ofEveryMember(getNamedType(field.type)), node) ??
      refuseByAll(rules.ofEveryMemberField(type, field), node);
    if (!node.arguments?.length) byMembers.set(field, refusal);
    return refusal;
  }

  function refuseByAll(members: readonly MemberRules[] | undefined, node: FieldNode): Refusal | undefined {
    // Arguments are looked at for each type anew: of many types it is decided when one is reached.
    if (members && members.length > MOST_MEMBERS && node.arguments?.length) return undefined;
    let first: Refusal | undefined;
    for (const { requirement, inputs } of members ?? []) {
      steps += 1;
      const asked = [...(requirement ? [requirement] : []), ...(inputs?.provided(node, variables, schema) ?? [])];
      const refusal = refusalOfAny(asked.map(({ rule }) => rule));
      if (refusal === undefined) return undefined;
      first ??= refusal;
    }
    return first;
  }

  function isDenied(requirement: Requirement | undefined, place: Place, node: FieldNode): boolean {
    return note(requirement && refuseBy(requirement.rule), place, node);
  }

  function note(refusal: Refusal | undefined, place: Place, node: FieldNode): boolean {
    if (refusal === undefined) return false;
    const known = denied.get(place);
    if (known === undefined) {
      if (denied.size < MOST_LISTED) denied.set(place, { refusal, nodes: new Set([node]) });
    } else if (known.nodes.size < MOST_LISTED) known.nodes.add(node);
    return true;
  }

  walkOperation(schema, operation, fragmentOf, variables, {
    enterField(type, field, node, place) {
      if (dryRun === 'part' && !isEnforced(type, field)) return true;
      const provided = rules.ofInputs(type, field)?.provided(node, variables, schema) ?? [];
      const asked = [rules.ofField(type, field), ...provided];
      return !(
        asked.some((requirement) => isDenied(requirement, place, node)) ||
        note(refuseByMembers(type, field, node), place, node)
      );
    },
    enterFragment(type, place, node) {
      if (dryRun === 'part') return true;
      return node === undefined || !isDenied(rules.ofType(type), place, node);
    },
    isOver() {
      steps += 1;
      return steps > MOST_STEPS;
    },
  });
  // Not all of it was looked at: what was not counts as denied, as does the whole.
  if (steps > MOST_STEPS && denied.size === 0) return refuseWhole(operation, refusalOfAny(reach.rules));
  const listed: DeniedSelection[] = [];
  let pathElements = 0;
  for (const [place, { refusal, nodes }] of denied) {
    if (pathElements > MOST_PATH_ELEMENTS) break;
    const path = pathOf(place);
    pathElements += path.length + Math.floor(path.reduce((length, key) => length + key.length, 0) / LONGEST_KEY);
    listed.push({ ...refusal, nodes: [...nodes], path });
  }
  return listed;
}

/** Whether a guard denies the field, in a schema of which a part is in a dry run. Of an interface's field it is not certain. */
function isEnforced(type: FieldsType, field: Field): boolean {
  return isObjectType(type) && guardOf(field)?.isReportOnly === false;
}

/** The refusal of an operation as one error, at its first field. */
function refuseWhole({ selectionSet }: OperationDefinitionNode, refusal: Refusal | undefined): DeniedSelection[] {
  const node = selectionSet.selections.find((each) => each.kind === Kind.FIELD);
  return refusal
    ? [{ ...refusal, nodes: node ? [node] : [], path: node ? [(node.alias ?? node.name).value] : [] }]
    : [];
}

/** Whether the operation can reach anything that has a rule, whoever asks: then its answer is private. */
export function operationHasRules({
  schema,
  document,
  operation,
}: Pick<OperationToDecide, 'schema' | 'document' | 'operation'>): boolean {
  return reachOf({ schema, rules: rulesOf(schema), operation, fragmentOf: fragmentsOf(document) }).hasRules;
}

function pathOf(place: Place): readonly string[] {
  const path: string[] = [];
  for (let each: Place | undefined = place; each?.key !== undefined; each = each.parent) path.push(each.key);
  return path.reverse();
}
