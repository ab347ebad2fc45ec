/** What happened, as typed events for logs and metrics. None holds a token, and a listener cannot break a request. */
import type { AuthErrorCode, DenialReason, TokenRejectionReason } from './errors.js';
import type { TokenUse } from './auth.js';

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
  | { readonly type: 'keys.fetched'; readonly issuer: string; readonly keyCount: number; readonly durationMs: number }
  | {
      readonly type: 'keys.failed';
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

/** The listener in a form that never throws into the path of a request. */
export function createEmitter(listener: AuthEventListener | undefined): AuthEventListener {
  if (listener === undefined) return () => {};
  return (event) => {
    try {
      listener(event);
    } catch {
      // A broken metrics pipe is no reason to lose a request.
    }
  };
}
