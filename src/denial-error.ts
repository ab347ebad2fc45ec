/** A denial as a `GraphQLError`: located in the request's document, and without a stack. */
import { GraphQLError, responsePathAsArray } from 'graphql';
import type { FieldNode, GraphQLResolveInfo, Source, SourceLocation } from 'graphql';
import type { AuthErrorCode, Demand, Denial, DenialReason } from './errors.js';
import { once } from './once.js';

interface DenialExtensions {
  code: AuthErrorCode;
  reason?: DenialReason;
  acrValues?: readonly string[];
  maxAge?: number;
}

/** The `extensions` of a denial. A new object each time, because hooks may add to it. */
function denialExtensions({ code, reason, demand }: Denial): DenialExtensions {
  if (reason === undefined) return { code };
  if (reason !== 'step-up' || demand === undefined) return { code, reason };
  const { acrValues, maxAge } = demand;
  return { code, reason, ...(acrValues && { acrValues: [...acrValues] }), ...(maxAge !== undefined && { maxAge }) };
}

// `getLocation` of graphql-js reads the document from its beginning for each node: a document of denied selections alone
// would cost the square of its length.
const lineStartsOf = new WeakMap<Source, readonly number[]>();

function lineStarts(source: Source): readonly number[] {
  let starts = lineStartsOf.get(source);
  if (starts === undefined) {
    // The line terminators of the GraphQL specification, section 2.1.2.
    starts = [0, ...[...source.body.matchAll(/\r\n|[\n\r]/g)].map((end) => end.index + end[0].length)];
    lineStartsOf.set(source, starts);
  }
  return starts;
}

function locateInSource(source: Source, position: number): SourceLocation {
  const starts = lineStarts(source);
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= position) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: position - (starts[low] ?? 0) + 1 };
}

// A short document can select a field thousands of times, and the error of each row of a list has all these places.
const MOST_LOCATIONS = 10;

function locate(nodes: readonly FieldNode[]): readonly SourceLocation[] {
  const locations: SourceLocation[] = [];
  for (let index = 0; index < nodes.length && index < MOST_LOCATIONS; index += 1) {
    const loc = nodes[index]?.loc;
    if (loc) locations.push(locateInSource(loc.source, loc.start));
  }
  return locations;
}

/** The place of a denial in the request's document and in the response. */
interface DenialPlace {
  readonly nodes: readonly FieldNode[];
  readonly path: readonly (string | number)[];
}

// A GraphQLError by its prototype, without its constructor. Nearly all the cost of a GraphQLError is its stack, which says
// nothing about a denial: a client could hurt a server cheaply with a thousand denied rows.
function GraphQLErrorWithoutStack(): void {}
GraphQLErrorWithoutStack.prototype = GraphQLError.prototype;

// A function can be called with `new`, but to the compiler only a class can.
const Base = GraphQLErrorWithoutStack as unknown as new () => object;

/**
 * A denial as graphql-js and Apollo Server read it. It has the enumerable properties of a `GraphQLError` alone, so a
 * `formatError` that spreads the error sends neither the document nor a cause to the client.
 */
class DenialError extends Base {
  readonly message: string;
  readonly path: readonly (string | number)[] | undefined;
  readonly locations: readonly SourceLocation[] | undefined;
  readonly extensions: ReturnType<typeof denialExtensions>;
  #nodes: unknown;

  constructor(denial: Denial, place: DenialPlace | undefined, cause: Error | undefined) {
    super();
    this.message = denial.message;
    this.path = place?.path;
    this.locations = place && locate(place.nodes);
    this.extensions = denialExtensions(denial);
    this.#nodes = place?.nodes;
    if (denial.demand !== undefined) demands.set(this, denial.demand);
    if (cause !== undefined) hide(this, 'originalError', cause);
  }

  get nodes(): unknown {
    return this.#nodes;
  }

  // As in a GraphQLError: a hook may set it.
  set nodes(nodes: unknown) {
    this.#nodes = nodes;
  }
}

// Beside the errors and not in them: which scopes a rule names is told only where the server says so.
const demands = once('demands of denials', () => new WeakMap<object, Demand>());

const DEEPEST_ORIGIN = 5;

/** What the rules behind a denial ask for; undefined for an error that is no denial, and for a denial of another reason. */
export function demandOf(error: unknown): Demand | undefined {
  let each = error;
  // What a resolver itself throws can be a ring, or have a getter that throws.
  for (let depth = 0; depth < DEEPEST_ORIGIN && each instanceof GraphQLError; depth += 1) {
    const demand = demands.get(each);
    if (demand !== undefined) return demand;
    each = each.originalError;
  }
  return undefined;
}

function hide(error: object, name: string, value: unknown): void {
  Object.defineProperty(error, name, { value, writable: true, configurable: true });
}

// A denial is known by a property, not by its class: each build of this package has a class of its own.
const DENIAL = once('denial', () => Symbol('denial'));

Object.defineProperties(DenialError.prototype, {
  [DENIAL]: { value: true },
  constructor: { value: GraphQLError },
  name: { value: 'GraphQLError', writable: true },
  source: { value: undefined, writable: true },
  positions: { value: undefined, writable: true },
  originalError: { value: undefined, writable: true },
  // One constant line, because a `formatError` may split it.
  stack: { value: 'GraphQLError: The stack of a denial is not captured.', writable: true },
});

/**
 * The denial as an error without a stack. With a place it is located already: `locatedError` of graphql-js returns an
 * error with a `path` as it is, so neither graphql-js nor Apollo creates another.
 */
export function createLocatedDenialError(denial: Denial, place: DenialPlace | undefined, cause?: Error): GraphQLError {
  // It has every property of a GraphQLError that graphql-js and Apollo read.
  return new DenialError(denial, place, cause) as unknown as GraphQLError;
}

/**
 * The denial as an error to throw where graphql-js adds the path: in a resolver, a data source, the context function. It
 * has no stack either: Apollo Server shows stacks outside production, and the cause's may have any text in it.
 */
export function createDenialError(denial: Denial, cause?: unknown): GraphQLError {
  return createLocatedDenialError(denial, undefined, cause instanceof Error ? cause : undefined);
}

/**
 * The denial as the error of one field. Not for `resolveType`: there graphql-js adds the index of the list item to the
 * path, so use `createDenialError`.
 */
export function createFieldDenialError(
  denial: Denial,
  info: Pick<GraphQLResolveInfo, 'fieldNodes' | 'path'>,
  cause?: Error,
): GraphQLError {
  return createLocatedDenialError(denial, { nodes: info.fieldNodes, path: responsePathAsArray(info.path) }, cause);
}

function isDenial(value: unknown): boolean {
  return typeof value === 'object' && value !== null && DENIAL in value;
}

/**
 * Cuts the locations of an error that graphql-js created from a denial. A denial that a resolver threw (`requireAuth`) has
 * no place of its own, so graphql-js adds every location.
 */
export function boundLocations(error: GraphQLError): void {
  const { locations, originalError } = error;
  if (!isDenial(originalError) || !locations || locations.length <= MOST_LOCATIONS) return;
  // A plain property of the error, which only its type declares as read-only.
  (error as { locations: readonly SourceLocation[] }).locations = locations.slice(0, MOST_LOCATIONS);
}
