import { afterEach, describe, expect, it } from 'vitest';
import { ApolloServer } from '@apollo/server';
import { AuthConfigurationError, cognitoAuthPlugin } from '../../../src/index.js';
import type { AuthContext } from '../../../src/index.js';
import { createTestUserPool } from '../../../src/testing/index.js';
import { createCognitoVerifier } from '../../../src/token/verifier.js';
import { logInto } from '../../support/serve.js';

const clientId = 'test-client';
const refused = (settings: object): string => {
  try {
    Reflect.apply(createCognitoVerifier, undefined, [{ clientId, ...settings }]);
  } catch (error) {
    expect(error).toBeInstanceOf(AuthConfigurationError);
    return error instanceof Error ? error.message : '';
  }
  return 'accepted';
};

/** The addresses that the keys of a pool are fetched from. */
async function addressesOf(settings: { readonly userPoolId: string; readonly endpoint?: string }): Promise<string[]> {
  const fetches: string[] = [];
  const fetch: typeof globalThis.fetch = (input) => {
    fetches.push(input instanceof Request ? input.url : String(input));
    return Promise.reject(new Error('no network'));
  };
  const verifier = createCognitoVerifier({ clientId, ...settings }, { keys: { fetch } });
  await expect(verifier.hydrate()).rejects.toThrow('Authentication is temporarily unavailable.');
  return fetches.sort();
}

describe('the region', () => {
  it.each([
    ['eu-west-1', 'amazonaws.com'],
    ['ap-southeast-7', 'amazonaws.com'],
    ['ap-northeast-3', 'amazonaws.com'],
    ['mx-central-1', 'amazonaws.com'],
    ['il-central-1', 'amazonaws.com'],
    ['me-central-1', 'amazonaws.com'],
    ['af-south-1', 'amazonaws.com'],
    ['sa-east-1', 'amazonaws.com'],
    ['ca-west-1', 'amazonaws.com'],
    ['us-gov-west-1', 'amazonaws.com'],
    ['us-gov-east-1', 'amazonaws.com'],
    ['cn-north-1', 'amazonaws.com.cn'],
    ['cn-northwest-1', 'amazonaws.com.cn'],
    ['eusc-de-east-1', 'amazonaws.eu'],
  ])('%s has its hosts in %s, for both issuers, as in the tokens of a test user pool', async (region, suffix) => {
    const pool = createTestUserPool({ userPoolId: `${region}_AbC123` });
    expect(await addressesOf({ userPoolId: pool.userPoolId })).toEqual([
      `https://cognito-idp.${region}.${suffix}/${region}_AbC123/.well-known/jwks.json`,
      `https://issuer-cognito-idp.${region}.${suffix}/${region}_AbC123/.well-known/jwks.json`,
    ]);
    expect(pool.issuer).toBe(`https://cognito-idp.${region}.${suffix}/${region}_AbC123`);
    for (const token of [pool.accessToken(), pool.idToken()]) {
      expect(await pool.verifier().authenticate(token)).toMatchObject({ status: 'authenticated' });
    }
    // The right pool under the host of another partition is another issuer.
    for (const other of ['amazonaws.com', 'amazonaws.com.cn', 'amazonaws.eu'].filter((each) => each !== suffix)) {
      const iss = `https://cognito-idp.${region}.${other}/${pool.userPoolId}`;
      expect(await pool.verifier().authenticate(pool.accessToken({ iss }))).toEqual({
        status: 'rejected',
        reason: 'invalid',
      });
    }
  });

  it.each(['us-iso-east-1', 'us-isob-east-1', 'us-isof-south-1', 'eu-isoe-west-1', 'xx-north-1', 'us-xyz-west-1'])(
    '%s is unknown, so the pool is refused with a remedy',
    async (region) => {
      const userPoolId = `${region}_abc`;
      expect(refused({ userPoolId })).toBe(
        'Expected `pool.userPoolId` to begin with a region of the AWS, AWS GovCloud, AWS China or AWS European Sovereign ' +
          `Cloud partition, got "${region}". For another partition, write the address of its Cognito service as ` +
          "`endpoint`: 'https://cognito-idp.<region>.<suffix>'.",
      );
      const endpoint = `https://cognito-idp.${region}.c2s.ic.gov`;
      expect(await addressesOf({ userPoolId, endpoint })).toEqual([`${endpoint}/${userPoolId}/.well-known/jwks.json`]);
      expect(() => createTestUserPool({ userPoolId }).accessToken()).toThrow(AuthConfigurationError);
    },
  );
});

