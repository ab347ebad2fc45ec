/** `decideOperation()`: the whole-operation part of the rules for a transport without the plugin. */
import { makeExecutableSchema } from '@graphql-tools/schema';
import { GraphQLError, graphql, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { authDirective, AuthConfigurationError, decideOperation } from '../../src/index.js';
import type { DecideOperationOptions } from '../../src/index.js';
import { anonymous, authenticatedAs, rejected } from '../../src/testing/index.js';
import { problemsOf } from '../support/refuse.js';
import { denial, guard, toAnswer } from '../support/run.js';

const ran: string[] = [];
const schema = guard(
  `type Query { open: Int, me: Int @auth }
   type Mutation { first: Int, pay(amount: Int, note: String @auth(groups: ["hr"])): Int @auth(groups: ["hr", "pay"]) }
   type Subscription { open: Int, orders: Int @auth }`,
  { Mutation: { first: () => (ran.push('first'), 1), pay: () => (ran.push('pay'), 1) } },
);

function decide(source: string, auth: unknown, options: Partial<DecideOperationOptions> = {}) {
  const errors = decideOperation({ schema, document: parse(source), contextValue: { auth }, ...options });
  expect(errors.every((error) => error instanceof GraphQLError)).toBe(true);
  return errors.map((error) => ({ ...error.toJSON(), locations: undefined }));
}

const refused = (reason: Parameters<typeof denial>[0]) => [{ ...(denial(reason) as object), path: undefined }];
const inPay = authenticatedAs({ groups: ['pay'] });

describe('decideOperation', () => {
  it('gives no error for an operation that is allowed, or that is answered in part', () => {
    expect(decide('{ open me }', anonymous())).toEqual([]);
    expect(decide('mutation { first pay }', inPay)).toEqual([]);
    expect(decide('subscription { open }', anonymous())).toEqual([]);
  });

  it('refuses a mutation or a subscription for each selection that the token denies', () => {
    expect(decide('mutation { first pay again: pay }', anonymous())).toEqual([
      denial('missing', 'pay'),
      denial('missing', 'again'),
    ]);
    expect(decide('mutation { pay }', authenticatedAs())).toEqual([denial('group', 'pay')]);
    expect(decide('subscription { orders }', anonymous())).toEqual([denial('missing', 'orders')]);
  });

  it('reads the variables as they were sent', () => {
    const source = 'mutation ($amount: Int, $note: String) { pay(amount: $amount, note: $note) }';
    expect(decide(source, inPay, { variableValues: { amount: 1 } })).toEqual([]);
    expect(decide(source, inPay, { variableValues: { note: 'x' } })).toEqual([denial('group', 'pay')]);
    expect(decide(source, inPay, { variableValues: null })).toEqual([]);
    expect(decide(source, inPay, { variableValues: { amount: 'not a number', note: 'x' } })).toEqual([]);
  });

  it('decides the operation that is named', () => {
    const source = 'query A { open } mutation B { pay }';
    expect(decide(source, anonymous(), { operationName: 'A' })).toEqual([]);
    expect(decide(source, anonymous(), { operationName: 'B' })).toEqual([denial('missing', 'pay')]);
    expect(decide(source, anonymous())).toEqual([]);
    expect(decide(source, anonymous(), { operationName: 'C' })).toEqual([]);
  });

  it('refuses a rejected token, unless `onInvalidToken` is anonymous', () => {
    for (const reason of ['expired', 'malformed', 'invalid', 'revoked'] as const) {
      expect(decide('{ open }', rejected(reason))).toEqual(refused(reason));
      expect(decide('{ open }', rejected(reason), { onInvalidToken: 'anonymous' })).toEqual([]);
      expect(decide('mutation { pay }', rejected(reason), { onInvalidToken: 'anonymous' })).toEqual([
        denial(reason, 'pay'),
      ]);
    }
  });

  it('refuses a token that could not be checked, with every option', () => {
    const expected = refused('keys-unavailable');
    expect(decide('{ open }', rejected('keys-unavailable'))).toEqual(expected);
    expect(decide('{ open }', rejected('keys-unavailable'), { onInvalidToken: 'anonymous' })).toEqual(expected);
  });

  it('refuses or answers each kind of operation as `onDenied` says', () => {
    expect(decide('{ me }', anonymous(), { onDenied: { query: 'reject' } })).toEqual([denial('missing', 'me')]);
    expect(decide('mutation { pay }', anonymous(), { onDenied: { mutation: 'partial' } })).toEqual([]);
    expect(decide('subscription { orders }', anonymous(), { onDenied: { subscription: 'partial' } })).toEqual([]);
  });

  it.each([undefined, null, {}, { ...authenticatedAs() }])(
    'refuses a context whose `auth` is not of this package: %o',
    (auth) => {
      expect(decide('mutation { pay }', auth)).toMatchObject([{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }]);
      expect(decide('mutation { pay }', auth, { contextValue: auth })).toMatchObject([
        { extensions: { code: 'INTERNAL_SERVER_ERROR' } },
      ]);
    },
  );

  it('refuses every operation on a schema whose rules nothing enforces', () => {
    const forgotten = makeExecutableSchema({
      typeDefs: [authDirective().authDirectiveTypeDefs, 'type Query { open: Int, me: Int @auth }'],
    });
    const [error] = decideOperation({
      schema: forgotten,
      document: parse('{ open }'),
      contextValue: { auth: authenticatedAs() },
    });
    expect(error?.toJSON()).toEqual({
      message: 'Internal server error.',
      extensions: { code: 'INTERNAL_SERVER_ERROR' },
    });
    expect(error?.originalError).toBeInstanceOf(AuthConfigurationError);
  });

  it.each([
    { onDenied: { mutation: 'allow' } },
    { onDenied: { mutations: 'reject' } },
    { onDenied: null },
    { onInvalidToken: 'ignore' },
    { onInvalidTokn: 'anonymous' },
    { variables: {} },
  ])('throws on the option %j', (options) => {
    expect(() => decide('{ open }', anonymous(), options as object)).toThrow(AuthConfigurationError);
  });

  it.each<[object, string]>([
    [
      { variables: {} },
      'Unknown option `variables` in `options` of decideOperation(). Known options: schema, document, operationName, variableValues, contextValue, onInvalidToken, onDenied.',
    ],
    [
      { onDenied: { mutations: 'reject' } },
      'Unknown option `mutations` in `options.onDenied` of decideOperation(). Known options: query, mutation, subscription.',
    ],
    ...['query', 'mutation', 'subscription'].map((kind): [object, string] => [
      { onDenied: { [kind]: 'allow' } },
      `Expected \`onDenied.${kind}\` of decideOperation() to be 'partial' or 'reject', got "allow".`,
    ]),
    [
      { onInvalidToken: 'ignore' },
      "Expected `onInvalidToken` of decideOperation() to be 'reject' or 'anonymous', got \"ignore\".",
    ],
  ])('says what is wrong with %j', (options, sentence) => {
    expect(problemsOf(() => decide('{ open }', anonymous(), options))).toEqual([sentence]);
  });

  it('takes each handling that is written, also one that is the default', () => {
    for (const onInvalidToken of ['reject', undefined] as const) {
      expect(decide('{ open }', rejected('expired'), { onInvalidToken })).toEqual(refused('expired'));
    }
    const onDenied = { query: 'partial', mutation: 'reject', subscription: 'reject' } as const;
    for (const options of [{ onDenied }, { onDenied: {} }, { onDenied: undefined }]) {
      expect(decide('{ me }', anonymous(), options)).toEqual([]);
      expect(decide('mutation { pay }', anonymous(), options)).toEqual([denial('missing', 'pay')]);
    }
  });

  it.each([undefined, null, '{ open }', {}, { definitions: 'query' }])(
    'throws on a document that is not parsed: %o',
    (document) => {
      expect(() => decide('{ open }', anonymous(), { document: document as never })).toThrow('Write: parse(source)');
    },
  );

  it.each([undefined, null, 'type Query { f: Int }', {}])(
    'refuses every operation when `schema` is no schema: %o',
    (wrong) => {
      expect(decide('{ open }', anonymous(), { schema: wrong as never })).toMatchObject([
        { extensions: { code: 'INTERNAL_SERVER_ERROR' } },
      ]);
    },
  );

  it('keeps a mutation from running under another transport', async () => {
    const answer = async (source: string, auth: unknown) => {
      const contextValue = { auth };
      const errors = decideOperation({ schema, document: parse(source), contextValue });
      return errors.length > 0 ? toAnswer({ errors }) : toAnswer(await graphql({ schema, source, contextValue }));
    };
    expect(await answer('mutation { first pay }', anonymous())).toEqual({ errors: [denial('missing', 'pay')] });
    expect(ran).toEqual([]);
    expect(await answer('mutation { first pay }', inPay)).toEqual({ data: { first: 1, pay: 1 } });
    expect(ran).toEqual(['first', 'pay']);
  });
});
