/** Policies: named functions for what a token cannot say, such as who owns a thing. */
import type { GraphQLResolveInfo } from 'graphql';
import type { AuthenticatedAuth } from '../../auth.js';
import { AuthConfigurationError } from '../../errors.js';
import { once } from '../../once.js';
import { print, readSettings } from '../../settings.js';
import type { Clause } from '../rules/rule.js';

type AnyArgs = Readonly<Record<string, unknown>>;

/**
 * What a policy is asked about.
 *
 * @example
 * const ownsPost = ({ auth, source }: PolicyRequest<Post>) => source.authorId === auth.sub;
 * const ownsList = ({ auth, args }: PolicyRequest<unknown, { ownerId: string }>) => args.ownerId === auth.sub;
 */
export interface PolicyRequest<Source = unknown, Args = AnyArgs, Context = unknown> {
  readonly auth: AuthenticatedAuth;
  /** The object that the field belongs to; the root value for a field of a root type; the value itself for a policy on a type. */
  readonly source: Source;
  /** The field's arguments, coerced. */
  readonly args: Args;
  readonly context: Context;
  readonly info: GraphQLResolveInfo;
}

/**
 * A policy with a time limit.
 *
 * @example
 * const isMember: PolicyDefinition<Team> = {
 *   timeout: 2,
 *   check: async ({ auth, source }) => (await findMembers(source.id)).includes(auth.sub),
 * };
 */
export interface PolicyDefinition<Source = unknown, Args = AnyArgs, Context = unknown> {
  /**
   * Whether the policy allows the caller to have the field. Only `true` allows. Any other answer, an error and a time-out
   * deny; an error and a time-out are an event `policy.failed`.
   */
  // A method and not a property: a policy for `PolicyRequest<Post>` fits, and without types `source` is unknown.
  check(request: PolicyRequest<Source, Args, Context>): boolean | PromiseLike<boolean>;
  /** Seconds until a missing answer denies. Default: 5. */
  readonly timeout?: number | undefined;
}

/**
 * A policy as a function: only `true` allows.
 *
 * @example
 * const ownsPost: PolicyCheck<Post> = ({ auth, source }) => source.authorId === auth.sub;
 */
export type PolicyCheck<Source = unknown, Args = AnyArgs, Context = unknown> = PolicyDefinition<
  Source,
  Args,
  Context
>['check'];

/**
 * A function, or a function with a time limit.
 *
 * @example
 * const isMember: Policy<Team> = { timeout: 2, check: ({ auth, source }) => source.memberIds.includes(auth.sub) };
 */
export type Policy<Source = unknown, Args = AnyArgs, Context = unknown> =
  PolicyCheck<Source, Args, Context> | PolicyDefinition<Source, Args, Context>;

/**
 * Policies by the names that `@auth(policies: [...])` uses.
 *
 * @example
 * const policies: Policies = { isOwner: ownerPolicy({ field: 'ownerId' }), isOpen: ({ args }) => args['open'] === true };
 */
export type Policies = Readonly<Record<string, Policy>>;

/** Seconds. */
export const DEFAULT_TIMEOUT = 5;

/** Allows if the token meets one of the clauses, or one of the checks answers true. */
export interface Alternatives {
  readonly clauses: readonly Clause[];
  readonly checks: readonly TimedCheck[];
}

export interface TimedCheck {
  readonly check: (request: PolicyRequest) => unknown;
  readonly timeoutMs: number;
}

/** A policy of `authDirective({ policies })`, in one form. */
export interface NamedPolicy extends Alternatives {
  readonly name: string;
}

const combinations = once('combined policies', () => new WeakMap<object, Alternatives>());

/** Remembers what a check is a combination of. */
export function noteCombination(check: object, alternatives: Alternatives): void {
  combinations.set(check, alternatives);
}

/** @throws {AuthConfigurationError} on a policy that is neither a function nor a definition, or has a bad time limit. */
export function readPolicies(policies: unknown): ReadonlyMap<string, NamedPolicy> {
  return new Map(entriesOf(policies).map(([name, policy]) => [name, readPolicy(name, policy)]));
}

function entriesOf(policies: unknown): readonly (readonly [string, unknown])[] {
  const expected = 'Expected `policies` of authDirective() to be an object of policies by name';
  // A Map has no entries of its own: its policies would be lost.
  if (policies instanceof Map) {
    throw new AuthConfigurationError(`${expected}, got a Map. Write Object.fromEntries(map).`);
  }
  try {
    if (typeof policies === 'object' && policies !== null && !Array.isArray(policies)) return Object.entries(policies);
  } catch {
    // A getter that throws, or a Proxy.
  }
  throw new AuthConfigurationError(
    `${expected}, got ${print(policies)}. Write policies: { isOwner: ownerPolicy({ … }) }.`,
  );
}

function readPolicy(name: string, policy: unknown): NamedPolicy {
  return { name, ...readAlternatives('authDirective()', `policies[${print(name)}]`, policy) };
}

/**
 * @param called The function that was given the policy, such as `authDirective()`.
 * @param where Where in its options the policy is, such as `members[0]`.
 * @throws {AuthConfigurationError} on anything but a policy, and on a bad time limit.
 */
export function readAlternatives(called: string, where: string, policy: unknown): Alternatives {
  const isDefinition = typeof policy === 'object' && policy !== null;
  const definition = isDefinition
    ? readSettings(`${called}: ${where}`, policy, ['check', 'timeout'])
    : { check: policy };
  const { check, timeout }: { check?: unknown; timeout?: unknown } = definition;
  if (typeof check !== 'function') {
    throw new AuthConfigurationError(
      `Expected \`${where}\` of ${called} to be a function or { check, timeout }, got ${print(policy)}. ` +
        'Write ({ auth, source }) => source.ownerId === auth.sub.',
    );
  }
  if (timeout !== undefined) assertPositive(`\`timeout\` of ${where}`, timeout, '5 for five seconds');
  const combined = combinations.get(check);
  if (combined === undefined) {
    // The types of its parameters are between its author and the fields that name it; its answer is compared with `true`.
    return {
      clauses: [],
      checks: [{ check: check as TimedCheck['check'], timeoutMs: (timeout ?? DEFAULT_TIMEOUT) * 1000 }],
    };
  }
  // Each check keeps its own limit, and none may take longer than the limit of the whole.
  const limitMs = (timeout ?? Infinity) * 1000;
  const checks = combined.checks.map((each) => ({ ...each, timeoutMs: Math.min(each.timeoutMs, limitMs) }));
  return { clauses: combined.clauses, checks };
}

/** @throws {AuthConfigurationError} unless the value is a positive number; `Infinity` is one. */
export function assertPositive(what: string, value: unknown, example: string): asserts value is number {
  if (typeof value === 'number' && value > 0) return;
  throw new AuthConfigurationError(
    `Expected ${what} to be a positive number, got ${print(value)}. Write ${example}, or leave it out.`,
  );
}
