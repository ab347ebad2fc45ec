/** The places of one request that show its headers, and what they say together. */
import { AuthConfigurationError } from '../errors.js';
import { malformed } from '../token/credential.js';
import { countHeader, isEmptyRecord, member, rawValues, readHeaders, strings } from './headers.js';
import type { HeaderReader } from './headers.js';

interface Place {
  readonly headers: unknown;
  readonly read: HeaderReader;
}

/** What to write for an integration that is not known. */
export const WRAP =
  'const authContext = createAuthContext({ verifier }), then context: (args) => authContext({ request: args.yourRequest })';

/** Headers are added as the request is walked, and read by name afterwards. */
export class HeaderPlaces {
  readonly #places: Place[] = [];

  /** @throws {AuthConfigurationError} when the headers cannot be read. */
  add(headers: unknown, read = readHeaders(headers)): void {
    if (read === undefined) {
      throw new AuthConfigurationError(
        'createAuthContext() found a request whose headers it cannot read. Pass headers that are an object by name, or a ' +
          `Headers of the Fetch standard: ${WRAP}.`,
      );
    }
    // Fastify and Koa hand on the very headers of Node's request: that one, which has more to show, takes their place.
    if (!this.#places.some((place) => place.headers === headers)) this.#places.push({ headers, read });
  }

  /**
   * Node's own request. Node keeps the first of several `authorization` headers and drops the rest: only `rawHeaders` shows
   * them. All else is read from `headers`, where middleware sets and removes.
   */
  addNodeRequest(headers: unknown, raw: readonly unknown[]): void {
    const same = this.#places.findIndex((place) => place.headers === headers);
    if (same !== -1) this.#places.splice(same, 1);
    const read = readHeaders(headers);
    this.add(
      headers,
      read &&
        ((name) => {
          const values = read(name);
          if (name === 'cookie' || countHeader(raw, name) < 2) return values;
          const sent = rawValues(raw, name);
          return isShownOf(values, sent) ? sent : values;
        }),
    );
  }

  /** API Gateway and load balancers: either or both of two objects, and null for one that has nothing to show. */
  addLambdaEvent(event: object, headers: unknown, multiValueHeaders: unknown): void {
    const cookies = member(event, 'cookies');
    for (const each of [multiValueHeaders, headers]) {
      if (each === undefined || each === null || isEmptyRecord(each)) continue;
      const read = readHeaders(each);
      this.add(each, read && withCookies(read, cookies));
    }
    if (this.#places.length === 0 && Array.isArray(cookies)) {
      this.add(
        cookies,
        withCookies(() => [], cookies),
      );
    }
  }

  /**
   * The values of a header, whose name is in lower case.
   *
   * @throws {TokenRejectedError} `malformed`, when two places disagree.
   */
  read(name: string): readonly string[] {
    const [first, ...others] = this.#places;
    if (first === undefined) return [];
    const values = first.read(name);
    if (others.length === 0) return values;
    return others.reduce((agreed, place) => agree(agreed, place.read(name), name), values);
  }
}

/** Whether Node's request shows what was sent: the first of several values, or all of them joined. Middleware may have changed it. */
function isShownOf(values: readonly string[], sent: readonly string[]): boolean {
  const [value] = values;
  return value !== undefined && (values.length > 1 || sent.includes(value) || value === sent.join(', '));
}

// The payload format 2.0 carries cookies beside the headers.
function withCookies(read: HeaderReader, cookies: unknown): HeaderReader {
  if (!Array.isArray(cookies)) return read;
  return (name) => {
    const values = read(name);
    if (name !== 'cookie') return values;
    const beside = strings(cookies, name);
    return values.length === 0 || beside.length === 0 ? [...values, ...beside] : agree(beside, values, name);
  };
}

/**
 * What two places of one request say of a header. One of them may show less: it drops all but one of several values, or
 * joins them. Where they disagree, which of two callers this is must not depend on an order.
 */
function agree(one: readonly string[], other: readonly string[], name: string): readonly string[] {
  const [more, less] = one.length < other.length ? [other, one] : [one, other];
  if (more.length === less.length && more.every((value, index) => value === less[index])) return more;
  // H3 leaves out a header without a value.
  if (less.length === 0 && more.every((value) => value === '')) return more;
  const [single] = less;
  const joined = more.join(name === 'cookie' ? '; ' : ', ');
  if (less.length === 1 && single !== undefined && (more.includes(single) || single === joined)) return more;
  throw malformed(`The places in which the integration shows the "${name}" header disagree.`);
}
