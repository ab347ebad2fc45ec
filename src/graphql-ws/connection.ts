/** One open connection: its caller, and when it has to end. */
import { authStateOf } from '../auth.js';
import type { Auth, AuthState } from '../auth.js';
import type { RejectionReason } from '../errors.js';
import { isExpired, onExpiry } from '../expiry.js';
import type { CognitoVerifier } from '../token/verifier.js';
import { closeOf, closeSocket } from './close.js';

export interface ConnectionServices {
  readonly verifier: CognitoVerifier;
  /** Seconds between two revocation checks of an open connection's token; undefined without `revocation`. */
  readonly recheckSeconds: number | undefined;
  /** Called when the token of an open connection is no longer accepted. */
  readonly onRejected: (auth: Auth) => void;
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

  /** @param auth That of an accepted token, or of an anonymous caller. */
  constructor(extra: unknown, token: string | undefined, auth: Auth, services: ConnectionServices) {
    this.#extra = extra;
    this.#token = token;
    this.#state = authStateOf(auth);
    this.#services = services;
  }

  /** Ends the connection at the token's expiry, and when the token is revoked or its pool goes. */
  watch(): void {
    if (this.#isOver || this.#token === undefined || this.#state === undefined) return;
    this.#stopExpiry = onExpiry(this.#state, () => {
      this.#closeFor('expired');
    });
    const { recheckSeconds } = this.#services;
    if (recheckSeconds === undefined) return;
    this.#recheck = setInterval(() => {
      // It never rejects for a revocation store, a key endpoint or `find`. After any other failure the connection stays open.
      this.authenticate().catch(() => {});
    }, recheckSeconds * 1000).unref();
  }

  /** Verifies the token again, and closes the connection if it is no longer accepted. */
  async authenticate(): Promise<Auth> {
    const auth = await this.#services.verifier.authenticate(this.#token);
    if (auth.status === 'rejected') {
      this.#services.onRejected(auth);
      this.#closeFor(auth.reason);
    }
    return auth;
  }

  /** Whether no more results may be sent. Closes the connection if its token has expired. */
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
