import { buildSchema, GraphQLNonNull, GraphQLObjectType, GraphQLSchema, GraphQLString } from 'graphql';
import { describe, expect, it } from 'vitest';
import { anyOf, authDirective, createCognitoVerifier, protectedResourceMetadata } from '../../src/index.js';
import { AuthConfigurationError } from '../../src/errors.js';
import { createTestUserPool } from '../../src/testing/index.js';
import { guard } from '../support/run.js';

const resource = 'https://api.example.com/graphql';
const userPoolId = 'eu-west-1_AbCdEf123';
const issuer = `https://cognito-idp.eu-west-1.amazonaws.com/${userPoolId}`;
const verifier = createCognitoVerifier({ userPoolId, clientId: 'agent' });

function scopesOf(schema: GraphQLSchema): readonly string[] | undefined {
  return protectedResourceMetadata({ resource, verifier, schema }).scopes_supported;
}

describe('the metadata of the API', () => {
  it('names the API, its pool and the scopes of its rules, as JSON has them', () => {
    const schema = guard('type Query { a: Int @auth(scopes: ["orders/write", "orders/read"]) motd: String }');
    const metadata = protectedResourceMetadata({ resource, verifier, schema });
    expect(JSON.parse(JSON.stringify(metadata))).toEqual({
      resource,
      authorization_servers: [issuer],
      scopes_supported: ['orders/read', 'orders/write'],
      bearer_methods_supported: ['header'],
    });
    expect(Object.getPrototypeOf(metadata)).toBe(Object.prototype);
    const lists: readonly unknown[] = Object.values(metadata);
    expect([metadata, ...lists].every((each) => Object.isFrozen(each))).toBe(true);
  });

  it('names the scopes of policies that elements name', () => {
    const policies = { mayRead: anyOf({ scopes: ['orders/read'] }, () => true), unused: anyOf({ scopes: ['other'] }) };
    const schema = guard('type Query { a: Int @auth(policies: "mayRead") }', {}, { policies });
    expect(scopesOf(schema)).toEqual(['orders/read']);
  });

  it('is refused for a verifier that finds its pools, which has no list of issuers', () => {
    const schema = guard('type Query { a: Int }');
    expect(() =>
      protectedResourceMetadata({ resource, verifier: createCognitoVerifier({ find: () => undefined }), schema }),
    ).toThrow(
      /^Expected `verifier` of protectedResourceMetadata\(\) to have a list of pools, got one that finds its pools\./,
    );
  });

  it('leaves the scopes out if no rule names one', () => {
    const schema = guard('type Query { a: Int @auth(groups: ["admin"]) }');
    expect(protectedResourceMetadata({ resource, verifier, schema })).toEqual({
      resource,
      authorization_servers: [issuer],
      bearer_methods_supported: ['header'],
    });
  });

  it('names one issuer of each pool: the original one in AWS, and that of an emulator as its tokens have it', () => {
    const endpoint = 'http://127.0.0.1:9229';
    const pools = [
      { userPoolId, clientId: 'agent' },
      { userPoolId: 'cn-north-1_AbCdEf123', clientId: 'agent' },
      { userPoolId: 'local_1', clientId: 'agent', endpoint },
      { userPoolId: 'local_2', clientId: 'agent', endpoint, issuer: 'http://localhost:9229/local_2' },
    ];
    const metadata = protectedResourceMetadata({
      resource,
      verifier: createCognitoVerifier(pools),
      schema: buildSchema('type Query { a: Int }'),
    });
    expect(metadata.authorization_servers).toEqual([
      issuer,
      'https://cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_AbCdEf123',
      'http://127.0.0.1:9229/local_1',
      'http://localhost:9229/local_2',
    ]);
  });

  it('names the pool of a test', () => {
    const pool = createTestUserPool();
    const { authorization_servers } = protectedResourceMetadata({
      resource,
      verifier: pool.verifier(),
      schema: buildSchema('type Query { a: Int }'),
    });
    const { iss } = JSON.parse(atob(pool.accessToken().split('.')[1] ?? '')) as { iss: string };
    expect(authorization_servers).toEqual([iss]);
  });
});

