/** The options of `authDirective()`: their types, defaults and checks. */
import type { GraphQLFieldResolver } from 'graphql';
import { AuthConfigurationError } from '../errors.js';
import { readLogger } from '../log.js';
import type { AuthLogger } from '../log.js';
import { oneOf, print, readFunction, readSettings } from '../settings.js';
import { readPolicies } from './decision/policies.js';
import type { NamedPolicy, Policies } from './decision/policies.js';
import { withProblems } from './decision/policy-problems.js';
import { DEFAULT_NAME, DEFAULT_PUBLIC_NAME, isCognitoName } from './rules/definition.js';
import { DIALECT_NAMES, dialectOf, FOREIGN_NAMES, normalizeName } from './rules/dialects.js';
import type { Dialect } from './rules/dialects.js';
import type { PolicyProblems, ProblemSettings } from './rules/problems.js';

/**
 * Options of `authDirective()`. `groups` and `unannotated` do not take `undefined`, which would weaken them: a setting
 * that was never read must not.
 *
 * @example
 * authDirective({
 *   groups: ['support', 'admin'],
 *   policies: { isOwner: ownerPolicy({ argument: 'userId' }) },
 *   unannotated: 'authenticated',
 *   enforcement: 'enforce',
 *   logger: console,
 * });
 */
export interface AuthDirectiveOptions {
  /**
   * The directive's name, without `@`. Default: `auth`.
   *
   * @example 'requiresAuth'
   */
  readonly name?: string | undefined;
  /** The name of `@public`, without `@`, for a schema that has another directive of that name. Default: `public`. */
  readonly publicName?: string | undefined;
  /**
   * The groups of the user pool, exactly as in Cognito. A rule that names another group fails the build. Default: any
   * name.
   *
   * @example ['support', 'admin']
   */
  readonly groups?: readonly string[];
  /**
   * The policies that `@auth(policies: [...])` may name. Default: none.
   *
   * @example { isOwner: ownerPolicy({ argument: 'userId' }) }
   */
  readonly policies?: Policies | undefined;
  /** What a field without a rule asks for: nothing, or a verified token unless it is `@public`. Default: `public`. */
  readonly unannotated?: 'public' | 'authenticated';
  /** `report` is a dry run: it denies nothing, and logs and emits what it would deny. Default: `enforce`. */
  readonly enforcement?: 'enforce' | 'report' | undefined;
  /**
   * Where a dry run logs what it would deny, and where a misconfigured server is logged. Default: no log.
   *
   * @example console
   */
  readonly logger?: AuthLogger | undefined;
  /**
   * Resolves guarded fields that have no resolver of their own, and lists of which a denial may end an item. Pass the same
   * function as to the executor, such as Apollo Server's `fieldResolver`, if it has one. Default: graphql-js's default
   * resolver.
   */
  readonly fieldResolver?: GraphQLFieldResolver<unknown, never> | undefined;
  /**
   * Other products whose directives are enforced here, beside `@auth`: all rules of an element must hold. `federation`:
   * `@authenticated`, `@requiresScopes` and `@policy`, also by the names that `@link` gives them. `appsync`: `@aws_auth` and
   * `@aws_cognito_user_pools`; it needs `unannotated`, because AppSync closes the fields without a directive. Default: none.
   *
   * @example ['federation']
   */
  readonly dialects?: readonly ('federation' | 'appsync')[] | undefined;
  /**
   * Directives of other products in the schema that something else enforces, such as `authenticated` behind a router. Any
   * other one in use is refused: it would promise what no guard keeps. Default: none.
   *
   * @example ['authenticated', 'requiresScopes']
   */
  readonly enforcedElsewhere?: readonly string[] | undefined;
}

/** The options with their defaults, checked. */
export interface ResolvedDirectiveOptions extends ProblemSettings {
  readonly policies: ReadonlyMap<string, NamedPolicy & PolicyProblems>;
  readonly unannotated: 'public' | 'authenticated';
  readonly isReportOnly: boolean;
  readonly logger: AuthLogger | undefined;
  readonly fieldResolver: GraphQLFieldResolver<unknown, never> | undefined;
}

const WHERE = 'authDirective()';
const KNOWN = [
  'name',
  'publicName',
  'groups',
  'policies',
  'unannotated',
  'enforcement',
  'logger',
  'fieldResolver',
  'dialects',
  'enforcedElsewhere',
];
const SPECIFIED = ['skip', 'include', 'deprecated', 'specifiedBy', 'oneOf'];

