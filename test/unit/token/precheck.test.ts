import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { TokenRejectedError } from '../../../src/errors.js';
import { createTestUserPool } from '../../../src/testing/index.js';
import { describeRejection } from '../../../src/token/rejection.js';
import { createVerifier } from '../../../src/token/verifier.js';

// No token here costs a fetch: the verifier has no static keys, and its fetch fails the test.
const pool = createTestUserPool();
let fetches = 0;
const fetch: typeof globalThis.fetch = () => {
  fetches += 1;
  return Promise.reject(new Error('no fetch'));
};
const verifier = createVerifier({ userPoolId: pool.userPoolId, clientId: pool.clientId }, { keys: { fetch } }, () => 0);

const base64url = (text: string | Buffer) => Buffer.from(text).toString('base64url');
const good = pool.accessToken();
const [header = '', payload = '', signature = ''] = good.split('.');
const kid = pool.jwks.keys[0]?.kid;
const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;

/** The good claims and one more, in whose text these bytes are. */
const bytesWith = (...bytes: readonly number[]) =>
  Buffer.concat([
    Buffer.from('{"custom:text":"'),
    Buffer.from(bytes),
    Buffer.from(`",${JSON.stringify(claims).slice(1)}`),
  ]);

async function reasonFor(token: unknown): Promise<string> {
  const auth = await verifier.authenticate(token as string);
  if (auth.status !== 'rejected') return auth.status;
  await expect(verifier.verify(token as string)).rejects.toThrow(new TokenRejectedError(reasonOf(auth.reason)));
  return auth.reason;
}

function reasonOf(reason: string) {
  if (reason === 'malformed' || reason === 'invalid' || reason === 'expired') return reason;
  throw new Error(`no reason for a token: ${reason}`);
}

async function expectMalformed(tokens: Record<string, unknown>): Promise<void> {
  for (const [name, token] of Object.entries(tokens)) {
    expect([name, await reasonFor(token)]).toEqual([name, 'malformed']);
  }
  expect(fetches).toBe(0);
}

