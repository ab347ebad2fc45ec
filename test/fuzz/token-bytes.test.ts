import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createTestUserPool } from '../../src/testing/index.js';
import { createForeignPool } from '../support/foreign-pool.js';
import { seed } from './seed.js';

const RUNS = 100_000;
const REASONS = ['malformed', 'invalid', 'expired'];

const pool = createTestUserPool();
const stranger = createForeignPool({ userPoolId: pool.userPoolId });
const good = [
  pool.accessToken({ sub: 'anaya', 'cognito:groups': ['support'] }),
  pool.accessToken({ sub: 'chidi', username: undefined, scope: 'orders/read' }),
  pool.idToken({ sub: 'ben', name: 'Bén' }),
];
const material = [...good, stranger.accessToken(), stranger.idToken(), pool.accessToken({ exp: 1 })];

const token = fc.constantFrom(...good);
const other = fc.constantFrom(...material);
const part = fc.nat(2);
const at = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const letter = fc.constantFrom(...Array.from(BASE64URL));
const character = fc.oneof(
  letter,
  fc.constantFrom(...Array.from('=+/. \n\0"{')),
  fc.string({ unit: 'binary', maxLength: 2 }),
);

const indexIn = (text: { readonly length: number }, fraction: number) => Math.floor(fraction * text.length);
const splice = (text: string, from: number, removed: number, added: string) =>
  text.slice(0, from) + added + text.slice(from + removed);
const replacePart = (text: string, index: number, change: (part: string) => string) =>
  text
    .split('.')
    .map((each, position) => (position === index ? change(each) : each))
    .join('.');
const decode = (text: string) => Buffer.from(text, 'base64url');

/** Ways to make another token of a good one, without the key. */
const mutant: fc.Arbitrary<string> = fc.oneof(
  fc.tuple(token, at, character).map(([text, where, added]) => splice(text, indexIn(text, where), 1, added)),
  fc.tuple(token, at, character).map(([text, where, added]) => splice(text, indexIn(text, where), 0, added)),
  fc
    .tuple(token, at, fc.integer({ min: 1, max: 40 }))
    .map(([text, where, n]) => splice(text, indexIn(text, where), n, '')),
  fc.tuple(token, character).map(([text, added]) => text + added),
  // The last characters of a part, where base64url has bits to spare.
  fc.tuple(token, part, letter).map(([text, which, last]) => replacePart(text, which, (p) => p.slice(0, -1) + last)),
  // One bit of the bytes behind a part.
  fc.tuple(token, part, at, fc.nat(7)).map(([text, which, where, bit]) =>
    replacePart(text, which, (encoded) => {
      const bytes = decode(encoded);
      const index = indexIn(bytes, where);
      bytes[index] = (bytes[index] ?? 0) ^ (1 << bit);
      return bytes.toString('base64url');
    }),
  ),
  // A part of another token, also of one that the same key has signed.
  fc
    .tuple(token, other, part, part)
    .map(([text, source, to, from]) => replacePart(text, to, () => source.split('.')[from] ?? '')),
  // The same JSON, written in another way.
  fc
    .tuple(token, fc.nat(1), fc.constantFrom(' ', '\n', '\t'))
    .map(([text, which, space]) =>
      replacePart(text, which, (encoded) => Buffer.from(`${decode(encoded).toString()}${space}`).toString('base64url')),
    ),
  fc.tuple(token, fc.nat(1), fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 2 })).map(([text, which, extra]) =>
    replacePart(text, which, (encoded) => {
      const object = { ...(JSON.parse(decode(encoded).toString()) as object), ...extra };
      return Buffer.from(JSON.stringify(object)).toString('base64url');
    }),
  ),
  fc.tuple(token, fc.constantFrom('none', 'HS256', 'RS512', 'PS256', 'ES256')).map(([text, alg]) =>
    replacePart(text, 0, (encoded) => {
      const header = { ...(JSON.parse(decode(encoded).toString()) as object), alg };
      return Buffer.from(JSON.stringify(header)).toString('base64url');
    }),
  ),
  // The signature, padded, in the other alphabet, shorter, longer.
  fc.tuple(token, fc.constantFrom('=', '==', '===', '\n', ' ', 'A', 'AA', 'AAAA')).map(([text, added]) => text + added),
  fc
    .tuple(token, part)
    .map(([text, which]) => replacePart(text, which, (p) => p.replaceAll('-', '+').replaceAll('_', '/'))),
  fc
    .array(fc.oneof(fc.constantFrom(...material.flatMap((each) => each.split('.'))), character), { maxLength: 6 })
    .map((p) => p.join('.')),
  fc.string({ unit: 'binary', maxLength: 200 }),
);

it(
  `the verifier accepts none of ${RUNS.toLocaleString('en')} mutants of good tokens whose bytes differ, and refuses each with a reason`,
  { timeout: 180_000 },
  async () => {
    // One that has seen the good tokens and one that has not.
    const fresh = pool.verifier({ tokenCache: false });
    const seasoned = pool.verifier();
    for (const text of good) expect(await seasoned.authenticate(text)).toMatchObject({ status: 'authenticated' });
    let differed = 0;
    await fc.assert(
      fc.asyncProperty(mutant, fc.boolean(), async (text, isFresh) => {
        const auth = await (isFresh ? fresh : seasoned).authenticate(text);
        const isGood = good.includes(text);
        if (!isGood) differed += 1;
        if (isGood ? auth.status !== 'authenticated' : auth.status !== 'rejected' || !REASONS.includes(auth.reason)) {
          throw new Error(`The mutant was answered with ${JSON.stringify(auth)}.`);
        }
      }),
      { seed, numRuns: RUNS * 1.25 },
    );
    expect(differed).toBeGreaterThanOrEqual(RUNS);
  },
);