/** @throws {AuthConfigurationError} on an unknown option or value: a misspelt one must not weaken a rule. */
export function readDirectiveOptions(options: AuthDirectiveOptions): ResolvedDirectiveOptions {
  const {
    name = DEFAULT_NAME,
    publicName = DEFAULT_PUBLIC_NAME,
    groups,
    policies = {},
    unannotated,
    enforcement,
    logger,
    fieldResolver,
    dialects = [],
    enforcedElsewhere = [],
  } = readSettings(`${WHERE}: options`, options, KNOWN);
  assertName('name', name, [DEFAULT_PUBLIC_NAME, ...SPECIFIED]);
  assertName('publicName', publicName, SPECIFIED);
  if ([normalizeName(name), DEFAULT_NAME].includes(normalizeName(publicName))) {
    throw misuse(
      'publicName',
      `another name than \`${name}\` and \`${DEFAULT_NAME}\``,
      print(publicName),
      "Write publicName: 'isPublic'.",
    );
  }
  const enforced = readDialects(dialects, unannotated);
  const knownGroups = readGroups(groups);
  return {
    name,
    publicName,
    groups: knownGroups,
    policies: withProblems(readPolicies(policies), knownGroups),
    unannotated: oneOf(WHERE, 'unannotated', unannotated, ['public', 'authenticated'], 'public'),
    isReportOnly: oneOf(WHERE, 'enforcement', enforcement, ['enforce', 'report'], 'enforce') === 'report',
    logger: readLogger('authDirective()', logger),
    fieldResolver: readFunction<ResolvedDirectiveOptions['fieldResolver']>(
      `${WHERE}: fieldResolver`,
      fieldResolver,
      'the one that the executor is given',
      undefined,
    ),
    dialects: enforced,
    enforcedElsewhere: readEnforcedElsewhere(enforcedElsewhere, name, enforced),
  };
}

function assertName(option: string, name: unknown, taken: readonly string[]): asserts name is string {
  if (typeof name === 'string' && /^(?!__)[_A-Za-z][_0-9A-Za-z]*$/.test(name) && !taken.includes(name)) return;
  const expected = `a name for a directive that is not taken (${taken.join(', ')})`;
  throw misuse(option, expected, print(name), 'Write it without "@", or leave it out for the default.');
}

function readGroups(groups: unknown): ReadonlySet<string> | undefined {
  if (groups === undefined) return undefined;
  const names: readonly unknown[] = Array.isArray(groups) ? groups : [];
  if (names.length > 0 && names.every(isCognitoName)) return new Set(names);
  throw misuse(
    'groups',
    'a list of group names exactly as in Cognito',
    print(groups),
    'Leave it out to allow any name.',
  );
}

function readDialects(dialects: unknown, unannotated: unknown): ReadonlySet<Dialect> {
  const isDialect = (each: unknown): each is Dialect => DIALECT_NAMES.some((name) => name === each);
  if (!Array.isArray(dialects) || !dialects.every(isDialect)) {
    const expected = `a list of ${DIALECT_NAMES.map((name) => `'${name}'`).join(' or ')}`;
    throw misuse('dialects', expected, print(dialects), "Write dialects: ['federation'].");
  }
  if (dialects.includes('appsync') && unannotated === undefined) {
    throw misuse(
      'unannotated',
      "written beside dialects: ['appsync']",
      print(unannotated),
      "Write unannotated: 'authenticated', as AppSync does by default, or 'public'.",
    );
  }
  return new Set(dialects);
}

function readEnforcedElsewhere(names: unknown, ownName: string, dialects: ReadonlySet<Dialect>): ReadonlySet<string> {
  if (!Array.isArray(names)) {
    throw misuse(
      'enforcedElsewhere',
      "a list of directives' names",
      print(names),
      "Write enforcedElsewhere: ['authenticated'].",
    );
  }
  const known = FOREIGN_NAMES.filter((name) => normalizeName(name) !== normalizeName(ownName));
  for (const name of names as readonly unknown[]) {
    const dialect = typeof name === 'string' ? dialectOf(name) : undefined;
    if (dialect !== undefined && dialects.has(dialect)) {
      throw misuse(
        'enforcedElsewhere',
        `names of directives that dialects: ['${dialect}'] does not enforce here`,
        print(name),
        'Leave it out, or leave out the dialect.',
      );
    }
    if (known.some((each) => each === name)) continue;
    if (typeof name === 'string' && normalizeName(name) === normalizeName(ownName)) {
      throw misuse(
        'enforcedElsewhere',
        `names of other directives than @${ownName}, which is enforced here`,
        print(name),
        'Leave it out.',
      );
    }
    const remedy = `Leave it out, or write one of these without "@": ${known.join(', ')}.`;
    throw misuse('enforcedElsewhere', 'names of directives of other products', print(name), remedy);
  }
  return new Set(names as readonly string[]);
}

function misuse(option: string, expected: string, got: string, remedy: string): AuthConfigurationError {
  return new AuthConfigurationError(`Expected \`${option}\` of ${WHERE} to be ${expected}, got ${got}. ${remedy}`);
}
