/**
 * Values that most tokens of a pool have in common (issuer, app client, scopes), held once for all of them: a remembered
 * token is a third smaller for it.
 */
import type { CognitoClaims } from './claims.js';

// More clients and sets of scopes than a pool has in use. Only verified tokens get here, so nobody can fill it from outside.
const MAX_VALUES = 1_000;
// A longer text is hardly another token's too, and a thousand of them would be megabytes.
const LONGEST_TEXT = 500;

const NONE: readonly string[] = Object.freeze([]);

type Writable<T> = { -readonly [K in keyof T]: T[K] };

export class SharedValues {
  readonly #texts = new Map<string, string>();
  readonly #scopes = new Map<string, readonly string[]>();

  /** Puts the shared text in the place of each equal one. To be called before the claims are frozen. */
  shareIn(claims: CognitoClaims): void {
    // The claims were parsed for this verification and are not anybody else's yet.
    const own = claims as Writable<CognitoClaims>;
    own.iss = this.#share(own.iss);
    if (own.token_use === 'id') own.aud = this.#share(own.aud);
    else own.client_id = this.#share(own.client_id);
  }

  /** The scopes in the text of a `scope` claim (RFC 6749, section 3.3). */
  scopesOf(scope: string | undefined): readonly string[] {
    if (scope === undefined) return NONE;
    return remember(this.#scopes, scope, () => Object.freeze(scope.split(' ').filter((name) => name !== '')));
  }

  #share(text: string): string {
    return remember(this.#texts, text, () => text);
  }
}

function remember<T>(values: Map<string, T>, text: string, create: () => T): T {
  const known = values.get(text);
  if (known !== undefined) return known;
  const value = create();
  if (values.size < MAX_VALUES && text.length <= LONGEST_TEXT) values.set(text, value);
  return value;
}
