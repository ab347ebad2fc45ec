import { makeExecutableSchema, mergeSchemas } from '@graphql-tools/schema';
import {
  buildSchema,
  execute,
  getNamedType,
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLString,
  isAbstractType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  parse,
} from 'graphql';
import type { GraphQLOutputType, GraphQLResolveInfo } from 'graphql';
import { describe, expect, it } from 'vitest';
import { authSchemaPass } from '../../src/codegen.js';
import type { AuthDirectiveOptions, CodegenPresetOptions } from '../../src/codegen.js';
import { authDirective } from '../../src/index.js';
import type { Auth } from '../../src/index.js';
import { anonymous, authenticatedAs, rejected } from '../../src/testing/index.js';
import { guard } from '../support/run.js';

/** The context type of each field that has one, by its coordinate. */
function contextsOf(schema: GraphQLSchema): Readonly<Record<string, string>> {
  const contexts: Record<string, string> = {};
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      const names = Object.keys((field.extensions['directives'] as object | undefined) ?? {});
      const found = names.filter((name) => name.startsWith('With'));
      if (found.length > 0) contexts[`${type.name}.${field.name}`] = found.join(' ');
    }
  }
  return contexts;
}

function contexts(typeDefs: string, options: AuthDirectiveOptions = {}): Readonly<Record<string, string>> {
  const { authDirectiveTypeDefs } = authDirective(options);
  return contextsOf(authSchemaPass(options).transform(buildSchema(`${authDirectiveTypeDefs} ${typeDefs}`)).schema);
}

