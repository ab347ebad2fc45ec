/** `cognitoAuthWebSocket()`: the options with which graphql-ws keeps the rules on WebSocket connections. */
import { execute as graphqlExecute, getOperationAST, GraphQLError, subscribe as graphqlSubscribe } from 'graphql';
import type { ExecutionArgs } from 'graphql';
import type { ExecutionResult, OperationResult, SubscribePayload } from 'graphql-ws';
import { authStateOf } from '../auth.js';
import type { Auth, AuthContext } from '../auth.js';
import { createDenialError, createLocatedDenialError } from '../denial-error.js';
import { decideOperation, refusalEvent } from '../directive/decide-operation.js';
import { assertGraphqlVersion } from '../directive/rules/own-graphql.js';
import { AuthConfigurationError, denials } from '../errors.js';
import { endStreamsBy } from '../expiry.js';
import { assertExtend, findToken, toRejectedAuth } from '../server/authenticate.js';
import { readConnectionRequest } from '../server/connection-request.js';
import { withAuth } from '../server/extension.js';
import { createFaultLog, loggedFaultOf } from '../server/fault-log.js';
import { asError } from '../settings.js';
import { assertClosable, closeOf, closeSocket, FAULT } from './close.js';
import { Connection } from './connection.js';
import type { ConnectionServices } from './connection.js';
import { Operations } from './operations.js';
import { readWebSocketOptions } from './options.js';
import type {
  CognitoAuthWebSocket,
  CognitoAuthWebSocketOptions,
  WebSocketConnection,
  WebSocketOperationExtension,
} from './options.js';
import { endAtOnce, isStream } from './stream.js';

const MISSED = new AuthConfigurationError(
  'Expected graphql-ws to run each operation by the functions of cognitoAuthWebSocket(), got another `onConnect`, `context`, ' +
    '`execute` or `subscribe`, or a `contextValue` of `onSubscribe`. Pass your own functions to cognitoAuthWebSocket({ verifier, ' +
    'onConnect, … }), and what your context adds as its second argument: (auth, connection) => ({ … }).',
);

/**
 * Creates options for the server of graphql-ws. They authenticate a connection, close it when its token expires or is
 * revoked, and decide each operation as the plugin does over HTTP.
 *
 * The token source sees the headers of the upgrade request and, for the name it asks for, `connectionParams.NAME` and
 * `connectionParams.headers.NAME`. A connection without credentials is anonymous. The server closes a connection with 4401
 * if its credentials are not accepted, with 4403 if its token has expired or was revoked while the connection was open, with
 * 1013 if keys or revocations are unavailable, and with 4500 if the server is misconfigured.
 *
 * @param extend Adds properties of your own to the context of each operation, such as data loaders.
 * @throws {AuthConfigurationError} on an unknown option or value, and with another major version of `graphql` than 16.
 * @example
 * useServer({ schema, ...cognitoAuthWebSocket({ verifier, logger: console }) }, webSocketServer);
 *
 * @example
 * cognitoAuthWebSocket({ verifier }, (auth, connection, id, payload) => ({ loaders: createLoaders(auth) }));
 */
