/**
 * What an Apollo integration hands to the context function, read as a request. Structural on purpose: standalone and
 * express `({ req })`, Lambda and H3 `({ event })`, Fastify `(request, reply)`, Next `(req)`, Koa `({ ctx })`, Fetch and
 * Hapi `({ request })`, Azure Functions `({ req, context })`, graphql-sse `({ headers, raw })`, and what looks like them.
 */
import { AuthConfigurationError } from '../errors.js';
import { malformed } from '../token/credential.js';
import type { TokenRequest } from '../token/credential.js';
import {
  countHeader,
  isEmptyRecord,
  isObject,
  member,
  rawValues,
  readHeaders,
  strings,
  unlessPolluted,
} from './headers.js';
import type { HeaderReader } from './headers.js';

/** One place of a request that shows headers. */
interface Place {
  readonly headers: unknown;
  readonly read: HeaderReader;
}

/** What integrations call a request, what holds it, and its headers. */
type Shape = Readonly<
  Partial<Record<'headers' | 'multiValueHeaders' | 'rawHeaders' | 'req' | 'request' | 'event' | 'ctx', unknown>>
>;

// Where a request keeps the one that it wraps: Node's, and under graphql-sse any.
const WRAPPED = ['raw', 'req', 'node', 'runtime'];
// Ends circles. Nothing in use is deeper than `{ event: { req: { runtime: { node: { req } } } } }`.
const DEEPEST = 6;

/** @throws {AuthConfigurationError} when no request can be found in the arguments, or its headers cannot be read. */
export function readIntegrationRequest(integrationArguments: readonly unknown[]): TokenRequest {
  const [argument] = integrationArguments;
  const places: Place[] = [];
  if (!isObject(argument) || !collectRequest(argument, places, false, 0)) throw noRequest(argument);
  const [first, ...others] = places;
  return {
    header(name) {
      if (first === undefined) return [];
      const lowerCase = lowerCaseName(name);
      const values = first.read(lowerCase);
      if (others.length === 0) return values;
      return others.reduce((agreed, place) => agree(agreed, place.read(lowerCase), lowerCase), values);
    },
  };
}

const WRAP =
  'const authContext = createAuthContext({ verifier }), then context: (args) => authContext({ request: args.yourRequest })';

function noRequest(argument: unknown): AuthConfigurationError {
  const isWebSocket = isObject(argument) && ('connectionParams' in argument || 'extra' in argument);
  return new AuthConfigurationError(
    isWebSocket
      ? 'createAuthContext() found no request in what the integration passes to the context function, but the context of a WebSocket connection. ' +
          'Its credentials are not read here: authenticate in onConnect, and give the operations that `auth`.'
      : 'createAuthContext() found no request in what the integration passes to the context function. ' +
          `Pass it on: ${WRAP}.`,
  );
}

function lowerCaseName(name: unknown): string {
  if (typeof name === 'string') return name.toLowerCase();
  throw new AuthConfigurationError(
    "Expected a token source to ask for a header by name, got something else. Write: request.header('authorization').",
  );
}

/** Whether the value is a request or holds one; its places are added. */
function collectRequest(value: object, places: Place[], isEvent: boolean, depth: number): boolean {
  const { headers, multiValueHeaders } = value as Shape;
  if (
    unlessPolluted(value, 'headers', headers) !== undefined ||
    unlessPolluted(value, 'multiValueHeaders', multiValueHeaders) !== undefined
  ) {
    collectPlaces(value, places, isEvent, depth);
    return true;
  }
  if (depth === DEEPEST) return false;
  const { req, request, event, ctx } = value as Shape;
  // Each is asked: two of them may show one request, as GraphQL Yoga's do.
  const found = [
    collectHeld(value, 'req', req, places, depth),
    collectHeld(value, 'request', request, places, depth),
    collectHeld(value, 'event', event, places, depth),
    collectHeld(value, 'ctx', ctx, places, depth),
  ];
  return found.includes(true);
}

function collectHeld(holder: object, name: string, held: unknown, places: Place[], depth: number): boolean {
  if (!isObject(held) || unlessPolluted(holder, name, held) === undefined) return false;
  return collectRequest(held, places, name === 'event', depth + 1);
}

