import cognitoLocalKey from 'cognito-local/lib/keys/cognitoLocal.public.json' with { type: 'json' };
import { describe, expect, it } from 'vitest';
import { createTestUserPool } from '../../../src/testing/index.js';
import { createCognitoVerifier } from '../../../src/token/verifier.js';
import { createForeignPool } from '../../support/foreign-pool.js';
import { complaintAbout } from '../../support/refuse.js';

const { userPoolId, clientId, jwks } = createTestUserPool();
const pool = { userPoolId, clientId };

describe('createCognitoVerifier() accepts the pool', () => {
  it.each([
    [{ ...pool }],
    [{ ...pool, clientId: ['web', 'mobile'] }],
    [{ ...pool, clientId: null }],
    [{ ...pool, clientId: '1h57kf5cpq17m0eml12EXAMPLE' }],
    [{ ...pool, clientId: ['my_client+1', 'test-client-1_a', 'app.example:web@~1', 'a'.repeat(128)] }],
    [{ ...pool, tokenUse: 'id' }],
    [{ ...pool, graceSeconds: 60, endpoint: undefined, jwks: undefined }],
    [{ ...pool, userPoolId: 'us-gov-west-1_abc' }],
    [{ ...pool, endpoint: 'http://localhost:9229' }],
    [{ ...pool, userPoolId: 'local_6WF1kYwJ', endpoint: 'http://127.0.0.1:9229/' }],
    [{ ...pool, endpoint: 'http://[::1]:9229' }],
    [{ ...pool, endpoint: 'https://cognito.example.com' }],
    [{ ...pool, jwks }],
    [[{ ...pool }, { userPoolId: 'eu-west-1_Other', clientId: null }]],
  ])('%j', (value) => {
    expect(complaintAbout(value)).toBe('accepted');
  });
});

