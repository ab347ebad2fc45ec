/** One open connection: its caller, and when it has to end. */
import { authStateOf } from '../auth.js';
import { isExpired } from '../expiry.js';
import type { Auth, AuthState } from '../auth.js';
import { onExpiry } from '../expiry.js';
import type { CognitoVerifier } from '../token/verifier.js';
import { closeOf, closeSocket } from './close.js';
import type { RejectionReason } from '../errors.js';

export interface ConnectionServices {
  readonly verifier: CognitoVerifier;
  /** Seconds between two questions whether an open connection's token was revoked; undefined when nothing can revoke it. */
  readonly recheckSeconds: number | undefined;
  /** Receives the `Auth` of credentials that could not be checked. */
  readonly onUnavailable: (auth: Auth) => void;
}

/** Timers do not keep the process alive, and end with the connection. */
export class Connection {
  readonly #extra: unknown;
  readonly #token: string | undefined;
  readonly #state: AuthState | undefined;
  readonly #services: ConnectionServices;
  #isOver = false;
  #stopExpiry: () => void = () => {};
  #recheck: NodeJS.Timeout | undefined;

  /** @param auth Of the token, which was accepted, or of an anonymous caller. */
  constructor(extra: unknown, token: string | undefined, auth: Auth, services: ConnectionServices) {
    this.#extra = extra;
    this.#token = token;
    this.#state = authStateOf(auth);
    this.#services = services;
  }

  /** Ends the connection at the token's expiry, and when the token is revoked. */
  watch(): void {
    if (this.#isOver || this.#token === undefined || this.#state === undefined) return;
    this.#stopExpiry = onExpiry(this.#state, () => {
      this.#closeFor('expired');
    });
    const { recheckSeconds } = this.#services;
    if (recheckSeconds === undefined) return;
    this.#recheck = setInterval(() => {
      // It never rejects for what a store or a key endpoint does; for what else fails, the connection stays as it is.
      this.authenticate().catch(() => {});
    }, recheckSeconds * 1000).unref();
  }

  /** The caller at this moment. When the token is not accepted any more, the connection is closed. */
  async authenticate(): Promise<Auth> {
    const auth = await this.#services.verifier.authenticate(this.#token);
    if (auth.status === 'rejected') {
      this.#services.onUnavailable(auth);
      this.#closeFor(auth.reason);
    }
    return auth;
  }

  /** Whether nothing may be sent to the client any more; a connection whose token has expired is closed. */
  isOver(): boolean {
    if (!this.#isOver && this.#state !== undefined && isExpired(this.#state)) this.#closeFor('expired');
    return this.#isOver;
  }

  /** Stops the timers. The socket is closed, or closes. */
  end(): void {
    this.#isOver = true;
    this.#stopExpiry();
    clearInterval(this.#recheck);
  }

  #closeFor(reason: RejectionReason): void {
    if (this.#isOver) return;
    this.end();
    closeSocket(this.#extra, closeOf(reason, true));
  }
}
