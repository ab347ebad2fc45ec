/** The Apollo Server plugin: warm keys, start-up checks, whole-operation refusals and their HTTP answers. */
import type { ApolloServerPlugin, GraphQLRequestContext, GraphQLRequestListener } from '@apollo/server';
import { GraphQLError, OperationTypeNode } from 'graphql';
import type { GraphQLSchema } from 'graphql';
import { authStateOf } from '../auth.js';
import type { Auth } from '../auth.js';
import { findUnguarded, hasRules } from '../directive/guard/coverage.js';
import { refusalsOf } from '../directive/decide-operation.js';
import { checkGateway } from '../directive/guard/gateway.js';
import { assertGraphqlVersion } from '../directive/rules/graphql-version.js';
import { operationHasRules } from '../directive/operation/denied-selections.js';
import { keepGuards } from '../directive/guard/outermost.js';
import { isContextPrivate } from '../directive/private-context.js';
import { findWarnings } from '../directive/guard/start-warnings.js';
import { boundLocations, createLocatedDenialError } from '../denial-error.js';
import { AuthConfigurationError, denials, isUnavailable, KeysUnavailableError } from '../errors.js';
import type { AuthErrorCode, DenialReason } from '../errors.js';
import { internalsOf } from '../token/verifier.js';
import { addChallenge, refuseOperation } from './http-answer.js';
import { createFaultLog, faultBehind } from './fault-log.js';
import type { FaultLogger } from './fault-log.js';
import { readPluginOptions } from './plugin-options.js';
import type { CognitoAuthPluginOptions } from './plugin-options.js';
import { createRejectionLog } from './rejection-log.js';
import { isSeparatedByAuth } from './response-cache.js';
import { varyingHeadersOf } from './vary.js';
import { leaseVerifier } from './verifier-lease.js';

type RequestContext = GraphQLRequestContext<{ readonly auth?: Auth }>;

function hasToken({ contextValue }: RequestContext): boolean {
  return authStateOf(contextValue.auth)?.hasToken === true;
}

/**
 * The plugin for `new ApolloServer({ schema, plugins: [cognitoAuthPlugin({ verifier })] })`.
 *
 * At start it fetches the keys (a failure is logged and start goes on) and refuses a schema whose `@auth` is not
 * enforced. For each operation it refuses a token that was not accepted (401, or 503 when the keys cannot be had) and an
 * operation that `onDenied` says to reject (401 or 403). An answer with `UNAUTHENTICATED` in it gets a
 * `WWW-Authenticate` header (RFC 6750, section 3); an answer to an operation that reaches a rule is private to caches, one
 * with a denial is not stored at all, and each names the headers of the token in `Vary`.
 * When the last server that uses the verifier stops, the verifier is closed.
 *
 * @throws {AuthConfigurationError} on an unknown option, or a verifier that `createCognitoVerifier` did not make; and
 *   from `server.start()`, when an `@auth` in the schema has no guard; with another major version of `graphql` than 16.
 */
