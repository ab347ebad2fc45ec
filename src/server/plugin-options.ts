/** The plugin's options: their types, defaults and checks. */
import { readRefusalPolicy } from '../directive/decide-operation.js';
import type { DeniedOperationHandlings, InvalidTokenHandling, RefusalPolicy } from '../directive/decide-operation.js';
import { oneOf, readSettings } from '../settings.js';
import type { CognitoVerifier } from '../token/verifier.js';

export interface CognitoAuthPluginOptions {
  readonly verifier: CognitoVerifier;
  /**
   * What to do with an operation whose token was not accepted. `reject` refuses it whole, with 401. `anonymous` goes on:
   * fields without a rule are answered, the others are denied with the token's reason. A token that could not be checked
   * (`keys-unavailable`, `revocation-unavailable`) is refused with 503 either way. Default: `reject`.
   */
  readonly onInvalidToken?: InvalidTokenHandling;
  /**
   * What to do with an operation that selects what the caller's token does not allow, by kind of operation. A mutation
   * that is rejected has run nothing. Default: `{ query: 'partial', mutation: 'reject', subscription: 'reject' }`.
   */
  readonly onDenied?: DeniedOperationHandlings;
  /**
   * Which answers may be public to caches. `anonymous`: those to anonymous callers alone, of operations without rules.
   * `unruled`: any answer to an operation without rules; what a resolver computes from `contextValue.auth` by itself is
   * then yours to mark, with a cache hint `PRIVATE` or a call of `requireAuth` with the context object.
   * Default: `anonymous`.
   */
  readonly publicAnswers?: 'anonymous' | 'unruled';
}

export interface ResolvedPluginOptions extends RefusalPolicy {
  readonly verifier: CognitoVerifier;
  readonly publicAnswers: 'anonymous' | 'unruled';
}

const SETTINGS = ['verifier', 'onInvalidToken', 'onDenied', 'publicAnswers'];

/** @throws {AuthConfigurationError} on an unknown option or value: a misspelt one must not weaken anything. */
export function readPluginOptions(options: CognitoAuthPluginOptions): ResolvedPluginOptions {
  const where = 'cognitoAuthPlugin()';
  const { verifier, onInvalidToken, onDenied, publicAnswers } = readSettings(`${where}: options`, options, SETTINGS);
  return {
    // `internalsOf` throws if this is not a verifier.
    verifier: verifier as CognitoVerifier,
    ...readRefusalPolicy(where, onInvalidToken, onDenied),
    publicAnswers: oneOf(where, 'publicAnswers', publicAnswers, ['anonymous', 'unruled'], 'anonymous'),
  };
}