describe('the scopes of the metadata', () => {
  const everywhere = /* GraphQL */ `
    type Query @auth(scopes: ["root"]) {
      node(first: Int @auth(scopes: ["argument"]), filter: Filter): Node
        @auth(scopes: ["field"])
        @auth(scopes: ["and", "or"])
      union: Union
    }
    interface Node @auth(scopes: ["interface"]) {
      id: ID @auth(scopes: ["interface-field"])
    }
    type Order implements Node @auth(scopes: ["member"]) {
      id: ID
      state: State
      cents: Cents
    }
    union Union @auth(scopes: ["union"]) = Order
    enum State @auth(scopes: ["enum"]) {
      OPEN
    }
    scalar Cents @auth(scopes: ["scalar"])
    input Filter @auth(scopes: ["input"]) {
      deep: Deep
    }
    input Deep {
      deleted: Boolean @auth(scopes: ["input-field"])
    }
    type Mutation {
      pay: Int @auth(scopes: ["mutation"], groups: ["admin"])
    }
    type Subscription {
      paid: Int @auth(scopes: ["subscription"], policies: ["mine"])
    }
  `;
  const all = [
    ...[
      'and',
      'argument',
      'enum',
      'field',
      'input',
      'input-field',
      'interface',
      'interface-field',
      'member',
      'mutation',
    ],
    ...['or', 'root', 'scalar', 'subscription', 'union'],
  ];

  it('are those of rules on every kind of element, each once and sorted', () => {
    expect(scopesOf(guard(everywhere, {}, { policies: { mine: () => true } }))).toEqual(all);
  });

  it('are the same for a schema that was not transformed', () => {
    const { authDirectiveTypeDefs } = authDirective();
    expect(scopesOf(buildSchema(authDirectiveTypeDefs + everywhere))).toEqual(all);
  });

  it('are those of a directive with another name', () => {
    const schema = guard('type Query { a: Int @asks(scopes: ["a"]) }', {}, { name: 'asks' });
    expect(scopesOf(schema)).toEqual(['a']);
  });

  it('are those of rules that are written in code', () => {
    const directives = [{ name: 'auth', args: { scopes: ['code'] } }];
    const field = { type: new GraphQLNonNull(GraphQLString), extensions: { directives } };
    const query = new GraphQLObjectType({ name: 'Query', fields: { a: field } });
    expect(scopesOf(authDirective().authDirectiveTransformer(new GraphQLSchema({ query })))).toEqual(['code']);
  });

  it('are those of a dialect', () => {
    const sdl = /* GraphQL */ `
      directive @requiresScopes(scopes: [[String!]!]!) on FIELD_DEFINITION
      type Query {
        a: Int @requiresScopes(scopes: [["a"], ["b", "c"]])
      }
    `;
    expect(scopesOf(guard(sdl, {}, { dialects: ['federation'] }))).toEqual(['a', 'b', 'c']);
  });

  it('include those of rules in a dry run', () => {
    const logger = { warn: () => undefined, error: () => undefined };
    const schema = guard('type Query { a: Int @auth(scopes: ["a"]) }', {}, { enforcement: 'report', logger });
    expect(scopesOf(schema)).toEqual(['a']);
  });
});

describe('a wrong resource, verifier or schema is refused, with a sentence', () => {
  const schema = buildSchema('type Query { a: Int }');
  const called = 'protectedResourceMetadata()';
  const notAnAddress = (found: string) =>
    `Expected \`resource\` of ${called} to be an https address without a fragment, got ${found}. Write: '${resource}'.`;

  it.each<[unknown, string | RegExp]>([
    [undefined, `Expected \`options\` of ${called} to be an object with verifier, resource, schema, got undefined.`],
    [
      verifier,
      `Expected \`options\` of ${called} to be an object with a verifier, got the verifier. Write: protectedResourceMetadata({ verifier }).`,
    ],
    [
      { resource, verifier, schema, scopes: [] },
      `Unknown option \`scopes\` in \`options\` of ${called}. Known options: verifier, resource, schema.`,
    ],
    [{ verifier, schema }, notAnAddress('undefined')],
    [{ verifier, schema, resource: 'api.example.com' }, notAnAddress('a string that is not an address')],
    [
      { verifier, schema, resource: 'http://api.example.com/graphql' },
      notAnAddress('plain http, which only a loopback address may have'),
    ],
    [{ verifier, schema, resource: `${resource}#a` }, notAnAddress('one with a fragment')],
    [
      { resource, schema, verifier: { ...verifier } },
      /^Expected `verifier` to be the object that createCognitoVerifier\(\) returned, not a copy, got an object\. /,
    ],
    [{ resource, schema }, /^Expected `verifier` to be the object that createCognitoVerifier\(\) returned, not a copy/],
    [
      { resource, verifier, schema: 'type Query { a: Int }' },
      `${called}: Expected a GraphQLSchema, got "type Query { a: Int }". Pass what makeExecutableSchema() or buildSchema() returns.`,
    ],
    [
      { resource, verifier },
      `${called}: Expected a GraphQLSchema, got undefined. Pass what makeExecutableSchema() or buildSchema() returns.`,
    ],
  ])('%#', (options, message) => {
    expect(() => protectedResourceMetadata(options as never)).toThrow(AuthConfigurationError);
    expect(() => protectedResourceMetadata(options as never)).toThrow(message);
  });

  it('and a loopback address in plain http is not', () => {
    const local = 'http://localhost:4000/graphql';
    expect(protectedResourceMetadata({ resource: local, verifier, schema }).resource).toBe(local);
  });
});
