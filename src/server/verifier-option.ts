/** Reads the options of each function that has a verifier among them, such as `createAuthContext()`. */
import { AuthConfigurationError } from '../errors.js';
import { readSettings } from '../settings.js';
import { internalsOf } from '../token/verifier.js';
import type { CognitoVerifier, VerifierInternals } from '../token/verifier.js';

interface VerifierSettings {
  readonly verifier: CognitoVerifier;
  readonly internals: VerifierInternals;
  readonly settings: Readonly<Record<string, unknown>>;
}

/**
 * @param called The function that takes the options, such as `cognitoAuthPlugin()`.
 * @throws {AuthConfigurationError} on an unknown option, or a verifier that `createCognitoVerifier` did not return.
 */
export function readVerifierSettings(called: string, options: unknown, names: readonly string[]): VerifierSettings {
  if (isVerifier(options)) {
    throw new AuthConfigurationError(
      `Expected \`options\` of ${called} to be an object with a verifier, got the verifier. ` +
        `Write: ${called.replace('()', '({ verifier })')}.`,
    );
  }
  const settings = readSettings(`${called}: options`, options, ['verifier', ...names]);
  const verifier = settings['verifier'] as CognitoVerifier;
  return { verifier, internals: internalsOf(verifier), settings };
}

function isVerifier(value: unknown): boolean {
  try {
    internalsOf(value as CognitoVerifier);
    return true;
  } catch {
    return false;
  }
}