describe('the endpoint', () => {
  const of = (endpoint: string) => refused({ userPoolId: 'local_1a2B', endpoint });

  it.each([
    'http://localhost:4566',
    'http://cognito.localhost:4566',
    'http://a.b-c.localhost',
    'http://LOCALHOST:4566',
    'http://Cognito.LocalHost.:4566',
    'http://localhost.',
    'http://127.0.0.1:9229',
    'http://127.1.2.3',
    'http://0x7f.1',
    'http://127.0.0.1.',
    'http://[::1]:9229',
    'http://[0:0:0:0:0:0:0:1]',
  ])('%s is accepted', (endpoint) => {
    expect(of(endpoint)).toBe('accepted');
  });

  it.each([
    'http://foo.localhost.evil.com',
    'http://localhost.evil.com',
    'http://evil-localhost',
    'http://evillocalhost',
    'http://localhost..',
    'http://a..localhost',
    'http://.localhost',
    'http://localhost-.evil',
    'http://127.0.0.1.nip.io',
    'http://127.0.0.1.evil.com',
    'http://128.0.0.1',
    'http://0.0.0.0',
    'http://[::]',
    'http://[::2]',
    'http://[::ffff:127.0.0.1]',
    'http://localhost:pass@evil.com',
    'http://localhost@evil.com',
    'http://:pass@localhost',
    'http://user@localhost',
    'http://evil.com/localhost',
    'http://evil.com#.localhost',
    'http://evil.com?.localhost',
    'http://evil.com\\.localhost',
    'http://loc\talhost',
    'http://localhost\n.evil.com',
    'http://cognito:9229',
    'ws://localhost',
    'file://localhost/',
  ])('%j is refused', (endpoint) => {
    expect(of(endpoint)).toMatch(/^Expected `pool\.endpoint` to be (?:https|the origin of an emulator), got /);
  });
});

describe('the text of the endpoint', () => {
  it('can end in slashes', async () => {
    expect(await addressesOf({ userPoolId: 'local_1a2B', endpoint: 'http://localhost:4566//' })).toEqual([
      'http://localhost:4566/local_1a2B/.well-known/jwks.json',
    ]);
  });

  it.each([7, null, new URL('http://localhost'), ''])('cannot be %s', (endpoint) => {
    expect(refused({ userPoolId: 'local_1a2B', endpoint })).toMatch(
      /^Expected `pool\.endpoint` to be the origin of an emulator, got .+\. Write: endpoint: 'http:\/\/127\.0\.0\.1:9229'\.$/,
    );
  });
});

// A key with this `kid` is taken for that of cognito-local, whose private half is public.
describe('the key of an emulator', () => {
  const emulated = createTestUserPool({ userPoolId: 'local_1a2B' });
  const [key] = emulated.jwks.keys;
  const jwks = { keys: [{ ...key, kid: 'CognitoLocal' }] };

  it.each([
    [{ endpoint: 'http://localhost:9229' }, 'authenticated'],
    [{ endpoint: 'https://localhost:9229' }, 'authenticated'],
    [{ endpoint: 'http://cognito:9229', emulator: true }, 'authenticated'],
    [{ endpoint: 'https://cognito:9229', emulator: true }, 'authenticated'],
    [{ endpoint: 'https://cognito:9229' }, 'rejected'],
    [{ endpoint: 'https://cognito:9229', emulator: false }, 'rejected'],
    [{ endpoint: 'https://cognito-idp.eu-west-1.amazonaws.com' }, 'rejected'],
  ])('at %j makes a token that is %s', async (place, status) => {
    const verifier = createCognitoVerifier(
      { userPoolId: 'local_1a2B', clientId, ...place },
      { keys: { fetch: () => Promise.resolve(Response.json(jwks)) } },
    );
    const now = Math.floor(Date.now() / 1000);
    const iss = `${place.endpoint}/local_1a2B`;
    const claims = { sub: 's', iss, exp: now + 60, iat: now, token_use: 'access', client_id: clientId };
    const auth = await verifier.authenticate(emulated.sign({ kid: 'CognitoLocal', alg: 'RS256' }, claims));
    expect(auth).toMatchObject(status === 'rejected' ? { status, reason: 'keys-unavailable' } : { status });
  });
});

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function emulator() {
  const pool = createTestUserPool({ userPoolId: 'local_1a2B' });
  const server = await pool.serve();
  closing.push(server.close);
  return { pool, endpoint: server.url, server };
}

