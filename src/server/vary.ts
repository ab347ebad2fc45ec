/** `Vary`: the request headers that responses depend on (RFC 9110, section 12.5.5). */
import { once } from '../once.js';
import { cookieRuleOf, isHttpName, setCookieRule, stripBlanks } from '../token/credential.js';
import type { TokenRequest } from '../token/credential.js';
import type { CognitoVerifier } from '../token/verifier.js';
import { findResponse, headerOf, setHeader } from './response.js';

// A custom token source may ask for names that the client chose. `Vary: *` is right for any number of them.
const MOST_NAMES = 16;
const ANY = '*';

/**
 * The names that belong in `Vary`: those that token sources read, and those that the integration's responses had when a
 * context was made.
 *
 * Integrations replace the headers of Node's response by those of Apollo's, so `vary: authorization` would lose the `Origin`
 * of a CORS middleware. The plugin does not see Node's response and the context builder does not see Apollo's; both see the
 * verifier, so the names are kept by verifier. One name too many costs a shared cache some hits; one too few would give one
 * caller's response to another.
 */
export class VaryingHeaders {
  // By the name in lower case; as first written.
  readonly #names = new Map<string, string>();
  #value = '';

  add(name: string): void {
    const key = name.toLowerCase();
    if (this.#value === ANY || this.#names.has(key)) return;
    this.#names.set(key, name);
    this.#value = name === ANY || this.#names.size > MOST_NAMES ? ANY : [...this.#names.values()].join(', ');
  }

  /** The request, which adds each header that is read of it. */
  watch(request: TokenRequest): TokenRequest {
    const watched: TokenRequest = {
      header: (name) => {
        const values = request.header(name);
        if (isHttpName(name)) this.add(name.toLowerCase());
        return values;
      },
    };
    const rule = cookieRuleOf(request);
    if (rule) setCookieRule(watched, rule);
    return watched;
  }

  /** Adds the names to the headers of a response. */
  addTo(headers: Map<string, string>): void {
    if (this.#value !== '') headers.set('vary', this.#with(headers.get('vary')));
  }

  /** Adds the names to the integration's response, if it passes one, and takes over those that are there. */
  exchangeWith(integrationArguments: readonly unknown[]): void {
    const response = findResponse(integrationArguments);
    if (response === undefined) return;
    const present = headerOf(response, 'vary');
    if (present === this.#value) return;
    for (const name of present === undefined ? [] : namesIn(present)) this.add(name);
    if (this.#value !== '') setHeader(response, 'vary', this.#with(present));
  }

  #with(present: string | undefined): string {
    if (present === undefined || this.#value === ANY) return this.#value;
    const names = namesIn(present);
    if (names.includes(ANY)) return ANY;
    const there = new Set(names.map((name) => name.toLowerCase()));
    const missing = [...this.#names].filter(([key]) => !there.has(key)).map(([, name]) => name);
    return [...names, ...missing].join(', ');
  }
}

function namesIn(value: string): readonly string[] {
  return value.split(',').map(stripBlanks).filter(isHttpName);
}

const ofVerifiers = once('varying headers', () => new WeakMap<CognitoVerifier, VaryingHeaders>());

export function varyingHeadersOf(verifier: CognitoVerifier): VaryingHeaders {
  let headers = ofVerifiers.get(verifier);
  if (headers === undefined) {
    headers = new VaryingHeaders();
    ofVerifiers.set(verifier, headers);
  }
  return headers;
}