describe('a token is malformed, without a fetch of keys,', () => {
  it('when it is not a string', () =>
    expectMalformed({
      null: null,
      number: 1,
      object: {},
      array: [good],
      string: new String(good),
      symbol: Symbol('x'),
    }));

  it('when it does not have three parts', () =>
    expectMalformed({
      empty: '',
      word: 'garbage',
      two: `${header}.${payload}`,
      four: `${good}.${signature}`,
      // RFC 7516, section 3.1: the form of a Cognito refresh token.
      jwe: `${base64url('{"alg":"RSA-OAEP","enc":"A256GCM"}')}.AAAA.AAAA.AAAA.AAAA`,
      dots: '..',
      unsigned: `${header}.${payload}.`,
      headless: `.${payload}.${signature}`,
      hollow: `${header}..${signature}`,
      bearer: `Bearer ${good}`,
      blank: ` ${good}`,
      newline: `${good}\n`,
    }));

  it('when it is longer than 16 KB, which takes less than a millisecond', async () => {
    const long = `${header}.${'A'.repeat(8 * 1024 * 1024)}.${signature}`;
    const startedAt = performance.now();
    expect(await verifier.authenticate(long)).toEqual({ status: 'rejected', reason: 'malformed' });
    const times = [performance.now() - startedAt];
    for (let index = 0; index < 20; index += 1) {
      const before = performance.now();
      await verifier.authenticate(long);
      times.push(performance.now() - before);
    }
    expect(Math.min(...times)).toBeLessThan(1);
    await expectMalformed({ limit: 'A'.repeat(16_385) });
  });

  it('when a part is not the canonical base64url of its bytes', async () => {
    // The last character of 342 that hold 256 bytes has four bits to spare: 15 other ones read the same.
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const last = alphabet.indexOf(signature.at(-1) ?? '');
    const loose = signature.slice(0, -1) + (alphabet[last + 1] ?? '');
    expect(Buffer.from(loose, 'base64url').equals(Buffer.from(signature, 'base64url'))).toBe(true);
    await expectMalformed({
      loose: `${header}.${payload}.${loose}`,
      padded: `${good}==`,
      'padded header': `${header}=.${payload}.${signature}`,
      'padded payload': `${header}.${payload}=.${signature}`,
      standard: `${header}.${base64url('{"a":"???>>>"}').replaceAll('-', '+').replaceAll('_', '/')}.${signature}`,
      mixed: `${header}.${payload}.${signature.replace(/[-_]/, '+')}+`,
      space: `${header}.${payload} .${signature}`,
      unicode: `${header}.${payload}.${signature}é`,
    });
  });

  it('when a part is not strict UTF-8 or not a JSON object', () =>
    expectMalformed({
      // Everything else is right with these: they are signed, and have all claims.
      'not UTF-8': pool.sign({ kid, alg: 'RS256' }, bytesWith(0xff)),
      overlong: pool.sign({ kid, alg: 'RS256' }, bytesWith(0xc0, 0xaf)),
      surrogate: pool.sign({ kid, alg: 'RS256' }, bytesWith(0xed, 0xa0, 0x80)),
      'not UTF-8 in the header': pool.sign(
        Buffer.concat([Buffer.from(`{"kid":"${kid ?? ''}","alg":"RS256","x":"`), Buffer.from([0xff, 0x22, 0x7d])]),
        claims,
      ),
      'byte order mark': `${header}.${base64url(`\ufeff${JSON.stringify(claims)}`)}.${signature}`,
      text: `${header}.${base64url('hello')}.${signature}`,
      cut: `${header}.${base64url(JSON.stringify(claims).slice(0, -1))}.${signature}`,
      array: `${header}.${base64url('[]')}.${signature}`,
      null: `${header}.${base64url('null')}.${signature}`,
      string: `${header}.${base64url('"x"')}.${signature}`,
      comment: `${header}.${base64url('{/**/}')}.${signature}`,
      deep: `${header}.${base64url('['.repeat(10_000))}.${signature}`,
      'header array': `${base64url('[]')}.${payload}.${signature}`,
    }));

  it('when a member is named __proto__, at any depth and in any spelling', () =>
    expectMalformed({
      plain: pool.sign({ kid, alg: 'RS256' }, `{"__proto__":{"admin":true},${JSON.stringify(claims).slice(1)}`),
      escaped: pool.sign({ kid, alg: 'RS256' }, `{"\\u005f_proto__":{"admin":true},${JSON.stringify(claims).slice(1)}`),
      'escaped throughout': pool.sign(
        { kid, alg: 'RS256' },
        `{"\\u005F\\u005f\\u0070\\u0072\\u006F\\u0074\\u006f\\u005f\\u005f" :1,${JSON.stringify(claims).slice(1)}`,
      ),
      nested: pool.sign(
        { kid, alg: 'RS256' },
        `{"custom":[{"__proto__":{"admin":true}}],${JSON.stringify(claims).slice(1)}`,
      ),
      header: pool.sign(`{"__proto__":{"x":1},"kid":"${kid ?? ''}","alg":"RS256"}`, claims),
    }));

  it('but not when a value contains __proto__', async () => {
    const by = pool.verifier();
    const texts = ['__proto__', '"__proto__":1', '\\u005f_proto__', '{"__proto__": {}}'];
    for (const text of texts) {
      const auth = await by.verify(pool.accessToken({ 'custom:text': text, [`custom:${text}`]: [text, { text }] }));
      expect(auth.claims['custom:text']).toBe(text);
    }
  });

  it('when its header names an algorithm other than RS256', () =>
    expectMalformed(
      Object.fromEntries(
        ['none', 'None', '', 'rs256', 'RS384', 'RS512', 'PS256', 'ES256', 'EdDSA', 'HS256', null, 1, ['RS256']].map(
          (alg) => [String(alg), pool.sign({ kid, alg }, claims)],
        ),
      ),
    ));

  it('when it is signed with the public key as a secret', () => {
    const signed = `${base64url(JSON.stringify({ kid, alg: 'HS256' }))}.${payload}`;
    const secret = JSON.stringify(pool.jwks.keys[0]);
    const mac = createHmac('sha256', secret).update(signed).digest('base64url');
    return expectMalformed({ hs256: `${signed}.${mac}`, 'no algorithm': pool.sign({ kid }, claims) });
  });

  it('when its header has no valid kid, or critical extensions', () =>
    expectMalformed({
      none: pool.sign({ alg: 'RS256' }, claims),
      empty: pool.sign({ alg: 'RS256', kid: '' }, claims),
      number: pool.sign({ alg: 'RS256', kid: 1 }, claims),
      array: pool.sign({ alg: 'RS256', kid: [kid] }, claims),
      null: pool.sign({ alg: 'RS256', kid: null }, claims),
      long: pool.sign({ alg: 'RS256', kid: 'k'.repeat(129) }, claims),
      control: pool.sign({ alg: 'RS256', kid: `${kid ?? ''}\n` }, claims),
      path: pool.sign({ alg: 'RS256', kid: '../../dev/null\0' }, claims),
      crit: pool.sign({ alg: 'RS256', kid, crit: ['exp'], exp: 1 }, claims),
      'empty crit': pool.sign({ alg: 'RS256', kid, crit: [] }, claims),
      'null crit': pool.sign({ alg: 'RS256', kid, crit: null }, claims),
      b64: pool.sign({ alg: 'RS256', kid, b64: false, crit: ['b64'] }, claims),
    }));
});

