import { describe, expect, it } from 'vitest';
import { authStateOf } from '../../../src/auth.js';
import { AuthConfigurationError } from '../../../src/errors.js';
import { anonymous, authenticatedAs, createTestUserPool, rejected } from '../../../src/testing/index.js';
import { createCognitoVerifier, internalsOf } from '../../../src/token/verifier.js';
import { complaintAbout } from '../../support/refuse.js';

const customers = createTestUserPool();
const staff = createTestUserPool();
const poolOf = ({ userPoolId, clientId, jwks }: typeof customers) => ({ userPoolId, clientId, jwks });
const poolNameOf = (auth: unknown) => authStateOf(auth)?.origin.poolName;

describe('the name of a pool', () => {
  it('is known of each verified token, and the id where the pool has none', async () => {
    const verifier = createCognitoVerifier([{ ...poolOf(customers), name: 'customers' }, poolOf(staff)]);
    expect(internalsOf(verifier).poolNames).toEqual(['customers', staff.userPoolId]);
    for (const token of [customers.accessToken(), customers.idToken()]) {
      const auth = await verifier.verify(token);
      expect([auth.userPoolId, poolNameOf(auth)]).toEqual([customers.userPoolId, 'customers']);
      // The same again for a remembered token.
      expect(poolNameOf(await verifier.verify(token))).toBe('customers');
    }
    expect(poolNameOf(await verifier.verify(staff.accessToken()))).toBe(staff.userPoolId);
  });

  it('is undefined without a verified token', async () => {
    const verifier = createCognitoVerifier({ ...poolOf(customers), name: 'customers' });
    const callers = [
      await verifier.authenticate(undefined),
      await verifier.authenticate('junk'),
      await verifier.authenticate(customers.accessToken({ exp: 1 })),
    ];
    expect(callers.map(poolNameOf)).toEqual([undefined, undefined, undefined]);
    expect(callers.map((auth) => authStateOf(auth) !== undefined)).toEqual([true, true, true]);
  });

  it.each([['customers'], ['eu-west-1_Elsewhere'], ['Zürich-ä.1:b/c'], ['n'.repeat(128)], [undefined]])(
    'may be %j',
    (name) => {
      expect(complaintAbout({ ...poolOf(customers), name })).toBe('accepted');
    },
  );

  it.each<[unknown, string]>([
    ['', 'an empty string'],
    [' ', 'a blank string'],
    ['our customers', 'a string'],
    [' customers', 'a string'],
    ['customers\n', 'a string'],
    ['a\u00a0b', 'a string'],
    ['a\u200bb', 'a string'],
    ['a\u0000b', 'a string'],
    ['customers,staff', 'a string'],
    ['customers;staff', 'a string'],
    ['"customers"', 'a string'],
    ['n'.repeat(129), 'a string'],
    ['undefined', 'the text of a missing value'],
    ['null', 'the text of a missing value'],
    ['[object Object]', 'the text of a missing value'],
    [null, 'null'],
    [7, '7'],
    [['customers'], 'a list'],
    [{}, 'an object'],
  ])('is refused when it is %j', (name, found) => {
    expect(complaintAbout([{ ...poolOf(customers) }, { ...poolOf(staff), name }])).toBe(
      'Expected `pools[1].name` to be 1 to 128 characters without white space, commas and quotation marks, got ' +
        `${found}. Write name: 'customers', or leave it out: a rule then calls the pool by its id.`,
    );
  });

  const TAKEN =
    'Expected `pools` to have a different `name` for each pool, got the name or the id of one for another. Write `name` for ' +
    'each pool; the default is its `userPoolId`.';
  it.each<[string, string | undefined, string | undefined, string]>([
    ['the name of another pool', 'customers', 'customers', TAKEN],
    ['the id of a pool without a name', undefined, customers.userPoolId, TAKEN],
    ['the id of a pool with another name', 'customers', customers.userPoolId, TAKEN],
    ['its own id', 'customers', staff.userPoolId, 'accepted'],
    ['another name in upper case', 'customers', 'Customers', 'accepted'],
  ])('is judged when it is %s', (_, first, second, verdict) => {
    const pools = [
      { ...poolOf(customers), name: first },
      { ...poolOf(staff), name: second },
    ];
    expect(complaintAbout(pools)).toBe(verdict);
    expect(complaintAbout(pools.reverse())).toBe(verdict);
  });

  it('tells two emulators apart whose pools have one id', () => {
    const emulated = (port: number, name?: string) => ({
      userPoolId: 'local_1',
      clientId: 'web',
      endpoint: `http://localhost:${String(port)}`,
      name,
    });
    expect(complaintAbout([emulated(1, 'one'), emulated(2, 'two')])).toBe('accepted');
    expect(complaintAbout([emulated(1), emulated(2)])).toBe(TAKEN);
  });

  it('is taken from no prototype', () => {
    Object.assign(Object.prototype, { name: 'staff' });
    try {
      expect(internalsOf(createCognitoVerifier(poolOf(customers))).poolNames).toEqual([customers.userPoolId]);
    } finally {
      Reflect.deleteProperty(Object.prototype, 'name');
    }
  });
});

describe('in a test, the name of the pool', () => {
  it('is the one that the test pool was given', async () => {
    const named = createTestUserPool({ name: 'customers' });
    const verifier = named.verifier();
    expect(internalsOf(verifier).poolNames).toEqual(['customers']);
    expect(poolNameOf(await verifier.verify(named.idToken()))).toBe('customers');
    const endpoint = await named.serve();
    try {
      expect(poolNameOf(await named.verifier().verify(named.idToken()))).toBe('customers');
    } finally {
      await endpoint.close();
    }
  });

  it('is the one that authenticatedAs() was given, or the id of its pool', () => {
    expect(poolNameOf(authenticatedAs({ pool: 'customers' }))).toBe('customers');
    expect(poolNameOf(authenticatedAs({ pool: 'staff', tokenUse: 'id' }))).toBe('staff');
    expect(poolNameOf(authenticatedAs())).toBe(authenticatedAs().userPoolId);
    expect([anonymous(), rejected('expired'), rejected('keys-unavailable')].map(poolNameOf)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it.each([[''], ['our customers'], ['undefined'], [null], [7], [['customers']]])(
    'is refused by authenticatedAs() when it is %j',
    (pool) => {
      const attempt = () => authenticatedAs({ pool: pool as never });
      expect(attempt).toThrow(AuthConfigurationError);
      expect(attempt).toThrow(/^Expected `pool` of authenticatedAs\(\) to be what a rule calls a pool, got /);
    },
  );
});
