/** What is written wrongly, or lost by the library itself: refused with a sentence, or closed by default deny. */
import 'reflect-metadata';
import SchemaBuilder from '@pothos/core';
import DirectivesPlugin from '@pothos/plugin-directives';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { authDirective } from 'apollo-cognito-auth';
import { buildSchema as buildSdl, isSpecifiedDirective, parse } from 'graphql';
import type { GraphQLSchema } from 'graphql';
import { SchemaComposer } from 'graphql-compose';
import { createApplication, createModule } from 'graphql-modules';
import { arg, enumType, inputObjectType, makeSchema, nonNull, objectType, queryType } from 'nexus';
import {
  buildSchema,
  Directive,
  Extensions,
  Field,
  FieldResolver,
  Int,
  ObjectType,
  Query,
  Resolver,
} from 'type-graphql';
import { describe, expect, it } from 'vitest';
import { ask } from './server.js';

const { authDirectiveTypeDefs, authDirectiveTransformer } = authDirective();
const directives = [...buildSdl(authDirectiveTypeDefs).getDirectives()];
const auth = { directives: { auth: { groups: ['admin'] } } };

const FORM = 'Write `extensions: { directives: { auth: { … } } }`, with `{}` for no arguments.';

/** What the transformer says of the schema. */
function refusalOf(schema: GraphQLSchema): string {
  try {
    authDirectiveTransformer(schema);
    return 'nothing';
  } catch (error) {
    return (error as Error).message;
  }
}

/** What a caller without a token gets of a schema whose unannotated fields require one. */
function withDefaultDeny(schema: GraphQLSchema, query: string) {
  const strict = authDirective({ unannotated: 'authenticated' });
  return ask({ schema: strict.authDirectiveTransformer(schema) }, undefined, query);
}

describe('Pothos', () => {
  type Fields = Parameters<InstanceType<typeof SchemaBuilder<object>>['queryType']>[0];

  // `directives` is an option of the plugin alone, and TypeScript refuses most of these.
  function build(options: object, plugins: object, buildOptions = {}): GraphQLSchema {
    const builder = new SchemaBuilder<object>(plugins);
    builder.queryType({
      fields: (t: { int: (options: object) => unknown }) => ({
        f: t.int({ nullable: true, resolve: () => 1, ...options }),
      }),
    } as unknown as Fields);
    return builder.toSchema(buildOptions);
  }

  it('enforces a rule without its plugin, and where `extensions` has it', async () => {
    const plain = build(auth, {});
    const extended = build({ extensions: auth }, { plugins: [DirectivesPlugin] });
    for (const schema of [plain, extended].map(authDirectiveTransformer)) {
      expect(await ask({ schema }, undefined, '{ f }')).toEqual({
        status: 200,
        data: { f: null },
        denied: ['f: missing'],
      });
    }
  });

  it('refuses what is no set of arguments', () => {
    for (const written of [null, 'admin', ['admin']]) {
      const schema = build({ directives: { auth: written } }, { plugins: [DirectivesPlugin] }, { directives });
      expect(refusalOf(schema)).toMatch(/^Query\.f: (Expected the arguments of @auth|Unknown argument "0")/);
    }
  });

  it('refuses a token use without the definition, and takes it with the definition', () => {
    const tokenUse = { directives: { auth: { tokenUse: 'ACCESS' } } };
    expect(refusalOf(build(tokenUse, { plugins: [DirectivesPlugin] }))).toBe(
      'Query.f: Expected `tokenUse` to be ID or ACCESS, got "ACCESS" in a schema that does not define @auth. Give the ' +
        "schema's builder the definition: buildSchema(authDirectiveTypeDefs).getDirectives().",
    );
    expect(refusalOf(build(tokenUse, { plugins: [DirectivesPlugin] }, { directives }))).toBe('nothing');
  });

  it('refuses a rule on an enum value, with its plugin and without', () => {
    for (const options of [{}, { plugins: [DirectivesPlugin] }]) {
      const builder = new SchemaBuilder<object>(options as object);
      const Kind = builder.enumType('Kind', { values: { A: { value: 'A', ...auth } } });
      builder.queryType({ fields: (t) => ({ kind: t.field({ type: Kind, resolve: () => 'A' as const }) }) });
      expect(refusalOf(builder.toSchema())).toMatch(
        /^Kind: `extensions\.pothosOptions\.values\.A\.directives` is not read/m,
      );
    }
  });
});

