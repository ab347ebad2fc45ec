import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { describe, expect, it } from 'vitest';
import {
  anyOf,
  AuthConfigurationError,
  cognitoAuthPlugin,
  createAuthContext,
  createCognitoVerifier,
  requireAuth,
} from '../../src/index.js';
import type { AuthContext, AuthDirectiveOptions } from '../../src/index.js';
import { authenticatedAs, createTestUserPool } from '../../src/testing/index.js';
import { denial, guard, run } from '../support/run.js';
import { logInto } from '../support/serve.js';

const staff = createTestUserPool({ name: 'staff' });
const customers = createTestUserPool();
const toPool = ({ userPoolId, clientId, jwks }: typeof staff) => ({ userPoolId, clientId, jwks });
const both = createCognitoVerifier([{ ...toPool(staff), name: 'staff' }, toPool(customers)]);

const schema = guard(
  `type Query { staff: Int @auth(pools: ["staff"]) either: Int @auth(pools: ["staff", "${customers.userPoolId}"])
     payroll: Payroll admin: Int @auth(pools: ["staff"], groups: ["admin"]) }
   type Payroll @auth(pools: "staff") { total: Int }`,
  { Query: { staff: () => 1, either: () => 2, payroll: () => ({ total: 3 }), admin: () => 4 } },
);
const query = '{ staff either payroll { total } admin }';

describe('rule 14: pools', () => {
  it('allows tokens of the named pool, with groups of its own', async () => {
    const auth = await both.verify(staff.accessToken({ 'cognito:groups': ['admin'] }));
    expect(await run(schema, query, auth)).toEqual({
      data: { staff: 1, either: 2, payroll: { total: 3 }, admin: 4 },
    });
  });

  it('denies tokens of another pool, also with a group of the same name', async () => {
    for (const token of [customers.accessToken, customers.idToken]) {
      const auth = await both.verify(token({ 'cognito:groups': ['admin'] }));
      expect(await run(schema, query, auth)).toEqual({
        data: { staff: null, either: 2, payroll: null, admin: null },
        errors: [denial('pool', 'admin'), denial('pool', 'payroll'), denial('pool', 'staff')],
      });
    }
  });

  it('reads the pool of an Auth of the testing kit', async () => {
    const auth = authenticatedAs({ pool: 'staff' });
    expect(await run(schema, '{ staff }', auth)).toEqual({ data: { staff: 1 } });
    expect(requireAuth({ auth }, { pools: ['customers', 'staff'] })).toBe(auth);
    expect(() => requireAuth({ auth }, { pools: ['customers'] })).toThrow(
      expect.objectContaining({ extensions: { code: 'FORBIDDEN', reason: 'pool' } }),
    );
    expect(await run(schema, '{ staff }', authenticatedAs())).toEqual({
      data: { staff: null },
      errors: [denial('pool', 'staff')],
    });
  });

  it('answers 403 when it refuses a whole operation', async () => {
    const server = new ApolloServer<AuthContext>({
      schema,
      plugins: [cognitoAuthPlugin({ verifier: both, onDenied: { query: 'reject' } })],
      logger: logInto([]),
    });
    const context = createAuthContext({ verifier: both });
    const { url } = await startStandaloneServer(server, { context, listen: { port: 0 } });
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${customers.accessToken()}` },
      body: JSON.stringify({ query: '{ staff }' }),
    });
    expect([response.status, response.headers.get('www-authenticate'), await response.json()]).toEqual([
      403,
      null,
      {
        errors: [
          {
            message: 'Access is denied.',
            path: ['staff'],
            locations: [{ line: 1, column: 3 }],
            extensions: { code: 'FORBIDDEN', reason: 'pool' },
          },
        ],
      },
    ]);
    await server.stop();
  });
});

/** The problems, or else the log, of a server that starts. */
async function startOf(verifier: typeof both, sdl: string, options?: AuthDirectiveOptions): Promise<readonly string[]> {
  const log: string[] = [];
  const server = new ApolloServer({
    schema: guard(sdl, {}, options),
    plugins: [cognitoAuthPlugin({ verifier })],
    logger: logInto(log),
  });
  try {
    await server.start();
  } catch (error) {
    if (error instanceof AuthConfigurationError) return error.problems;
    throw error;
  }
  await server.stop();
  return log;
}

describe('rule 14: a server that starts', () => {
  it('is refused when a rule names a pool that the verifier does not have', async () => {
    const sdl = `type Query { a: Int @auth(pools: ["staff", "Staff"]) b(x: Int @auth(pools: "partners")): T }
      type T @auth(pools: ["${customers.userPoolId}", "${staff.userPoolId}"]) { c: Int }`;
    const sentence = (coordinate: string, name: string) =>
      `${coordinate}: Expected each of \`pools\` to be the name of a pool of the verifier ("staff", "${customers.userPoolId}"), got "${name}". ` +
      "Correct it, or name the pool: createCognitoVerifier({ userPoolId, clientId, name: '…' }).";
    expect(await startOf(both, sdl)).toEqual([
      sentence('Query.a', 'Staff'),
      sentence('Query.b(x:)', 'partners'),
      sentence('T', staff.userPoolId),
    ]);
  });

  it('is warned when the groups of several pools count alike', async () => {
    const sdl =
      'type Query { a: Int @auth(groups: "g") b: Int @auth(groups: "g", pools: "staff") c: Int @auth(groups: "g") @auth(pools: "staff") d: Int @auth }';
    const warning =
      'apollo-cognito-auth: The verifier has several user pools, and a rule with `groups` and without `pools` accepts the group ' +
      'of each of them: Query.a. Add `pools` to these rules, unless they mean the groups of every pool.';
    expect(await startOf(both, sdl)).toEqual([warning]);
    expect(await startOf(staff.verifier(), sdl)).toEqual([]);
  });

  it('is refused and warned alike for rules in anyOf', async () => {
    const policies = {
      admin: anyOf({ groups: ['admin'] }, { pools: ['staff'], groups: ['support'] }),
      misspelt: anyOf({ pools: ['Staff'] }),
      unused: anyOf({ pools: ['partners'] }),
    };
    const [problem, ...others] = await startOf(
      both,
      'type Query { a: Int @auth(policies: "admin") b: T } type T @auth(policies: "misspelt") { c: Int }',
      { policies },
    );
    expect([problem?.slice(0, 100), others]).toEqual([
      `T: Expected each of \`pools\` to be the name of a pool of the verifier ("staff", "${customers.userPoolId}"), got "Staff"`.slice(
        0,
        100,
      ),
      [],
    ]);
    const [warning, ...more] = await startOf(
      both,
      'type Query { a: Int @auth(policies: "admin") b: Int @auth(pools: "staff", policies: "admin") }',
      { policies },
    );
    expect([warning?.includes('of each of them: Query.a. Add'), more]).toEqual([true, []]);
  });

  it('is warned of groups in the directives of another product', async () => {
    const sdl =
      'directive @aws_auth(cognito_groups: [String!]) on FIELD_DEFINITION type Query { a: Int @aws_auth(cognito_groups: ["g"]) b: Int @auth }';
    const [warning] = await startOf(both, sdl, { dialects: ['appsync'], unannotated: 'public' });
    expect(warning).toContain('of each of them: Query.a. Add');
  });
});
