import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createTestUserPool } from '../../src/testing/index.js';
import { createCognitoVerifier } from '../../src/token/verifier.js';
import { seed } from './seed.js';

const RUNS = 20_000;
const NOW = 1_800_000_000;
const GRACE = 30;
const AUDIENCE = 'https://api.example.com';
const REASONS = ['malformed', 'invalid', 'expired'];
const REFUSED = { status: 'rejected', reason: expect.toBeOneOf(REASONS) as string };

type Json = Readonly<Record<string, unknown>>;

const clock = () => NOW * 1000;
const pool = createTestUserPool({ clock, clientId: 'web' });
const settings = { userPoolId: pool.userPoolId, clientId: ['web', 'mobile'], jwks: pool.jwks, graceSeconds: GRACE };
const verifier = createCognitoVerifier(settings, { clock });
const withAudience = createCognitoVerifier({ ...settings, audience: AUDIENCE }, { clock });
const kid = pool.jwks.keys[0]?.kid;
const claimsOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Json;
const updatedIssuer = pool.issuer.replace('//cognito-idp.', '//issuer-cognito-idp.');

// The oracle: what a token must be to be accepted, written down from the documents that say so, with nothing taken from
// the code that it judges.
const isString = (value: unknown) => typeof value === 'string';
const isFilled = (value: unknown) => typeof value === 'string' && value.length > 0;
const isSecond = (value: unknown) => typeof value === 'number' && Number.isFinite(value);
const absentOr = (object: Json, name: string, test: (value: unknown) => boolean) =>
  !Object.keys(object).includes(name) || test(object[name]);

const namesProto = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  Object.entries(value).some(([name, member]) => name === '__proto__' || namesProto(member));

const isListOf = (value: unknown, test: (member: unknown) => boolean): boolean =>
  Array.isArray(value) ? value.length > 0 && value.every(test) : test(value);

/** @param audience The identifier of this API; undefined when the pool has none. */
function isAcceptable(header: Json, claims: Json, audience?: string): boolean {
  const { exp, iat, nbf } = claims;
  return (
    !namesProto(header) &&
    !namesProto(claims) &&
    header['alg'] === 'RS256' &&
    header['kid'] === kid &&
    !Object.keys(header).includes('crit') &&
    isFilled(claims['sub']) &&
    (claims['iss'] === pool.issuer || claims['iss'] === updatedIssuer) &&
    isSecond(exp) &&
    isSecond(iat) &&
    Number(exp) > Number(iat) &&
    Number(exp) - Number(iat) <= 86_400 &&
    Number(exp) + GRACE > NOW &&
    Number(iat) <= NOW + 300 &&
    absentOr(claims, 'nbf', (value) => isSecond(value) && Number(nbf) - GRACE <= NOW) &&
    absentOr(claims, 'auth_time', isSecond) &&
    !Object.keys(claims).includes('cnf') &&
    absentOr(claims, 'jti', isString) &&
    absentOr(claims, 'origin_jti', isString) &&
    absentOr(claims, 'cognito:groups', (value) => Array.isArray(value) && value.every(isString)) &&
    (claims['token_use'] === 'id'
      ? (claims['aud'] === 'web' || claims['aud'] === 'mobile') &&
        isFilled(claims['cognito:username']) &&
        absentOr(claims, 'email', isString)
      : claims['token_use'] === 'access' &&
        (claims['client_id'] === 'web' || claims['client_id'] === 'mobile') &&
        (audience === undefined
          ? absentOr(claims, 'aud', (value) => isListOf(value, (member) => member === claims['client_id']))
          : isListOf(claims['aud'], isString) && [claims['aud']].flat().includes(audience)) &&
        absentOr(claims, 'username', isFilled) &&
        absentOr(claims, 'scope', isString))
  );
}

const second = fc.oneof(
  fc.integer({ min: NOW - 2 * GRACE, max: NOW + 2 * GRACE }),
  fc.integer({ min: NOW + 290, max: NOW + 310 }),
  fc.integer({ min: NOW + 86_390, max: NOW + 86_410 }),
  fc.double({ min: NOW - 2 * GRACE, max: NOW + 400, noNaN: true }),
  fc.constantFrom(0, -1, 1, 1e300, 8.64e12, 8.64e12 + 1, 2 ** 53, NOW + 0.5, NOW * 1000),
  fc.integer(),
);
const text = fc.oneof(
  fc.string(),
  fc.constantFrom('', ' ', 'web', 'mobile', 'id', 'access', 'refresh', pool.issuer, updatedIssuer),
);
const anything = fc.oneof(fc.jsonValue(), second, text, fc.array(text, { maxLength: 3 }), fc.constant(undefined));

