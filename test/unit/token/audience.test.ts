/** Which API a token is for: `aud` and `cnf`. */
import { ApolloServer } from '@apollo/server';
import { describe, expect, it } from 'vitest';
import { cognitoAuthPlugin } from '../../../src/server/plugin.js';
import { createTestUserPool } from '../../../src/testing/index.js';
import { describeRejection } from '../../../src/token/rejection.js';
import { createCognitoVerifier } from '../../../src/token/verifier.js';
import type { CognitoPool, CognitoVerifier } from '../../../src/token/verifier.js';
import { createForeignPool } from '../../support/foreign-pool.js';
import { logInto } from '../../support/serve.js';
import { rejectionOf } from '../../support/rejection.js';
import { complaintAbout } from '../../support/refuse.js';

const API = 'https://api.example.com';
const OTHER_API = 'https://other.example.com';
const pool = createTestUserPool();
const { userPoolId, clientId, jwks } = pool;
const verifierOf = (settings: Partial<CognitoPool> = {}) =>
  createCognitoVerifier({ userPoolId, clientId, jwks, ...settings });
const withAudience = verifierOf({ audience: API, tokenUse: 'access' });
const without = verifierOf();

/** The whole verdict: the status, or the reason and its sentence for the log. */
async function verdictOn(token: string, verifier: CognitoVerifier): Promise<unknown> {
  const auth = await verifier.authenticate(token);
  if (auth.status !== 'rejected') return auth.status;
  const error = (await rejectionOf(verifier.verify(token))) as Error;
  return [auth.reason, describeRejection(error.cause)];
}

const GOOD = 'authenticated';
const OTHER = ['invalid', 'The aud claim does not name this API.'];
const STRANGE = ['invalid', 'The aud claim is not the client_id of the token, and its pool has no `audience`.'];
const BOUND = ['invalid', 'The token has a cnf claim, and its proof of possession cannot be checked.'];

describe('the aud of an access token', () => {
  it.each<[string, unknown, unknown, unknown]>([
    // What it is; with `audience`; without.
    ['missing', undefined, OTHER, GOOD],
    ['this API', API, GOOD, STRANGE],
    ['another API', OTHER_API, OTHER, STRANGE],
    ['its own client', clientId, OTHER, GOOD],
    ['another client', 'other-client', OTHER, STRANGE],
    ['this API in upper case', API.toUpperCase(), OTHER, STRANGE],
    ['this API with a slash', `${API}/`, OTHER, STRANGE],
    ['this API as a part', `${API}/admin`, OTHER, STRANGE],
    ['two in one text', `${API} ${clientId}`, OTHER, STRANGE],
    ['an empty text', '', OTHER, STRANGE],
    ['a list of this API', [API], GOOD, STRANGE],
    ['a list of this API and another', [OTHER_API, API], GOOD, STRANGE],
    ['a list of its own client', [clientId], OTHER, GOOD],
    ['a list of its own client twice', [clientId, clientId], OTHER, GOOD],
    ['a list of its own client and this API', [clientId, API], GOOD, STRANGE],
    ['a list of its own client and another API', [clientId, OTHER_API], OTHER, STRANGE],
    ['an empty list', [], OTHER, STRANGE],
    ['a list of an empty text', [''], OTHER, STRANGE],
    ['a list of its own client and an empty text', [clientId, ''], OTHER, STRANGE],
    ['a list of this API and a number', [API, 1], OTHER, STRANGE],
    ['a list of this API and null', [null, API], OTHER, STRANGE],
    ['a list of its own client and null', [clientId, null], OTHER, STRANGE],
    ['a list in a list', [[API], [clientId]], OTHER, STRANGE],
    ['a list of a list of its own client', [[clientId]], OTHER, STRANGE],
    ['a long list that ends with this API', [...Array<string>(300).fill(OTHER_API), API], GOOD, STRANGE],
    ['a long list of its own client', Array<string>(500).fill(clientId), OTHER, GOOD],
    ['a number', 1, OTHER, STRANGE],
    ['null', null, OTHER, STRANGE],
    ['true', true, OTHER, STRANGE],
    ['an object', { 0: API, length: 1 }, OTHER, STRANGE],
    ['an object by its name', { [API]: true, [clientId]: true }, OTHER, STRANGE],
    ['the name of an inherited property', 'constructor', OTHER, STRANGE],
  ])('is judged when it is %s', async (_, aud, verdict, verdictWithout) => {
    const token = pool.accessToken({ aud });
    // Asked twice: a token that is refused is not remembered as a good one.
    expect([await verdictOn(token, withAudience), await verdictOn(token, withAudience)]).toEqual([verdict, verdict]);
    expect([await verdictOn(token, without), await verdictOn(token, without)]).toEqual([
      verdictWithout,
      verdictWithout,
    ]);
  });

  it('may name one of several identifiers', async () => {
    const verifier = verifierOf({ audience: [API, 'orders'], tokenUse: 'access' });
    for (const aud of [API, 'orders', ['orders'], [API, 'orders']]) {
      expect([aud, await verdictOn(pool.accessToken({ aud }), verifier)]).toEqual([aud, GOOD]);
    }
    expect(await verdictOn(pool.accessToken({ aud: 'order' }), verifier)).toEqual(OTHER);
  });

  it('is compared with the client of the token, not with those of the pool', async () => {
    const verifier = verifierOf({ clientId: ['web', 'mobile'] });
    expect(await verdictOn(pool.accessToken({ client_id: 'web', aud: 'web' }), verifier)).toBe(GOOD);
    expect(await verdictOn(pool.accessToken({ client_id: 'web', aud: 'mobile' }), verifier)).toEqual(STRANGE);
    expect(
      await verdictOn(pool.accessToken({ client_id: 'web', aud: 'mobile' }), verifierOf({ clientId: null })),
    ).toEqual(STRANGE);
  });

  it('counts beside the client, and does not stand in for it', async () => {
    const token = pool.accessToken({ client_id: 'other', aud: API });
    expect(await verdictOn(token, withAudience)).toEqual(['invalid', 'The app client is not a configured one.']);
    expect(await verdictOn(token, verifierOf({ audience: API, clientId: null }))).toBe(GOOD);
  });

  it('is taken from no prototype', async () => {
    Object.assign(Object.prototype, { aud: API, cnf: { jkt: 'x' } });
    try {
      expect(await verdictOn(pool.accessToken(), withAudience)).toEqual(OTHER);
      expect(await verdictOn(pool.accessToken(), without)).toBe(GOOD);
      expect(await verdictOn(pool.idToken(), without)).toBe(GOOD);
    } finally {
      Reflect.deleteProperty(Object.prototype, 'aud');
      Reflect.deleteProperty(Object.prototype, 'cnf');
    }
  });

  it('is in the claims of the Auth as it stands in the token, and frozen', async () => {
    const auth = await withAudience.verify(pool.accessToken({ aud: [API, OTHER_API] }));
    expect(auth.claims.aud).toEqual([API, OTHER_API]);
    expect(Object.isFrozen(auth.claims.aud)).toBe(true);
    expect(auth.clientId).toBe(clientId);
  });
});

