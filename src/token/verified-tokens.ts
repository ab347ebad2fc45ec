/** The tokens that were verified already: a bounded, least-recently-used cache, by a digest of the whole token. */
import { hash } from 'node:crypto';
import type { AuthenticatedAuth } from '../auth.js';
import type { VerificationKey } from './key-set.js';

/** A token whose signature was good, with the key and the pool's keys that it depends on. */
export interface VerifiedToken<Issuer> {
  readonly auth: AuthenticatedAuth;
  readonly issuer: Issuer;
  readonly key: VerificationKey;
}

export class VerifiedTokens<Issuer> {
  readonly #max: number;
  // A Map keeps the order of insertion: the first entry is the one that was used least recently.
  readonly #entries = new Map<string, VerifiedToken<Issuer>>();

  /** @param max Entries. 0 remembers nothing. */
  constructor(max: number) {
    this.#max = max;
  }

  get size(): number {
    return this.#entries.size;
  }

  /**
   * What stands for a token: not the token, which a heap dump would show, nor a part of it. Whoever finds another token
   * of the same digest has broken SHA-256.
   */
  digest(token: string): string {
    return this.#max === 0 ? '' : hash('sha256', token, 'base64');
  }

  get(digest: string): VerifiedToken<Issuer> | undefined {
    const entry = this.#entries.get(digest);
    if (entry === undefined) return undefined;
    this.#entries.delete(digest);
    this.#entries.set(digest, entry);
    return entry;
  }

  add(digest: string, entry: VerifiedToken<Issuer>): void {
    if (this.#max === 0) return;
    if (this.#entries.size >= this.#max) {
      const [oldest] = this.#entries.keys();
      if (oldest !== undefined) this.#entries.delete(oldest);
    }
    this.#entries.set(digest, entry);
  }

  remove(digest: string): void {
    this.#entries.delete(digest);
  }

  /** Forgets what does not pass: at a change of keys, once in minutes, so that looking at all of it is cheap. */
  keep(passes: (entry: VerifiedToken<Issuer>) => boolean): void {
    for (const [digest, entry] of this.#entries) if (!passes(entry)) this.#entries.delete(digest);
  }
}
