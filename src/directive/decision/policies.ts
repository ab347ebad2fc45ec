/** Policies: named functions for what a token cannot say, such as who owns a thing. */
import DataLoader from 'dataloader';
import { OperationTypeNode } from 'graphql';
import type { GraphQLResolveInfo } from 'graphql';
import type { AuthenticatedAuth } from '../../auth.js';
import { AuthConfigurationError } from '../../errors.js';
import { print, readSettings } from '../../settings.js';
import { withTimeout } from './promises.js';

/** What a policy is asked about. */
export interface PolicyRequest<Source = unknown, Args = Readonly<Record<string, unknown>>, Context = unknown> {
  readonly auth: AuthenticatedAuth;
  /** The object that the field belongs to; the root value for a field of a root type. */
  readonly source: Source;
  /** The field's arguments, coerced. */
  readonly args: Args;
  readonly context: Context;
  readonly info: GraphQLResolveInfo;
}

/** Whether the caller may. Only `true` allows: anything else, a throw and a time-out deny. */
export type PolicyCheck<Source = unknown, Args = Readonly<Record<string, unknown>>, Context = unknown> = (
  request: PolicyRequest<Source, Args, Context>,
) => boolean | PromiseLike<boolean>;

export interface PolicyDefinition<Source = unknown, Args = Readonly<Record<string, unknown>>, Context = unknown> {
  readonly check: PolicyCheck<Source, Args, Context>;
  /** Seconds until an answer that has not come is a no. Default: 5. */
  readonly timeout?: number;
}

/** A function, or a function with a time-out. */
export type Policy<Source = never, Args = never, Context = never> =
  PolicyCheck<Source, Args, Context> | PolicyDefinition<Source, Args, Context>;

/** Policies by the name that `@auth(policies: [...])` gives them. */
export type Policies = Readonly<Record<string, Policy>>;

const DEFAULT_TIMEOUT = 5;

export interface BatchPolicyOptions<Key extends string | number | bigint, Source, Args, Context> {
  /** What identifies the thing that is asked about. Null or undefined denies without a question. */
  readonly key: (request: PolicyRequest<Source, Args, Context>) => Key | null | undefined;
  /** One answer for each key, in the order of the keys. Each key comes once. */
  readonly load: (
    keys: readonly Key[],
    scope: { readonly auth: AuthenticatedAuth; readonly context: Context },
  ) => readonly boolean[] | PromiseLike<readonly boolean[]>;
  /** Keys per call. Default: no limit. */
  readonly maxBatchSize?: number;
  /** Seconds until an answer that has not come is a no. Default: 5. */
  readonly timeout?: number;
}

/**
 * A policy that answers for many things with one call: a DataLoader for each operation, and in a subscription for each
 * event. Two hundred guarded items on one level of a response are one call of `load`.
 *
 * @throws {AuthConfigurationError} on a time-out or a batch size that is no positive number.
 */
export function batchPolicy<
  Key extends string | number | bigint,
  Source = unknown,
  Args = Readonly<Record<string, unknown>>,
  Context = unknown,
>({
  key,
  load,
  maxBatchSize = Infinity,
  timeout = DEFAULT_TIMEOUT,
}: BatchPolicyOptions<Key, Source, Args, Context>): PolicyDefinition<Source, Args, Context> {
  assertPositive('batchPolicy(): `timeout`', timeout);
  assertPositive('batchPolicy(): `maxBatchSize`', maxBatchSize);
  // Apollo Server gives each operation its own copy of the context, so that is no key. The coerced variables are made
  // anew for each execution of a query. The caller is part of the key all the same: an executor that shares variables
  // must not share answers.
  const loaders = new WeakMap<AuthenticatedAuth, WeakMap<object, DataLoader<Key, boolean>>>();

  function loaderFor({ auth, context, info }: PolicyRequest<Source, Args, Context>): DataLoader<Key, boolean> {
    let ofAuth = loaders.get(auth);
    if (ofAuth === undefined) loaders.set(auth, (ofAuth = new WeakMap()));
    const scope = scopeOf(info);
    let loader = ofAuth.get(scope);
    if (loader === undefined) {
      // The time-out is the batch's, not each item's: one timer, and one fault for the log.
      loader = new DataLoader((keys) => withTimeout((async () => load(keys, { auth, context }))(), timeout * 1000), {
        maxBatchSize,
      });
      ofAuth.set(scope, loader);
    }
    return loader;
  }

  return {
    timeout: Infinity,
    check(request) {
      const asked = key(request);
      return asked === null || asked === undefined ? false : loaderFor(request).load(asked);
    },
  };
}

/**
 * What answers are good for: a query's execution; in a mutation each root field by itself, since it sees what those before
 * it have changed (GraphQL specification, section 6.2.2); in a subscription each event, whose root field has a path of its
 * own also where an executor shares the variables between events.
 */
function scopeOf({ operation, path, variableValues }: GraphQLResolveInfo): object {
  if (operation.operation === OperationTypeNode.QUERY) return variableValues;
  let root = path;
  while (root.prev) root = root.prev;
  return root;
}

/** A policy in one form. */
export interface NamedPolicy {
  readonly name: string;
  readonly check: (request: PolicyRequest) => unknown;
  readonly timeoutMs: number;
}

/** @throws {AuthConfigurationError} on a policy that is neither a function nor a definition, or has a bad time-out. */
export function readPolicies(policies: unknown): ReadonlyMap<string, NamedPolicy> {
  return new Map(entriesOf(policies).map(([name, policy]) => [name, readPolicy(name, policy)]));
}

function entriesOf(policies: unknown): readonly (readonly [string, unknown])[] {
  const where = 'authDirective(): options.policies';
  // A Map has no entries of its own: its policies would be lost.
  if (policies instanceof Map) {
    throw new AuthConfigurationError(
      'authDirective(): Expected `policies` to be an object of policies by name, got a Map. Write Object.fromEntries(map).',
    );
  }
  try {
    if (typeof policies === 'object' && policies !== null && !Array.isArray(policies)) return Object.entries(policies);
  } catch {
    // A getter that throws, or a Proxy.
  }
  throw new AuthConfigurationError(
    `${where} must be an object of policies by name, found ${print(policies)}. Write policies: { isOwner: ownerPolicy({ … }) }.`,
  );
}

function readPolicy(name: string, policy: unknown): NamedPolicy {
  const isDefinition = typeof policy === 'object' && policy !== null;
  const where = `authDirective(): the policy ${print(name)}`;
  const definition: { check?: unknown; timeout?: unknown } = isDefinition
    ? readSettings(`authDirective(): policies[${print(name)}]`, policy, ['check', 'timeout'])
    : { check: policy };
  const { check, timeout = DEFAULT_TIMEOUT } = definition;
  if (typeof check !== 'function') {
    throw new AuthConfigurationError(`${where} must be a function or batchPolicy({ key, load }).`);
  }
  assertPositive(`authDirective(): the \`timeout\` of the policy ${print(name)}`, timeout);
  // What the author of the schema wrote for this field: what it takes and gives is between the two of them, and
  // the answer is compared with `true`.
  return { name, check: check as NamedPolicy['check'], timeoutMs: timeout * 1000 };
}

function assertPositive(what: string, value: unknown): asserts value is number {
  if (typeof value !== 'number' || !(value > 0)) {
    throw new AuthConfigurationError(`${what} must be a positive number, found ${print(value)}.`);
  }
}
