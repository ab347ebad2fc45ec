import { makeExecutableSchema, mergeSchemas } from '@graphql-tools/schema';
import { parse, subscribe } from 'graphql';
import { describe, expect, it } from 'vitest';
import { createAnonymousAuth } from '../../src/auth.js';
import { dryRunOf } from '../../src/directive/guard/registry.js';
import type { Refusal } from '../../src/directive/decision/decide.js';
import { createReport } from '../../src/directive/guard/report.js';
import { AuthConfigurationError, denials } from '../../src/errors.js';
import type { AuthEvent } from '../../src/events.js';
import { authDirective } from '../../src/directive/auth-directive.js';
import { decideOperation } from '../../src/index.js';
import { anonymous, authenticatedAs } from '../../src/testing/index.js';
import { denial, guard, run, toAnswer } from '../support/run.js';

const sdl = `
  type Query { f(x: Int @auth(groups: ["x"])): Int @auth(groups: ["g"]) nodes: [Node] p: Int @auth(policies: ["no"]) }
  interface Node { id: Int } type Pay implements Node @auth(groups: ["hr"]) { id: Int }
  type Subscription { ticks: Int @auth }
`;
const resolvers = {
  Query: { f: () => 1, nodes: () => [{ __typename: 'Pay', id: 2 }], p: () => 3 },
  Subscription: {
    ticks: {
      async *subscribe() {
        yield { ticks: 4 };
      },
    },
  },
};

describe('rule 11: a dry run', () => {
  it('denies nothing, and reports all that it would deny', async () => {
    const lines: string[] = [];
    const logger = { warn: (line: string) => lines.push(line), error: (line: string) => lines.push(line) };
    const schema = guard(sdl, resolvers, { enforcement: 'report', logger, policies: { no: async () => false } });
    expect(dryRunOf(schema)).toBe('all');

    const events: AuthEvent[] = [];
    const caller = createAnonymousAuth({
      clock: Date.now,
      graceSeconds: 0,
      emit: (event) => events.push(event),
      poolName: undefined,
    });
    expect(await run(schema, '{ f(x: 1) nodes { id } p }', caller)).toEqual({
      data: { f: 1, nodes: [{ id: 2 }], p: 3 },
    });
    expect(lines).toEqual([
      'apollo-cognito-auth: dry run: Query.f would be denied (missing).',
      'apollo-cognito-auth: dry run: Pay would be denied (missing).',
      'apollo-cognito-auth: dry run: Query.p would be denied (missing).',
    ]);
    expect(events.slice(0, events.length / 2)).toEqual(
      ['Query.f', 'Pay', 'Query.p'].map((coordinate) => ({
        type: 'field.denied',
        coordinate,
        code: 'UNAUTHENTICATED',
        reason: 'missing',
        enforced: false,
      })),
    );

    lines.length = 0;
    expect(await run(schema, '{ p }', authenticatedAs())).toEqual({ data: { p: 3 } });
    expect(lines).toEqual(['apollo-cognito-auth: dry run: Query.p would be denied (policy).']);

    const stream = await subscribe({ schema, document: parse('subscription { ticks }'), contextValue: {} });
    if (!(Symbol.asyncIterator in stream)) throw new Error('There is no stream.');
    for await (const event of stream) expect(toAnswer(event)).toEqual({ data: { ticks: 4 } });
  });

  it('begins with the word `report` alone', async () => {
    const schema = guard(sdl, resolvers, { enforcement: 'enforce', policies: { no: () => true } });
    expect(dryRunOf(schema)).toBe('none');
    expect(await run(schema, '{ f }', authenticatedAs())).toEqual({
      data: { f: null },
      errors: [denial('group', 'f')],
    });
  });

  it('leaves no decision on the tokens that it saw', async () => {
    const auth = authenticatedAs();
    const dry = guard(
      'type Query { f: Int @auth(groups: ["g"]) }',
      { Query: { f: () => 1 } },
      { enforcement: 'report' },
    );
    const enforced = guard('type Query { f: Int @auth(groups: ["g"]) }', { Query: { f: () => 1 } });
    expect(await run(dry, '{ f }', auth)).toEqual({ data: { f: 1 } });
    expect(await run(enforced, '{ f }', auth)).toEqual({ data: { f: null }, errors: [denial('group', 'f')] });
  });

  it('has the same event as a denial that is enforced', async () => {
    const events: AuthEvent[] = [];
    const caller = createAnonymousAuth({
      clock: Date.now,
      graceSeconds: 0,
      emit: (event) => events.push(event),
      poolName: undefined,
    });
    await run(guard('type Query { f: Int @auth }'), '{ f }', caller);
    expect(events).toEqual(
      Array.from({ length: 2 }, () => ({
        type: 'field.denied',
        coordinate: 'Query.f',
        code: 'UNAUTHENTICATED',
        reason: 'missing',
        enforced: true,
      })),
    );
  });

  it('does not begin by a property of Object.prototype', async () => {
    const schema = makeExecutableSchema({
      typeDefs: [authDirective().authDirectiveTypeDefs, 'type Query { f: Int @auth }'],
    });
    Object.defineProperty(Object.prototype, 'enforcement', { value: 'report', configurable: true });
    try {
      expect(dryRunOf(authDirective().authDirectiveTransformer(schema))).toBe('none');
    } finally {
      Reflect.deleteProperty(Object.prototype, 'enforcement');
    }
  });
});