describe('an ID token', () => {
  const both = verifierOf({ audience: API });

  it('is accepted of a pool with `audience`, unless its `tokenUse` says otherwise', async () => {
    expect(await verdictOn(pool.idToken(), both)).toBe(GOOD);
    expect(await verdictOn(pool.idToken(), withAudience)).toEqual([
      'invalid',
      'The token_use claim is not the configured one.',
    ]);
  });

  it.each<[unknown, unknown]>([
    [API, ['invalid', 'The app client is not a configured one.']],
    [[clientId], ['malformed', 'The aud claim is missing or has the wrong type.']],
    [undefined, ['malformed', 'The aud claim is missing or has the wrong type.']],
  ])('is refused with the aud %j', async (aud, verdict) => {
    expect(await verdictOn(pool.idToken({ aud }), both)).toEqual(verdict);
    expect(await verdictOn(pool.idToken({ aud }), without)).toEqual(verdict);
  });
});

describe('a token that is bound to a key', () => {
  it.each([[{ jkt: 'x' }], [{ 'x5t#S256': 'x' }], [{}], [null], [false], [''], [0]])(
    'is invalid with the cnf %j',
    async (cnf) => {
      for (const verifier of [withAudience, without]) {
        expect(await verdictOn(pool.accessToken({ cnf, aud: API }), verifier)).toEqual(BOUND);
      }
      expect(await verdictOn(pool.idToken({ cnf }), without)).toEqual(BOUND);
    },
  );
});

describe('a forged token', () => {
  it('gets the same answer for any aud and cnf', async () => {
    const forger = createForeignPool({ userPoolId });
    const kid = jwks.keys[0]?.kid ?? '';
    const forged = (claims: object) =>
      pool
        .accessToken(claims as Record<string, unknown>)
        .replace(/[^.]+$/, forger.sign({ kid, alg: 'RS256' }, {}).split('.')[2] ?? '');
    const verdict = ['invalid', 'The signature does not match the key that kid names.'];
    for (const claims of [{}, { aud: API }, { aud: OTHER_API }, { aud: 1 }, { cnf: {} }]) {
      for (const verifier of [withAudience, without]) {
        expect([claims, await verdictOn(forged(claims), verifier)]).toEqual([claims, verdict]);
      }
    }
  });

  it('costs a token with a wrong aud no fetch beyond those of a good one', async () => {
    let fetches = 0;
    const fetch = () => {
      fetches += 1;
      return Promise.resolve(Response.json(jwks));
    };
    const verifier = createCognitoVerifier({ userPoolId, clientId }, { keys: { fetch } });
    for (const claims of [{}, { aud: API }, { cnf: {} }]) await verifier.authenticate(pool.accessToken(claims));
    expect(fetches).toBe(1);
  });
});