describe('`issuer` beside `endpoint`', () => {
  const issuer = 'http://cognito:9229/local_1a2B';
  const INVALID = { status: 'rejected', reason: 'invalid' };

  it('is the exact `iss`, while the keys come from the endpoint', async () => {
    const { pool, endpoint, server } = await emulator();
    const paths: (string | undefined)[] = [];
    server.answer((request, response) => {
      paths.push(request.url);
      response.end(JSON.stringify(pool.jwks));
    });
    const verifier = createCognitoVerifier({ userPoolId: 'local_1a2B', clientId, endpoint, issuer });
    expect(await verifier.authenticate(pool.accessToken({ iss: issuer }))).toMatchObject({ userPoolId: 'local_1a2B' });
    expect(paths).toEqual(['/local_1a2B/.well-known/jwks.json']);
    const others = [`${issuer}/`, `${endpoint}/local_1a2B`, 'http://cognito:9229', 'http://COGNITO:9229/local_1a2B'];
    for (const iss of others) expect(await verifier.authenticate(pool.accessToken({ iss }))).toEqual(INVALID);
  });

  it('can be any address, also one whose path does not name the pool', async () => {
    const { pool, endpoint } = await emulator();
    for (const iss of ['https://sso.example.com/realms/web', 'http://localhost.localstack.cloud:4566/local_1a2B']) {
      const verifier = createCognitoVerifier({ userPoolId: 'local_1a2B', clientId, endpoint, issuer: iss });
      expect(await verifier.authenticate(pool.accessToken({ iss }))).toMatchObject({ status: 'authenticated' });
    }
  });

  it.each<[object, RegExp]>([
    [{ issuer }, /^Expected `pool\.issuer` to stand beside `endpoint`, got it alone\. .* write its `endpoint` too\.$/],
    [{ issuer: '' }, /^Expected `pool\.issuer` to be the `iss` .* got an empty string\. Write: issuer: 'http:/],
    [{ issuer: null }, /got null/],
    [{ issuer: 'cognito:9229/local_1a2B' }, /got a string/],
    [{ issuer: 'local_1a2B' }, /got a string/],
    [{ issuer: 'ftp://cognito/local_1a2B' }, /got a string/],
    [{ issuer: 'xhttp://cognito/local_1a2B' }, /got a string/],
    [{ issuer: new URL('http://cognito/local_1a2B') }, /got an object of a class/],
    [{ issuer: 'http://user:secret@cognito/local_1a2B' }, /got a string/],
    [{ issuer: 'http://cognito/local_1a2B?x' }, /got a string/],
    [{ issuer: 'http://cognito/local_1a2B#x' }, /got a string/],
    [{ issuer: 'http://cog\nnito/local_1a2B' }, /got a string/],
    [{ issuer: ' http://cognito/local_1a2B' }, /got a string/],
    [
      { issuer: 'http://cognito:9229' },
      /the whole `iss` .* got an origin\. Write: issuer: 'http:\/\/localhost:9229\/local_1a2B'\.$/,
    ],
    [{ issuer: 'http://cognito:9229/' }, /got an origin/],
    [
      { issuer: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc' },
      /got one of AWS\. Leave `endpoint` and `issuer` out: the keys of a pool of AWS come from AWS\.$/,
    ],
    [{ issuer: 'https://COGNITO-IDP.eu-west-1.amazonaws.com./eu-west-1_abc' }, /got one of AWS/],
    [{ issuer: 'https://issuer-cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc' }, /got one of AWS/],
    [{ issuer: 'https://cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_abc' }, /got one of AWS/],
    [{ issuer: 'https://cognito-idp.eusc-de-east-1.amazonaws.eu/x' }, /got one of AWS/],
  ])('%j is refused, with a sentence', (settings, complaint) => {
    const isAlone = complaint.source.includes('alone');
    const place = isAlone
      ? { userPoolId: 'eu-west-1_abc' }
      : { userPoolId: 'local_1a2B', endpoint: 'http://localhost' };
    const message = refused({ ...place, ...settings });
    expect(message).toMatch(complaint);
    expect(message).not.toContain('secret');
  });

  it('is refused when two pools have the same', () => {
    const one = { userPoolId: 'a', clientId, endpoint: 'http://localhost', issuer };
    expect(() => createCognitoVerifier([one, { ...one, userPoolId: 'b' }])).toThrow(AuthConfigurationError);
  });
});

describe('`emulator: true` beside `endpoint`', () => {
  it('accepts plain http at any address, and logs a warning at each start of a server', async () => {
    const userPoolId = 'local_1a2B';
    const verifier = createCognitoVerifier(
      { userPoolId, clientId, endpoint: 'http://cognito:9229', emulator: true },
      { keys: { fetch: () => Promise.resolve(Response.json(createTestUserPool().jwks)) } },
    );
    for (let start = 0; start < 2; start += 1) {
      const log: string[] = [];
      const server = new ApolloServer<AuthContext>({
        typeDefs: 'type Query { motd: String }',
        plugins: [cognitoAuthPlugin({ verifier })],
        logger: logInto(log),
      });
      await server.start();
      await server.stop();
      expect(log).toEqual([
        'apollo-cognito-auth: The user pool local_1a2B has `emulator: true`. Its keys can come over plain http or be ' +
          'published ones, so anyone can make its tokens. Remove `emulator` in production.',
      ]);
    }
  });

  it.each<[object, RegExp]>([
    [
      { userPoolId: 'eu-west-1_abc', emulator: true },
      /^Expected `pool\.emulator` to stand beside `endpoint`, got it alone\. Write the emulator's `endpoint` too, or leave `emulator` out\.$/,
    ],
    [
      { emulator: 'yes', endpoint: 'http://cognito' },
      /^Expected `pool\.emulator` to be true or false, got a string\. Write: emulator: true\.$/,
    ],
    [{ emulator: null, endpoint: 'http://cognito' }, /got null/],
    [{ emulator: 1, endpoint: 'http://cognito' }, /got 1/],
    [
      { emulator: false, endpoint: 'http://cognito' },
      /^Expected `pool\.endpoint` to be https, got plain http\..*write `emulator: true` too\.$/,
    ],
    [{ emulator: undefined, endpoint: 'http://cognito' }, /`pool\.endpoint` to be https, got plain http/],
    [{ emulator: true, endpoint: 'ftp://cognito' }, /`pool\.endpoint` to be https, got another scheme/],
    [{ emulator: true, endpoint: 'http://a:b@cognito' }, /^Expected `pool\.endpoint` to be the origin/],
    [
      { emulator: true, endpoint: 'http://cognito-idp.eu-west-1.amazonaws.com' },
      /^Expected `pool\.endpoint` to be of an emulator .* got one of AWS\. Leave `emulator` out\.$/,
    ],
  ])('%j is refused, with a sentence', (settings, complaint) => {
    expect(refused({ userPoolId: 'local_1a2B', ...settings })).toMatch(complaint);
  });

  it('is not taken from Object.prototype', () => {
    Object.assign(Object.prototype, { emulator: true });
    try {
      expect(refused({ userPoolId: 'local_1a2B', endpoint: 'http://cognito:9229' })).toMatch(
        /to be https, got plain http/,
      );
    } finally {
      Reflect.deleteProperty(Object.prototype, 'emulator');
    }
  });
});
