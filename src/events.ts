/** What happens, as typed events for logs and metrics. No event holds a token, and no listener can break a request. */
import type { AuthErrorCode, DenialReason, TokenRejectionReason } from './errors.js';
import type { TokenUse } from './cognito-claims.js';

/**
 * What happened. Durations are in milliseconds. A `cause` is for the log and never reaches a client.
 *
 * @example
 * const onEvent = (event: AuthEvent) => {
 *   if (event.type === 'keys.failed') logger.warn(`keys of ${event.userPoolId}: next try in ${event.retryAfterSeconds} s`);
 * };
 */
export type AuthEvent =
  | {
      readonly type: 'token.verified';
      readonly tokenUse: TokenUse;
      /** Whether the verified-token cache had it. */
      readonly cached: boolean;
      readonly durationMs: number;
    }
  | {
      readonly type: 'token.rejected';
      readonly reason: TokenRejectionReason;
      readonly cause: unknown;
      readonly durationMs: number;
    }
  | {
      readonly type: 'keys.fetched';
      readonly userPoolId: string;
      readonly issuer: string;
      readonly keyCount: number;
      readonly durationMs: number;
    }
  | {
      readonly type: 'keys.failed';
      readonly userPoolId: string;
      readonly issuer: string;
      readonly cause: unknown;
      /** Seconds until the next try. */
      readonly retryAfterSeconds: number;
      readonly durationMs: number;
    }
  | {
      readonly type: 'pool.looked-up';
      /** Of a token that is not verified: any caller can name any pool. */
      readonly userPoolId: string;
      readonly issuer: string;
      /** What `find` answered, against what was known of the pool; `none` when it knows no pool of this issuer. */
      readonly result: 'new' | 'same' | 'changed' | 'none';
      readonly durationMs: number;
    }
  | {
      readonly type: 'pool.failed';
      readonly userPoolId: string;
      readonly issuer: string;
      /** What `find` threw, or an `AuthConfigurationError` that says what is wrong with the pool. */
      readonly cause: unknown;
      /** Seconds until the next try. */
      readonly retryAfterSeconds: number;
      readonly durationMs: number;
    }
  | {
      readonly type: 'operation.refused';
      readonly operationName: string | undefined;
      readonly code: AuthErrorCode;
      readonly reason: DenialReason | undefined;
    }
  | {
      readonly type: 'field.denied';
      /** The schema coordinate, such as `Query.orders`; `Product.__resolveReference` for a reference of a subgraph. */
      readonly coordinate: string;
      readonly code: AuthErrorCode;
      readonly reason: DenialReason | undefined;
      /** False in a dry run (`enforcement: 'report'`): the field was resolved all the same. */
      readonly enforced: boolean;
    }
  | {
      readonly type: 'policy.failed';
      readonly policy: string;
      readonly cause: unknown;
      readonly durationMs: number;
    };

/**
 * Receives each event, synchronously. What it throws is ignored.
 *
 * @example
 * const onEvent: AuthEventListener = ({ type }) => metrics.count(type);
 */
export type AuthEventListener = (event: AuthEvent) => void;

export type TokenRejectedEvent = Extract<AuthEvent, { readonly type: 'token.rejected' }>;

/** Passes events to listeners. Nothing that a listener does can break a request. */
export interface Emitter {
  readonly emit: AuthEventListener;
  /** Whether a rejection has a listener: without one, no event of it is made. */
  readonly hearsRejections: () => boolean;
  /** Adds a listener for rejections. The returned function removes it. */
  readonly onRejection: (listener: (event: TokenRejectedEvent) => void) => () => void;
}

/** @param listener `onEvent` of the options. */
export function createEmitter(listener: AuthEventListener | undefined): Emitter {
  const others = new Set<(event: TokenRejectedEvent) => void>();
  return {
    emit(event) {
      if (listener !== undefined) tell(listener, event);
      if (event.type === 'token.rejected') for (const other of others) tell(other, event);
    },
    hearsRejections: () => listener !== undefined || others.size > 0,
    onRejection(other) {
      others.add(other);
      return () => {
        others.delete(other);
      };
    },
  };
}

/** Calls a listener or a logger, and ignores what it throws: a full log or a broken metrics pipe loses no request. */
export function tell<E>(listener: (event: E) => unknown, event: E): void {
  try {
    const result = listener(event);
    // A promise that rejects would end the process.
    if (result instanceof Promise) result.catch(() => {});
  } catch {
    // Ignored, as said above.
  }
}
