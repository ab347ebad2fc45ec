/** The fetch of the keys that begins while a server starts. */
import { writeLine } from '../log.js';
import type { AuthLogger } from '../log.js';
import { asError } from '../settings.js';
import type { VerifierInternals } from '../token/verifier.js';
import type { FaultLog } from './fault-log.js';

// A Lambda function starts while its first request waits, which may need no keys.
const LONGEST_WAIT_MS = 1_000;

/**
 * Fetches the keys, and waits at most 1 s for them: the fetch goes on. Its failure is logged and stops no server, because
 * the endpoint can recover before the first request.
 */
export async function fetchStartKeys(
  { hydrate }: VerifierInternals,
  logFault: FaultLog,
  logger: AuthLogger,
): Promise<void> {
  const log = (error: unknown): void => {
    logFault(asError(error), logger);
  };
  const fetched = hydrate(log).catch(log);
  let timer: NodeJS.Timeout | undefined;
  const waited = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      writeLine(
        logger,
        'warn',
        'the public keys have not arrived within 1 s. The server starts, and requests with a token wait until the fetch ' +
          'ends. Check that the server can reach its user pools, or give each pool its keys as `jwks`.',
      );
      resolve();
    }, LONGEST_WAIT_MS);
    timer.unref();
  });
  await Promise.race([fetched, waited]);
  clearTimeout(timer);
}
