/** Decides an operation as a whole, before any of it runs: which of its selections the caller's token denies. */
import { getVariableValues, Kind } from 'graphql';
import type {
  FieldNode,
  GraphQLField,
  GraphQLInterfaceType,
  GraphQLObjectType,
  OperationDefinitionNode,
} from 'graphql';
import { authStateOf } from '../../auth.js';
import { isExpired } from '../../expiry.js';
import type { Denial } from '../../errors.js';
import { decide } from '../decision/decide.js';
import type { Refusal } from '../decision/decide.js';
import { CertainDenials } from './certain-denials.js';
import { MOST_STEPS, reachOf } from './reach.js';
import type { RuledOperation } from './reach.js';
import { fragmentsOf, pathOf, walkOperation } from './selections.js';
import type { ResponsePosition } from './selections.js';

// No data limits the length of a refusal, because nothing has run: without these bounds, a short document of many
// selections would be answered with megabytes.
const MOST_LISTED = 100;
const MOST_PATH_ELEMENTS = 2_000;
// A longer response key counts as several elements.
const LONGEST_KEY = 50;

/** An operation about to run, with its caller. */
export interface OperationToDecide extends RuledOperation {
  /** As they came with the request. */
  readonly variableValues: Readonly<Record<string, unknown>>;
  /** The value of `contextValue.auth`, of any type. */
  readonly auth: unknown;
  /** In a schema of which a part is in a dry run. Default: every rule is enforced. */
  readonly isEnforced?: IsEnforced | undefined;
}

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

/** Whether a guard enforces the rules of a field, rather than logging what it would deny. */
export type IsEnforced = (
  type: GraphQLObjectType | GraphQLInterfaceType,
  field: GraphQLField<unknown, unknown>,
) => boolean;

type DeniedPositions = Map<ResponsePosition, { readonly refusal: Refusal; readonly nodes: Set<FieldNode> }>;

/**
 * The selections that the token denies, at most 100, in the document's order: each once, and nothing below a denied one.
 * `@skip` and `@include` are honoured. Policies are not asked, because they need data.
 *
 * Only certain denials count. A field of an object type is denied by any of its rules, also inside a fragment on an
 * abstract type. A field of an interface is denied by the interface's rules, or when every possible type denies it: every
 * one that the fragments around it leave. A fragment on a possible type counts as reached, so the type's rule denies it,
 * even if no value of the type turns up.
 *
 * The cost is bounded: a fragment is walked once for each type, and not at all when the caller meets every rule in reach.
 * An operation too large to walk is denied at its first field if any rule of the schema refuses the caller.
 */
export function findDeniedSelections(args: OperationToDecide): readonly DeniedSelection[] {
  const { schema, document, operation, auth, isEnforced } = args;
  const state = authStateOf(auth);
  const reach = reachOf(args);
  if (state && !isExpired(state) && reach.rules.every((rule) => decide(state, rule) === undefined)) return [];
  if (reach.rules.length === 0) return [];

  // Variables that do not fit their types fail the operation before anything runs.
  const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], args.variableValues);
  if (coerced === undefined) return [];
  const denials = new CertainDenials(args, coerced, auth);
  const denied: DeniedPositions = new Map();
  let steps = 0;
  const isOver = () => steps + denials.steps > MOST_STEPS;
  walkOperation(schema, operation, fragmentsOf(document), coerced, {
    enterField: (type, field, node, position, possible) =>
      (isEnforced !== undefined && !isEnforced(type, field)) ||
      !add(denied, denials.ofField(type, field, node, possible), position, node),
    enterFragment: (type, position, node) =>
      isEnforced !== undefined || node === undefined || !add(denied, denials.ofFragment(type), position, node),
    isOver() {
      steps += 1;
      return isOver();
    },
  });
  // The part that was not walked counts as denied.
  if (isOver() && denied.size === 0) return refuseWhole(operation, denials.ofRules(reach.rules));
  return list(denied);
}

/** Whether there is a refusal; it is listed at its position. */
function add(
  denied: DeniedPositions,
  refusal: Refusal | undefined,
  position: ResponsePosition,
  node: FieldNode,
): boolean {
  if (refusal === undefined) return false;
  const known = denied.get(position);
  if (known === undefined) {
    if (denied.size < MOST_LISTED) denied.set(position, { refusal, nodes: new Set([node]) });
  } else if (known.nodes.size < MOST_LISTED) known.nodes.add(node);
  return true;
}

function list(denied: DeniedPositions): readonly DeniedSelection[] {
  const listed: DeniedSelection[] = [];
  let pathElements = 0;
  for (const [position, { refusal, nodes }] of denied) {
    if (pathElements > MOST_PATH_ELEMENTS) break;
    const path = pathOf(position);
    pathElements += path.length + Math.floor(path.reduce((length, key) => length + key.length, 0) / LONGEST_KEY);
    listed.push({ ...refusal, nodes: [...nodes], path });
  }
  return listed;
}

/** The refusal of an operation as one error, at its first field. */
function refuseWhole({ selectionSet }: OperationDefinitionNode, refusal: Refusal | undefined): DeniedSelection[] {
  if (refusal === undefined) return [];
  const node = selectionSet.selections.find((each) => each.kind === Kind.FIELD);
  return [{ ...refusal, nodes: node ? [node] : [], path: node ? [(node.alias ?? node.name).value] : [] }];
}
