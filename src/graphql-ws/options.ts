/** Options of `cognitoAuthWebSocket()`, and what it returns. */
import type { ExecutionArgs } from 'graphql';
import type { ConnectionInitMessage, Context, OperationResult, ServerOptions, SubscribePayload } from 'graphql-ws';
import type { Auth } from '../auth.js';
import { readRefusalPolicy } from '../directive/decide-operation.js';
import type { DeniedOperationHandlings, RefusalPolicy } from '../directive/decide-operation.js';
import { AuthConfigurationError } from '../errors.js';
import { readLogger } from '../log.js';
import type { AuthLogger } from '../log.js';
import { print, readFunction } from '../settings.js';
import { readTokenSource } from '../server/authenticate.js';
import { readVerifierSettings } from '../server/verifier-option.js';
import type { TokenSource } from '../token/source.js';
import type { CognitoVerifier, VerifierInternals } from '../token/verifier.js';

/**
 * The context of one connection, as graphql-ws makes it. `Extra` is what the WebSocket server adds, such as `Extra` of
 * `graphql-ws/use/ws`.
 *
 * @example
 * const extend = (auth: Auth, { connectionParams }: WebSocketConnection) => ({ locale: connectionParams?.['locale'] });
 */
export type WebSocketConnection<Extra = unknown> = Context<ConnectionInitMessage['payload'], Extra>;

type Hooks<Extra> = ServerOptions<ConnectionInitMessage['payload'], Extra>;
type Run = (args: ExecutionArgs) => OperationResult;

/**
 * Adds properties of your own to the context of an operation.
 *
 * @example
 * const extend: WebSocketOperationExtension<unknown, { readonly operationId: string }> = (auth, connection, id) => ({
 *   operationId: id,
 * });
 */
export type WebSocketOperationExtension<Extra, Extension extends object, Claims = unknown> = (
  auth: Auth<Claims>,
  connection: WebSocketConnection<Extra>,
  id: string,
  payload: SubscribePayload,
) => Extension | Promise<Extension>;

/**
 * Options of `cognitoAuthWebSocket()`. The functions are those of graphql-ws, and run after this package's own part.
 *
 * @example
 * const options: CognitoAuthWebSocketOptions = { verifier, logger: console, onDenied: { query: 'reject' } };
 */
export interface CognitoAuthWebSocketOptions<Extra = unknown, Claims = unknown> {
  readonly verifier: CognitoVerifier<Claims>;
  /** Finds the token in the connection. Default: `bearerToken()`. */
  readonly tokenSource?: TokenSource | undefined;
  /**
   * The origins of the pages whose connections may have a cookie, such as `https://app.example.com`; exact, without
   * patterns. Default: none, so a cookie is malformed.
   */
  readonly allowedOrigins?: readonly string[] | undefined;
  /** As in `cognitoAuthPlugin`. Default: `{ query: 'partial', mutation: 'reject', subscription: 'reject' }`. */
  readonly onDenied?: DeniedOperationHandlings | undefined;
  /** Where faults of the server are logged, such as `console`. Default: no log. */
  readonly logger?: AuthLogger | undefined;
  /** Called for a connection whose token is accepted, or that has no credentials; `false` refuses it. Default: none. */
  readonly onConnect?:
    | ((
        connection: WebSocketConnection<Extra>,
        auth: Auth<Claims>,
      ) => ReturnType<NonNullable<Hooks<Extra>['onConnect']>>)
    | undefined;
  /** As in graphql-ws, but it returns no `contextValue`: use `extend`. Default: none. */
  readonly onSubscribe?: Hooks<Extra>['onSubscribe'];
  /** Executes an operation that is not refused. Default: graphql-js'. */
  readonly execute?: Run | undefined;
  /** Subscribes to an operation that is not refused. Default: graphql-js'. */
  readonly subscribe?: Run | undefined;
  /** As in graphql-ws. Default: none. */
  readonly onDisconnect?: Hooks<Extra>['onDisconnect'];
  /** As in graphql-ws. Default: none. */
  readonly onClose?: Hooks<Extra>['onClose'];
}

