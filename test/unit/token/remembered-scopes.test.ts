/** What remembered tokens take, when their scopes are what is large. */
import { describe, expect, it } from 'vitest';
import { authenticatedAs } from '../../../src/testing/index.js';
import { EntrySizes } from '../../../src/token/entry-size.js';
import { VerifiedTokens } from '../../../src/token/verified-tokens.js';

describe('the scopes of a remembered token', () => {
  it('count, once for each', () => {
    const scopes = Array.from({ length: 3_000 }, (_, index) => `s${index}`);
    const { claims } = authenticatedAs({ scopes });
    const sizes = new EntrySizes();
    expect(sizes.sizeOf(claims, scopes) - sizes.sizeOf(claims, [])).toBeGreaterThan(3_000 * 40);
  });

  it('are shared between tokens when they are short, and held by one token alone when they are long', () => {
    const verified = new VerifiedTokens(undefined);
    const short = 'a b c';
    expect(verified.scopesOf(short)).toBe(verified.scopesOf(short));
    const long = Array.from({ length: 1_000 }, (_, index) => `s${index}`).join(' ');
    expect(verified.scopesOf(long)).not.toBe(verified.scopesOf(long));
    expect(verified.scopesOf(long)).toHaveLength(1_000);
  });
});