export function cognitoAuthPlugin(options: CognitoAuthPluginOptions): ApolloServerPlugin {
  assertGraphqlVersion('cognitoAuthPlugin()');
  const { verifier, publicAnswers, ...policy } = readPluginOptions(options);
  const { emitter, warnings } = internalsOf(verifier);
  const varying = varyingHeadersOf(verifier);
  const logFault = createFaultLog();
  // Schemas that came by an update and lost a guard: the server runs already, so what can be refused is operations.
  const unguarded = new WeakSet<GraphQLSchema>();
  // A hook can throw one error only: the others of a refusal wait here until Apollo Server collects the errors.
  const remaining = new WeakMap<object, readonly GraphQLError[]>();
  let warnedOfResponseCache = false;
  let warnedOfGateway = false;
  let serverLogger: FaultLogger | undefined;

  function refusalOf(requestContext: RequestContext): readonly GraphQLError[] {
    const { schema, document, operationName, contextValue, request } = requestContext;
    if (unguarded.has(schema)) return [createLocatedDenialError(denials.misconfigured, undefined)];
    if (!document) return [];
    return refusalsOf({ schema, document, operationName, variableValues: request.variables, contextValue }, policy);
  }

  /** Whether the answer is this caller's alone, as far as the context tells. */
  function isCallersOwn(contextValue: { readonly auth?: Auth }): boolean {
    const status = authStateOf(contextValue.auth)?.auth.status;
    if (isContextPrivate(contextValue) || status === 'rejected') return true;
    return publicAnswers === 'anonymous' && status !== 'anonymous';
  }

  function assertGuarded(schema: GraphQLSchema): void {
    const problems = findUnguarded(schema);
    if (problems.length > 0) throw new AuthConfigurationError(problems.join('\n'));
    // Apollo Server and tracing tools put functions over the resolvers of a schema once it is in use.
    keepGuards(schema);
  }

  function assertNotBehindGateway(schema: GraphQLSchema, coreSupergraphSdl: string | undefined): void {
    // Only a gateway has one: the context of the hooks tells nothing else about what executes.
    if (coreSupergraphSdl === undefined) return;
    const { problem, warning } = checkGateway(schema, coreSupergraphSdl);
    if (problem !== undefined) throw new AuthConfigurationError(problem);
    if (warning === undefined || warnedOfGateway) return;
    warnedOfGateway = true;
    serverLogger?.warn(`apollo-cognito-auth: ${warning}`);
  }

  function warnOfSharedCache(requestContext: RequestContext): void {
    const { metrics, logger, schema, operation } = requestContext;
    // Apollo's response-cache plugin sets this for every operation, and asks for a key only for a query.
    if (
      warnedOfResponseCache ||
      metrics.responseCacheHit === undefined ||
      operation?.operation !== OperationTypeNode.QUERY
    )
      return;
    if (isSeparatedByAuth(requestContext) || !hasRules(schema)) return;
    warnedOfResponseCache = true;
    logger.warn(
      'apollo-cognito-auth: the response cache does not know one caller from another by what they may see. ' +
        'Write responseCachePlugin({ sessionId: authSessionId }).',
    );
  }

  const listener: GraphQLRequestListener<{ readonly auth?: Auth }> = {
    async didResolveOperation(requestContext) {
      const [first, ...others] = refusalOf(requestContext);
      if (first === undefined) return;
      remaining.set(requestContext, others);
      // Every error of a refusal was made from `denials`, so these are what the types say.
      const { code, reason } = first.extensions as { code: AuthErrorCode; reason?: DenialReason };
      emitter.emit({
        type: 'operation.refused',
        operationName: requestContext.operationName ?? undefined,
        code,
        reason,
      });
      throw refuseOperation(first, code, hasToken(requestContext));
    },

    async executionDidStart(requestContext) {
      const { schema, document, operation, contextValue } = requestContext;
      return {
        // Not before execution: Apollo's cache-control plugin takes a policy that is restricted by then as final and
        // drops every hint. Not in `willSendResponse`: a response cache may have written by then.
        async executionDidEnd() {
          if (isCallersOwn(contextValue) || operationHasRules({ schema, document, operation })) {
            requestContext.overallCachePolicy.restrict({ scope: 'PRIVATE' });
          }
        },
      };
    },

    async didEncounterErrors(requestContext) {
      const others = remaining.get(requestContext);
      // Apollo Server formats this very array after the hook: what is added here passes `formatError` like the first.
      if (others) (requestContext.errors as GraphQLError[]).push(...others);
      for (const error of requestContext.errors) {
        boundLocations(error);
        const fault = faultBehind(error);
        if (fault instanceof AuthConfigurationError || isUnavailable(fault)) {
          logFault(fault, requestContext.logger);
        }
      }
    },

    async willSendResponse(requestContext) {
      const { response, errors } = requestContext;
      if (errors) addChallenge(response.http.headers, errors, hasToken(requestContext));
      varying.addTo(response.http.headers);
      warnOfSharedCache(requestContext);
    },
  };

  return {
    async serverWillStart({ schema: initialSchema, logger }) {
      serverLogger = logger;
      assertGuarded(initialSchema);
      for (const warning of findWarnings(initialSchema)) logger.warn(`apollo-cognito-auth: ${warning}`);
      try {
        await verifier.hydrate();
      } catch (error) {
        // Start all the same: the endpoint may recover before the first request.
        if (!(error instanceof KeysUnavailableError)) throw error;
        logFault(error, logger);
      }
      for (const warning of warnings) logger.warn(`apollo-cognito-auth: ${warning}`);
      const stopHearing = emitter.onRejection(createRejectionLog(logger));
      const release = leaseVerifier(verifier);
      let isStarting = true;
      return {
        schemaDidLoadOrUpdate({ apiSchema, coreSupergraphSdl }) {
          try {
            if (apiSchema !== initialSchema) assertGuarded(apiSchema);
            assertNotBehindGateway(apiSchema, coreSupergraphSdl);
          } catch (error) {
            unguarded.add(apiSchema);
            // A server that does not start does not stop either.
            if (isStarting) void release();
            throw error;
          } finally {
            isStarting = false;
          }
        },
        async serverWillStop() {
          stopHearing();
          await release();
        },
      };
    },

    async requestDidStart() {
      return listener;
    },

    async contextCreationDidFail({ error }) {
      const fault = error instanceof GraphQLError ? faultBehind(error) : error;
      if (fault && serverLogger) logFault(fault, serverLogger);
    },
  };
}
