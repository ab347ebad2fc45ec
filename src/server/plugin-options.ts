/** The plugin's options: their types, defaults and checks. */
import { AuthConfigurationError } from '../errors.js';
import type { CognitoVerifier } from '../token/verifier.js';
import { refuseUnknownOptions } from '../options.js';

/** What to do with an operation of which a selection is denied: answer the rest, or refuse it whole. */
export type DeniedOperationHandling = 'partial' | 'reject';

export interface CognitoAuthPluginOptions {
  readonly verifier: CognitoVerifier;
  /**
   * What to do with an operation whose token was not accepted. `reject` refuses it whole, with 401 (503 when the keys
   * cannot be had). `anonymous` goes on: fields that ask for nothing are answered, the others are denied with the
   * token's reason. Default: `reject`.
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

function oneOf<T extends string>(name: string, value: unknown, values: readonly T[], fallback: T): T {
  if (value === undefined) return fallback;
  const found = values.find((candidate) => candidate === value);
  if (found !== undefined) return found;
  throw new AuthConfigurationError(
    `cognitoAuthPlugin(): \`${name}\` must be ${values.map((each) => `'${each}'`).join(' or ')}, found ${JSON.stringify(value)}.`,
  );
}

/** @throws {AuthConfigurationError} on an unknown option or value: a misspelt one must not weaken anything. */
export function readPluginOptions(options: CognitoAuthPluginOptions): ResolvedPluginOptions {
  refuseUnknownOptions('cognitoAuthPlugin()', options, ['verifier', 'onInvalidToken', 'onDenied']);
  const { onDenied = {} } = options;
  refuseUnknownOptions('cognitoAuthPlugin(): onDenied', onDenied, ['query', 'mutation', 'subscription']);
  const handlings = ['partial', 'reject'] as const;
  return {
    verifier: options.verifier,
    onInvalidToken: oneOf('onInvalidToken', options.onInvalidToken, ['reject', 'anonymous'], 'reject'),
    onDenied: {
      query: oneOf('onDenied.query', onDenied.query, handlings, 'partial'),
      mutation: oneOf('onDenied.mutation', onDenied.mutation, handlings, 'reject'),
      subscription: oneOf('onDenied.subscription', onDenied.subscription, handlings, 'reject'),
    },
  };
}
