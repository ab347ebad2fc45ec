/** The tokens that were verified already: a bounded, least-recently-used cache, by a digest of the whole token. */
import { hash } from 'node:crypto';
import type { AuthenticatedAuth } from '../auth.js';
import type { VerificationKey } from './keys/key-set.js';
import { EntrySizes } from './entry-size.js';
import type { TokenCacheLimits } from './verifier-options.js';

/** A token whose signature was good, with the key and the pool's keys that it depends on. */
export interface VerifiedToken<Issuer> {
  readonly auth: AuthenticatedAuth;
  readonly issuer: Issuer;
  readonly key: VerificationKey;
}

interface Entry<Issuer> extends VerifiedToken<Issuer> {
  readonly bytes: number;
}

export class VerifiedTokens<Issuer> {
  readonly #limits: TokenCacheLimits | undefined;
  // A Map keeps the order of insertion: the first entry is the one that was used least recently.
  readonly #entries = new Map<string, Entry<Issuer>>();
  readonly #sizes = new EntrySizes();
  #bytes = 0;

  /** @param limits Undefined remembers nothing. */
  constructor(limits: TokenCacheLimits | undefined) {
    this.#limits = limits;
  }

  /** About how much memory all entries take. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * What stands for a token: not the token, which a heap dump would show, nor a part of it. Another token of the same
   * digest would break SHA-256.
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

  /** Makes room by forgetting what was used least recently. What is larger than all the room is not remembered. */
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

  #makeRoom(max: number, maxBytes: number): void {
    for (const [oldest, { bytes }] of this.#entries) {
      if (this.#entries.size <= max && this.#bytes <= maxBytes) return;
      this.#entries.delete(oldest);
      this.#bytes -= bytes;
    }
  }

  remove(digest: string): void {
    const entry = this.#entries.get(digest);
    if (entry === undefined) return;
    this.#entries.delete(digest);
    this.#bytes -= entry.bytes;
  }

  /** Forgets what does not pass: at a change of keys, once in minutes, so that looking at all of it is cheap. */
  keep(passes: (entry: VerifiedToken<Issuer>) => boolean): void {
    for (const [digest, entry] of this.#entries) if (!passes(entry)) this.remove(digest);
  }
}