const claimNames = [
  ...['sub', 'iss', 'exp', 'iat', 'nbf', 'auth_time', 'jti', 'origin_jti', 'cognito:groups', 'token_use'],
  ...[
    'aud',
    'cnf',
    'cognito:username',
    'email',
    'client_id',
    'username',
    'scope',
    'version',
    'constructor',
    'toString',
    '__proto__',
  ],
];
const suited = new Map<string, fc.Arbitrary<unknown>>(
  Object.entries({
    exp: second,
    iat: second,
    nbf: second,
    auth_time: second,
    iss: fc.constantFrom(pool.issuer, updatedIssuer, `${pool.issuer}/`, 'https://no-issuer.invalid/'),
    aud: fc.constantFrom(
      'web',
      'mobile',
      'other',
      ['web'],
      '',
      AUDIENCE,
      [AUDIENCE],
      [AUDIENCE, 'web'],
      [AUDIENCE, 1],
      [],
    ),
    client_id: fc.constantFrom('web', 'mobile', 'other', ['web'], ''),
    token_use: fc.constantFrom('id', 'access', 'refresh', 'Access'),
    'cognito:groups': fc.oneof(fc.array(text), fc.array(fc.jsonValue()), text),
  }),
);
const claimChange = fc
  .constantFrom(...claimNames)
  .chain((name) => fc.tuple(fc.constant(name), fc.oneof(suited.get(name) ?? text, suited.get(name) ?? text, anything)));
// Times that belong together, close to where they begin and cease to count.
const around = (at: number) => fc.integer({ min: at - 2, max: at + 2 });
const times = fc.oneof(
  fc.record({ iat: fc.constant(NOW - 4_000), exp: around(NOW - GRACE) }),
  fc.record({ iat: around(NOW + 300), exp: fc.constant(NOW + 4_000) }),
  fc.record({ iat: around(NOW - 80_000), exp: around(NOW + 6_400) }),
  fc.record({ iat: fc.constant(NOW - 0.25), exp: fc.double({ min: NOW, max: NOW + 90_000, noNaN: true }) }),
  fc.record({ iat: fc.constant(NOW), exp: around(NOW) }),
  fc.record({ nbf: around(NOW + GRACE) }),
);
const claims = fc
  .tuple(
    fc.constantFrom(pool.accessToken, pool.idToken),
    fc.oneof({ weight: 2, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: times }),
    fc.array(claimChange, { minLength: 1, maxLength: 4 }),
  )
  .map(([make, time, changes]): Json => ({ ...claimsOf(make()), ...time, ...Object.fromEntries(changes) }));

const headerChange = fc.oneof(
  fc.tuple(fc.constant('alg'), fc.oneof(fc.constantFrom('none', 'HS256', 'RS512', 'rs256', ''), anything)),
  fc.tuple(fc.constant('kid'), fc.oneof(fc.constantFrom('', 'other', [kid]), anything)),
  fc.tuple(fc.constant('crit'), fc.oneof(fc.constantFrom([], ['exp'], null), anything)),
  fc.tuple(fc.constantFrom('typ', 'jku', 'jwk', 'x5c', 'b64', 'zip', 'cty'), anything),
  fc.tuple(fc.oneof(fc.string(), fc.constant('__proto__')), anything),
);
const header = fc.oneof(
  { weight: 4, arbitrary: fc.constant([]) },
  { weight: 1, arbitrary: fc.array(headerChange, { minLength: 1, maxLength: 2 }) },
);

it(
  `the verifier accepts exactly what must be accepted of ${RUNS.toLocaleString('en')} tokens that were really signed`,
  { timeout: 180_000 },
  async () => {
    const counts = { accepted: 0, refused: 0, acceptedForApi: 0 };
    await fc.assert(
      fc.asyncProperty(header, claims, async (changes, payload) => {
        // What is undefined does not get into the token, and neither does it into what the oracle sees.
        const head = JSON.parse(JSON.stringify({ kid, alg: 'RS256', ...Object.fromEntries(changes) })) as Json;
        const body = JSON.parse(JSON.stringify(payload)) as Json;
        const auth = await verifier.authenticate(pool.sign(head, body));
        const isGood = isAcceptable(head, body);
        counts[isGood ? 'accepted' : 'refused'] += 1;
        expect(auth).toEqual(isGood ? expectedAuth(body) : REFUSED);
        // The same for one API of several: half of the tokens name it.
        const bodyForApi = 'client_id' in body ? { aud: AUDIENCE, ...body } : body;
        const forApi = await withAudience.authenticate(pool.sign(head, bodyForApi));
        const isGoodForApi = isAcceptable(head, bodyForApi, AUDIENCE);
        if (isGoodForApi && body['token_use'] === 'access') counts.acceptedForApi += 1;
        expect(forApi).toEqual(isGoodForApi ? expectedAuth(bodyForApi) : REFUSED);
      }),
      { seed, numRuns: RUNS },
    );
    // A test of one half only would prove nothing of the other.
    expect(Math.min(counts.accepted, counts.refused)).toBeGreaterThan(RUNS / 5);
    expect(counts.acceptedForApi).toBeGreaterThan(RUNS / 20);
  },
);

function expectedAuth(body: Json): object {
  const isId = body['token_use'] === 'id';
  const username = isId ? body['cognito:username'] : body['username'];
  const scope = isId ? undefined : body['scope'];
  return {
    status: 'authenticated',
    tokenUse: body['token_use'],
    sub: body['sub'],
    ...(username === undefined ? {} : { username }),
    clientId: isId ? body['aud'] : body['client_id'],
    userPoolId: pool.userPoolId,
    groups: body['cognito:groups'] ?? [],
    scopes: typeof scope === 'string' ? scope.split(' ').filter((name) => name !== '') : [],
    expiresAt: body['exp'],
    claims: body,
  };
}
