/**
 * What an Apollo integration hands to the context function, read as a request. Structural on purpose: standalone and
 * express `({ req })`, Lambda `({ event })`, Fastify `(request, reply)`, Next `(req)`, Koa `({ ctx })`, Fetch
 * `({ request })`, and whatever looks like one of them.
 */
import { AuthConfigurationError } from '../errors.js';
import type { TokenRequest } from '../token/source.js';

type Properties = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Properties {
  return typeof value === 'object' && value !== null;
}

const CONTAINERS = ['req', 'request', 'event', 'ctx'];

function findRequest(argument: unknown): Properties | undefined {
  if (!isObject(argument)) return undefined;
  if ('headers' in argument || 'multiValueHeaders' in argument) return argument;
  const container = CONTAINERS.find((name) => isObject(argument[name]));
  return container === undefined ? undefined : findRequest(argument[container]);
}

/** @throws {AuthConfigurationError} when no request can be found in the arguments. */
export function readIntegrationRequest(integrationArguments: readonly unknown[]): TokenRequest {
  const request = findRequest(integrationArguments[0]);
  if (request === undefined) {
    throw new AuthConfigurationError(
      'createAuthContext() found no request in what the integration passes to the context function. ' +
        'Pass it on: context: (args) => createdContext({ request: { headers: … } }).',
    );
  }
  return { header: (name) => readHeader(request, name) };
}

function readHeader(request: Properties, name: string): readonly string[] {
  const raw = findRawHeaders(request);
  if (raw !== undefined) {
    // Node keeps the first of several `authorization` headers and drops the rest: only the raw form shows them.
    if (name !== 'cookie' && countHeader(raw, name) > 1) return rawValues(raw, name);
    const { headers } = request;
    return isObject(headers) ? strings(headers[name]) : [];
  }
  // A Lambda event keeps the last of several in `headers`, and all of them here.
  const several = objectValues(request['multiValueHeaders'], name);
  if (several.length > 1) return several;
  const values = objectValues(request['headers'], name);
  if (values.length > 0) return values;
  // A Lambda event of the payload format 2.0 carries cookies beside the headers.
  return name === 'cookie' && several.length === 0 ? strings(request['cookies']) : several;
}

/** Names and values in turn, as Node's `rawHeaders`, on the request or on the one that it wraps (Fastify, Koa). */
function findRawHeaders(request: Properties): readonly unknown[] | undefined {
  for (const candidate of [request, request['raw'], request['req']]) {
    if (isObject(candidate) && Array.isArray(candidate['rawHeaders'])) {
      return candidate['rawHeaders'] as readonly unknown[];
    }
  }
  return undefined;
}

function isHeader(candidate: unknown, name: string): boolean {
  return typeof candidate === 'string' && candidate.length === name.length && candidate.toLowerCase() === name;
}

// Apart from `rawValues`, because nearly every request has one, and this is on the way of each.
function countHeader(raw: readonly unknown[], name: string): number {
  let count = 0;
  for (let index = 0; index < raw.length; index += 2) if (isHeader(raw[index], name)) count += 1;
  return count;
}

function rawValues(raw: readonly unknown[], name: string): readonly string[] {
  return strings(raw.filter((_, index) => index % 2 === 1 && isHeader(raw[index - 1], name)));
}

/** A `Headers` of the Fetch standard, or an object by names of any case with one or several values each. */
function objectValues(headers: unknown, name: string): readonly string[] {
  if (!isObject(headers)) return [];
  // `get` joins duplicates with a comma, which no token contains.
  if (isFetchHeaders(headers)) return strings(headers.get(name));
  return Object.keys(headers)
    .filter((key) => key.toLowerCase() === name)
    .flatMap((key) => strings(headers[key]));
}

function isFetchHeaders(headers: object): headers is { get(name: string): unknown } {
  return 'get' in headers && typeof headers.get === 'function';
}

function strings(values: unknown): readonly string[] {
  if (typeof values === 'string') return [values];
  return Array.isArray(values) ? values.filter((value) => typeof value === 'string') : [];
}
