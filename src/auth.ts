/** `Auth`: what is known of a caller, as a frozen value that only this package can make. */
import type { CognitoAccessTokenPayload, CognitoIdTokenPayload } from './cognito-claims.js';
import type { AuthUnavailableError, RejectionReason } from './errors.js';
import type { AuthEventListener } from './events.js';
import { Stamped } from './stamped.js';

declare const brand: unique symbol;

interface Branded {
  /** Exists for the compiler alone: a hand-made object is not an `Auth`. For tests there is `apollo-cognito-auth/testing`. */
  readonly [brand]: never;
}

/** No credentials came with the request. */
export interface AnonymousAuth extends Branded {
  readonly status: 'anonymous';
}

/** Credentials came and were not accepted, or could not be checked (`keys-unavailable`, `revocation-unavailable`). */
export interface RejectedAuth extends Branded {
  readonly status: 'rejected';
  readonly reason: RejectionReason;
}

interface AuthenticatedBase extends Branded {
  readonly status: 'authenticated';
  readonly sub: string;
  /** `username` or `cognito:username`; absent for a client-credentials token. */
  readonly username?: string;
  readonly clientId: string;
  readonly userPoolId: string;
  /** From `cognito:groups` alone: exact, case-sensitive. Empty when the claim is absent. */
  readonly groups: readonly string[];
  /** From `scope` of an access token; empty for an ID token. */
  readonly scopes: readonly string[];
  /** Seconds since the epoch: the `exp` claim. */
  readonly expiresAt: number;
}

/** An ID token was verified. */
export interface AuthenticatedIdAuth extends AuthenticatedBase {
  readonly tokenUse: 'id';
  readonly claims: CognitoIdTokenPayload;
}

/** An access token was verified. */
export interface AuthenticatedAccessAuth extends AuthenticatedBase {
  readonly tokenUse: 'access';
  readonly claims: CognitoAccessTokenPayload;
}

/** A token was verified; which kind of token, `tokenUse` tells. */
export type AuthenticatedAuth = AuthenticatedIdAuth | AuthenticatedAccessAuth;

/** What is known of the caller. Frozen; `status` tells the three states apart. */
export type Auth = AnonymousAuth | AuthenticatedAuth | RejectedAuth;

/** The shape that this package gives to `contextValue`. `AuthContext<AuthenticatedAuth>` is what a guarded resolver sees. */
export interface AuthContext<A extends Auth = Auth> {
  readonly auth: A;
}

/** What the maker of an `Auth` lends to those who decide by it later. */
export interface AuthOrigin {
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** Seconds after `expiresAt` in which the token still counts. */
  readonly graceSeconds: number;
  readonly emit: AuthEventListener;
}

/** The private state behind an `Auth`. */
export interface AuthState {
  readonly auth: Auth;
  readonly origin: AuthOrigin;
  /** Why the credentials could not be checked, for `keys-unavailable` and `revocation-unavailable`. */
  readonly cause: AuthUnavailableError | undefined;
  /** Whether a token came with the request, good or bad. Credentials of another scheme than Bearer are none. */
  readonly hasToken: boolean;
  /** Decisions about this `Auth` by the number of the rule; 0 is "not decided yet". `decide` grows it. */
  decisions: Uint8Array;
}

/** The brand. */
class Brand extends Stamped {
  readonly #state: AuthState;

  constructor(value: object, state: AuthState) {
    super(value);
    this.#state = state;
  }

  static stateOf(this: void, value: unknown): AuthState | undefined {
    return typeof value === 'object' && value !== null && #state in value ? value.#state : undefined;
  }
}

/** The state behind an `Auth`; undefined for anything that this package did not make. */
export const authStateOf: (value: unknown) => AuthState | undefined = Brand.stateOf;

const STATUSES: readonly unknown[] = ['anonymous', 'authenticated', 'rejected'];

/** Whether the value is what another copy of this package would make. For a message alone: it is no `Auth` all the same. */
export function isOfAnotherCopy(value: unknown): boolean {
  try {
    return (
      authStateOf(value) === undefined &&
      Object.isFrozen(value) &&
      STATUSES.includes((value as { readonly status?: unknown }).status)
    );
  } catch {
    return false;
  }
}

const NO_DECISIONS = new Uint8Array(0);

function stamp<A extends Auth>(
  fields: Omit<A, typeof brand>,
  origin: AuthOrigin,
  hasToken: boolean,
  cause?: AuthUnavailableError,
): A {
  // The brand exists for the compiler; `Brand` above is its counterpart at run time.
  const auth = fields as A;
  new Brand(auth, { auth, origin, cause, hasToken, decisions: NO_DECISIONS });
  return Object.freeze(auth);
}

/** Freezes a tree of JSON: claims are shared by every request that carries the token. */
function freezeDeep(root: unknown): void {
  if (typeof root !== 'object' || root === null || Object.isFrozen(root)) return;
  // Not by recursion: JSON may be nested deeper than the stack goes.
  const left: object[] = [];
  for (let value: object | undefined = root; value !== undefined; value = left.pop()) {
    Object.freeze(value);
    for (const member of Object.values(value) as readonly unknown[]) {
      if (typeof member === 'object' && member !== null && !Object.isFrozen(member)) left.push(member);
    }
  }
}

/** The `Auth` of an anonymous caller. */
export function createAnonymousAuth(origin: AuthOrigin): AnonymousAuth {
  return stamp<AnonymousAuth>({ status: 'anonymous' }, origin, false);
}

/** An `Auth` for credentials that were not accepted; with `cause` when they could not be checked. */
export function createRejectedAuth(
  reason: RejectionReason,
  origin: AuthOrigin,
  cause?: AuthUnavailableError,
  hasToken = true,
): RejectedAuth {
  return stamp<RejectedAuth>({ status: 'rejected', reason }, origin, hasToken, cause);
}

/**
 * An `Auth` for verified claims. `fields` itself becomes the `Auth`, without a copy, and is frozen with all that it holds:
 * it must be nobody else's. `groups` and `scopes` are read by the caller, who has checked the claims.
 */
export function createAuthenticatedAuth(
  fields: Omit<AuthenticatedIdAuth, typeof brand> | Omit<AuthenticatedAccessAuth, typeof brand>,
  origin: AuthOrigin,
): AuthenticatedAuth {
  freezeDeep(fields.claims);
  freezeDeep(fields.groups);
  freezeDeep(fields.scopes);
  return stamp<AuthenticatedAuth>(fields, origin, true);
}

/**
 * Whether the `exp` of a token, and the grace after it, have passed (RFC 7519, section 4.1.4: not "on or after" it).
 *
 * @param expiresAt Seconds since the epoch.
 * @param now Milliseconds since the epoch.
 */
export function hasExpired(expiresAt: number, graceSeconds: number, now: number): boolean {
  // "Not before", so that a clock that answers NaN lets nothing live for ever.
  return !(now < (expiresAt + graceSeconds) * 1000);
}

/** Whether the token behind this state has expired, by the verifier's clock. */
export function isExpired({ auth, origin }: AuthState): boolean {
  return auth.status === 'authenticated' && hasExpired(auth.expiresAt, origin.graceSeconds, origin.clock());
}

/** Whether a token was verified. False for anything that this package did not make. */
export function isAuthenticated(auth: Auth): auth is AuthenticatedAuth {
  return authStateOf(auth)?.auth.status === 'authenticated';
}
