import { describe, expect, it } from 'vitest';
import { createTestUserPool } from '../../../src/testing/index.js';
import { createCognitoVerifier } from '../../../src/token/verifier.js';
import { complaintAbout } from '../../support/refuse.js';

const { clientId, jwks } = createTestUserPool();
const pool = { userPoolId: 'eu-west-1_AbCdEf123', clientId };

/** The addresses from which a verifier fetches keys. */
async function addressesOf(settings: object): Promise<string[]> {
  const addresses: string[] = [];
  const fetch = (url: string) => {
    addresses.push(url);
    return Promise.resolve(Response.json(jwks));
  };
  await createCognitoVerifier({ ...pool, ...settings }, { keys: { fetch: fetch as never } }).hydrate();
  return addresses;
}

describe('`regions` of a pool', () => {
  it('adds the two issuers of each replica to those of the pool', async () => {
    const of = (userPoolId: string, region: string, suffix = 'amazonaws.com') => [
      `https://cognito-idp.${region}.${suffix}/${userPoolId}/.well-known/jwks.json`,
      `https://issuer-cognito-idp.${region}.${suffix}/${userPoolId}/.well-known/jwks.json`,
    ];
    const regions = ['us-east-1', 'ap-southeast-2'];
    const { userPoolId } = pool;
    expect(await addressesOf({ regions })).toEqual([
      ...of(userPoolId, 'eu-west-1'),
      ...of(userPoolId, 'us-east-1'),
      ...of(userPoolId, 'ap-southeast-2'),
    ]);
    const china = 'cn-north-1_AbC';
    expect(await addressesOf({ userPoolId: china, regions: ['cn-northwest-1'] })).toEqual([
      ...of(china, 'cn-north-1', 'amazonaws.com.cn'),
      ...of(china, 'cn-northwest-1', 'amazonaws.com.cn'),
    ]);
  });

  it.each([
    [{ ...pool, regions: ['us-east-1'] }],
    [{ ...pool, regions: ['us-east-1', 'us-west-2', 'ap-southeast-2'] }],
    [{ ...pool, userPoolId: 'us-gov-west-1_abc', regions: ['us-gov-east-1'] }],
    [{ ...pool, regions: ['us-east-1'], endpoint: undefined, jwks: undefined }],
  ])('may be those of %j', (settings) => {
    expect(complaintAbout(settings)).toBe('accepted');
  });

  const UNKNOWN = 'an unknown region';
  const ELSEWHERE = 'a region of another partition';
  it.each<[unknown, string]>([
    [undefined, 'undefined'],
    [null, 'null'],
    [[], 'an empty list'],
    ['us-east-1', 'a string'],
    [{ 0: 'us-east-1', length: 1 }, 'an object'],
    [new Set(['us-east-1']), 'an object of a class'],
    [['eu-west-1'], "the pool's own region"],
    [['us-east-1', 'eu-west-1'], "the pool's own region"],
    [['us-east-1', 'us-east-1'], 'one twice'],
    [['cn-north-1'], ELSEWHERE],
    [['us-gov-west-1'], ELSEWHERE],
    [['us-east-1', 'eusc-de-east-1'], ELSEWHERE],
    [['us-iso-east-1'], UNKNOWN],
    [['us-east-1a'], UNKNOWN],
    [['US-EAST-1'], UNKNOWN],
    [['us-east-1,us-west-2'], UNKNOWN],
    [['us-east-1 '], UNKNOWN],
    [['us-east-1\n'], UNKNOWN],
    [['us-east-1.evil.example/x#'], UNKNOWN],
    [['undefined'], UNKNOWN],
    [[''], UNKNOWN],
    [['eu-west-1_AbCdEf123'], UNKNOWN],
    [['us-east-1', undefined], 'undefined'],
    [Array(1), 'undefined'],
    [[7], '7'],
    [[['us-east-1']], 'a list'],
  ])('is refused when it is %j', (regions, found) => {
    expect(complaintAbout({ ...pool, regions })).toBe(
      `Expected \`pool.regions\` to be a list of the pool's replica regions, got ${found}. Write regions: ['us-west-2'], ` +
        "without the pool's own region, or leave it out.",
    );
  });

  it.each([
    ['a pool of GovCloud', 'us-gov-west-1_abc', 'us-east-1'],
    ['a pool of China', 'cn-north-1_abc', 'us-east-1'],
  ])('is refused for %s when it is of the AWS partition', (_, userPoolId, region) => {
    expect(complaintAbout({ ...pool, userPoolId, regions: [region] })).toContain(`got ${ELSEWHERE}.`);
  });

  it.each<[string, object]>([
    ['endpoint', { endpoint: 'http://localhost:9229' }],
    ['endpoint', { userPoolId: 'local_1', endpoint: 'https://cognito-idp.us-iso-east-1.c2s.ic.gov' }],
    ['jwks', { jwks }],
  ])('is refused beside `%s`, whose keys are of no region: %j', (name, settings) => {
    for (const regions of [['us-east-1'], undefined]) {
      expect(complaintAbout({ ...pool, ...settings, regions })).toBe(
        `Expected \`pool\` to have \`regions\` or \`${name}\`, got both. The keys of each region come from AWS: leave one out.`,
      );
    }
  });

  it('does not make a second pool of another region the same', () => {
    expect(
      complaintAbout([
        { ...pool, regions: ['us-east-1'] },
        { ...pool, userPoolId: 'us-east-1_AbCdEf123' },
      ]),
    ).toBe('accepted');
    expect(complaintAbout([{ ...pool, regions: ['us-east-1'] }, pool])).toMatch(/got one twice/);
  });

  it('is taken from no prototype, and read once', async () => {
    Object.assign(Object.prototype, { regions: ['us-east-1'] });
    try {
      expect(await addressesOf({})).toHaveLength(2);
    } finally {
      Reflect.deleteProperty(Object.prototype, 'regions');
    }
    const regions = ['us-east-1'];
    const requests: string[] = [];
    const fetch = (url: string) => {
      requests.push(url);
      return Promise.resolve(Response.json(jwks));
    };
    const verifier = createCognitoVerifier({ ...pool, regions }, { keys: { fetch: fetch as never } });
    regions.push('us-west-2');
    await verifier.hydrate();
    expect(requests).toHaveLength(4);
  });
});