describe('authSchemaPass', () => {
  it('narrows by the kind of token that a rule asks for, and to any verified token otherwise', () => {
    const typeDefs = `type Query {
      open: Int
      any: Int @auth
      id: Int @auth(tokenUse: ID)
      access: Int @auth(tokenUse: ACCESS, groups: ["admin"])
      groups: Int @auth(groups: ["admin"])
      scopes: Int @auth(scopes: ["orders/read"])
      policy: Int @auth(policies: ["isOwner"])
      all: Int @auth(groups: ["admin"]) @auth(tokenUse: ID)
    }`;
    expect(contexts(typeDefs)).toEqual({
      'Query.any': 'WithAuth',
      'Query.id': 'WithIdAuth',
      'Query.access': 'WithAccessAuth',
      'Query.groups': 'WithAuth',
      'Query.scopes': 'WithAuth',
      'Query.policy': 'WithAuth',
      'Query.all': 'WithIdAuth',
    });
  });

  it('says nothing of the kind of token where no token meets the rules', () => {
    expect(contexts('type Query { f: Int @auth(tokenUse: ID) @auth(tokenUse: ACCESS) }')).toEqual({
      'Query.f': 'WithAuth',
    });
  });

  it('counts the rule of the returned type, of its interfaces, of the interface field and of the root type', () => {
    const typeDefs = `
      interface Entry @auth(tokenUse: ACCESS) { id: ID, note: String @auth(tokenUse: ID) }
      type Payslip implements Entry { id: ID, note: String }
      type Order { id: ID, entry: Entry, payslips: [Payslip!]! }
      union Found @auth = Order | Payslip
      enum Level @auth(tokenUse: ID) { HIGH }
      type Query { found: [Found], level: Level!, order: Order }
      type Mutation @auth(tokenUse: ID) { run: Int }
    `;
    expect(contexts(typeDefs)).toEqual({
      'Entry.id': 'WithAccessAuth',
      'Entry.note': 'WithAuth',
      'Payslip.id': 'WithAccessAuth',
      'Payslip.note': 'WithAuth',
      'Order.entry': 'WithAccessAuth',
      'Order.payslips': 'WithAccessAuth',
      'Query.found': 'WithAuth',
      'Query.level': 'WithIdAuth',
      'Mutation.run': 'WithIdAuth',
    });
  });

  it('counts the rule of a type at its own fields, whose resolvers run only after it was met, and that of a union not', () => {
    const typeDefs = `
      type Secret @auth(tokenUse: ID) { id: ID, any: Int @auth }
      type Open { id: ID }
      union Found @auth = Secret | Open
      type Query { secret: Secret, found: Found, open: Open }
    `;
    expect(contexts(typeDefs)).toEqual({
      'Secret.id': 'WithIdAuth',
      'Secret.any': 'WithIdAuth',
      'Query.secret': 'WithIdAuth',
      'Query.found': 'WithAuth',
    });
  });

  it('narrows nothing by the rule of one possible type, or of what a request can leave out', () => {
    const typeDefs = `
      interface Entry { id: ID }
      type Payslip implements Entry @auth(groups: ["admin"]) { id: ID }
      type Order implements Entry { id: ID }
      input Filter @auth { deleted: Boolean @auth(tokenUse: ID) }
      type Query { entry: Entry, orders(all: Boolean @auth(tokenUse: ID), filter: Filter): Int }
    `;
    expect(contexts(typeDefs)).toEqual({ 'Payslip.id': 'WithAuth' });
  });

  it('counts every extension of a type', () => {
    const typeDefs =
      'type Query { payroll: Payroll } type Payroll { total: Int } extend type Payroll @auth(tokenUse: ID)';
    expect(contexts(typeDefs)).toEqual({ 'Query.payroll': 'WithIdAuth', 'Payroll.total': 'WithIdAuth' });
  });

  it('follows the options of authDirective()', () => {
    const typeDefs = 'type Query { open: Int @isPublic, closed: Int, id: Int @requires(tokenUse: ID) }';
    const names = { name: 'requires', publicName: 'isPublic' };
    expect(contexts(typeDefs, { ...names, unannotated: 'authenticated' })).toEqual({
      'Query.closed': 'WithAuth',
      'Query.id': 'WithIdAuth',
    });
    expect(contexts(typeDefs, names)).toEqual({ 'Query.id': 'WithIdAuth' });
  });

  it('counts the directives of a dialect that is enforced', () => {
    const typeDefs = 'directive @authenticated on FIELD_DEFINITION type Query { f: Int @authenticated, g: Int }';
    expect(contexts(typeDefs, { dialects: ['federation'] })).toEqual({ 'Query.f': 'WithAuth' });
    expect(contexts(typeDefs)).toEqual({});
  });

  it('narrows nothing in a dry run, which denies nothing', () => {
    const typeDefs = 'type Query { f: Int @auth }';
    expect(contexts(typeDefs, { enforcement: 'report' })).toEqual({});
    const { schema, directiveContextTypes } = authSchemaPass().transform(
      guard(typeDefs, {}, { enforcement: 'report' }),
    );
    expect([contextsOf(schema), directiveContextTypes]).toEqual([{}, []]);
  });

  it('narrows only what is enforced where a part of the schema is a dry run', () => {
    const dry = guard(
      'type Query { f: Int @auth, secret: Secret } type Secret @auth { g: Int }',
      {},
      { enforcement: 'report' },
    );
    const enforced = guard('type Query { h: Int @auth(tokenUse: ID) }');
    const schema = mergeSchemas({ schemas: [dry, enforced] });
    expect(contextsOf(authSchemaPass().transform(schema).schema)).toEqual({ 'Query.h': 'WithIdAuth' });
  });

  it('reads a transformed schema by the options that it was transformed with', () => {
    const typeDefs = 'type Query { f: Int @requires(tokenUse: ID), g: Int }';
    const schema = guard(typeDefs, {}, { name: 'requires', unannotated: 'authenticated' });
    expect(contextsOf(authSchemaPass().transform(schema).schema)).toEqual({
      'Query.f': 'WithIdAuth',
      'Query.g': 'WithAuth',
    });
  });

  it.each([
    { directives: { auth: { tokenUse: 'ID' } } },
    { directives: { auth: [{ tokenUse: 'ID' }] } },
    { directives: [{ name: 'auth', args: { tokenUse: 'ID' } }] },
  ])('reads rules that are written in code: %j', (extensions) => {
    const fields = { f: { type: GraphQLString, extensions }, g: { type: GraphQLString } };
    const schema = new GraphQLSchema({ query: new GraphQLObjectType({ name: 'Query', fields }) });
    expect(contextsOf(authSchemaPass().transform(schema).schema)).toEqual({ 'Query.f': 'WithIdAuth' });
  });

  it('gives a copy, and leaves the schema as it is', () => {
    const schema = makeExecutableSchema({
      typeDefs: [authDirective().authDirectiveTypeDefs, 'type Query { f: Int @auth @deprecated }'],
    });
    const before = { ...schema.getQueryType()?.getFields()['f']?.extensions };
    const marked = authSchemaPass().transform(schema).schema;
    expect(marked).not.toBe(schema);
    expect(schema.getQueryType()?.getFields()['f']?.extensions).toEqual(before);
    expect(marked.getQueryType()?.getFields()['f']?.deprecationReason).toBe('No longer supported');
  });

  it('names only the context types that the schema makes use of', () => {
    const { authDirectiveTypeDefs } = authDirective();
    const types = (fields: string) =>
      authSchemaPass().transform(buildSchema(`${authDirectiveTypeDefs} type Query { ${fields} }`))
        .directiveContextTypes;
    expect(types('f: Int')).toEqual([]);
    expect(types('f: Int @auth(tokenUse: ID), g: Int @auth')).toEqual([
      'WithAuth#apollo-cognito-auth#WithAuth',
      'WithIdAuth#apollo-cognito-auth#WithIdAuth',
    ]);
    expect(types('f: Int @auth(tokenUse: ACCESS)')).toEqual(['WithAccessAuth#apollo-cognito-auth#WithAccessAuth']);
  });

  it('refuses unknown options, and a schema of another copy of graphql', () => {
    expect(() => authSchemaPass({ unannotatedFields: 'authenticated' } as AuthDirectiveOptions)).toThrow(
      'Unknown option `unannotatedFields`',
    );
    const foreign = Object.assign(Object.create({ [Symbol.toStringTag]: 'GraphQLSchema' }) as object, {});
    expect(() => authSchemaPass().transform(foreign as GraphQLSchema)).toThrow('another copy of graphql');
  });

  it('refuses a presetConfig, which would seem to be its options', () => {
    const options = { presetConfig: { enforcement: 'report' } } as unknown as CodegenPresetOptions;
    expect(() => authSchemaPass().buildGeneratesSection(options)).toThrow(
      'Expected `presetConfig` beside authSchemaPass() to be left out, got {"enforcement":"report"}.',
    );
  });
});

