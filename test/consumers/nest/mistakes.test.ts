/** What is written wrongly is refused with a sentence or denied; what Nest itself loses is known. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApolloDriver } from '@nestjs/apollo';
import type { ApolloDriverConfig } from '@nestjs/apollo';
import { Module, UseGuards } from '@nestjs/common';
import type { CanActivate, ExecutionContext, Type } from '@nestjs/common';
import {
  Directive,
  Extensions,
  Field,
  GqlExecutionContext,
  GraphQLModule,
  Int,
  ObjectType,
  Query,
  ResolveField,
  Resolver,
} from '@nestjs/graphql';
import { authDirective, cognitoAuthPlugin, createAuthContext, requireAuth } from 'apollo-cognito-auth';
import type { AuthContext } from 'apollo-cognito-auth';
import { cognitoAuthWebSocket } from 'apollo-cognito-auth/graphql-ws';
import { buildSchema } from 'graphql';
import type { GraphQLSchema } from 'graphql';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { ask, pool, start } from './server';

const verifier = pool.verifier();
const { authDirectiveTypeDefs, authDirectiveTransformer } = authDirective();

function moduleOf(resolver: Type, options: Partial<ApolloDriverConfig> = {}): Type {
  class TestModule {
    readonly options = options;
  }
  Module({
    imports: [
      GraphQLModule.forRoot<ApolloDriverConfig>({
        driver: ApolloDriver,
        autoSchemaFile: true,
        buildSchemaOptions: { directives: [...buildSchema(authDirectiveTypeDefs).getDirectives()] },
        transformSchema: authDirectiveTransformer,
        context: createAuthContext({ verifier }),
        plugins: [cognitoAuthPlugin({ verifier })],
        ...options,
      }),
    ],
    providers: [resolver],
  })(TestModule);
  return TestModule;
}

/** What a caller in these groups is answered by an application of its own. */
async function answer(module: Type, query: string, groups?: readonly string[]) {
  const { app, url } = await start(module);
  try {
    return await ask(url, groups, query);
  } finally {
    await app.close();
  }
}

@Resolver()
class GuardedResolver {
  @Directive('@auth(tokenUse: ACCESS)')
  @Query(() => Int, { nullable: true })
  f(): number {
    return 1;
  }
}

const denied = { status: 200, data: { f: null }, denied: ['f: missing'] };

describe('Nest, code-first', () => {
  it('refuses a directive that is written without @ by itself', () => {
    expect(() => Directive('auth(groups: ["admin"])')).toThrow();
    expect(() => Directive('auth')).toThrow();
  });

  it('refuses a name that only looks like that of the directive', async () => {
    @Resolver()
    class NearMissResolver {
      @Directive('@Auth(groups: ["admin"])')
      @Query(() => Int, { nullable: true })
      f(): number {
        return 1;
      }
    }
    await expect(start(moduleOf(NearMissResolver))).rejects.toThrow(
      'Query.f: Expected the name of the directive to be "auth", got "Auth".',
    );
  });

  it('enforces a rule without the definition, and in a sorted schema', async () => {
    expect(await answer(moduleOf(GuardedResolver, { buildSchemaOptions: {} }), '{ f }')).toEqual(denied);
    expect(await answer(moduleOf(GuardedResolver, { sortSchema: true }), '{ f }')).toEqual(denied);
  });

  it('enforces `@Extensions` of a field, and refuses other forms of it', async () => {
    @Resolver()
    class ExtensionsResolver {
      @Extensions({ directives: { auth: { groups: ['admin'] } } })
      @Query(() => Int, { nullable: true })
      f(): number {
        return 1;
      }
    }
    expect(await answer(moduleOf(ExtensionsResolver), '{ f }')).toEqual(denied);

    @Resolver()
    class MisplacedResolver {
      @Extensions({ auth: { groups: ['admin'] } })
      @Query(() => Int, { nullable: true })
      f(): number {
        return 1;
      }
    }
    await expect(start(moduleOf(MisplacedResolver))).rejects.toThrow('Query.f: `extensions["auth"]` is not read.');
  });

  it('does not start without the transformer', async () => {
    const transformSchema = (schema: GraphQLSchema) => schema;
    await expect(start(moduleOf(GuardedResolver, { transformSchema }))).rejects.toThrow(
      'The schema defines the directive of authDirective() and was never transformed.',
    );
  });

  it('denies a rule under a context of its own', async () => {
    for (const context of [undefined, ({ req }: { req: object }) => ({ req, user: {} })]) {
      expect(await answer(moduleOf(GuardedResolver, { context: context as never }), '{ f }', ['admin'])).toEqual({
        ...denied,
        denied: ['f: INTERNAL_SERVER_ERROR'],
      });
    }
  });

  it('inherits the rule of a type, and drops the rule of a field resolver beside that of its field', async () => {
    @Directive('@auth(groups: ["hr"])')
    @ObjectType()
    class Person {
      @Directive('@auth')
      @Field(() => Int, { nullable: true })
      salary?: number;
    }

    @ObjectType()
    class Manager extends Person {}

    @Resolver(() => Person)
    class PersonResolver {
      @Query(() => Person, { nullable: true })
      person(): Person {
        return {};
      }

      @Query(() => Manager, { nullable: true })
      manager(): Manager {
        return {};
      }

      @Directive('@auth(groups: ["admin"])')
      @ResolveField(() => Int, { nullable: true })
      salary(): number {
        return 1;
      }
    }
    const module = moduleOf(PersonResolver);
    expect(await answer(module, '{ person { salary } manager { salary } }')).toEqual({
      status: 200,
      data: { person: null, manager: null },
      denied: ['manager: missing', 'person: missing'],
    });
    // Nest dropped the group `admin`.
    expect(await answer(module, '{ person { salary } }', ['hr'])).toMatchObject({ denied: [] });
  });
});

