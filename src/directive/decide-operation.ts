/** `decideOperation()`: whether an operation may run at all, for any transport. */
import { getOperationAST, GraphQLSchema, isObjectType } from 'graphql';
import type {
  DocumentNode,
  GraphQLError,
  GraphQLField,
  GraphQLInterfaceType,
  GraphQLObjectType,
  OperationDefinitionNode,
} from 'graphql';
import { authStateOf } from '../auth.js';
import { createLocatedDenialError } from '../denial-error.js';
import { AuthConfigurationError, denials } from '../errors.js';
import type { AuthErrorCode, DenialReason } from '../errors.js';
import type { AuthEvent } from '../events.js';
import { oneOf, print, readSettings } from '../settings.js';
import { findUnguarded } from './guard/coverage.js';
import { authIn } from './decision/decide.js';
import { dryRunOf, guardOf, rulesOf } from './guard/registry.js';
import { findDeniedSelections } from './operation/denied-selections.js';
import { reachOf } from './operation/reach.js';
import type { Reach, RuledOperation } from './operation/reach.js';

/**
 * What to do with an operation when the token denies one of its selections: answer the rest, or refuse it whole.
 *
 * @example
 * const handling: DeniedOperationHandling = 'reject';
 */
export type DeniedOperationHandling = 'partial' | 'reject';

/**
 * What to do with an operation whose token was not accepted: refuse it, or go on as for an anonymous caller.
 *
 * @example
 * const onInvalidToken: InvalidTokenHandling = 'anonymous';
 */
export type InvalidTokenHandling = 'reject' | 'anonymous';

/**
 * What to do with a denied operation, by its kind. Default: `{ query: 'partial', mutation: 'reject', subscription: 'reject' }`.
 *
 * @example
 * const onDenied: DeniedOperationHandlings = { query: 'reject' };
 */
export interface DeniedOperationHandlings {
  readonly query?: DeniedOperationHandling | undefined;
  readonly mutation?: DeniedOperationHandling | undefined;
  readonly subscription?: DeniedOperationHandling | undefined;
}

/** When an operation is refused as a whole. */
export interface RefusalPolicy {
  readonly onInvalidToken: InvalidTokenHandling;
  readonly onDenied: Readonly<Record<keyof DeniedOperationHandlings, DeniedOperationHandling>>;
}

/**
 * Options of `decideOperation()`.
 *
 * @example
 * const options: DecideOperationOptions = { schema, document: parse('mutation { pay }'), contextValue: { auth } };
 */
export interface DecideOperationOptions {
  /** The schema that `authDirectiveTransformer` returned. */
  readonly schema: GraphQLSchema;
  /** A document that is valid for the schema. */
  readonly document: DocumentNode;
  /** Which operation of the document. Default: the only one. */
  readonly operationName?: string | null | undefined;
  /** As they came with the request, not coerced. Default: none. */
  readonly variableValues?: Readonly<Record<string, unknown>> | null | undefined;
  /** Its `auth` is the caller. */
  readonly contextValue: unknown;
  /** Default: `reject`. Unavailable keys are refused all the same. */
  readonly onInvalidToken?: InvalidTokenHandling | undefined;
  /** Default: `{ query: 'partial', mutation: 'reject', subscription: 'reject' }`. */
  readonly onDenied?: DeniedOperationHandlings | undefined;
}

/**
 * The errors with which the operation is to be refused before anything of it runs; none when it may run. That is the part
 * of the decision that `cognitoAuthPlugin` makes under Apollo Server, for every other transport: WebSocket, server-sent
 * events, `graphql()` by itself. The guards decide the fields in any case.
 *
 * An operation is refused for a token that was not accepted (`onInvalidToken`), and for a selection that the token
 * certainly denies (`onDenied`), with one error for each such selection, 100 at most. Synchronous; policies are not asked.
 * An operation that the document does not have gives no errors: the executor, given the same name, runs nothing.
 *
 * @example
 * const errors = decideOperation({ schema, document, operationName, variableValues, contextValue: { auth } });
 * if (errors.length > 0) return { errors };
 *
 * @throws {AuthConfigurationError} on an unknown option, an unknown value of `onInvalidToken` or `onDenied`, or a
 *   `document` that is not parsed. A schema whose rules nothing enforces gives `INTERNAL_SERVER_ERROR`, with the sentence
 *   for your log in `originalError`.
 */