describe('rule 11: the log of a dry run', () => {
  const missing: Refusal = { denial: denials.missing, cause: undefined };
  const group: Refusal = { denial: denials.group, cause: undefined };

  function createLog() {
    const lines: string[] = [];
    const logger = { warn: (line: string) => lines.push(line), error: (line: string) => lines.push(line) };
    let now = 5;
    const report = createReport(true, logger, () => now);
    return { lines, report, pass: (ms: number) => (now += ms) };
  }

  it('has a line for each element and reason at once, and then one a minute with a count', () => {
    const { lines, report, pass } = createLog();
    for (let count = 0; count < 1000; count += 1) report('Query.f', missing, undefined);
    report('Query.f', group, undefined);
    report('Query.g', missing, undefined);
    expect(lines).toEqual([
      'apollo-cognito-auth: dry run: Query.f would be denied (missing).',
      'apollo-cognito-auth: dry run: Query.f would be denied (group).',
      'apollo-cognito-auth: dry run: Query.g would be denied (missing).',
    ]);
    lines.length = 0;
    pass(59_999);
    report('Query.f', missing, undefined);
    expect(lines).toEqual([]);
    pass(1);
    report('Query.f', missing, undefined);
    report('Query.g', missing, undefined);
    expect(lines).toEqual([
      'apollo-cognito-auth: dry run: Query.f would be denied (missing). (1000 more since the last line)',
      'apollo-cognito-auth: dry run: Query.g would be denied (missing).',
    ]);
  });

  it('is bounded for any number of denied elements', () => {
    const { lines, report, pass } = createLog();
    for (let index = 0; index < 5000; index += 1) report(`Query.f${index}`, missing, undefined);
    expect(lines).toHaveLength(1001);
    expect(lines.at(-1)).toBe('apollo-cognito-auth: dry run: other elements would be denied (missing).');
    lines.length = 0;
    pass(60_000);
    report('Query.f4999', missing, undefined);
    report('Query.f0', missing, undefined);
    expect(lines).toEqual([
      'apollo-cognito-auth: dry run: other elements would be denied (missing). (3999 more since the last line)',
      'apollo-cognito-auth: dry run: Query.f0 would be denied (missing).',
    ]);
  });

  it('has a sentence about misuse once, and a hundred of them at most', () => {
    const { lines, report } = createLog();
    for (let index = 0; index < 300; index += 1) {
      const cause = new AuthConfigurationError(`Sentence ${index % 150}.`);
      report('Query.f', { denial: denials.misconfigured, cause }, undefined);
    }
    expect(lines.filter((line) => line.includes('Sentence'))).toHaveLength(100);
  });

  it('loses no request to a logger that throws', () => {
    const broken = () => {
      throw new Error('The disk is full.');
    };
    const report = createReport(true, { warn: broken, error: broken });
    report('Query.f', missing, undefined);
    report('Query.f', { denial: denials.misconfigured, cause: new AuthConfigurationError('Sentence.') }, undefined);
  });

  it('does not stand for the events: there is one for each denial', async () => {
    const events: AuthEvent[] = [];
    const caller = createAnonymousAuth({
      clock: Date.now,
      graceSeconds: 0,
      emit: (event) => events.push(event),
      poolName: undefined,
    });
    const schema = guard(
      'type Query { f: Int @auth }',
      { Query: { f: () => 1 } },
      { enforcement: 'report', logger: { warn: () => {}, error: () => {} } },
    );
    await run(schema, '{ f a: f b: f }', caller);
    expect(events).toHaveLength(6);
  });

  it('refuses no mutation for the part of the schema that is not enforced', () => {
    const [dry, enforced] = (['report', 'enforce'] as const).map((enforcement) =>
      guard(
        `type Query { ${enforcement}: Node } interface Node { id: ID }
         type Mutation { ${enforcement}Pay: Int @auth, ${enforcement}Node: Node, ${enforcement}Open: Int }
         type Pay implements Node @auth { id: ID }`,
        { Mutation: { [`${enforcement}Pay`]: () => 1 } },
        { enforcement, logger: { warn: () => undefined, error: () => undefined } },
      ),
    );
    if (!dry || !enforced) throw new Error('There are two schemas.');
    const schema = mergeSchemas({ schemas: [dry, enforced] });
    const errors = (source: string) =>
      decideOperation({ schema, document: parse(source), contextValue: { auth: anonymous() } });
    expect(errors('mutation { reportPay }')).toEqual([]);
    expect(errors('mutation { reportOpen reportPay enforceOpen }')).toEqual([]);
    expect(errors('mutation { enforceOpen reportPay enforcePay }')).toMatchObject([{ path: ['enforcePay'] }]);
  });
});
