/**
 * The parts of Apollo Server's plugin interface that this package uses. Structural on purpose: Apollo's ESM and CommonJS
 * types do not fit each other (`HeaderMap` has a private member), and these fit both.
 */
import type { DocumentNode, GraphQLError, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import type { AuthLogger } from '../log.js';

/** What the hooks read of the context of a request. */
export interface PluginRequestContext {
  readonly logger: AuthLogger;
  readonly schema: GraphQLSchema;
  readonly request: { readonly variables?: Readonly<Record<string, unknown>> | undefined };
  readonly response: { readonly http: { readonly headers: Map<string, string> } };
  readonly contextValue: object;
  readonly document?: DocumentNode | undefined;
  readonly operationName?: string | null | undefined;
  readonly operation?: OperationDefinitionNode | undefined;
  readonly errors?: readonly GraphQLError[] | undefined;
  readonly metrics: { readonly responseCacheHit?: boolean | undefined };
  readonly overallCachePolicy: { restrict(hint: { readonly scope?: 'PRIVATE'; readonly maxAge?: 0 }): void };
}

/** The same once execution begins: the operation is known by then. */
export interface PluginExecutionContext extends PluginRequestContext {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
}

/** The hooks of one request. */
export interface PluginRequestListener {
  didResolveOperation(requestContext: PluginRequestContext): Promise<void>;
  executionDidStart(requestContext: PluginExecutionContext): Promise<{ executionDidEnd(): Promise<void> }>;
  didEncounterErrors(requestContext: PluginRequestContext): Promise<void>;
  willSendResponse(requestContext: PluginRequestContext): Promise<void>;
}

/** What `serverWillStart` is given. */
export interface PluginServerContext {
  readonly logger: AuthLogger;
  readonly schema: GraphQLSchema;
}

/** The hooks of one server. */
export interface PluginServerListener {
  schemaDidLoadOrUpdate(schemaContext: {
    readonly apiSchema: GraphQLSchema;
    readonly coreSupergraphSdl?: string | undefined;
  }): void;
  serverWillStop(): Promise<void>;
}

/**
 * The Apollo Server plugin of `cognitoAuthPlugin()`, for `new ApolloServer({ plugins: [...] })`.
 *
 * @example
 * const plugin: CognitoAuthPlugin = cognitoAuthPlugin({ verifier });
 */
export interface CognitoAuthPlugin {
  serverWillStart(service: PluginServerContext): Promise<PluginServerListener>;
  startupDidFail(failure: { readonly error: Error }): Promise<void>;
  requestDidStart(): Promise<PluginRequestListener>;
  contextCreationDidFail(failure: { readonly error: Error }): Promise<void>;
}
