/** Directives of other products that promise a guard: left in a schema, they do nothing unless a dialect enforces them. */
import type { GraphQLSchema } from 'graphql';
import { print } from '../../settings.js';
import { printName } from './annotation.js';
import type { Annotation } from './annotation.js';
import type { ElementReader } from './annotations.js';

const ROUTER_NAMES: readonly string[] = ['authenticated', 'requiresScopes', 'policy'];

/** Another product whose directives can be enforced here. */
export type Dialect = 'federation' | 'appsync';

/** The directives that each dialect enforces. */
const DIALECTS: Readonly<Record<Dialect, readonly string[]>> = {
  federation: ROUTER_NAMES,
  appsync: ['aws_auth', 'aws_cognito_user_pools'],
};

export const DIALECT_NAMES = Object.keys(DIALECTS) as readonly Dialect[];

/** The dialect that enforces another product's directive. */
export function dialectOf(meant: string): Dialect | undefined {
  return DIALECT_NAMES.find((dialect) => DIALECTS[dialect].includes(meant));
}

const LIBRARY = 'a directive of another library';

/** Names of directives by what to call them in a message. */
const PRODUCTS: ReadonlyMap<string, readonly string[]> = new Map([
  [
    'a directive of AWS AppSync',
    ['aws_auth', 'aws_cognito_user_pools', 'aws_iam', 'aws_api_key', 'aws_oidc', 'aws_lambda'],
  ],
  ["the Apollo router's directive", ROUTER_NAMES],
  [
    LIBRARY,
    [
      'hasRole',
      'hasScope',
      'hasPermission',
      'isAuthenticated',
      'requireAuth',
      'authorize',
      'authorized',
      'authentication',
      'authorization',
    ],
  ],
]);

export const FOREIGN_NAMES: readonly string[] = [...PRODUCTS.values()].flat();

const byNormalName = new Map(FOREIGN_NAMES.map((name) => [normalizeName(name), name]));

/**
 * A directive's name as a reader takes it: in lower case, and without the `@`, the blanks and the arguments that some
 * frameworks take for a part of it.
 */
export function normalizeName(name: string): string {
  return (/[_0-9A-Za-z]+/.exec(name)?.[0] ?? '').toLowerCase();
}

/** The other product's directive that a name in a schema means, by its own name. */
export interface ForeignNames {
  /** The name is the directive's own, or one that federation's `@link` gives it. */
  readonly meantBy: (name: string) => string | undefined;
  /** The name is that, or one that a reader takes for it. */
  readonly resembledBy: (name: string) => string | undefined;
}

export function readForeignNames(schema: GraphQLSchema, read: ElementReader): ForeignNames {
  const known = new Map<string, string>(ROUTER_NAMES.map((name) => [`federation__${name}`, name]));
  for (const name of FOREIGN_NAMES) known.set(name, name);
  for (const use of read(schema).uses) addLinkedNames(use, known);
  return {
    meantBy: (name) => known.get(name),
    resembledBy: (name) => known.get(name) ?? byNormalName.get(normalizeName(name)),
  };
}

/**
 * `@link(url:, as:, import:)`, and `@core(feature:, as:)` before it, by any name of their own: it counts that a feature of
 * federation is named (link specification, sections on `Import` and namespacing).
 */
function addLinkedNames({ args }: Annotation, linked: Map<string, string>): void {
  const url = args['url'] ?? args['feature'];
  if (typeof url !== 'string') return;
  const feature = /([^/]+?)(?:\/v\d+(?:\.\d+)*)?\/?(?:[?#].*)?$/.exec(url)?.[1] ?? '';
  if (feature !== 'federation' && !ROUTER_NAMES.includes(feature)) return;
  const namespace = typeof args['as'] === 'string' ? args['as'] : feature;
  for (const name of ROUTER_NAMES) linked.set(`${namespace}__${name}`, name);
  // A feature that is one directive has it under its own name.
  if (feature !== 'federation') linked.set(namespace, feature);
  // One value is a list of it (GraphQL specification, section 3.11).
  const imports: readonly unknown[] = Array.isArray(args['import']) ? args['import'] : [args['import']];
  for (const each of imports) {
    if (typeof each !== 'object' || each === null) continue;
    const { name, as } = each as { readonly name?: unknown; readonly as?: unknown };
    const imported = ROUTER_NAMES.find((router) => name === `@${router}`);
    if (imported !== undefined && typeof as === 'string') linked.set(as.replace(/^@/, ''), imported);
  }
}

/** What is wrong with another product's directive on an element. */
export function foreignProblem(written: string, meant: string, ownName: string): string {
  const [product] = [...PRODUCTS].find(([, names]) => names.includes(meant)) ?? [LIBRARY];
  const dialect = dialectOf(meant);
  const here = dialect === undefined ? '' : ` enforce it here: authDirective({ dialects: ['${dialect}'] });`;
  return (
    `${printName(written)} is ${product}, which nothing enforces here. Write @${ownName} instead,${here} or name it if ` +
    `something else enforces it: authDirective({ enforcedElsewhere: [${print(meant)}] }).`
  );
}
