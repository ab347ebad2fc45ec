/** The candidates of the guard's benchmark: the same types, data and rule, as each of them writes it. */
import { envelop, useEngine, useSchema } from '@envelop/core';
import { DIRECTIVE_SDL, REQUIRES_SCOPES_DIRECTIVE_SDL, useGenericAuth } from '@envelop/generic-auth';
import { PreExecutionRule, wrapExecuteFn } from '@graphql-authz/core';
import { authZDirective } from '@graphql-authz/directive';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { getDirective, MapperKind, mapSchema } from '@graphql-tools/utils';
import { authDirective } from 'apollo-cognito-auth';
import { authenticatedAs } from 'apollo-cognito-auth/testing';
import { defaultFieldResolver, execute, GraphQLError, parse, subscribe, validate } from 'graphql';
import type { GraphQLSchema } from 'graphql';
import { applyMiddleware } from 'graphql-middleware';
import { rule, shield } from 'graphql-shield';
import { ALLOWED, DENIED, leaves, resolvers, typeDefs } from './guard-material.js';
import type { Answer, Caller, Placement } from './guard-material.js';
import { pothosSchema, typeGraphqlSchema } from './guard-code-first.js';

export interface Peer {
  readonly name: string;
  /** Whether the schema itself is its own work too, and so has a price without any rule. */
  readonly makesSchema?: true;
  /** How it answers with its rules there; undefined when it has no rule that stands there and does the same. */
  readonly answer: (placement: Placement) => Answer | undefined;
}

/** Each execution has a context of its own, as each request has. */
const executing =
  (schema: GraphQLSchema): Answer =>
  (document, group) =>
    execute({ schema, document, contextValue: { groups: [group] } });

const sdlSchema = (placement: Placement, definitions = '', written = '') =>
  makeExecutableSchema({ typeDefs: [definitions, typeDefs(placement, written)].filter(Boolean), resolvers });

export const noRules: Peer = { name: 'no rules', answer: () => executing(sdlSchema('nowhere')) };

const auths = new Map([ALLOWED, DENIED].map((group) => [group, authenticatedAs({ groups: [group] })]));

export const ours: Peer = {
  name: 'apollo-cognito-auth',
  answer: (placement) => {
    const { authDirectiveTypeDefs, authDirectiveTransformer } = authDirective();
    const schema = authDirectiveTransformer(
      sdlSchema(placement, authDirectiveTypeDefs, `@auth(groups: ["${ALLOWED}"])`),
    );
    return (document, group) => execute({ schema, document, contextValue: { auth: auths.get(group) } });
  },
};

/** A directive as the documentation of graphql-tools shows how to write one: the resolver in a function that throws. */
function wrapper(isAsync: boolean): Peer['answer'] {
  return (placement) => {
    if (placement === 'types') return undefined;
    const check = (args: Record<string, unknown>, caller: Caller) => {
      if (!caller.groups.includes(String(args['requires']))) throw new GraphQLError('Not authorized.');
    };
    const definition = 'directive @auth(requires: String) on FIELD_DEFINITION';
    const plain = sdlSchema(placement, definition, `@auth(requires: "${ALLOWED}")`);
    const schema = mapSchema(plain, {
      [MapperKind.OBJECT_FIELD]: (field) => {
        const args = getDirective(plain, field, 'auth')?.[0];
        if (args === undefined) return undefined;
        const { resolve = defaultFieldResolver } = field;
        field.resolve = isAsync
          ? async (source, input, context: Caller, info) => {
              check(args, context);
              const value: unknown = await resolve(source, input, context, info);
              return value;
            }
          : (source, input, context: Caller, info) => {
              check(args, context);
              return resolve(source, input, context, info);
            };
        return field;
      },
    });
    return executing(schema);
  };
}

const shielded: Peer['answer'] = (placement) => {
  if (placement === 'types') return undefined;
  const isAllowed = rule({ cache: 'contextual' })((_, __, caller: Caller) => caller.groups.includes(ALLOWED));
  const rules = { Item: Object.fromEntries(leaves.map((leaf) => [leaf, isAllowed])), Row: { secret: isAllowed } };
  return executing(applyMiddleware(sdlSchema('nowhere'), shield(rules)));
};

/** Decides by the document, before execution: without each denied selection, or not at all. */
const genericAuth =
  (isPartial: boolean): Peer['answer'] =>
  (placement) => {
    if (placement === 'types') return undefined;
    const definitions = `${DIRECTIVE_SDL} ${REQUIRES_SCOPES_DIRECTIVE_SDL}`;
    const schema = sdlSchema(placement, definitions, `@requiresScopes(scopes: [["${ALLOWED}"]])`);
    const getEnveloped = envelop({
      plugins: [
        useEngine({ parse, validate, execute, subscribe }),
        useSchema(schema),
        useGenericAuth({
          mode: 'protect-granular',
          rejectUnauthenticated: !isPartial,
          // What the plugin gives is the context that it was given; nothing else is in it.
          resolveUserFn: (context) => context as unknown as Caller,
          extractScopes: (caller) => [...caller.groups],
        }),
      ],
    });
    return async (document, group) => {
      const enveloped = getEnveloped({ groups: [group] });
      const contextValue = await enveloped.contextFactory();
      // One result: the documents of this benchmark neither defer nor stream.
      return (await enveloped.execute({ schema, document, contextValue })) as Awaited<ReturnType<Answer>>;
    };
  };

class IsAllowed extends PreExecutionRule {
  override execute(caller: Caller): boolean {
    return caller.groups.includes(ALLOWED);
  }
}

const authz: Peer['answer'] = (placement) => {
  if (placement === 'types') return undefined;
  const definitions = `
    enum AuthZRules { IsAllowed }
    directive @authz(rules: [AuthZRules]) on FIELD_DEFINITION | OBJECT | INTERFACE
  `;
  const { authZDirectiveTransformer } = authZDirective();
  const schema = authZDirectiveTransformer(sdlSchema(placement, definitions, '@authz(rules: [IsAllowed])'));
  const wrapped = wrapExecuteFn(execute, { rules: { IsAllowed } });
  return async (document, group) => {
    try {
      return await wrapped({ schema, document, contextValue: { groups: [group] } });
    } catch (error) {
      // A server hands it to the client as the one error of the operation.
      return { errors: [new GraphQLError(String(error))] };
    }
  };
};

/** The others, as their users write them. */
export const peers: readonly Peer[] = [
  { name: "graphql-tools documentation's wrapper", answer: wrapper(false) },
  { name: 'the same wrapper, async', answer: wrapper(true) },
  { name: 'Pothos scope-auth', makesSchema: true, answer: (placement) => executing(pothosSchema(placement)) },
  { name: 'graphql-shield', answer: shielded },
  {
    name: 'type-graphql',
    makesSchema: true,
    answer: (placement) => (placement === 'types' ? undefined : executing(typeGraphqlSchema(placement))),
  },
  { name: 'Envelop generic-auth, partial (by document)', answer: genericAuth(true) },
  { name: 'Envelop generic-auth, all or nothing (by document)', answer: genericAuth(false) },
  { name: 'graphql-authz, all or nothing (by document)', answer: authz },
];
