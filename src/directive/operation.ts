/** Decides an operation as a whole, before anything of it runs: which of its selections the caller's token denies. */
import { getVariableValues } from 'graphql';
import type { DocumentNode, FieldNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { authStateOf, isExpired } from '../auth.js';
import { denials } from '../errors.js';
import type { Denial } from '../errors.js';
import { isReportOnly } from './coverage.js';
import { decide, refusalBy, refusalOf } from './decide.js';
import type { Refusal } from './decide.js';
import { reachOf } from './reach.js';
import type { Requirement } from './requirement.js';
import { rulesOf } from './schema-rules.js';
import { walkOperation } from './selections.js';
import type { Place } from './selections.js';

// Nothing has run, so that no data limits how much a refusal could list: a short document of many selections on many
// levels would be answered with megabytes. The first ones are what a person wants to see.
const MOST_LISTED = 100;
const MOST_PATH_ELEMENTS = 2_000;

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
 * the fragment around it names. A field selected on an interface counts by that interface's rules; what a fragment
 * selects on a type counts as reached, so a rule of that type denies the selection, whether or not a value of the type
 * will turn up.
 *
 * The cost is linear in the document: a fragment is walked once for each type on which it is spread, and not at all
 * when none of the rules in reach refuses.
 */
export function findDeniedSelections(args: OperationToDecide): readonly DeniedSelection[] {
  const { schema, document, operation, auth } = args;
  const state = authStateOf(auth);
  const reach = reachOf(schema, document, operation);
  const isOver = state !== undefined && isExpired(state);
  if (state && !isOver && reach.rules.every((rule) => decide(state, rule) === undefined)) return [];
  if (reach.rules.length === 0 || isReportOnly(schema)) return [];

  // Variables that do not fit their types fail the operation before anything runs.
  const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], args.variableValues);
  if (coerced === undefined) return [];
  const rules = rulesOf(schema);
  const denied = new Map<Place, { readonly refusal: Refusal; readonly nodes: Set<FieldNode> }>();

  function isDenied(requirement: Requirement | undefined, place: Place, node: FieldNode): boolean {
    const refusal = requirement && (isOver ? refusalOf(state, denials.expired) : refusalBy(auth, requirement.rule));
    if (refusal === undefined) return false;
    const known = denied.get(place);
    if (known === undefined) {
      if (denied.size < MOST_LISTED) denied.set(place, { refusal, nodes: new Set([node]) });
    } else if (known.nodes.size < MOST_LISTED) known.nodes.add(node);
    return true;
  }

  walkOperation(schema, document, operation, coerced, {
    enterField(type, field, node, place) {
      const provided = rules.ofInputs(type, field)?.provided(node, coerced) ?? [];
      return ![rules.ofField(type, field), ...provided].some((requirement) => isDenied(requirement, place, node));
    },
    enterFragment(type, place, node) {
      return node === undefined || !isDenied(rules.ofType(type), place, node);
    },
  });
  const listed: DeniedSelection[] = [];
  let pathElements = 0;
  for (const [place, { refusal, nodes }] of denied) {
    if (pathElements > MOST_PATH_ELEMENTS) break;
    const path = pathOf(place);
    pathElements += path.length;
    listed.push({ ...refusal, nodes: [...nodes], path });
  }
  return listed;
}

/** Whether the operation can reach anything that has a rule, whoever asks: then its answer is private. */
export function operationHasRules({
  schema,
  document,
  operation,
}: Pick<OperationToDecide, 'schema' | 'document' | 'operation'>): boolean {
  return reachOf(schema, document, operation).hasRules;
}

function pathOf(place: Place): readonly string[] {
  const path: string[] = [];
  for (let each: Place | undefined = place; each?.key !== undefined; each = each.parent) path.push(each.key);
  return path.reverse();
}
