/** The credentials of a graphql-ws connection: headers of the upgrade request, and `connectionParams` beside them. */
import { AuthConfigurationError } from '../errors.js';
import { PREFLIGHT_HEADERS } from '../token/cookie.js';
import { malformed, setCookieRule, stripBlanks } from '../token/credential.js';
import type { TokenRequest } from '../token/credential.js';
import { isObject, member } from './headers.js';
import { lowerCaseName, readHttpRequest } from './request.js';

// A page can write `connectionParams`, and the browser adds the cookie: the page must not set what decides about a cookie.
const OF_THE_UPGRADE_ALONE: readonly string[] = ['cookie', 'origin', 'content-type', ...PREFLIGHT_HEADERS];

// A name may be in any case, so each look-up reads all parameters.
const MOST_PARAMETERS = 1_000;

/** Whether the value is the context of a graphql-ws connection, or looks like one. */
export function isConnection(value: object): boolean {
  if (isObject(member(value, 'connectionParams'))) return true;
  return isObject(member(value, 'extra')) && !HTTP.some((name) => member(value, name) !== undefined);
}

const HTTP = ['headers', 'req', 'request', 'event', 'ctx'];

/**
 * The connection as a token source sees it: one value for a name, from the upgrade request, `connectionParams.NAME` and
 * `connectionParams.headers.NAME`. A cookie counts only if `isOriginAllowed` allows the `Origin` of the upgrade request.
 *
 * @throws {AuthConfigurationError} when the connection does not show its upgrade request.
 */
export function readConnectionRequest(
  connection: object,
  isOriginAllowed: (origin: string | undefined) => boolean = () => false,
): TokenRequest {
  const upgrade = readUpgradeRequest(connection);
  const parameters = member(connection, 'connectionParams');

  const request: TokenRequest = {
    header(anyCase) {
      const name = lowerCaseName(anyCase);
      const sent = upgrade.header(name);
      if (name === 'cookie' && sent.length > 0 && !isCookieAllowed()) throw foreignCookie();
      // Two headers are two credentials, even if they are the same.
      if (OF_THE_UPGRADE_ALONE.includes(name) || sent.length > 1) return sent;
      const nested = isObject(parameters) ? member(parameters, 'headers') : undefined;
      const found = [...sent, ...textsIn(parameters, name), ...textsIn(nested, name)].filter(
        (value) => !isEmpty(value),
      );
      const values = [...new Set(found.map(stripBlanks))];
      if (values.length > 1) throw malformed(`The connection has different values for "${name}" in different places.`);
      return values;
    },
  };

  function isCookieAllowed(): boolean {
    const [origin, ...others] = upgrade.header('origin');
    return others.length === 0 && isOriginAllowed(origin);
  }

  setCookieRule(request, {
    values: () => upgrade.header('cookie'),
    assertAllowed() {
      if (!isCookieAllowed()) throw foreignCookie();
    },
  });
  return request;
}

function foreignCookie(): Error {
  return malformed(
    'The connection has a cookie, and a browser sends it to connections that other sites open. ' +
      'List the origins of your own pages in `allowedOrigins` of cognitoAuthWebSocket().',
  );
}

function readUpgradeRequest(connection: object): TokenRequest {
  const extra = member(connection, 'extra');
  const request = isObject(extra)
    ? // uWebSockets.js keeps a copy.
      (member(extra, 'request') ?? member(extra, 'persistedRequest'))
    : member(connection, 'request');
  if (isObject(request)) return readHttpRequest([{ request }]);
  throw new AuthConfigurationError(
    'Expected the graphql-ws context to have the upgrade request as `extra.request`, got none. ' +
      'Use graphql-ws/use/ws, or pass it: makeServer(…).opened(…, { socket, request }).',
  );
}

/** A parameter that is null counts as absent: signed-out clients send it. */
function textsIn(parameters: unknown, name: string): readonly string[] {
  if (!isObject(parameters)) return [];
  const keys = Object.keys(parameters);
  if (keys.length > MOST_PARAMETERS) throw malformed('The connection has too many parameters.');
  return keys
    .filter((key) => key.length === name.length && key.toLowerCase() === name)
    .flatMap((key) => {
      const value = (parameters as Readonly<Record<string, unknown>>)[key];
      if (typeof value === 'string') return [value];
      if (value === null || value === undefined) return [];
      throw malformed(`The connection has a parameter "${name}" that is not text.`);
    });
}

/** Signed-out web clients send `Bearer` with nothing after it. */
function isEmpty(value: string): boolean {
  const stripped = stripBlanks(value);
  return stripped === '' || stripped.toLowerCase() === 'bearer';
}
