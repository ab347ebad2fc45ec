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
  // Node keeps the first of several `authorization` headers and drops the rest, a Lambda event keeps the last: the
  // duplicates can be seen in the raw forms alone. The first form in which there is more than one value tells the truth.
  const several = [rawValues(request, name), objectValues(request['multiValueHeaders'], name)].find(
    (values) => values.length > 1,
  );
  if (several !== undefined && name !== 'cookie') return several;
  const values = objectValues(request['headers'], name);
  // A Lambda event of the payload format 2.0 carries cookies beside the headers.
  if (name === 'cookie' && values.length === 0) return strings(request['cookies']);
  return values.length > 0 ? values : objectValues(request['multiValueHeaders'], name);
}

/** Names and values in turn, as Node's `rawHeaders`, on the request or on the one that it wraps (Fastify, Koa). */
function rawValues(request: Properties, name: string): readonly string[] {
  const wrapped = [request, request['raw'], request['req']].find(
    (candidate) => isObject(candidate) && Array.isArray(candidate['rawHeaders']),
  );
  if (!isObject(wrapped)) return [];
  const raw = strings(wrapped['rawHeaders']);
  return raw.filter((_, index) => index % 2 === 1 && raw[index - 1]?.toLowerCase() === name);
}

/** A `Headers` of the Fetch standard, or an object by names of any case with one or several values each. */
function objectValues(headers: unknown, name: string): readonly string[] {
  if (!isObject(headers)) return [];
  // `get` joins duplicates with a comma, which no token contains.
  if (isFetchHeaders(headers)) return strings([headers.get(name)]);
  return Object.keys(headers)
    .filter((key) => key.toLowerCase() === name)
    .flatMap((key) => strings([headers[key]].flat()));
}

function isFetchHeaders(headers: object): headers is { get(name: string): unknown } {
  return 'get' in headers && typeof headers.get === 'function';
}

function strings(values: unknown): readonly string[] {
  return Array.isArray(values) ? values.filter((value) => typeof value === 'string') : [];
}
