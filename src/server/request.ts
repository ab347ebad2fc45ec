/**
 * What an Apollo integration passes to the context function, read as a request. Structural on purpose: standalone and
 * express `({ req })`, Lambda and H3 `({ event })`, Fastify `(request, reply)`, Next `(req)`, Koa `({ ctx })`, Fetch and
 * Hapi `({ request })`, Azure Functions `({ req, context })`, graphql-sse `({ headers, raw })`, and what looks like them.
 */
import { AuthConfigurationError } from '../errors.js';
import type { TokenRequest } from '../token/credential.js';
import { isObject, member, unlessPolluted } from './headers.js';
import { HeaderPlaces, WRAP } from './places.js';

/** What integrations call a request, what holds it, and its headers. */
type Shape = Readonly<
  Partial<Record<'headers' | 'multiValueHeaders' | 'rawHeaders' | 'req' | 'request' | 'event' | 'ctx', unknown>>
>;

// Where a request keeps the one that it wraps: Node's, and under graphql-sse any.
const WRAPPED = ['raw', 'req', 'node', 'runtime'];
// Ends circles. Nothing in use is deeper than `{ event: { req: { runtime: { node: { req } } } } }`.
const DEEPEST = 6;

/** @throws {AuthConfigurationError} when no request can be found in the arguments, or its headers cannot be read. */
export function readHttpRequest([argument]: readonly unknown[]): TokenRequest {
  const places = new HeaderPlaces();
  if (!isObject(argument) || !collectRequest(argument, places, false, 0)) {
    throw new AuthConfigurationError(
      `Expected the context function or authOf() to be given a request, got nothing with headers. Write: ${WRAP}.`,
    );
  }
  return { header: (name) => places.read(lowerCaseName(name)) };
}

export function lowerCaseName(name: unknown): string {
  if (typeof name === 'string') return name.toLowerCase();
  throw new AuthConfigurationError(
    "Expected a token source to ask for a header by name, got something else. Write: request.header('authorization').",
  );
}

/** Whether the value is a request or holds one; its places are added. */
function collectRequest(value: object, places: HeaderPlaces, isEvent: boolean, depth: number): boolean {
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

function collectHeld(holder: object, name: string, held: unknown, places: HeaderPlaces, depth: number): boolean {
  if (!isObject(held) || unlessPolluted(holder, name, held) === undefined) return false;
  return collectRequest(held, places, name === 'event', depth + 1);
}

function collectPlaces(request: object, places: HeaderPlaces, isEvent: boolean, depth: number): void {
  const { headers: shown, rawHeaders } = request as Shape;
  const headers = unlessPolluted(request, 'headers', shown);
  const raw = unlessPolluted(request, 'rawHeaders', rawHeaders);
  // Node's own request has no other one behind it.
  if (Array.isArray(raw)) {
    places.addNodeRequest(headers, raw);
    return;
  }
  const multiple = member(request, 'multiValueHeaders');
  if (multiple !== undefined || isEvent || isLambdaEvent(request)) places.addLambdaEvent(request, headers, multiple);
  else places.add(headers);
  collectWrapped(request, headers, places, depth);
}

function isLambdaEvent(request: object): boolean {
  return isObject(member(request, 'requestContext')) || typeof member(request, 'httpMethod') === 'string';
}

/** H3, Hapi and graphql-sse show a request of their own, and Node's behind it: only that one shows a second header. */
function collectWrapped(request: object, headers: unknown, places: HeaderPlaces, depth: number): void {
  if (depth === DEEPEST) return;
  for (const name of WRAPPED) {
    const inner = member(request, name);
    if (!isObject(inner) || inner === request) continue;
    const raw = member(inner, 'rawHeaders');
    if (Array.isArray(raw)) places.addNodeRequest(member(inner, 'headers') ?? headers, raw);
    else if (member(inner, 'headers') !== undefined) collectPlaces(inner, places, false, depth + 1);
    else collectWrapped(inner, headers, places, depth + 1);
  }
}
