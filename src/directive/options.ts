/** The options of `authDirective()`: their types, defaults and checks. */
import type { GraphQLFieldResolver } from 'graphql';
import { AuthConfigurationError } from '../errors.js';
import { oneOf, print, readSettings } from '../settings.js';
import { DEFAULT_NAME, DEFAULT_PUBLIC_NAME } from './rules/definition.js';
import { FOREIGN_NAMES, normalizeName } from './rules/dialects.js';
import { readPolicies } from './decision/policies.js';
import type { NamedPolicy, Policies } from './decision/policies.js';
import type { DirectiveLogger } from './guard/report.js';

export interface AuthDirectiveOptions {
  /** The directive's name, without `@`. Default: `auth`. */
  readonly name?: string;
  /** The name of `@public`, without `@`, for a schema that has another directive of that name. Default: `public`. */
  readonly publicName?: string;
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
  /**
   * Directives of other products in the schema that something else enforces, such as `authenticated` in front of a
   * router. Any other of them in use is refused: it would promise what nothing keeps. Default: none.
   */
  readonly enforcedElsewhere?: readonly string[];
}

export interface ResolvedDirectiveOptions {
  readonly name: string;
  readonly publicName: string;
  readonly groups: ReadonlySet<string> | undefined;
  readonly policies: ReadonlyMap<string, NamedPolicy>;
  readonly unannotated: 'public' | 'authenticated';
  readonly isReportOnly: boolean;
  readonly logger: DirectiveLogger | undefined;
  readonly fieldResolver: GraphQLFieldResolver<unknown, never> | undefined;
  readonly enforcedElsewhere: ReadonlySet<string>;
}

const KNOWN = [
  'name',
  'publicName',
  'groups',
  'policies',
  'unannotated',
  'enforcement',
  'logger',
  'fieldResolver',
  'enforcedElsewhere',
];
const SPECIFIED = ['skip', 'include', 'deprecated', 'specifiedBy', 'oneOf'];

/** @throws {AuthConfigurationError} on an unknown option or value: a misspelt one must not weaken anything. */
export function readDirectiveOptions(options: AuthDirectiveOptions): ResolvedDirectiveOptions {
  const {
    name = DEFAULT_NAME,
    publicName = DEFAULT_PUBLIC_NAME,
    groups,
    policies = {},
    unannotated = 'public',
    enforcement = 'enforce',
    logger,
    fieldResolver,
    enforcedElsewhere = [],
  } = readSettings('authDirective(): options', options, KNOWN);
  assertName('name', name, [DEFAULT_PUBLIC_NAME, ...SPECIFIED]);
  assertName('publicName', publicName, SPECIFIED);
  if ([name.toLowerCase(), DEFAULT_NAME].includes(publicName.toLowerCase())) {
    refuse(`\`publicName\` must be another name than the rule's, found ${print(publicName)}.`);
  }
  return {
    name,
    publicName,
    groups: readGroups(groups),
    policies: readPolicies(policies),
    unannotated: oneOf('authDirective()', 'unannotated', unannotated, ['public', 'authenticated'], 'public'),
    isReportOnly: oneOf('authDirective()', 'enforcement', enforcement, ['enforce', 'report'], 'enforce') === 'report',
    logger: readLogger(logger),
    fieldResolver: readFieldResolver(fieldResolver),
    enforcedElsewhere: readEnforcedElsewhere(enforcedElsewhere, name),
  };
}

function assertName(option: string, name: unknown, taken: readonly string[]): asserts name is string {
  if (typeof name === 'string' && /^(?!__)[_A-Za-z][_0-9A-Za-z]*$/.test(name) && !taken.includes(name)) return;
  refuse(`\`${option}\` must be a name for a directive that is not taken, without "@", found ${print(name)}.`);
}

function readGroups(groups: unknown): ReadonlySet<string> | undefined {
  if (groups === undefined) return undefined;
  const names: readonly unknown[] = Array.isArray(groups) ? groups : [];
  if (names.length === 0 || !names.every(isCognitoName)) {
    refuse('`groups` must be a list of the names of groups, exactly as in Cognito. Leave it out to allow any name.');
  }
  return new Set(names);
}

function readLogger(logger: unknown): DirectiveLogger | undefined {
  if (logger === undefined) return undefined;
  // Loggers are instances of classes: their methods may be inherited.
  const { warn, error } = (logger ?? {}) as { readonly warn?: unknown; readonly error?: unknown };
  if (typeof warn === 'function' && typeof error === 'function') return logger as DirectiveLogger;
  return refuse('`logger` must have the methods `warn` and `error`.');
}

function readFieldResolver(resolver: unknown): ResolvedDirectiveOptions['fieldResolver'] {
  if (resolver === undefined) return undefined;
  // What it takes and returns is between the executor and the schema.
  if (typeof resolver === 'function') return resolver as ResolvedDirectiveOptions['fieldResolver'];
  return refuse('`fieldResolver` must be a function.');
}

function readEnforcedElsewhere(names: unknown, ownName: string): ReadonlySet<string> {
  if (!Array.isArray(names)) {
    return refuse(`\`enforcedElsewhere\` must be a list of directives' names, found ${print(names)}.`);
  }
  const known = FOREIGN_NAMES.filter((name) => name.toLowerCase() !== ownName.toLowerCase());
  for (const name of names as readonly unknown[]) {
    if (known.some((each) => each === name)) continue;
    if (typeof name === 'string' && normalizeName(name) === ownName.toLowerCase()) {
      refuse(`\`enforcedElsewhere\` must not name ${print(name)}, the directive that is enforced here. Leave it out.`);
    }
    refuse(
      `\`enforcedElsewhere\` must name directives of other products that are refused otherwise, without "@", found ` +
        `${print(name)}, which is not one of them. Leave it out. They are: ${known.join(', ')}.`,
    );
  }
  return new Set(names as readonly string[]);
}

/**
 * Whether a token can hold the name: Cognito's group names (API reference, `CreateGroup`) and OAuth scopes (RFC 6749,
 * section 3.3) have no white space.
 */
export function isCognitoName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && !/\s/.test(value);
}

function refuse(sentence: string): never {
  throw new AuthConfigurationError(`authDirective(): ${sentence}`);
}