export function cognitoAuthWebSocket<Extra = unknown, Extension extends object = object, Claims = unknown>(
  options: CognitoAuthWebSocketOptions<Extra, Claims>,
  extend?: WebSocketOperationExtension<Extra, Extension, Claims>,
): CognitoAuthWebSocket<Extra>;
export function cognitoAuthWebSocket<Extra>(
  options: CognitoAuthWebSocketOptions<Extra>,
  extend?: WebSocketOperationExtension<Extra, object>,
): CognitoAuthWebSocket<Extra> {
  assertGraphqlVersion('cognitoAuthWebSocket()');
  const { verifier, internals, tokenSource, isOriginAllowed, policy, logger, own } = readWebSocketOptions(options);
  assertExtend('cognitoAuthWebSocket()', extend);
  const { origin, emitter, recheckSeconds } = internals;
  const faultLog = createFaultLog();
  const connections = new WeakMap<object, Connection>();
  // Connections that were closed before their credentials were checked.
  const closed = new WeakSet<object>();
  const operations = new Operations(() => {
    logFault(MISSED);
  });
  const services: ConnectionServices = { verifier, recheckSeconds, onRejected: logCauseOf };

  function logFault(fault: unknown): void {
    if (logger) faultLog(asError(fault), logger);
  }

  function logCauseOf(auth: Auth): void {
    const cause = authStateOf(auth)?.cause;
    if (cause) logFault(cause);
  }

  function logFaultsOf({ errors }: ExecutionResult): void {
    // Some executors write `errors: null`.
    for (const error of errors ?? []) {
      const fault = loggedFaultOf(error);
      if (fault) logFault(fault);
    }
  }

  /** Undefined when the credentials are not accepted; the connection is closed then. */
  async function connect(connection: WebSocketConnection<Extra>): Promise<[Connection, Auth] | undefined> {
    let token: string | undefined;
    let auth: Auth;
    try {
      try {
        assertClosable(connection.extra);
        token = findToken(tokenSource, readConnectionRequest(connection, isOriginAllowed));
        auth = await verifier.authenticate(token);
      } catch (error) {
        auth = toRejectedAuth(error, origin);
      }
    } catch (fault) {
      logFault(fault);
      closeSocket(connection.extra, FAULT);
      return undefined;
    }
    if (auth.status === 'rejected') {
      logCauseOf(auth);
      closeSocket(connection.extra, closeOf(auth.reason, false));
      return undefined;
    }
    return [new Connection(connection.extra, token, auth, services), auth];
  }

  async function createContext(
    connection: WebSocketConnection<Extra>,
    id: string,
    payload: SubscribePayload,
  ): Promise<AuthContext> {
    const auth = await connections.get(connection)?.authenticate();
    if (auth === undefined) throw MISSED;
    return withAuth(extend === undefined ? {} : await extend(auth, connection, id, payload), auth);
  }

  /** @returns the errors with which the operation is refused; none if it may run. */
  function decide(args: ExecutionArgs): [readonly GraphQLError[], Connection | undefined] {
    const operation = operations.release(args);
    const fault = operation === undefined ? MISSED : operation.fault;
    if (fault !== undefined) {
      logFault(fault);
      return [[fault instanceof GraphQLError ? fault : createDenialError(denials.misconfigured, fault)], undefined];
    }
    // Its context may have been long in the making.
    if (operation?.connection?.isOver()) return [[createLocatedDenialError(denials.expired, undefined)], undefined];
    const { schema, document, operationName, variableValues, contextValue } = args;
    const errors = decideOperation({
      schema,
      document,
      operationName,
      variableValues,
      contextValue,
      onDenied: policy.onDenied,
    });
    const [first] = errors;
    if (first !== undefined) {
      emitter.emit(refusalEvent(first, getOperationAST(document, operationName)?.name?.value));
    }
    return [errors, operation?.connection];
  }

  /** Runs what is not refused. A stream ends after its connection was closed, so that the client hears of no end. */
  function decided(
    run: (args: ExecutionArgs) => OperationResult,
  ): (args: ExecutionArgs) => Promise<Awaited<OperationResult>> {
    return async (args) => {
      const [errors, connection] = decide(args);
      if (errors.length > 0 || connection === undefined) {
        logFaultsOf({ errors });
        return { errors };
      }
      // `decide` has found its mark, so the context is an object of ours.
      endStreamsBy(args.contextValue as object, () => connection.isOver());
      const result = await run(args);
      if (isStream(result)) return endAtOnce(result, logFault);
      logFaultsOf(result);
      return result;
    };
  }

  function end(connection: WebSocketConnection<Extra>): void {
    closed.add(connection);
    connections.get(connection)?.end();
  }

  return {
    async onConnect(connection) {
      const connected = await connect(connection);
      if (connected === undefined || closed.has(connection)) return false;
      const [accepted, auth] = connected;
      connections.set(connection, accepted);
      accepted.watch();
      return own.onConnect?.(connection, auth);
    },
    async onSubscribe(connection, id, payload) {
      // The client may send more until the socket is closed.
      if (connections.get(connection)?.isOver()) return [createLocatedDenialError(denials.expired, undefined)];
      const answer = await own.onSubscribe?.(connection, id, payload);
      // `onSubscribe` may return the same object for many operations, so it must not be changed.
      return isArguments(answer) ? { ...answer } : answer;
    },
    async context(connection, id, payload, args) {
      let contextValue: object;
      let fault: Error | undefined;
      try {
        contextValue = await createContext(connection, id, payload);
      } catch (thrown) {
        contextValue = {};
        fault = thrown instanceof GraphQLError ? thrown : asError(thrown);
      }
      operations.hold(contextValue, args, { connection: connections.get(connection), fault });
      return contextValue;
    },
    execute: decided(own.execute ?? graphqlExecute),
    subscribe: decided(own.subscribe ?? graphqlSubscribe),
    async onDisconnect(connection, code, reason) {
      end(connection);
      await own.onDisconnect?.(connection, code, reason);
    },
    async onClose(connection, code, reason) {
      end(connection);
      await own.onClose?.(connection, code, reason);
    },
  };
}

function isArguments(answer: unknown): answer is ExecutionArgs {
  return typeof answer === 'object' && answer !== null && !Array.isArray(answer);
}
