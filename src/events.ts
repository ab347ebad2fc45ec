/** What happened, as typed events for logs and metrics. None holds a token, and a listener cannot break a request. */
import type { AuthErrorCode, DenialReason, TokenRejectionReason } from './errors.js';
import type { TokenUse } from './cognito-claims.js';

/** Durations are in milliseconds. A `cause` is for the log: it never reaches a client. */
export type AuthEvent =
  | {
      readonly type: 'token.verified';
      readonly tokenUse: TokenUse;
      /** Whether the verified-token cache answered. */
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
      readonly type: 'operation.refused';
      readonly operationName: string | undefined;
      readonly code: AuthErrorCode;
      readonly reason: DenialReason | undefined;
    }
  | {
      readonly type: 'field.denied';
      /** The schema coordinate, such as `Query.orders`. */
      readonly coordinate: string;
      readonly code: AuthErrorCode;
      readonly reason: DenialReason | undefined;
      /** False in a dry run (`enforcement: 'report'`): the field was answered all the same. */
      readonly enforced: boolean;
    }
  | {
      readonly type: 'policy.failed';
      readonly policy: string;
      readonly cause: unknown;
      readonly durationMs: number;
    };

/** Receives each event, synchronously. What it throws is dropped. */
export type AuthEventListener = (event: AuthEvent) => void;

export type TokenRejectedEvent = Extract<AuthEvent, { readonly type: 'token.rejected' }>;

/** Where what happens is told. Nothing that a listener does can break a request. */
export interface Emitter {
  readonly emit: AuthEventListener;
  /** Whether there is a point in making an event of a rejection. */
  readonly hearsRejections: () => boolean;
  /** Tells of rejections too, until the function that comes back is called. */
  readonly onRejection: (listener: (event: TokenRejectedEvent) => void) => () => void;
}

/** @param listener The one of the options. */
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

/** Calls a listener or a logger, and drops what it throws: a full log or a broken metrics pipe must lose no request. */
export function tell<E>(listener: (event: E) => unknown, event: E): void {
  try {
    const result = listener(event);
    // A promise that rejects would end the process.
    if (result instanceof Promise) result.catch(() => {});
  } catch {
    // Dropped, as said above.
  }
}
