/** `batchPolicy()`: a policy that answers for many things with one call. */
import DataLoader from 'dataloader';
import { OperationTypeNode } from 'graphql';
import type { AuthenticatedAuth } from '../../auth.js';
import { assertPositive, DEFAULT_TIMEOUT } from './policies.js';
import type { PolicyDefinition, PolicyRequest } from './policies.js';
import { withTimeout } from './promises.js';

/**
 * Options of `batchPolicy()`.
 *
 * @example
 * const options: BatchPolicyOptions<string, Post, unknown, MyContext> = {
 *   key: ({ source }) => source.id,
 *   load: (ids, { auth, context }) => context.posts.areVisible(ids, auth.sub),
 *   maxBatchSize: 500,
 *   timeout: 2,
 * };
 */
export interface BatchPolicyOptions<Key extends string | number | bigint, Source, Args, Context> {
  /** What identifies the thing that is asked about. Null and undefined deny without a call of `load`. */
  readonly key: (request: PolicyRequest<Source, Args, Context>) => Key | null | undefined;
  /** One answer for each key, in the order of the keys. Each key comes once. Only `true` allows. */
  readonly load: (
    keys: readonly Key[],
    scope: { readonly auth: AuthenticatedAuth; readonly context: Context },
  ) => readonly boolean[] | PromiseLike<readonly boolean[]>;
  /** Keys per call. Default: no limit. */
  readonly maxBatchSize?: number | undefined;
  /** Seconds until a missing answer denies. Default: 5. */
  readonly timeout?: number | undefined;
}

/**
 * A policy that answers for many things with one call: a DataLoader for each operation, and for each event of a
 * subscription. Two hundred guarded items on one level of a response are one call of `load`.
 *
 * @example
 * const canRead = batchPolicy({
 *   key: ({ source }: PolicyRequest<Post>) => source.id,
 *   load: async (ids, { auth }) => {
 *     const readable = await findReadablePosts(ids, auth.sub);
 *     return ids.map((id) => readable.has(id));
 *   },
 * });
 * const { authDirectiveTransformer } = authDirective({ policies: { canRead } });
 *
 * @throws {AuthConfigurationError} on a time limit or a batch size that is not a positive number.
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
  assertPositive('`timeout` of batchPolicy()', timeout, '5 for five seconds');
  assertPositive('`maxBatchSize` of batchPolicy()', maxBatchSize, '100');
  // Apollo Server gives each operation its own copy of the context, so that is no key. The coerced variables are made
  // anew for each execution of a query. The caller is part of the key all the same: an executor that shares variables
  // must not share answers.
  const loaders = new WeakMap<AuthenticatedAuth, WeakMap<object, DataLoader<Key, boolean>>>();

  function loaderFor(request: PolicyRequest<Source, Args, Context>): DataLoader<Key, boolean> {
    const { auth, context } = request;
    let ofAuth = loaders.get(auth);
    if (ofAuth === undefined) loaders.set(auth, (ofAuth = new WeakMap()));
    const scope = scopeOf(request);
    let loader = ofAuth.get(scope);
    if (loader === undefined) {
      // The time limit is the batch's, not each item's: one timer, and one fault for the log.
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
 * How long answers are good: for the execution of a query; for each root field of a mutation, which sees what the fields
 * before it have changed (GraphQL specification, section 6.2.2), and for what it returns, which sees what it has changed
 * itself; for each event of a subscription, whose root field has a path of its own also where an executor shares the
 * variables between events.
 */
function scopeOf({ source, info }: Pick<PolicyRequest, 'source' | 'info'>): object {
  const { operation, path, variableValues, rootValue } = info;
  if (operation.operation === OperationTypeNode.QUERY) return variableValues;
  const isBeforeChange = operation.operation === OperationTypeNode.MUTATION && !path.prev && source === rootValue;
  if (isBeforeChange) return info;
  let root = path;
  while (root.prev) root = root.prev;
  return root;
}