export function decideOperation(options: DecideOperationOptions): readonly GraphQLError[] {
  const settings = readSettings('decideOperation(): options', options, SETTINGS);
  const policy = readRefusalPolicy('decideOperation()', settings['onInvalidToken'], settings['onDenied']);
  const { schema, document, operationName, variableValues, contextValue } =
    settings as unknown as DecideOperationOptions;
  if (!Array.isArray((document as Partial<DocumentNode> | null | undefined)?.definitions)) {
    throw new AuthConfigurationError(
      `decideOperation(): Expected \`document\` to be a parsed document, got ${print(document)}. Write: parse(source).`,
    );
  }
  const misuse = misuseOf(schema);
  if (misuse) return [createLocatedDenialError(denials.misconfigured, undefined, misuse)];
  return refusalsOf({ schema, document, operationName, variableValues, contextValue }, policy);
}

const SETTINGS = [
  'schema',
  'document',
  'operationName',
  'variableValues',
  'contextValue',
  'onInvalidToken',
  'onDenied',
];

/** The event of an operation that is refused with this error, the first of its refusal. */
export function refusalEvent(error: GraphQLError, operationName: string | undefined): AuthEvent {
  // Every error of a refusal was made from `denials`, so these are what the types say.
  const { code, reason } = error.extensions as { code: AuthErrorCode; reason?: DenialReason };
  return { type: 'operation.refused', operationName, code, reason };
}

type OperationRequest = Omit<DecideOperationOptions, 'onInvalidToken' | 'onDenied'>;

/** The same for options that were read before, and a schema that was looked at. */
export function refusalsOf(
  { schema, document, operationName, variableValues, contextValue }: OperationRequest,
  { onInvalidToken, onDenied }: RefusalPolicy,
): readonly GraphQLError[] {
  const auth = authIn(contextValue);
  const state = authStateOf(auth);
  if (state?.auth.status === 'rejected') {
    const denial = denials[state.auth.reason];
    // What could not be checked is not the caller's fault, and is not answered as if no token had come.
    if (onInvalidToken === 'reject' || denial.code === 'AUTH_UNAVAILABLE') {
      return [createLocatedDenialError(denial, undefined, state.cause)];
    }
  }
  const operation = getOperationAST(document, operationName);
  const dryRun = dryRunOf(schema);
  if (!operation || onDenied[operation.operation] !== 'reject' || dryRun === 'all') return [];
  return findDeniedSelections({
    ...withRules(schema, document, operation),
    variableValues: variableValues ?? {},
    auth,
    isEnforced: dryRun === 'part' ? isEnforced : undefined,
  }).map(({ denial, nodes, path, cause }) => createLocatedDenialError(denial, { nodes, path }, cause));
}

// A field of an interface has no guard of its own: in a dry run in part it is not certain that it is denied.
function isEnforced(type: GraphQLObjectType | GraphQLInterfaceType, field: GraphQLField<unknown, unknown>): boolean {
  return isObjectType(type) && guardOf(field)?.isReportOnly === false;
}

function withRules(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode): RuledOperation {
  return { schema, rules: rulesOf(schema), document, operation };
}

/** What the operation can reach, for any caller: with anything that has a rule, its answer is private. */
export function reachOfOperation(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): Pick<Reach, 'hasRules' | 'isAging'> {
  return reachOf(withRules(schema, document, operation));
}

const misuses = new WeakMap<GraphQLSchema, AuthConfigurationError | null>();

/** What is wrong with a schema whose rules nothing enforces; looked at once for each. */
function misuseOf(schema: GraphQLSchema): AuthConfigurationError | undefined {
  // What is no object cannot be a key.
  let misuse = schema instanceof GraphQLSchema ? misuses.get(schema) : undefined;
  if (misuse === undefined) {
    const problems = findUnguarded(schema);
    misuse = problems.length > 0 ? new AuthConfigurationError(problems) : null;
    if (schema instanceof GraphQLSchema) misuses.set(schema, misuse);
  }
  return misuse ?? undefined;
}

const KINDS = ['query', 'mutation', 'subscription'];

/** @throws {AuthConfigurationError} on an unknown option or value: a misspelt one must not weaken anything. */
export function readRefusalPolicy(where: string, onInvalidToken: unknown, onDenied: unknown): RefusalPolicy {
  const own = readSettings(`${where}: options.onDenied`, onDenied === undefined ? {} : onDenied, KINDS);
  const handlings = ['partial', 'reject'] as const;
  return {
    onInvalidToken: oneOf(where, 'onInvalidToken', onInvalidToken, ['reject', 'anonymous'], 'reject'),
    onDenied: {
      query: oneOf(where, 'onDenied.query', own['query'], handlings, 'partial'),
      mutation: oneOf(where, 'onDenied.mutation', own['mutation'], handlings, 'reject'),
      subscription: oneOf(where, 'onDenied.subscription', own['subscription'], handlings, 'reject'),
    },
  };
}
