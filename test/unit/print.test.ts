/** The printer of values in messages: it must never break the message that it is part of. */
import { describe, expect, it } from 'vitest';
import { print } from '../../src/settings.js';

describe('print', () => {
  it('writes data as JSON', () => {
    expect([null, undefined, true, 1.5, 'a"b', ['x', 1], { a: [1] }].map(print)).toEqual([
      'null',
      'undefined',
      'true',
      '1.5',
      '"a\\"b"',
      '["x",1]',
      '{"a":[1]}',
    ]);
  });

  it('names the kind of a value that is not data', () => {
    expect([1n, Symbol('x'), () => 1, new Date(), new Map()].map(print)).toEqual([
      '1n',
      'a symbol',
      'a function',
      'an object of a class',
      'an object of a class',
    ]);
  });

  it('never throws', () => {
    const ring: unknown[] = [];
    ring.push(ring);
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const throwing = {
      get secret(): never {
        throw new Error('read');
      },
    };
    const trap = new Proxy({}, { getPrototypeOf: () => { throw new Error('asked'); } }); // prettier-ignore
    const toJson = { toJSON: () => { throw new Error('written'); } }; // prettier-ignore
    expect([ring, proxy, throwing, trap, toJson].map(print)).toEqual([
      '[[[…]]]',
      'a value that cannot be read',
      '{"secret":a getter}',
      'a value that cannot be read',
      '{"toJSON":a function}',
    ]);
  });

  it('is never long', () => {
    const wide = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`k${index}`, 'v'.repeat(1_000)]));
    for (const value of ['x'.repeat(1_000_000), wide, Array(100_000).fill(wide), 10n ** 5_000n]) {
      expect(print(value).length).toBeLessThan(100);
    }
  });
});
