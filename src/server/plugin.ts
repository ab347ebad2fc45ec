/** The Apollo Server plugin: warm keys, start-up checks, whole-operation refusals and their HTTP answers. */
import { GraphQLError } from 'graphql';
import type { GraphQLSchema } from 'graphql';
import { authStateOf } from '../auth.js';
import type { AuthState } from '../auth.js';
import { boundLocations, createLocatedDenialError } from '../denial-error.js';
import { reachOfOperation, refusalEvent, refusalsOf } from '../directive/decide-operation.js';
import { authIn } from '../directive/decision/decide.js';
import { findWarnings } from '../directive/guard/start-warnings.js';
import { isContextAging, isContextPrivate } from '../directive/decision/private-context.js';
import { assertGraphqlVersion } from '../directive/rules/own-graphql.js';
import { denials } from '../errors.js';
import { createLineLimit, writeLine } from '../log.js';
import type { AuthLogger } from '../log.js';
import type { CognitoAuthPlugin, PluginRequestContext, PluginRequestListener } from './apollo.js';
import { createFaultLog, loggedFaultOf, rootCauseOf } from './fault-log.js';
import { createHttpAnswers } from './http-answer.js';
import { readPluginOptions } from './plugin-options.js';
import type { CognitoAuthPluginOptions } from './plugin-options.js';
import { createRejectionLog } from './rejection-log.js';
import { isSharedByCallers } from './response-cache.js';
import { assertGuarded, warningOfGateway } from './start-checks.js';
import { fetchStartKeys } from './start-keys.js';
import { varyingHeadersOf } from './vary.js';

function stateIn(contextValue: object): AuthState | undefined {
  return authStateOf(authIn(contextValue));
}

/**
 * The plugin for Apollo Server.
 *
 * At start it refuses a schema whose `@auth` is not enforced, fetches the keys, and waits at most 1 s for them (the fetch goes
 * on; if it fails, the log says why). It refuses an operation with a rejected token (401, or 503 while the keys or revocations
 * are unavailable) and one that `onDenied` says to reject (401 or 403). A response that lacks a token, a scope or a sign-in
 * gets a `WWW-Authenticate` header (RFC 6750, section 3), to which `challenge` adds, unless `answers` is `graphql`. A response
 * that involved a rule is private to caches, one with a denial is never stored, and each names the headers of the token in
 * `Vary`. The verifier stays open when the server stops: close it where you created it.
 *
 * @example
 * const server = new ApolloServer<AuthContext>({ schema, plugins: [cognitoAuthPlugin({ verifier })] });
 *
 * @throws {AuthConfigurationError} on an unknown option, on a verifier that `createCognitoVerifier` did not return, and
 *   with another major version of `graphql` than 16; and from `server.start()`, when an `@auth` in the schema has no guard or
 *   names a pool that the verifier does not have.
 */
