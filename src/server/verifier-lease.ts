/** Which servers use a verifier: the last one to stop closes it. */
import { once } from '../once.js';
import type { CognitoVerifier } from '../token/verifier.js';

const leases = once('leases', () => new WeakMap<CognitoVerifier, number>());

/** Counts the caller in; the function that comes back counts it out, once, and closes a verifier that nobody uses. */
export function leaseVerifier(verifier: CognitoVerifier): () => Promise<void> {
  leases.set(verifier, (leases.get(verifier) ?? 0) + 1);
  let held = true;
  return async () => {
    if (!held) return;
    held = false;
    const remaining = (leases.get(verifier) ?? 1) - 1;
    leases.set(verifier, remaining);
    if (remaining === 0) await verifier.close();
  };
}
