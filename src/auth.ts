/** `Auth`: what is known of a caller, as a frozen value that only this package can create. */
import type { CognitoAccessTokenPayload, CognitoIdTokenPayload } from './cognito-claims.js';
import type { AuthUnavailableError, RejectionReason } from './errors.js';
import type { AuthEventListener } from './events.js';
import { Stamped } from './stamped.js';

declare const brand: unique symbol;

interface Branded {
  /** For the compiler alone: a hand-made object is not an `Auth`. Tests take one from `apollo-cognito-auth/testing`. */
  readonly [brand]: never;
}

/**
 * The request has no credentials.
 *
 * @example
 * if (auth.status === 'anonymous') return { signInUrl };
 */
export interface AnonymousAuth extends Branded {
  readonly status: 'anonymous';
}

/**
 * The request's credentials are rejected, or could not be checked (`keys-unavailable`, `revocation-unavailable`).
 *
 * @example
 * if (auth.status === 'rejected' && auth.reason === 'expired') return { refresh: true };
 */
export interface RejectedAuth extends Branded {
  readonly status: 'rejected';
  readonly reason: RejectionReason;
}

interface AuthenticatedBase extends Branded {
  readonly status: 'authenticated';
  /** The `sub` claim: the caller's identifier, unique in the user pool. */
  readonly sub: string;
  /** `username` or `cognito:username`; absent for a client-credentials token. */
  readonly username?: string;
  /** The app client: `aud` of an ID token, `client_id` of an access token. */
  readonly clientId: string;
  readonly userPoolId: string;
  /** From `cognito:groups` alone; case-sensitive. Empty when the claim is absent. */
  readonly groups: readonly string[];
  /** From `scope` of an access token; empty for an ID token. */
  readonly scopes: readonly string[];
  /** Seconds since the epoch: the `exp` claim. */
  readonly expiresAt: number;
}

/**
 * The caller of a verified ID token. `Claims` are those that a `claimsSchema` promises.
 *
 * @example
 * const { claims }: AuthenticatedIdAuth = requireAuth(contextValue, { tokenUse: 'id' });
 * sendReceipt(claims.email);
 */
export interface AuthenticatedIdAuth<Claims = unknown> extends AuthenticatedBase {
  readonly tokenUse: 'id';
  readonly claims: CognitoIdTokenPayload & Claims;
}

/**
 * The caller of a verified access token. `Claims` are those that a `claimsSchema` promises.
 *
 * @example
 * const { scopes }: AuthenticatedAccessAuth = requireAuth(contextValue, { tokenUse: 'access' });
 * const canWrite = scopes.includes('orders/write');
 */
export interface AuthenticatedAccessAuth<Claims = unknown> extends AuthenticatedBase {
  readonly tokenUse: 'access';
  readonly claims: CognitoAccessTokenPayload & Claims;
}

/**
 * The caller of a verified token; `tokenUse` tells the two kinds apart.
 *
 * @example
 * const emailOf = (auth: AuthenticatedAuth) => (auth.tokenUse === 'id' ? auth.claims.email : undefined);
 */
export type AuthenticatedAuth<Claims = unknown> = AuthenticatedIdAuth<Claims> | AuthenticatedAccessAuth<Claims>;

/**
 * What is known of the caller. Frozen; `status` tells the three states apart. `Claims` are those that a `claimsSchema` promises.
 *
 * @example
 * const nameOf = (auth: Auth) => (auth.status === 'authenticated' ? auth.username : undefined);
 */
export type Auth<Claims = unknown> = AnonymousAuth | AuthenticatedAuth<Claims> | RejectedAuth;

/**
 * What this package adds to `contextValue`. A guarded resolver sees `WithAuth` of it.
 *
 * @example
 * interface MyContext extends AuthContext {
 *   readonly orders: OrderStore;
 * }
 * const server = new ApolloServer<MyContext>({ schema, plugins: [cognitoAuthPlugin({ verifier })] });
 */
export interface AuthContext<A extends Auth = Auth> {
  readonly auth: A;
}

/**
 * A context whose `auth` is verified: what the resolver of a field with a rule gets. Everything else stays as it is in
 * `Context`, which can still be asked for, because the result is assignable to it.
 *
 * @example
 * const me = (_: unknown, __: unknown, { auth, db }: WithAuth<MyContext>) => db.person(auth.sub);
 */
export type WithAuth<Context> = Context & AuthContext<AuthenticatedAuth>;