describe('`audience` of a pool', () => {
  const complaint = (settings: object) => complaintAbout({ userPoolId, clientId, jwks, ...settings });

  it.each([
    [API],
    [[API]],
    [[API, OTHER_API]],
    ['solar-system-data'],
    ['urn:example:orders'],
    ['https://api.example.com/a,b;c=1|d?e=f'],
    ["https://api.example.com/it's"],
  ])('may be %j', (audience) => {
    expect(complaint({ audience, tokenUse: 'access' })).toBe('accepted');
  });

  const TEXT_OF_NONE = 'the text of a missing value';
  const SEVERAL = 'several in one string, or white space';
  const QUOTED = 'an identifier in quotation marks';
  const STRANGE_CHARACTERS = 'characters that no identifier has';
  it.each<[unknown, string]>([
    [undefined, 'undefined'],
    [null, 'null'],
    ['', 'an empty string'],
    [' ', 'a blank string'],
    [[], 'an empty list'],
    [[API, ''], 'an empty string'],
    [[API, undefined], 'undefined'],
    [[API, API], 'a list'],
    [[[API]], 'a list'],
    [new Set([API]), 'an object of a class'],
    [7, '7'],
    [true, 'true'],
    ['undefined', TEXT_OF_NONE],
    ['null', TEXT_OF_NONE],
    ['NaN', TEXT_OF_NONE],
    ['[object Object]', TEXT_OF_NONE],
    [[API, 'undefined'], TEXT_OF_NONE],
    [`${API},${OTHER_API}`, SEVERAL],
    [`${API}, ${OTHER_API}`, SEVERAL],
    [`${API};${OTHER_API}`, SEVERAL],
    [`${API} ${OTHER_API}`, SEVERAL],
    ['urn:a,urn:b', SEVERAL],
    ['orders,users', SEVERAL],
    ['orders|users', SEVERAL],
    [JSON.stringify([API, OTHER_API]), SEVERAL],
    [` ${API}`, SEVERAL],
    [`${API}\n`, STRANGE_CHARACTERS],
    [`"${API}"`, STRANGE_CHARACTERS],
    [`'${API}'`, QUOTED],
    [`\`${API}`, QUOTED],
    ['https://größe.example', STRANGE_CHARACTERS],
    ['a\u200bb', STRANGE_CHARACTERS],
    ['a\\b', STRANGE_CHARACTERS],
  ])('is refused when it is %j', (audience, found) => {
    expect(complaint({ audience })).toBe(
      `Expected \`pool.audience\` to be an identifier of this API, or a list of different ones, got ${found}. Write audience: ` +
        "'https://api.example.com', or leave it out if access tokens have no `aud`.",
    );
  });

  it("is refused beside `tokenUse: 'id'`", () => {
    expect(complaint({ audience: API, tokenUse: 'id' })).toBe(
      "Expected `pool` to have `audience` or `tokenUse: 'id'`, got both. Only access tokens name an API. Leave " +
        'one out.',
    );
  });

  it('is taken from no prototype, and read once', async () => {
    Object.assign(Object.prototype, { audience: API });
    try {
      expect(await verdictOn(pool.accessToken(), verifierOf())).toBe(GOOD);
    } finally {
      Reflect.deleteProperty(Object.prototype, 'audience');
    }
    const audience = [API];
    const verifier = verifierOf({ audience, tokenUse: 'access' });
    audience.push(OTHER_API);
    expect(await verdictOn(pool.accessToken({ aud: OTHER_API }), verifier)).toEqual(OTHER);
  });

  it('is not echoed in a message', () => {
    expect(complaint({ audience: 'secret,value' })).not.toContain('secret');
  });

  async function warningsAtStart(settings: Partial<CognitoPool>): Promise<string[]> {
    const lines: string[] = [];
    const server = new ApolloServer({
      typeDefs: 'type Query { motd: String }',
      logger: logInto(lines),
      plugins: [cognitoAuthPlugin({ verifier: verifierOf(settings) })],
    });
    await server.start();
    await server.stop();
    return lines;
  }

  it('without `tokenUse` is warned of at each start, because ID tokens name no API', async () => {
    expect(await warningsAtStart({ audience: API })).toEqual([
      `apollo-cognito-auth: The user pool ${userPoolId} has \`audience\` and accepts ID tokens too. They name no API, so ` +
        "`audience` does not apply to them. Write `tokenUse: 'access'` if this API needs no ID tokens.",
    ]);
    expect(await warningsAtStart({ audience: API, tokenUse: 'access' })).toEqual([]);
    expect(await warningsAtStart({})).toEqual([]);
  });
});
