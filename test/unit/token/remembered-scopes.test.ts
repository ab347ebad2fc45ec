/** What remembered tokens take, when their scopes are what is large. */
import { describe, expect, it } from 'vitest';
import { authenticatedAs } from '../../../src/testing/index.js';
import { EntrySizes } from '../../../src/token/entry-size.js';
import { SharedValues } from '../../../src/token/shared-values.js';

describe('the scopes of a remembered token', () => {
  it('count, once for each', () => {
    const scopes = Array.from({ length: 3_000 }, (_, index) => `s${index}`);
    const { claims } = authenticatedAs({ scopes });
    const sizes = new EntrySizes();
    expect(sizes.sizeOf(claims, scopes) - sizes.sizeOf(claims, [])).toBeGreaterThan(3_000 * 40);
  });

  it('are shared between tokens when they are short, and held by one token alone when they are long', () => {
    const shared = new SharedValues();
    const short = 'a b c';
    expect(shared.scopesOf(short)).toBe(shared.scopesOf(short));
    const long = Array.from({ length: 1_000 }, (_, index) => `s${index}`).join(' ');
    expect(shared.scopesOf(long)).not.toBe(shared.scopesOf(long));
    expect(shared.scopesOf(long)).toHaveLength(1_000);
  });
});