/**
 * Options of graphql-ws. Do not replace any of them: without this package's `onConnect`, `context`, `execute` and `subscribe`,
 * each operation is refused.
 *
 * @example
 * const { onConnect, onSubscribe, context, execute, subscribe }: CognitoAuthWebSocket = cognitoAuthWebSocket({ verifier });
 */
export interface CognitoAuthWebSocket<Extra = unknown> {
  readonly onConnect: NonNullable<Hooks<Extra>['onConnect']>;
  readonly onSubscribe: NonNullable<Hooks<Extra>['onSubscribe']>;
  readonly context: (
    connection: WebSocketConnection<Extra>,
    id: string,
    payload: SubscribePayload,
    args: ExecutionArgs,
  ) => Promise<object>;
  readonly execute: Run;
  readonly subscribe: Run;
  readonly onDisconnect: NonNullable<Hooks<Extra>['onDisconnect']>;
  readonly onClose: NonNullable<Hooks<Extra>['onClose']>;
}

export interface ResolvedOptions<Extra> {
  readonly verifier: CognitoVerifier;
  readonly internals: VerifierInternals;
  readonly tokenSource: TokenSource;
  readonly isOriginAllowed: (origin: string | undefined) => boolean;
  readonly policy: RefusalPolicy;
  readonly logger: AuthLogger | undefined;
  readonly own: Pick<CognitoAuthWebSocketOptions<Extra>, (typeof FUNCTIONS)[number]>;
}

const CALLED = 'cognitoAuthWebSocket()';
const FUNCTIONS = ['onConnect', 'onSubscribe', 'execute', 'subscribe', 'onDisconnect', 'onClose'] as const;

/** @throws {AuthConfigurationError} on an unknown option or value. */
export function readWebSocketOptions<Extra>(options: CognitoAuthWebSocketOptions<Extra>): ResolvedOptions<Extra> {
  const names = ['tokenSource', 'allowedOrigins', 'onDenied', 'logger', ...FUNCTIONS];
  const { verifier, internals, settings } = readVerifierSettings(CALLED, options, names);
  const origins = readOrigins(settings['allowedOrigins']);
  const own = FUNCTIONS.map((name) => [name, readHook(name, settings[name])] as const);
  return {
    verifier,
    internals,
    tokenSource: readTokenSource(CALLED, settings['tokenSource']),
    isOriginAllowed: (origin) => origin !== undefined && origins.has(origin),
    policy: readRefusalPolicy(CALLED, undefined, settings['onDenied']),
    logger: readLogger(CALLED, settings['logger']),
    // Its values were read by `readHook`.
    own: Object.fromEntries(own),
  };
}

function readHook(name: string, value: unknown): unknown {
  return readFunction<unknown>(`${CALLED}: options.${name}`, value, 'as graphql-ws takes it', undefined);
}

/** @throws {AuthConfigurationError} unless each is exactly what a browser sends in `Origin` (RFC 6454, section 6.2). */
function readOrigins(value: unknown): ReadonlySet<string> {
  if (value === undefined) return new Set();
  const origins: readonly unknown[] = Array.isArray(value) ? value : [value];
  const wrong = origins.find((origin) => !isOrigin(origin));
  if (wrong === undefined && Array.isArray(value) && value.length > 0) return new Set(value as readonly string[]);
  throw new AuthConfigurationError(
    `Expected \`${CALLED}: options.allowedOrigins\` to be a list of origins without patterns or paths, got ${print(Array.isArray(value) && value.length > 0 ? wrong : value)}. ` +
      "Write: allowedOrigins: ['https://app.example.com'].",
  );
}

function isOrigin(value: unknown): boolean {
  return typeof value === 'string' && URL.canParse(value) && new URL(value).origin === value;
}