describe('createCognitoVerifier() refuses, with a sentence, the pool', () => {
  it.each<[unknown, RegExp]>([
    [undefined, /^Expected `pool` to be an object with userPoolId, clientId, .*, got undefined\.$/],
    [null, /^Expected `pool` to be an object .*, got null\.$/],
    ['eu-west-1_x', /^Expected `pool` to be an object .*, got a string\.$/],
    [[], /^Expected `pools` to have at least one user pool, got an empty list\. Write: /],
    [[pool, 1], /^Expected `pools\[1\]` to be an object .*, got 1\.$/],
    [[[pool]], /^Expected `pools\[0\]` to be an object .*, got a list\.$/],
    [
      { clientId },
      /^Expected `pool\.userPoolId` to be the id of a user pool, such as 'eu-west-1_AbCdEf123', got undefined\./,
    ],
    [{ clientId, userPoolId: '' }, /userPoolId` to be .* got an empty string/],
    [
      { clientId, userPoolId: 'local_abc' },
      /userPoolId` to be .* got a string of another form\. For an emulator, write its `endpoint` too\.$/,
    ],
    [{ clientId, userPoolId: 'eu-west-1_a/../b' }, /userPoolId` to be the id of a user pool/],
    [{ clientId, userPoolId: 'eu-west-1_abc\n' }, /userPoolId` to be the id of a user pool/],
    [{ clientId, userPoolId: ' eu-west-1_abc' }, /userPoolId` to be the id of a user pool/],
    [{ clientId, userPoolId: 'eu-west-1.evil.com#_abc' }, /userPoolId` to be the id of a user pool/],
    [{ clientId, userPoolId: 'a/b', endpoint: 'http://localhost' }, /userPoolId` to be the id of a user pool/],
    [
      { userPoolId },
      /^Expected `pool\.clientId` to be .*, got undefined\. Write clientId: .* Only clientId: null accepts every client of the pool\.$/,
    ],
    [{ userPoolId, clientId: undefined }, /clientId` to be .*, got undefined/],
    [{ userPoolId, clientId: '' }, /clientId` to be .*, got an empty string/],
    [{ userPoolId, clientId: '  ' }, /clientId` to be .*, got a blank string/],
    [{ userPoolId, clientId: [] }, /clientId` to be .*, got an empty list/],
    [{ userPoolId, clientId: ['web', ''] }, /clientId` to be .*, got a list/],
    [{ userPoolId, clientId: ['web', 'web'] }, /a list of different ids, got a list/],
    [{ userPoolId, clientId: ['web', null] }, /clientId` to be .*, got a list/],
    [{ userPoolId, clientId: [['web']] }, /clientId` to be .*, got a list/],
    [{ userPoolId, clientId: 7 }, /clientId` to be .*, got 7/],
    ...['a,b', 'a, b', ['a,b'], 'a;b', 'a|b', ',', '["a","b"]'].map((ids): [unknown, RegExp] => [
      { userPoolId, clientId: ids },
      /^Expected `pool\.clientId` to be .*, got several in one string\. Write a list: clientId: \['a', 'b'\]\.$/,
    ]),
    ...['"abc"', "'abc'", '`abc`', '\u201cabc\u201d', '"abc', ['web', "'mobile'"]].map((id): [unknown, RegExp] => [
      { userPoolId, clientId: id },
      /^Expected `pool\.clientId` to be .*, got an id in quotation marks\. Write the id without them: clientId: 'a'\.$/,
    ]),
    ...['a b', ' a', 'a\n', 'a\u00a0', 'a\u0000b', 'a\u200b', '\ufeffa', ['web', 'a\tb']].map(
      (id): [unknown, RegExp] => [
        { userPoolId, clientId: id },
        /^Expected `pool\.clientId` to be .*, got an id with white space or a control character\. Write the id without it/,
      ],
    ),
    ...[userPoolId, 'eu-west-1_AbC', ['web', 'us-gov-west-1_AbC']].map((id): [unknown, RegExp] => [
      { userPoolId, clientId: id },
      /^Expected `pool\.clientId` to be the id of an app client, got the id of a user pool\. Write the id/,
    ]),
    [{ userPoolId: 'local_abc', clientId: 'local_abc', endpoint: 'http://localhost' }, /got the id of a user pool/],
    [{ userPoolId, clientId: '${CLIENT_ID}' }, /got characters that no id has/],
    [{ userPoolId, clientId: 'a'.repeat(129) }, /got more than 128 characters/],
    [[pool, { userPoolId: 'eu-west-1_Other', clientId: 'a,b' }], /^Expected `pools\[1\]\.clientId` to be/],
    [{ ...pool, tokenUse: 'ID' }, /^Expected `pool\.tokenUse` to be 'id' or 'access', got a string\. Leave it out/],
    [{ ...pool, tokenUse: undefined }, /tokenUse` to be .* got undefined/],
    [{ ...pool, tokenUse: null }, /tokenUse` to be .* got null/],
    [
      { ...pool, tokenuse: 'id' },
      /^Unknown option `tokenuse` in `pool`\. Known options: userPoolId, clientId, tokenUse/,
    ],
    [{ ...pool, graceSeconds: -1 }, /graceSeconds` to be a number of seconds from 0 to 3600, got -1/],
    [{ ...pool, graceSeconds: 3601 }, /graceSeconds` to be/],
    [{ ...pool, graceSeconds: NaN }, /graceSeconds` to be .* got NaN/],
    [{ ...pool, graceSeconds: Infinity }, /graceSeconds` to be/],
    [{ ...pool, graceSeconds: '5' }, /graceSeconds` to be .* got a string/],
    [{ ...pool, endpoint: 'http://cognito.example.com' }, /endpoint` to be https, got plain http\. An attacker /],
    [{ ...pool, endpoint: 'http://localhost.example.com' }, /endpoint` to be https, got plain http/],
    [{ ...pool, endpoint: 'http://127.0.0.1.example.com' }, /endpoint` to be https, got plain http/],
    [{ ...pool, endpoint: 'http://0.0.0.0' }, /endpoint` to be https, got plain http/],
    [{ ...pool, endpoint: 'http://192.168.0.1' }, /endpoint` to be https, got plain http/],
    [{ ...pool, endpoint: 'ftp://localhost' }, /endpoint` to be https, got another scheme/],
    [{ ...pool, endpoint: 'http://localhost@evil.com' }, /endpoint` to be the origin of an emulator/],
    [{ ...pool, endpoint: 'http://localhost?x' }, /endpoint` to be the origin/],
    [{ ...pool, endpoint: 'http://localhost#x' }, /endpoint` to be the origin/],
    [{ ...pool, endpoint: 'http:\\localhost' }, /endpoint` to be the origin/],
    [{ ...pool, endpoint: 'localhost:9229' }, /endpoint` to be https, got another scheme/],
    [{ ...pool, endpoint: '' }, /endpoint` to be the origin .* got an empty string/],
    [{ ...pool, endpoint: null }, /endpoint` to be the origin .* got null/],
    [{ ...pool, endpoint: 'http://localhost', jwks }, /^Expected `pool` to have `endpoint` or `jwks`, got both/],
    [{ ...pool, jwks: null }, /^Expected `pool\.jwks` to be the pool's public key set/],
    [[pool, pool], /^Expected `pools` to have each issuer once, got one twice/],
    [[pool, { ...pool, tokenUse: 'id' }], /^Expected `pools` to have each issuer once, got one twice/],
  ])('%j', (value, complaint) => {
    expect(complaintAbout(value)).toMatch(complaint);
  });
});

describe('createCognitoVerifier() refuses static keys', () => {
  const [key] = jwks.keys;
  it.each<[string, unknown, RegExp]>([
    ['no set', {}, /it is not an object with a list `keys`/],
    ['a list', [key], /it is not an object with a list `keys`/],
    ['a text', 'keys', /it is not an object with a list `keys`/],
    ['no list', { keys: { 0: key, length: 1 } }, /it is not an object with a list `keys`/],
    ['inherited keys', Object.create({ keys: [key] }), /it is not an object with a list `keys`/],
    ['no keys', { keys: [] }, /it has no key/],
    ['no object', { keys: ['key'] }, /keys\[0\] cannot be used: it is not an object/],
    ['null', { keys: [null] }, /keys\[0\] cannot be used: it is not an object/],
    ['a list in the list', { keys: [[key]] }, /keys\[0\] cannot be used: it is not an object/],
    ['a private key', { keys: [{ ...key, d: 'AQAB' }] }, /keys\[0\] cannot be used: it has the private member `d`/],
    ['a secret', { keys: [{ kty: 'oct', k: 'AQAB', kid: 'x' }] }, /it has the private member `k`/],
    ['another type', { keys: [{ ...key, kty: 'EC' }] }, /its `kty` is not RSA/],
    ['another use', { keys: [{ ...key, use: 'enc' }] }, /its `use` is not sig/],
    ['another algorithm', { keys: [{ ...key, alg: 'RS512' }] }, /its `alg` is not RS256/],
    ['other operations', { keys: [{ ...key, key_ops: ['encrypt'] }] }, /its `key_ops` have no verify/],
    ['no kid', { keys: [{ ...key, kid: undefined }] }, /its `kid` is not a string/],
    ['no modulus', { keys: [{ ...key, n: undefined }] }, /its `n` is not a string/],
    ['a short modulus', { keys: [{ ...key, n: Buffer.alloc(128, 0xff).toString('base64url') }] }, /`n` is too short/],
    ['a long modulus', { keys: [{ ...key, n: Buffer.alloc(1032, 0xff).toString('base64url') }] }, /too long/],
    ['a padded modulus', { keys: [{ ...key, n: `${key?.n ?? ''}==` }] }, /`n` is not canonical base64url/],
    [
      'a leading zero',
      { keys: [{ ...key, n: Buffer.alloc(257, 'AA', 'hex').fill(0, 0, 1).toString('base64url') }] },
      /`n` is not canonical/,
    ],
    ['another exponent', { keys: [{ ...key, e: 'Aw' }] }, /its `e` is not AQAB/],
    ['one kid twice', { keys: [key, key] }, /one `kid` twice, at keys\[1\]/],
    ['101 keys', { keys: Array.from({ length: 101 }, () => key) }, /more than 100 keys/],
    ['one bad key among good ones', { keys: [key, {}] }, /keys\[1\] cannot be used/],
  ])('with %s', (_, value, complaint) => {
    expect(complaintAbout({ ...pool, jwks: value })).toMatch(complaint);
  });
});

describe('createCognitoVerifier() accepts static keys', () => {
  const [key] = jwks.keys;
  it.each<[string, object]>([
    ['with 100 of them', { keys: Array.from({ length: 100 }, (_, index) => ({ ...key, kid: `k${String(index)}` })) }],
    ['with a modulus of 8192 bits', { keys: [{ ...key, n: Buffer.alloc(1024, 0xff).toString('base64url') }] }],
    ['without use and alg', { keys: [{ ...key, use: undefined, alg: undefined }] }],
    ['with a use and operations', { keys: [{ ...key, use: 'sig', key_ops: ['verify'] }] }],
    ['with a kid of 128 characters', { keys: [{ ...key, kid: 'k'.repeat(128) }] }],
  ])('%s', (_, value) => {
    expect(complaintAbout({ ...pool, jwks: value })).toBe('accepted');
  });
});

describe('the published key of an emulator', () => {
  const { jwk } = cognitoLocalKey;

  it('is refused as a static key, under its own kid and another one, and so is another key under its kid', () => {
    const complaint = /it is the key of an emulator, whose private half is public/;
    expect(complaintAbout({ ...pool, jwks: { keys: [jwk] } })).toMatch(complaint);
    expect(complaintAbout({ ...pool, jwks: { keys: [{ ...jwk, kid: 'other' }] } })).toMatch(complaint);
    expect(complaintAbout({ ...pool, jwks: { keys: [{ ...jwks.keys[0], kid: 'CognitoLocal' }] } })).toMatch(complaint);
  });
});

describe('createCognitoVerifier() refuses, with a sentence, the options', () => {
  it.each<[unknown, RegExp]>([
    [
      null,
      /^Expected `options` to be an object with keys, tokenCache, claimsSchema, revocation, clock, onEvent, got null\.$/,
    ],
    [[], /^Expected `options` to be an object/],
    [{ cache: false }, /^Unknown option `cache` in `options`\./],
    [{ keys: null }, /^Expected `options\.keys` to be an object/],
    [
      { keys: { maxage: 1 } },
      /^Unknown option `maxage` in `options\.keys`\. Known options: maxAge, staleFor, timeout, fetch\./,
    ],
    [{ keys: { maxAge: 0 } }, /maxAge` to be a number of seconds from 1 to 86400, got 0/],
    [{ keys: { maxAge: Infinity } }, /maxAge` to be/],
    [{ keys: { staleFor: -1 } }, /staleFor` to be/],
    [{ keys: { timeout: 0 } }, /timeout` to be/],
    [{ keys: { timeout: NaN } }, /timeout` to be/],
    [
      { keys: { fetch: 'fetch' } },
      /^Expected `options\.keys\.fetch` to be a function, such as globalThis\.fetch, got a string/,
    ],
    [{ tokenCache: true }, /^Expected `options\.tokenCache` to be an object with max, maxBytes, or false, got true/],
    [{ tokenCache: null }, /tokenCache` to be an object .*, or false/],
    [{ tokenCache: { max: 0 } }, /max` to be a number of tokens from 1 to 1000000, got 0/],
    [{ tokenCache: { size: 5 } }, /Unknown option `size`/],
    [{ tokenCache: { maxBytes: -1 } }, /maxBytes` to be/],
    [{ tokenCache: { maxBytes: 0 } }, /maxBytes` to be a number of bytes from 1 to 17179869184, got 0/],
    [{ tokenCache: { maxBytes: Infinity } }, /maxBytes` to be/],
    [{ tokenCache: { maxBytes: '1 MB' } }, /maxBytes` to be .* got a string/],
    [{ revocation: {} }, /Expected `options.revocation` to be an object with a function isRevoked/],
    [{ revocation: null }, /revocation` to be .* got null/],
    [{ revocation: () => false }, /revocation` to be/],
    [{ clock: 5 }, /^Expected `options\.clock` to be a function, \(\) => milliseconds since the epoch, got 5\.$/],
    [{ onEvent: {} }, /onEvent` to be a function/],
  ])('%j', (options, complaint) => {
    expect(complaintAbout({ ...pool, jwks }, options)).toMatch(complaint);
  });
});

describe('a configuration', () => {
  it('takes no setting from Object.prototype', () => {
    Object.assign(Object.prototype, { clientId: null });
    try {
      expect(complaintAbout({ userPoolId })).toMatch(/clientId` to be/);
    } finally {
      Reflect.deleteProperty(Object.prototype, 'clientId');
    }
  });

  it('takes no revocation check from Object.prototype', () => {
    Object.assign(Object.prototype, { isRevoked: () => false });
    try {
      expect(complaintAbout({ ...pool, jwks }, { revocation: {} })).toMatch(/revocation` to be an object with/);
    } finally {
      Reflect.deleteProperty(Object.prototype, 'isRevoked');
    }
  });

  it('takes no look-up of a configured pool from Object.prototype', async () => {
    const own = createTestUserPool();
    const verifier = own.verifier();
    Object.assign(Object.prototype, { lookUp: 'x' });
    try {
      expect(await verifier.authenticate(own.accessToken())).toMatchObject({ status: 'authenticated' });
    } finally {
      Reflect.deleteProperty(Object.prototype, 'lookUp');
    }
  });

  it('takes nothing of a request for keys from Object.prototype', async () => {
    const requests: unknown[] = [];
    Object.assign(Object.prototype, { method: 'POST', body: 'x' });
    try {
      const fetch = (_: unknown, init: RequestInit | undefined) => {
        requests.push([init?.method, init?.body, init?.redirect]);
        return Promise.resolve(Response.json(jwks));
      };
      await createCognitoVerifier(pool, { keys: { fetch } }).hydrate();
    } finally {
      for (const name of ['method', 'body']) Reflect.deleteProperty(Object.prototype, name);
    }
    expect(requests).toEqual([
      [undefined, undefined, 'error'],
      [undefined, undefined, 'error'],
    ]);
  });

  it('is read once: neither a getter nor a later change weakens it', async () => {
    const own = createTestUserPool();
    const mine = createForeignPool();
    const clientIds = ['one'];
    const keys = [...own.jwks.keys];
    let reads = 0;
    const settings = {
      userPoolId: own.userPoolId,
      jwks: { keys },
      get clientId() {
        reads += 1;
        return reads === 1 ? clientIds : null;
      },
    };
    const verifier = createCognitoVerifier(settings);
    clientIds.push('two');
    keys.push(...mine.jwks.keys);
    expect(reads).toBe(1);
    expect(await verifier.authenticate(own.accessToken({ client_id: 'one' }))).toMatchObject({ clientId: 'one' });
    const refused = { status: 'rejected', reason: 'invalid' };
    expect(await verifier.authenticate(own.accessToken({ client_id: 'two' }))).toEqual(refused);
    expect(await verifier.authenticate(mine.accessToken({ iss: own.issuer, client_id: 'one' }))).toEqual(refused);
  });

  it('is not echoed in messages, except for its numbers', () => {
    const secret = 'sk_live_not_for_the_log';
    const complaints = [
      complaintAbout({ ...pool, userPoolId: secret }),
      complaintAbout({ ...pool, clientId: [secret, secret] }),
      complaintAbout({ ...pool, endpoint: `http://user:${secret}@localhost` }),
      complaintAbout({ ...pool, jwks: secret }),
    ];
    expect(complaints.filter((complaint) => complaint === 'accepted' || complaint.includes(secret))).toEqual([]);
  });
});
