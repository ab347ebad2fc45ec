/** The tokens that are verified already: a bounded, least-recently-used cache, keyed by a digest of the whole token. */
import { hash } from 'node:crypto';
import type { AuthenticatedAuth } from '../auth.js';
import { splitScopes } from './claims.js';
import type { CognitoClaims } from './claims.js';
import { EntrySizes } from './entry-size.js';
import type { VerificationKey } from './keys/key-set.js';
import type { TokenCacheLimits } from './verifier-options.js';

/** A token whose signature is good, with the issuer and the key that it depends on. */
export interface VerifiedToken<Issuer> {
  readonly auth: AuthenticatedAuth;
  readonly issuer: Issuer;
  readonly key: VerificationKey;
}

interface Entry<Issuer> extends VerifiedToken<Issuer> {
  readonly bytes: number;
}

// More clients and sets of scopes than a pool has in use. Only verified tokens get here: a flood of others fills nothing.
const MAX_SHARED = 1_000;
// Two tokens hardly have a longer text in common, and a thousand of them would be megabytes.
const MAX_SHARED_LENGTH = 500;

type Writable<T> = { -readonly [K in keyof T]: T[K] };

export class VerifiedTokens<Issuer> {
  readonly #limits: TokenCacheLimits | undefined;
  // A Map keeps the order of insertion: the first entry is the one used least recently.
  readonly #entries = new Map<string, Entry<Issuer>>();
  readonly #sizes = new EntrySizes();
  readonly #sharedTexts = new Map<string, string>();
  readonly #sharedScopes = new Map<string, readonly string[]>();
  #bytes = 0;

  /** @param limits Undefined remembers no token. */
  constructor(limits: TokenCacheLimits | undefined) {
    this.#limits = limits;
  }

  /** About how much memory all entries take. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * What stands for a token: neither the token, which a heap dump would show, nor a part of it. Another token with the same
   * digest would be a collision of SHA-256.
   */
  digest(token: string): string {
    return this.#limits === undefined ? '' : hash('sha256', token, 'base64');
  }

  get(digest: string): VerifiedToken<Issuer> | undefined {
    const entry = this.#entries.get(digest);
    if (entry === undefined) return undefined;
    this.#entries.delete(digest);
    this.#entries.set(digest, entry);
    return entry;
  }

  /** Makes room by forgetting the tokens used least recently. A token larger than all the room is not remembered. */
  add(digest: string, { auth, issuer, key }: VerifiedToken<Issuer>): void {
    if (this.#limits === undefined) return;
    const { max, maxBytes } = this.#limits;
    const bytes = this.#sizes.sizeOf(auth.claims, auth.scopes);
    if (bytes > maxBytes) return;
    this.remove(digest);
    if (this.#entries.size >= max || this.#bytes + bytes > maxBytes) this.#makeRoom(max - 1, maxBytes - bytes);
    this.#entries.set(digest, { auth, issuer, key, bytes });
    this.#bytes += bytes;
  }

  remove(digest: string): void {
    const entry = this.#entries.get(digest);
    if (entry === undefined) return;
    this.#entries.delete(digest);
    this.#bytes -= entry.bytes;
  }

  /** Forgets the tokens that do not pass: at a change of keys, once in minutes, so it is cheap to look at all of them. */
  keep(passes: (entry: VerifiedToken<Issuer>) => boolean): void {
    for (const [digest, entry] of this.#entries) if (!passes(entry)) this.remove(digest);
  }

  /**
   * Holds what most tokens of a pool have in common (issuer, app client) once for all of them. With `scopesOf`, that makes
   * a remembered token a third smaller.
   *
   * @param claims Parsed for this verification alone, and not frozen yet: each text is replaced by the shared one.
   */
  share(claims: CognitoClaims): CognitoClaims {
    const own = claims as Writable<CognitoClaims>;
    own.iss = this.#shareText(own.iss);
    if (own.token_use === 'id') own.aud = this.#shareText(own.aud);
    else own.client_id = this.#shareText(own.client_id);
    return claims;
  }

  /** `splitScopes`, with one list for each text. */
  readonly scopesOf = (scope: string): readonly string[] => remember(this.#sharedScopes, scope, splitScopes);

  #shareText(text: string): string {
    return remember(this.#sharedTexts, text, itself);
  }

  #makeRoom(max: number, maxBytes: number): void {
    for (const [oldest, { bytes }] of this.#entries) {
      if (this.#entries.size <= max && this.#bytes <= maxBytes) return;
      this.#entries.delete(oldest);
      this.#bytes -= bytes;
    }
  }
}

const itself = (text: string): string => text;

function remember<T>(values: Map<string, T>, text: string, create: (text: string) => T): T {
  const known = values.get(text);
  if (known !== undefined) return known;
  const value = create(text);
  if (values.size < MAX_SHARED && text.length <= MAX_SHARED_LENGTH) values.set(text, value);
  return value;
}
