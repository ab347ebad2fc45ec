/** The plugin's options: their types, defaults and checks. */
import { AuthConfigurationError } from '../errors.js';
import { print, readSettings } from '../options.js';
import type { CognitoVerifier } from '../token/verifier.js';

/** What to do with an operation of which a selection is denied: answer the rest, or refuse it whole. */
export type DeniedOperationHandling = 'partial' | 'reject';

export interface CognitoAuthPluginOptions {
  readonly verifier: CognitoVerifier;
  /**
   * What to do with an operation whose token was not accepted. `reject` refuses it whole, with 401. `anonymous` goes on:
   * fields without a rule are answered, the others are denied with the token's reason. A token that could not be checked
   * (`keys-unavailable`, `revocation-unavailable`) is refused with 503 either way. Default: `reject`.
   */
  readonly onInvalidToken?: 'reject' | 'anonymous';
  /**
   * What to do with an operation that selects what the caller's token does not allow, by kind of operation. A mutation
   * that is rejected has run nothing. Default: `{ query: 'partial', mutation: 'reject', subscription: 'reject' }`.
   */
  readonly onDenied?: {
    readonly query?: DeniedOperationHandling;
    readonly mutation?: DeniedOperationHandling;
    readonly subscription?: DeniedOperationHandling;
  };
}

export type ResolvedPluginOptions = Required<CognitoAuthPluginOptions> & {
  readonly onDenied: Required<NonNullable<CognitoAuthPluginOptions['onDenied']>>;
};

const KINDS = ['query', 'mutation', 'subscription'];

function oneOf<T extends string>(name: string, value: unknown, values: readonly T[], fallback: T): T {
  if (value === undefined) return fallback;
  const found = values.find((candidate) => candidate === value);
  if (found !== undefined) return found;
  throw new AuthConfigurationError(
    `cognitoAuthPlugin(): \`${name}\` must be ${values.map((each) => `'${each}'`).join(' or ')}, found ${print(value)}.`,
  );
}

/** @throws {AuthConfigurationError} on an unknown option or value: a misspelt one must not weaken anything. */
export function readPluginOptions(options: CognitoAuthPluginOptions): ResolvedPluginOptions {
  const where = 'cognitoAuthPlugin(): options';
  const settings = readSettings(where, options, ['verifier', 'onInvalidToken', 'onDenied']);
  const { verifier, onInvalidToken, onDenied = {} } = settings;
  const { query, mutation, subscription } = readSettings(`${where}.onDenied`, onDenied, KINDS);
  const handlings = ['partial', 'reject'] as const;
  return {
    // `verifierOrigin` refuses what is none.
    verifier: verifier as CognitoVerifier,
    onInvalidToken: oneOf('onInvalidToken', onInvalidToken, ['reject', 'anonymous'], 'reject'),
    onDenied: {
      query: oneOf('onDenied.query', query, handlings, 'partial'),
      mutation: oneOf('onDenied.mutation', mutation, handlings, 'reject'),
      subscription: oneOf('onDenied.subscription', subscription, handlings, 'reject'),
    },
  };
}