describe('a token is invalid, without a fetch of keys,', () => {
  it('when its issuer is not exactly a configured one', async () => {
    const { issuer } = pool;
    const issuers = [
      'https://example.com',
      '',
      `${issuer}/`,
      issuer.toUpperCase(),
      issuer.replace('https:', 'http:'),
      issuer.replace('cognito-idp.', 'cognito-idp.evil.'),
      `${issuer}\u0000`,
      issuer.replace('eu-west-1.amazonaws', 'eu-west-2.amazonaws'),
      'https://no-issuer.invalid/',
      '__proto__',
      'constructor',
    ];
    for (const iss of issuers) {
      expect([iss, await reasonFor(pool.accessToken({ iss }))]).toEqual([iss, 'invalid']);
    }
    expect(fetches).toBe(0);
  });

  it('when its header brings keys or addresses for another issuer', async () => {
    const extra = { jku: 'http://127.0.0.1:1/', x5u: 'http://127.0.0.1:1/', jwk: pool.jwks.keys[0] };
    const token = pool.sign({ kid, alg: 'RS256', ...extra }, { ...claims, iss: 'http://127.0.0.1:1' });
    expect(await reasonFor(token)).toBe('invalid');
    expect(fetches).toBe(0);
  });
});

describe('a token that is refused before any key is looked up', () => {
  const head = { kid, alg: 'RS256' };
  const json = (text: string) => `${header}.${base64url(text)}.${signature}`;

  it.each<[string, unknown]>([
    ['The token is longer than 16 KB.', 'A'.repeat(16_385)],
    ['The token does not have three parts.', 'A'.repeat(16_384)],
    ['The token does not have three parts.', `${header}.${payload}`],
    ['The token does not have three parts.', `${good}.`],
    ['The alg header is not RS256.', pool.sign({ ...head, alg: 'RS512' }, claims)],
    ['The token has a crit header.', pool.sign({ ...head, crit: [] }, claims)],
    ['The kid header is missing or invalid.', pool.sign({ ...head, kid: `${'k'.repeat(128)}k` }, claims)],
    ['The token has no signature.', `${header}.${payload}.`],
    ['The iss claim is missing or has the wrong type.', pool.sign(head, { ...claims, iss: 1 })],
    ['The iss claim is not a configured issuer.', pool.sign(head, { ...claims, iss: 'x' })],
    ['A part of the token is not canonical base64url.', `${header}.${payload}.${signature}=`],
    ['A part of the token is not canonical base64url.', `${header}=.${payload}.${signature}`],
    ['A part of the token is not canonical base64url.', `${header}.${payload}=.${signature}`],
    ['A part of the token is not UTF-8.', pool.sign(head, bytesWith(0xff))],
    ['A part of the token is not JSON.', json('{"sub":')],
    ['A part of the token is not JSON.', json('')],
    ['A part of the token is not a JSON object.', json('7')],
    ['A part of the token is not a JSON object.', json('"text"')],
    ['A part of the token is not a JSON object.', json('true')],
    ['A part of the token is not a JSON object.', json('null')],
    ['A part of the token is not a JSON object.', json('[]')],
    ['A part of the token has a member named __proto__.', json('{"__proto__":1}')],
    ['A part of the token has a member named __proto__.', json('{"\\u005f_proto__":1}')],
    ['The sub claim is missing or has the wrong type.', pool.sign(head, { ...claims, sub: '' })],
    ['The exp claim is missing or has the wrong type.', pool.sign(head, { ...claims, exp: '1' })],
    ['The client_id claim is missing or has the wrong type.', pool.sign(head, { ...claims, client_id: 1 })],
    ['The token_use claim is neither id nor access.', pool.sign(head, { ...claims, token_use: 'refresh' })],
    ['The exp claim is not a valid time.', pool.sign(head, { ...claims, exp: 8_640_000_000_001 })],
    ['The exp claim is not after the iat claim.', pool.sign(head, { ...claims, iat: 10, exp: 10 })],
    ['The token is valid for longer than Cognito allows.', pool.sign(head, { ...claims, iat: 0, exp: 86_401 })],
    ['The iat claim is in the future.', pool.sign(head, { ...claims, iat: 1e11, exp: 1e11 + 1 })],
    ['The nbf claim is in the future.', pool.sign(head, { ...claims, nbf: 1e11 })],
    ['The exp claim is in the past.', pool.sign(head, { ...claims, iat: 1, exp: 2 })],
  ])('tells the log: %s', async (sentence, token) => {
    const cause: unknown = await verifier.verify(token as string).catch((error: unknown) => (error as Error).cause);
    expect(describeRejection(cause)).toBe(sentence);
    expect(fetches).toBe(0);
  });

  it('is one of those alone: a kid of 128 characters is looked up', async () => {
    const token = pool.sign({ ...head, kid: 'k'.repeat(128) }, claims);
    expect(await pool.verifier().authenticate(token)).toEqual({ status: 'rejected', reason: 'invalid' });
    await expect(verifier.verify(token)).rejects.toThrow('Authentication is temporarily unavailable.');
  });
});