function collectPlaces(request: object, places: Place[], isEvent: boolean, depth: number): void {
  const { headers: shown, rawHeaders } = request as Shape;
  const headers = unlessPolluted(request, 'headers', shown);
  const raw = unlessPolluted(request, 'rawHeaders', rawHeaders);
  // Node's own request has no other one behind it.
  if (Array.isArray(raw)) {
    addNodeRequest(headers, raw, places);
    return;
  }
  const multiple = member(request, 'multiValueHeaders');
  if (multiple !== undefined || isEvent || isLambdaEvent(request)) addLambdaEvent(request, headers, multiple, places);
  else addPlace(headers, readHeaders(headers), places);
  collectWrapped(request, headers, places, depth);
}

/** H3, Hapi and graphql-sse show a request of their own, and Node's behind it: only that one shows a second header. */
function collectWrapped(request: object, headers: unknown, places: Place[], depth: number): void {
  if (depth === DEEPEST) return;
  for (const name of WRAPPED) {
    const inner = member(request, name);
    if (!isObject(inner) || inner === request) continue;
    const raw = member(inner, 'rawHeaders');
    if (Array.isArray(raw)) addNodeRequest(member(inner, 'headers') ?? headers, raw, places);
    else if (member(inner, 'headers') !== undefined) collectPlaces(inner, places, false, depth + 1);
    else collectWrapped(inner, headers, places, depth + 1);
  }
}

function addPlace(headers: unknown, read: HeaderReader | undefined, places: Place[]): void {
  if (read === undefined) {
    throw new AuthConfigurationError(
      'createAuthContext() found a request whose headers it cannot read. Pass headers that are an object by name, or a ' +
        `Headers of the Fetch standard: ${WRAP}.`,
    );
  }
  // Fastify and Koa hand on the very headers of Node's request: that one, which has more to show, takes their place.
  if (!places.some((place) => place.headers === headers)) places.push({ headers, read });
}

function addNodeRequest(headers: unknown, raw: readonly unknown[], places: Place[]): void {
  const same = places.findIndex((place) => place.headers === headers);
  if (same !== -1) places.splice(same, 1);
  const read = readHeaders(headers);
  // Node keeps the first of several `authorization` headers and drops the rest: only the raw form shows them. The rest is
  // read from `headers`, where middleware sets and removes.
  const readNode: HeaderReader | undefined =
    read &&
    ((name) => {
      const values = read(name);
      if (name === 'cookie' || countHeader(raw, name) < 2) return values;
      const sent = rawValues(raw, name);
      return isShownOf(values, sent) ? sent : values;
    });
  addPlace(headers, readNode, places);
}

/** Whether Node's request shows what was sent: the first of several values, or all of them joined. Middleware may have changed it. */
function isShownOf(values: readonly string[], sent: readonly string[]): boolean {
  const [value] = values;
  return value !== undefined && (values.length > 1 || sent.includes(value) || value === sent.join(', '));
}

function isLambdaEvent(request: object): boolean {
  return isObject(member(request, 'requestContext')) || typeof member(request, 'httpMethod') === 'string';
}

/** API Gateway and load balancers: either or both of two objects, and null for one that has nothing to show. */
function addLambdaEvent(event: object, headers: unknown, multiple: unknown, places: Place[]): void {
  const cookies = member(event, 'cookies');
  for (const each of [multiple, headers]) {
    if (each === undefined || each === null || isEmptyRecord(each)) continue;
    const read = readHeaders(each);
    addPlace(each, read && withCookies(read, cookies), places);
  }
  if (places.length === 0 && Array.isArray(cookies))
    places.push({ headers: cookies, read: withCookies(() => [], cookies) });
}

// The payload format 2.0 carries cookies beside the headers.
function withCookies(read: HeaderReader, cookies: unknown): HeaderReader {
  if (!Array.isArray(cookies)) return read;
  return (name) => {
    if (name !== 'cookie') return read(name);
    const values = read(name);
    const beside = strings(cookies, name);
    return values.length === 0 || beside.length === 0 ? [...values, ...beside] : agree(beside, values, name);
  };
}

/**
 * What two places of one request say of a header. One of them may show less: it drops all but one of several values, or
 * joins them.
 *
 * @throws {TokenRejectedError} `malformed`, when they disagree: which of two callers this is must not depend on an order.
 */
function agree(one: readonly string[], other: readonly string[], name: string): readonly string[] {
  const [more, less] = one.length < other.length ? [other, one] : [one, other];
  if (more.length === less.length && more.every((value, index) => value === less[index])) return more;
  const [single] = less;
  const joined = more.join(name === 'cookie' ? '; ' : ', ');
  if (less.length === 1 && single !== undefined && (more.includes(single) || single === joined)) return more;
  throw malformed(`The places in which the integration shows the "${name}" header disagree.`);
}
