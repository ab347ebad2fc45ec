/** The plugin's options: their types, defaults and checks. */
import { readRefusalPolicy } from '../directive/decide-operation.js';
import type { DeniedOperationHandlings, InvalidTokenHandling, RefusalPolicy } from '../directive/decide-operation.js';
import { AuthConfigurationError } from '../errors.js';
import { oneOf } from '../settings.js';
import type { CognitoVerifier, VerifierInternals } from '../token/verifier.js';
import { readChallenge } from './challenge.js';
import type { ChallengeOptions } from './challenge.js';
import type { AnswerStyle } from './http-answer.js';
import { readVerifierSettings } from './verifier-option.js';

/**
 * Options of `cognitoAuthPlugin()`.
 *
 * @example
 * const options: CognitoAuthPluginOptions = { verifier, onInvalidToken: 'anonymous', onDenied: { query: 'reject' } };
 */
export interface CognitoAuthPluginOptions {
  readonly verifier: CognitoVerifier;
  /**
   * What to do with an operation whose token was rejected. `reject` refuses it whole, with 401. `anonymous` goes on: fields
   * without a rule are answered, the others are denied with the token's reason. A token that could not be checked
   * (`keys-unavailable`, `revocation-unavailable`) is refused with 503 either way. Default: `reject`.
   */
  readonly onInvalidToken?: InvalidTokenHandling | undefined;
  /**
   * What to do with an operation that selects what the caller's token does not allow, by kind of operation. A rejected
   * mutation has run nothing. Default: `{ query: 'partial', mutation: 'reject', subscription: 'reject' }`.
   */
  readonly onDenied?: DeniedOperationHandlings | undefined;
  /**
   * Which responses may be public to caches. `anonymous`: only those to anonymous callers, of operations without rules.
   * `unruled`: any response to an operation without rules; mark what a resolver itself computes from `contextValue.auth`
   * by a cache hint `PRIVATE` or a call of `requireAuth` with the context object. Default: `anonymous`.
   */
  readonly publicAnswers?: 'anonymous' | 'unruled' | undefined;
  /**
   * How a denial is answered. `http`: with the status of the refusal (401, 403 or 503), `WWW-Authenticate` and `Retry-After`.
   * `graphql`: with 200 and neither header, the denial in `errors` alone; for a subgraph, because a gateway may lose the body
   * of any other status. Responses with a denial are `no-store` either way. Default: `http`.
   */
  readonly answers?: 'http' | 'graphql' | undefined;
  /**
   * What `WWW-Authenticate` says beside the kind of the error: `realm`, the address of the metadata document, and the scopes
   * that the token lacks. Refused beside `answers: 'graphql'`, which sends no such header. Default: nothing.
   */
  readonly challenge?: ChallengeOptions | undefined;
}

export interface ResolvedPluginOptions {
  readonly verifier: CognitoVerifier;
  readonly internals: VerifierInternals;
  readonly policy: RefusalPolicy;
  readonly publicAnswers: 'anonymous' | 'unruled';
  readonly answers: AnswerStyle;
  readonly challenge: ChallengeOptions;
}

/** @throws {AuthConfigurationError} on an unknown option or value: a misspelt one must not weaken anything. */
export function readPluginOptions(options: CognitoAuthPluginOptions): ResolvedPluginOptions {
  const called = 'cognitoAuthPlugin()';
  const { settings, ...found } = readVerifierSettings(called, options, NAMES);
  const answers = oneOf(called, 'answers', settings['answers'], ['http', 'graphql'], 'http');
  if (answers === 'graphql' && settings['challenge'] !== undefined) {
    throw new AuthConfigurationError(
      `Expected \`challenge\` of ${called} to stand without \`answers: 'graphql'\`, got both. Leave \`challenge\` out: such ` +
        'responses have no WWW-Authenticate header.',
    );
  }
  return {
    ...found,
    policy: readRefusalPolicy(called, settings['onInvalidToken'], settings['onDenied']),
    publicAnswers: oneOf(called, 'publicAnswers', settings['publicAnswers'], ['anonymous', 'unruled'], 'anonymous'),
    answers,
    challenge: readChallenge(called, settings['challenge']),
  };
}

const NAMES = ['onInvalidToken', 'onDenied', 'publicAnswers', 'answers', 'challenge'];