describe('what authSchemaPass says of a field', () => {
  const typeDefs = /* GraphQL */ `
    interface Entry @auth(groups: ["staff"]) {
      id: ID @auth(tokenUse: ACCESS)
      next: Found
      note: String
    }
    type Payslip implements Entry @auth(tokenUse: ID) {
      id: ID
      next: Found
      note: String
    }
    type Order implements Entry {
      id: ID
      next: Found
      note: String @auth(tokenUse: ID)
    }
    type Open {
      note: String
      staff: String @auth(groups: ["staff"])
      entries: [Entry!]
      again: Query
    }
    union Found @auth(tokenUse: ID) = Payslip | Order | Open
    type Query {
      entry: Entry
      entries: [Entry]
      payslips: [[Payslip]]
      order: Order
      found: Found
      all: [Found]
      open: Open
      both: Open @auth(tokenUse: ID) @auth(tokenUse: ACCESS)
      given(secret: Int @auth(tokenUse: ID)): Open
    }
    type Mutation @auth(tokenUse: ACCESS) {
      open: Open
      payslip: Payslip
    }
  `;
  const shallow = `
    __typename
    ... on Entry { id note }
    ... on Open { note staff }`;
  const found = `${shallow} ... on Entry { next { ${shallow} } } ... on Open { entries { ${shallow} } }`;
  const entry = `id note next { ${found} }`;
  const open = `note staff entries { ${entry} }`;
  const root = `entry { ${entry} } entries { ${entry} } payslips { ${entry} } order { ${entry} } found { ${found} }
    all { ${found} } open { ${open} } both { ${open} } given { ${open} } more: given(secret: 1) { ${open} }`;
  const sources = [
    `{ ${root} open { again { ${root} } } }`,
    `mutation { open { ${open} again { ${root} } } payslip { ${entry} } }`,
  ];

  const groups = ['staff'];
  const callers: readonly Auth[] = [
    anonymous(),
    rejected('expired'),
    ...([undefined, groups] as const).flatMap((each) => [
      authenticatedAs({ tokenUse: 'id', groups: each }),
      authenticatedAs({ tokenUse: 'access', groups: each }),
    ]),
  ];

  const fits: Readonly<Record<string, (auth: Auth) => boolean>> = {
    WithAuth: ({ status }) => status === 'authenticated',
    WithIdAuth: (auth) => auth.status === 'authenticated' && auth.tokenUse === 'id',
    WithAccessAuth: (auth) => auth.status === 'authenticated' && auth.tokenUse === 'access',
  };

  it.each(['public', 'authenticated'] as const)(
    'is true of each caller that reaches its resolver (%s)',
    async (unannotated) => {
      const met = new Map<string, Set<Auth>>();
      const values: Readonly<Record<string, unknown>> = { ID: '1', String: 'text' };
      const objects = ['Payslip', 'Order', 'Open'].map((__typename) => ({ __typename }));
      const schema = guard(typeDefs, {}, { unannotated, fieldResolver: resolve });
      function valueOf(type: GraphQLOutputType): unknown {
        if (isNonNullType(type)) return valueOf(type.ofType);
        if (isListType(type)) {
          const named = getNamedType(type);
          const items = isAbstractType(named)
            ? objects.filter(({ __typename }) => schema.getPossibleTypes(named).some(({ name }) => name === __typename))
            : [{ __typename: named.name }];
          return isListType(type.ofType) ? [items] : items;
        }
        return isAbstractType(type) ? objects[1] : (values[type.name] ?? { __typename: type.name });
      }
      function resolve(_: unknown, __: unknown, { auth }: { readonly auth: Auth }, info: GraphQLResolveInfo): unknown {
        const coordinate = `${info.parentType.name}.${info.fieldName}`;
        met.set(coordinate, (met.get(coordinate) ?? new Set()).add(auth));
        return valueOf(info.returnType);
      }
      for (const source of sources) {
        for (const auth of callers) {
          await execute({ schema, document: parse(source), contextValue: { auth }, fieldResolver: resolve });
        }
      }

      const contexts = contextsOf(authSchemaPass().transform(schema).schema);
      for (const [coordinate, auths] of met) {
        const isTrue = fits[contexts[coordinate] ?? ''] ?? (() => true);
        expect([coordinate, [...auths].filter((auth) => !isTrue(auth))]).toEqual([coordinate, []]);
      }
      // And it says all that is true, for as much as these callers show: the fields that it says nothing of have met others.
      const unmarked = [...met].filter(([coordinate]) => contexts[coordinate] === undefined);
      expect(
        unmarked.filter(([, auths]) => [...auths].every(fits['WithAuth'] ?? (() => false))).map(([name]) => name),
      ).toEqual([]);
      expect(met.size).toBeGreaterThan(15);
    },
  );
});
