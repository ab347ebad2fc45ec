/** The options of `authDirective()`: their types, defaults and checks. */
import type { GraphQLFieldResolver } from 'graphql';
import { AuthConfigurationError } from '../errors.js';
import { print, readSettings } from '../options.js';
import { DEFAULT_NAME } from './definition.js';
import { readPolicies } from './policies.js';
import type { NamedPolicy, Policies } from './policies.js';
import type { DirectiveLogger } from './report.js';

export interface AuthDirectiveOptions {
  /** The directive's name, without `@`. Default: `auth`. */
  readonly name?: string;
  /** The groups there are, exactly as in Cognito. A name outside the list fails the build. Default: any name. */
  readonly groups?: readonly string[];
  /** The policies that `@auth(policies: [...])` may name. Default: none. */
  readonly policies?: Policies;
  /** What a field without a rule asks for: nothing, or a verified token unless it is `@public`. Default: `public`. */
  readonly unannotated?: 'public' | 'authenticated';
  /** `report` is a dry run: nothing is denied, what would be is logged and told as an event. Default: `enforce`. */
  readonly enforcement?: 'enforce' | 'report';
  /** Hears of what a dry run would deny, and of a server that is put together wrongly. Default: nobody does. */
  readonly logger?: DirectiveLogger;
  /**
   * What resolves guarded fields without a resolver of their own, and lists of which a denial may end an item: the same
   * function that is given to the executor, such as Apollo Server's `fieldResolver`, if one is. Default: graphql-js's
   * default.
   */
  readonly fieldResolver?: GraphQLFieldResolver<unknown, never>;
}

export interface ResolvedDirectiveOptions {
  readonly name: string;
  readonly groups: ReadonlySet<string> | undefined;
  readonly policies: ReadonlyMap<string, NamedPolicy>;
  readonly unannotated: 'public' | 'authenticated';
  readonly isReportOnly: boolean;
  readonly logger: DirectiveLogger | undefined;
  readonly fieldResolver: GraphQLFieldResolver<unknown, never> | undefined;
}

const KNOWN = ['name', 'groups', 'policies', 'unannotated', 'enforcement', 'logger', 'fieldResolver'];
const TAKEN = ['public', 'skip', 'include', 'deprecated', 'specifiedBy', 'oneOf'];

/** @throws {AuthConfigurationError} on an unknown option or value: a misspelt one must not weaken anything. */
export function readDirectiveOptions(options: AuthDirectiveOptions): ResolvedDirectiveOptions {
  const {
    name = DEFAULT_NAME,
    groups,
    policies = {},
    unannotated = 'public',
    enforcement = 'enforce',
    logger,
    fieldResolver,
    // Those of the object itself, which TypeScript has checked for those who use it, and this function for the others.
  } = readSettings('authDirective(): options', options, KNOWN) as AuthDirectiveOptions;
  if (!/^(?!__)[_A-Za-z][_0-9A-Za-z]*$/.test(name) || TAKEN.includes(name)) {
    refuse(`\`name\` must be a name for a directive that is not taken, without "@", found ${print(name)}.`);
  }
  if (groups !== undefined && (!Array.isArray(groups) || groups.length === 0 || !groups.every(isCognitoName))) {
    refuse('`groups` must be a list of the names of groups, exactly as in Cognito. Leave it out to allow any name.');
  }
  oneOf('unannotated', unannotated, ['public', 'authenticated']);
  oneOf('enforcement', enforcement, ['enforce', 'report']);
  if (logger !== undefined && (typeof logger.warn !== 'function' || typeof logger.error !== 'function')) {
    refuse('`logger` must have the methods `warn` and `error`.');
  }
  if (fieldResolver !== undefined && typeof fieldResolver !== 'function') {
    refuse('`fieldResolver` must be a function.');
  }
  return {
    name,
    groups: groups && new Set(groups),
    policies: readPolicies(policies),
    unannotated,
    isReportOnly: enforcement === 'report',
    logger,
    fieldResolver,
  };
}

/**
 * Whether a token can hold the name: Cognito's group names (API reference, `CreateGroup`) and OAuth scopes (RFC 6749,
 * section 3.3) have no white space.
 */
export function isCognitoName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && !/\s/.test(value);
}

function oneOf(name: string, value: unknown, values: readonly string[]): void {
  if (values.some((each) => each === value)) return;
  refuse(`\`${name}\` must be ${values.map((each) => `'${each}'`).join(' or ')}, found ${print(value)}.`);
}

function refuse(sentence: string): never {
  throw new AuthConfigurationError(`authDirective(): ${sentence}`);
}