describe('TypeGraphQL', () => {
  it('refuses a directive that is written without @', async () => {
    @Resolver()
    class WithoutAt {
      @Directive('auth(groups: ["admin"])')
      @Query(() => Int, { nullable: true })
      f(): number {
        return 1;
      }
    }
    expect(refusalOf(await buildSchema({ resolvers: [WithoutAt], directives }))).toBe(
      'Query.f: Expected the name of the directive to be "auth", got "auth(groups: [\\"admin\\"])". Write @auth and its ' +
        'arguments in SDL, or `extensions: { directives: { auth: { … } } }` in code.',
    );
  });

  it('enforces a name alone, and `@Extensions`', async () => {
    @Resolver()
    class OtherForms {
      @Directive('auth')
      @Query(() => Int, { nullable: true })
      named(): number {
        return 1;
      }

      @Extensions({ directives: { auth: { tokenUse: 'ACCESS' } } })
      @Query(() => Int, { nullable: true })
      extended(): number {
        return 1;
      }
    }
    const schema = authDirectiveTransformer(await buildSchema({ resolvers: [OtherForms], directives }));
    expect(await ask({ schema }, undefined, '{ named extended }')).toEqual({
      status: 200,
      data: { named: null, extended: null },
      denied: ['extended: missing', 'named: missing'],
    });
  });

  it('refuses `@Extensions` in another form', async () => {
    @Resolver()
    class Misplaced {
      @Extensions({ auth: { groups: ['admin'] } })
      @Query(() => Int, { nullable: true })
      f(): number {
        return 1;
      }
    }
    expect(refusalOf(await buildSchema({ resolvers: [Misplaced], directives }))).toBe(
      `Query.f: \`extensions["auth"]\` is not read. ${FORM}`,
    );
  });

  it('drops the directives of a resolver class and of a field resolver beside its field; default deny closes both', async () => {
    @ObjectType()
    class Person {
      @Field(() => Int, { nullable: true })
      salary?: number;
    }

    @Directive('@auth(groups: ["admin"])')
    @Resolver(() => Person)
    class PersonResolver {
      @Query(() => Person, { nullable: true })
      person(): Person {
        return {};
      }

      @Directive('@auth(groups: ["admin"])')
      @FieldResolver(() => Int, { nullable: true })
      salary(): number {
        return 1;
      }
    }
    const schema = await buildSchema({ resolvers: [PersonResolver], directives });
    expect(await ask({ schema: authDirectiveTransformer(schema) }, undefined, '{ person { salary } }')).toMatchObject({
      denied: [],
    });
    expect(await withDefaultDeny(schema, '{ person { salary } }')).toMatchObject({ denied: ['person: missing'] });
  });
});

describe('Nexus', () => {
  // `directives` is no option of Nexus: TypeScript refuses it, and JavaScript does not.
  function build(...types: object[]): GraphQLSchema {
    return makeSchema({ types, shouldGenerateArtifacts: false });
  }
  const queryOf = (options: object) =>
    queryType({ definition: (t) => t.int('f', { resolve: () => 1, ...options } as never) });

  it('enforces `directives` of a field and of a type', async () => {
    const Payroll = objectType({ name: 'Payroll', ...auth, definition: (t) => t.int('total') });
    const more = objectType({
      name: 'Query',
      definition: (t) => {
        t.int('f', { ...auth, resolve: () => 1 } as never);
        t.field('payroll', { type: 'Payroll', resolve: () => ({}) });
      },
    });
    const schema = authDirectiveTransformer(build(Payroll, more));
    expect(await ask({ schema }, undefined, '{ f payroll { total } }')).toEqual({
      status: 200,
      data: { f: null, payroll: null },
      denied: ['f: missing', 'payroll: missing'],
    });
  });

  it('refuses `directives` of an argument', () => {
    const options = { type: 'Int', ...auth } as const;
    for (const x of [arg(options), nonNull(arg(options))]) {
      expect(refusalOf(build(queryOf({ args: { x } })))).toBe(
        `Query.f: \`extensions.nexus.config.args.x.directives\` is not read. ${FORM}`,
      );
    }
  });

  it('drops `directives` of enums and input fields; default deny closes what returns or takes them', async () => {
    const Kind = enumType({ name: 'Kind', members: ['A'], ...auth });
    const Filter = inputObjectType({ name: 'Filter', definition: (t) => t.int('secret', auth as never) });
    const query = queryType({
      definition: (t) => {
        t.field('kind', { type: 'Kind', resolve: () => 'A' as never });
        t.int('f', { args: { filter: arg({ type: 'Filter' }) }, resolve: () => 1 });
      },
    });
    expect(await withDefaultDeny(build(Kind, Filter, query), '{ kind f(filter: { secret: 1 }) }')).toMatchObject({
      denied: ['f: missing', 'kind: missing'],
    });
  });

  it('refuses text, and a rule beside `directives`', () => {
    expect(refusalOf(build(queryOf({ extensions: { directives: '@auth' } })))).toBe(
      `Query.f: Expected \`extensions.directives\` to be an object of directives by name, got "@auth". ${FORM}`,
    );
    expect(refusalOf(build(queryOf({ extensions: { auth: { groups: ['admin'] } } })))).toBe(
      `Query.f: \`extensions["auth"]\` is not read. ${FORM}`,
    );
  });
});

