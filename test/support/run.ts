/** Runs operations on a guarded schema in both ways that there are, `graphql()` alone and Apollo Server, and compares. */
import { ApolloServer } from '@apollo/server';
import { makeExecutableSchema } from '@graphql-tools/schema';
import type { IExecutableSchemaDefinition } from '@graphql-tools/schema';
import { graphql, parse, subscribe } from 'graphql';
import type { ExecutionResult, GraphQLSchema } from 'graphql';
import { expect } from 'vitest';
import type { AuthDirectiveOptions } from '../../src/directive/options.js';
import { authDirective } from '../../src/directive/auth-directive.js';

export interface Answer {
  readonly data: unknown;
  readonly errors?: readonly unknown[];
}

type Resolvers = NonNullable<IExecutableSchemaDefinition['resolvers']>;

export function guard(typeDefs: string, resolvers: Resolvers = {}, options: AuthDirectiveOptions = {}): GraphQLSchema {
  const { authDirectiveTypeDefs, authDirectiveTransformer } = authDirective(options);
  return authDirectiveTransformer(makeExecutableSchema({ typeDefs: [authDirectiveTypeDefs, typeDefs], resolvers }));
}

const servers = new WeakMap<GraphQLSchema, ApolloServer>();

function serverOf(schema: GraphQLSchema): ApolloServer {
  const server = servers.get(schema) ?? new ApolloServer({ schema, includeStacktraceInErrorResponses: false });
  servers.set(schema, server);
  return server;
}

/** The answer, which has to be the same both ways. Resolvers run twice. */
export async function run(
  schema: GraphQLSchema,
  source: string,
  auth: unknown,
  variableValues: Record<string, unknown> = {},
): Promise<Answer> {
  const alone = toAnswer(await graphql({ schema, source, variableValues, contextValue: { auth } }));
  const { body } = await serverOf(schema).executeOperation(
    { query: source, variables: variableValues },
    { contextValue: { auth } },
  );
  expect(body.kind === 'single' && toAnswer(body.singleResult as ExecutionResult)).toEqual(alone);
  return alone;
}

/** Events of a subscription until it ends, or the answer that refused it. */
export async function collect(schema: GraphQLSchema, source: string, auth: unknown): Promise<Answer | Answer[]> {
  const stream = await subscribe({ schema, document: parse(source), contextValue: { auth } });
  if (!(Symbol.asyncIterator in stream)) return toAnswer(stream);
  const events: Answer[] = [];
  for await (const event of stream) events.push(toAnswer(event));
  return events;
}

// As JSON, without locations (they have a test of their own), and in the order of paths: errors come as they happen.
export function toAnswer({ data, errors }: ExecutionResult): Answer {
  if (!errors) return { data: toJson(data) };
  const sorted = errors
    .map((error) => ({ ...toJson(error), locations: undefined }))
    .sort((one, other) => (JSON.stringify(one.path) < JSON.stringify(other.path) ? -1 : 1));
  return data === undefined ? { data, errors: sorted } : { data: toJson(data), errors: sorted };
}

function toJson(value: unknown): { readonly path?: unknown } {
  // Only to spread and to compare.
  return JSON.parse(JSON.stringify(value)) as { readonly path?: unknown };
}

const messages = {
  missing: ['UNAUTHENTICATED', 'Authentication is required.'],
  expired: ['UNAUTHENTICATED', 'The token has expired.'],
  malformed: ['UNAUTHENTICATED', 'The credentials are malformed.'],
  invalid: ['UNAUTHENTICATED', 'The token is not valid.'],
  revoked: ['UNAUTHENTICATED', 'The token has been revoked.'],
  'step-up': ['UNAUTHENTICATED', 'A stronger or more recent sign-in is required.'],
  pool: ['FORBIDDEN', 'Access is denied.'],
  group: ['FORBIDDEN', 'Access is denied.'],
  'token-use': ['FORBIDDEN', 'Access is denied.'],
  scope: ['FORBIDDEN', 'Access is denied.'],
  policy: ['FORBIDDEN', 'Access is denied.'],
  'keys-unavailable': ['AUTH_UNAVAILABLE', 'Authentication is temporarily unavailable.'],
  'revocation-unavailable': ['AUTH_UNAVAILABLE', 'Authentication is temporarily unavailable.'],
} as const;

/** The error that a client gets for a denied selection. */
export function denial(reason: keyof typeof messages, ...path: (string | number)[]): unknown {
  const [code, message] = messages[reason];
  return { message, path, extensions: { code, reason } };
}

/** The error that a client gets who has to sign in again, more strongly or just now. */
export function stepUp(
  demand: { readonly acrValues?: readonly string[]; readonly maxAge?: number },
  ...path: (string | number)[]
): unknown {
  const [code, message] = messages['step-up'];
  return { message, path, extensions: { code, reason: 'step-up', ...demand } };
}