/**
 * `WithAuth` where the rule asks for `tokenUse: ID`.
 *
 * @example
 * const email = (_: unknown, __: unknown, { auth }: WithIdAuth<MyContext>) => auth.claims.email;
 */
export type WithIdAuth<Context> = Context & AuthContext<AuthenticatedIdAuth>;

/**
 * `WithAuth` where the rule asks for `tokenUse: ACCESS`.
 *
 * @example
 * const client = (_: unknown, __: unknown, { auth }: WithAccessAuth<MyContext>) => auth.claims.client_id;
 */
export type WithAccessAuth<Context> = Context & AuthContext<AuthenticatedAccessAuth>;

/** What decisions about an `Auth` need of the verifier that it came from. */
export interface AuthServices {
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** Seconds after `expiresAt` in which the token still counts. */
  readonly graceSeconds: number;
  readonly emit: AuthEventListener;
  /** What rules call the pool of the token; undefined for an `Auth` without a verified token. */
  readonly poolName: string | undefined;
}

/** The private state behind an `Auth`. */
export interface AuthState {
  readonly auth: Auth;
  readonly origin: AuthServices;
  /** Why the credentials could not be checked, for `keys-unavailable` and `revocation-unavailable`. */
  readonly cause: AuthUnavailableError | undefined;
  /** Whether the request has a token, good or bad. Credentials of another scheme than Bearer are not one. */
  readonly hasToken: boolean;
  /** Decisions about this `Auth` by the number of the rule; 0 is "not decided yet". `decide` grows it. */
  decisions: Uint8Array;
}

/** The brand (docs/decisions: the brand). */
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

/** The state behind an `Auth`; undefined for anything that this package did not create. */
export const authStateOf: (value: unknown) => AuthState | undefined = Brand.stateOf;

const STATUSES: readonly unknown[] = ['anonymous', 'authenticated', 'rejected'];

/** Whether the value looks like an `Auth` of another copy of this package. For a message alone: it is denied all the same. */
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
  origin: AuthServices,
  hasToken: boolean,
  cause?: AuthUnavailableError,
): A {
  // The brand exists for the compiler; `Brand` above is its counterpart at run time.
  const auth = fields as A;
  new Brand(auth, { auth, origin, cause, hasToken, decisions: NO_DECISIONS });
  return Object.freeze(auth);
}

/** Freezes a tree of JSON: all requests with the same token share its claims. */
function freezeDeep(root: unknown): void {
  if (typeof root !== 'object' || root === null || Object.isFrozen(root)) return;
  // Without recursion: JSON may be nested deeper than the stack.
  const left: object[] = [];
  for (let value: object | undefined = root; value !== undefined; value = left.pop()) {
    Object.freeze(value);
    for (const member of Object.values(value) as readonly unknown[]) {
      if (typeof member === 'object' && member !== null && !Object.isFrozen(member)) left.push(member);
    }
  }
}

/** The `Auth` of an anonymous caller. */
export function createAnonymousAuth(origin: AuthServices): AnonymousAuth {
  return stamp<AnonymousAuth>({ status: 'anonymous' }, origin, false);
}

/** The `Auth` of rejected credentials; with `cause` when they could not be checked. */
export function createRejectedAuth(
  reason: RejectionReason,
  origin: AuthServices,
  cause?: AuthUnavailableError,
  hasToken = true,
): RejectedAuth {
  return stamp<RejectedAuth>({ status: 'rejected', reason }, origin, hasToken, cause);
}

/** The `Auth` of checked claims. `fields` itself becomes the `Auth`, and is frozen with all that it holds: pass a new object. */
export function createAuthenticatedAuth(
  fields: Omit<AuthenticatedIdAuth, typeof brand> | Omit<AuthenticatedAccessAuth, typeof brand>,
  origin: AuthServices,
): AuthenticatedAuth {
  freezeDeep(fields.claims);
  freezeDeep(fields.groups);
  freezeDeep(fields.scopes);
  return stamp<AuthenticatedAuth>(fields, origin, true);
}

/**
 * Whether a token was verified. False for anything that this package did not create.
 *
 * @example
 * const me = (_: unknown, __: unknown, { auth }: AuthContext) => (isAuthenticated(auth) ? loadPerson(auth.sub) : null);
 */
export function isAuthenticated(auth: Auth): auth is AuthenticatedAuth {
  return authStateOf(auth)?.auth.status === 'authenticated';
}