describe('GraphQL Compose', () => {
  function createComposer(): SchemaComposer {
    const composer = new SchemaComposer();
    for (const directive of directives) if (!isSpecifiedDirective(directive)) composer.addDirective(directive);
    return composer;
  }

  it('loses `repeatable` of a definition in SDL, which is refused', () => {
    const composer = new SchemaComposer();
    composer.addTypeDefs(`${authDirectiveTypeDefs} type Query { f: Int @auth(groups: ["a"]) @auth(groups: ["b"]) }`);
    expect(refusalOf(composer.buildSchema())).toBe(
      "@auth: The schema's definition of this directive is not the one that is enforced here: it is not `repeatable` (some " +
        'tools, such as graphql-compose, drop the word). Use `authDirectiveTypeDefs`, or choose another name: ' +
        "authDirective({ name: 'requiresAuth' }).",
    );
  });

  it('enforces rules in SDL beside a definition that was added in code', async () => {
    const composer = createComposer();
    composer.addTypeDefs(`
      type Query { f(x: Int @auth): Int two: Int @auth(groups: ["a"]) @auth(groups: ["b"]) secret: Secret }
      type Secret { a: Int }
      extend type Secret @auth
    `);
    composer.Query.extendField('secret', { resolve: () => ({ a: 1 }) });
    const schema = authDirectiveTransformer(composer.buildSchema());
    expect(await ask({ schema }, ['a'], '{ two secret { a } }')).toMatchObject({ denied: ['two: group'] });
    expect(await ask({ schema }, undefined, '{ f(x: 1) two secret { a } }')).toEqual({
      status: 200,
      data: { f: null, two: null, secret: null },
      denied: ['f: missing', 'secret: missing', 'two: missing'],
    });
  });

  it('refuses a token use without the definition', () => {
    const composer = new SchemaComposer();
    composer.Query.addFields({ f: { type: 'Int', directives: [{ name: 'auth', args: { tokenUse: 'ID' } }] } });
    expect(refusalOf(composer.buildSchema())).toMatch(/^Query\.f: .*in a schema that does not define @auth\./);
  });

  it('drops the directives of Query in SDL and of types that it merges; default deny closes them', async () => {
    const composer = createComposer();
    composer.addTypeDefs('type Query @auth { f: Int }');
    composer.merge(buildSdl('directive @auth on OBJECT type Query { merged: Merged } type Merged @auth { a: Int }'));
    const schema = composer.buildSchema();
    expect(await withDefaultDeny(schema, '{ f merged { a } }')).toMatchObject({
      denied: ['f: missing', 'merged: missing'],
    });
  });

  it('enforces a rule of Query that is set on its composer', async () => {
    const composer = createComposer();
    composer.Query.setDirectiveByName('auth', {}).addFields({ f: { type: 'Int', resolve: () => 1 } });
    const schema = authDirectiveTransformer(composer.buildSchema());
    expect(await ask({ schema }, undefined, '{ f }')).toMatchObject({ data: { f: null }, denied: ['f: missing'] });
  });
});

describe('GraphQL Modules', () => {
  const createApp = (transform: (schema: GraphQLSchema) => GraphQLSchema) =>
    createApplication({
      modules: [
        createModule({
          id: 'f',
          typeDefs: parse('type Query { f: Int @auth }'),
          resolvers: { Query: { f: () => 1 } },
        }),
      ],
      schemaBuilder: ({ typeDefs, resolvers }) =>
        transform(makeExecutableSchema({ typeDefs: [authDirectiveTypeDefs, ...typeDefs], resolvers })),
    });

  it('has no guards in the schema that it wraps for Apollo, and a server does not start with it', async () => {
    for (const transform of [authDirectiveTransformer, (schema: GraphQLSchema) => schema]) {
      const schema = createApp(transform).createSchemaForApollo();
      await expect(ask({ schema }, undefined, '{ f }')).rejects.toThrow('Query.f has a rule that no guard enforces.');
    }
  });

  it('refuses a rule without the definition when the schema is built', () => {
    const build = () =>
      createApplication({ modules: [createModule({ id: 'f', typeDefs: parse('type Query { f: Int @auth }') })] });
    expect(build).toThrow('Unknown directive "@auth".');
  });
});
