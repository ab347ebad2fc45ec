/** The memory of remembered tokens with many scopes. */
import { describe, expect, it } from 'vitest';
import { authenticatedAs } from '../../../src/testing/index.js';
import { EntrySizes } from '../../../src/token/entry-size.js';
import { VerifiedTokens } from '../../../src/token/verified-tokens.js';

describe('the scopes of a remembered token', () => {
  it('count once each', () => {
    const scopes = Array.from({ length: 3_000 }, (_, index) => `s${index}`);
    const { claims } = authenticatedAs({ scopes });
    const sizes = new EntrySizes();
    expect(sizes.sizeOf(claims, scopes) - sizes.sizeOf(claims, [])).toBeGreaterThan(3_000 * 40);
  });

  it('are shared between tokens, unless their text is long', () => {
    const verified = new VerifiedTokens(undefined);
    const short = 'a b c';
    expect(verified.scopesOf(short)).toBe(verified.scopesOf(short));
    const long = Array.from({ length: 1_000 }, (_, index) => `s${index}`).join(' ');
    expect(verified.scopesOf(long)).not.toBe(verified.scopesOf(long));
    expect(verified.scopesOf(long)).toHaveLength(1_000);
  });

  it('are shared for at most 1,000 different texts', () => {
    const verified = new VerifiedTokens(undefined);
    const first = verified.scopesOf('s0');
    for (let index = 1; index < 1_000; index += 1) verified.scopesOf(`s${index}`);
    expect(verified.scopesOf('s0')).toBe(first);
    expect(verified.scopesOf('s1000')).not.toBe(verified.scopesOf('s1000'));
  });
});