describe('guards of Nest', () => {
  const asked: unknown[] = [];

  class AdminGuard implements CanActivate {
    canActivate(context: ExecutionContext): boolean {
      const contextValue = GqlExecutionContext.create(context).getContext<AuthContext>();
      asked.push(contextValue.auth.status);
      requireAuth(contextValue, { groups: ['admin'] });
      return true;
    }
  }

  @Resolver()
  class AdminResolver {
    @UseGuards(new AdminGuard())
    @Directive('@auth')
    @Query(() => Int, { nullable: true })
    f(): number {
      return 1;
    }
  }

  it('run after the rules of a field, and can use requireAuth', async () => {
    const module = moduleOf(AdminResolver);
    expect(await answer(module, '{ f }')).toEqual(denied);
    expect(asked).toEqual([]);
    expect(await answer(module, '{ f }', ['hr'])).toEqual({ ...denied, denied: ['f: group'] });
    expect(await answer(module, '{ f }', ['admin'])).toEqual({ status: 200, data: { f: 1 }, denied: [] });
    expect(asked).toEqual(['authenticated', 'authenticated']);
  });
});

describe('Nest, schema-first', () => {
  @Resolver()
  class MergerResolver {
    @Query()
    f(): number {
      return 1;
    }
  }

  async function answerLegal(files: readonly string[], typeDefs: string[]) {
    const folder = mkdtempSync(join(process.cwd(), 'types-'));
    files.forEach((sdl, index) => {
      writeFileSync(join(folder, `${index}.graphql`), sdl);
    });
    const options = { autoSchemaFile: false, buildSchemaOptions: {}, typePaths: [`${folder}/*.graphql`], typeDefs };
    return answer(moduleOf(MergerResolver, options), '{ f }', ['legal']);
  }

  // A type has a rule in each of two files.
  const files = [
    'type Query @auth(groups: ["admin"]) { f: Int }',
    'extend type Query @auth(groups: ["legal"]) { g: Int }',
  ];

  it('requires both rules of a type if the definition is among the files', async () => {
    expect(await answerLegal([authDirectiveTypeDefs, ...files], [])).toEqual({ ...denied, denied: ['f: group'] });
    expect(await answerLegal([...files, authDirectiveTypeDefs], [])).toEqual({ ...denied, denied: ['f: group'] });
  });

  // If this fails, Nest joins them no more, and docs/nestjs.md need not warn of it.
  it('joins both rules into one if the definition is in `typeDefs`', async () => {
    expect(await answerLegal(files, [authDirectiveTypeDefs])).toMatchObject({ data: { f: 1 } });
  });
});

describe('connections in Nest', () => {
  const subscribe = (url: string, protocol: string, message: object) =>
    new Promise<unknown>((resolve, reject) => {
      const socket = new WebSocket(url.replace('http', 'ws'), protocol);
      socket.on('error', reject);
      socket.on('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload: {} })));
      socket.on('message', (data: object) => {
        const { type, payload } = JSON.parse(String(data)) as { type: string; payload: unknown };
        if (type === 'connection_ack')
          socket.send(JSON.stringify({ id: '1', payload: { query: '{ f }' }, ...message }));
        else if (payload !== undefined) {
          socket.close();
          resolve(payload);
        }
      });
    });

  it('of the legacy protocol are denied what has a rule', async () => {
    const module = moduleOf(GuardedResolver, { subscriptions: { 'subscriptions-transport-ws': true } });
    const { app, url } = await start(module);
    expect(await subscribe(url, 'graphql-ws', { type: 'start' })).toMatchObject({
      data: { f: null },
      errors: [{ path: ['f'] }],
    });
    await app.close();
  });

  it('of graphql-ws without the options of cognitoAuthWebSocket are denied what has a rule', async () => {
    const { app, url } = await start(moduleOf(GuardedResolver, { subscriptions: { 'graphql-ws': true } }));
    expect(await subscribe(url, 'graphql-transport-ws', { type: 'subscribe' })).toMatchObject({
      data: { f: null },
      errors: [{ path: ['f'], extensions: { reason: 'missing' } }],
    });
    await app.close();
  });

  it('with a context beside those options are refused', async () => {
    const subscriptions = { 'graphql-ws': { ...cognitoAuthWebSocket({ verifier }), context: () => ({}) } };
    const { app, url } = await start(moduleOf(GuardedResolver, { subscriptions }));
    expect(await subscribe(url, 'graphql-transport-ws', { type: 'subscribe' })).toMatchObject({
      errors: [{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }],
    });
    await app.close();
  });
});