export function cognitoAuthPlugin(options: CognitoAuthPluginOptions): CognitoAuthPlugin {
  assertGraphqlVersion('cognitoAuthPlugin()');
  const { verifier, internals, policy, publicAnswers, answers, challenge } = readPluginOptions(options);
  const { emitter, warnings, poolNames } = internals;
  const http = createHttpAnswers(answers, challenge);
  const varying = varyingHeadersOf(verifier);
  const logFault = createFaultLog();
  const limitWarnings = createLineLimit();
  // Schemas that came by an update and lost a guard: the server runs already, so what can be refused is operations.
  const unguarded = new WeakSet<GraphQLSchema>();
  // A hook can throw one error only: the others of a refusal wait here until Apollo Server collects the errors.
  const remaining = new WeakMap<object, readonly GraphQLError[]>();
  let serverLogger: AuthLogger | undefined;
  // Of the server that started last.
  let stopHearing: (() => void) | undefined;

  function warn(sentence: string, logger: AuthLogger | undefined): void {
    if (limitWarnings(sentence) !== undefined) writeLine(logger, 'warn', sentence);
  }

  function refuseOperationFor(requestContext: PluginRequestContext): readonly GraphQLError[] {
    const { schema, document, operationName, contextValue, request } = requestContext;
    if (unguarded.has(schema)) return [createLocatedDenialError(denials.misconfigured, undefined)];
    if (!document) return [];
    return refusalsOf({ schema, document, operationName, variableValues: request.variables, contextValue }, policy);
  }

  /** Whether the response is this caller's alone, as far as the context tells. */
  function isCallersOwn(contextValue: object): boolean {
    const status = stateIn(contextValue)?.auth.status;
    if (isContextPrivate(contextValue) || status === 'rejected') return true;
    return publicAnswers === 'anonymous' && status !== 'anonymous';
  }

  const listener: PluginRequestListener = {
    async didResolveOperation(requestContext) {
      const [first, ...others] = refuseOperationFor(requestContext);
      if (first === undefined) return;
      remaining.set(requestContext, others);
      emitter.emit(refusalEvent(first, requestContext.operationName ?? undefined));
      throw http.refuseOperation([first, ...others], stateIn(requestContext.contextValue));
    },

    async executionDidStart({ schema, document, operation, contextValue, overallCachePolicy }) {
      return {
        // Not before execution: Apollo's cache-control plugin takes a policy that is restricted by then as final and
        // drops every hint. Not in `willSendResponse`: a response cache may have written by then.
        async executionDidEnd() {
          const { hasRules, isAging } = reachOfOperation(schema, document, operation);
          if (hasRules || isCallersOwn(contextValue)) overallCachePolicy.restrict({ scope: 'PRIVATE' });
          // No cache may outlive a decision by `maxAge`.
          if (isAging || isContextAging(contextValue)) overallCachePolicy.restrict({ maxAge: 0 });
        },
      };
    },

    async didEncounterErrors(requestContext) {
      const { errors = [], logger } = requestContext;
      const others = remaining.get(requestContext);
      // Apollo Server formats this very array after the hook: what is added here passes `formatError` like the first.
      if (others) (errors as GraphQLError[]).push(...others);
      for (const error of errors) {
        boundLocations(error);
        const fault = loggedFaultOf(error);
        if (fault) logFault(fault, logger);
      }
    },

    async willSendResponse(requestContext) {
      const { response, errors, contextValue, logger } = requestContext;
      const { headers } = response.http;
      if (errors) http.addHeaders(headers, errors, stateIn(contextValue));
      varying.addTo(headers);
      if (isSharedByCallers(requestContext)) {
        warn(
          'the response cache is not keyed by caller. Use responseCachePlugin({ sessionId: authSessionId }).',
          logger,
        );
      }
    },
  };

  return {
    async serverWillStart({ schema: initialSchema, logger }) {
      serverLogger = logger;
      stopHearing = undefined;
      const poolWarnings = assertGuarded(initialSchema, poolNames);
      for (const warning of [...findWarnings(initialSchema), ...poolWarnings]) {
        writeLine(logger, 'warn', warning);
      }
      await fetchStartKeys(internals, logFault, logger);
      for (const warning of warnings) writeLine(logger, 'warn', warning);
      let stopOwn: (() => void) | undefined;
      return {
        schemaDidLoadOrUpdate({ apiSchema, coreSupergraphSdl }) {
          try {
            if (apiSchema !== initialSchema) assertGuarded(apiSchema, poolNames);
            const warning = warningOfGateway(apiSchema, coreSupergraphSdl);
            if (warning !== undefined) warn(warning, logger);
          } catch (error) {
            unguarded.add(apiSchema);
            throw error;
          }
          // Here and not before: `startupDidFail` may have run already while the keys were fetched.
          if (stopOwn === undefined) stopHearing = stopOwn = emitter.onRejection(createRejectionLog(logger));
        },
        async serverWillStop() {
          stopOwn?.();
        },
      };
    },

    // A server that does not start, whichever plugin is the cause, does not stop either.
    async startupDidFail() {
      stopHearing?.();
    },

    async requestDidStart() {
      return listener;
    },

    async contextCreationDidFail({ error }) {
      const fault = error instanceof GraphQLError ? rootCauseOf(error) : error;
      if (fault && serverLogger) logFault(fault, serverLogger);
    },
  };
}
