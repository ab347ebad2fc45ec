/** Directives of other products that promise a guard: left in a schema, they do nothing here. */
import type { GraphQLSchema } from 'graphql';
import { print } from '../../settings.js';
import type { Annotation } from './annotation.js';
import type { ElementReader } from './annotations.js';

const ROUTER = "the Apollo router's directive";
const LIBRARY = 'a directive of another library';

/** Each directive by its name, with what to call it in a message. */
const PRODUCTS: ReadonlyMap<string, string> = new Map([
  ...['aws_auth', 'aws_cognito_user_pools', 'aws_iam', 'aws_api_key', 'aws_oidc', 'aws_lambda'].map(
    (name) => [name, 'a directive of AWS AppSync'] as const,
  ),
  ...['authenticated', 'requiresScopes', 'policy'].map((name) => [name, ROUTER] as const),
  ...[
    'hasRole',
    'hasScope',
    'hasPermission',
    'isAuthenticated',
    'requireAuth',
    'authorize',
    'authorized',
    'authentication',
    'authorization',
  ].map((name) => [name, LIBRARY] as const),
]);

export const FOREIGN_NAMES: readonly string[] = [...PRODUCTS.keys()];

const byLowerCase = new Map(FOREIGN_NAMES.map((name) => [name.toLowerCase(), name]));

/**
 * What a directive's name looks like to a reader: without case, and without the `@`, the blanks and the arguments that
 * some frameworks take for a part of it.
 */
export function normalizeName(name: string): string {
  return (/[_0-9A-Za-z]+/.exec(name)?.[0] ?? '').toLowerCase();
}

/** The name of another product's directive that is meant by a name in this schema. */
export type ForeignName = (name: string) => string | undefined;

/** Names given by federation's `@link` count as what they stand for. */
export function readForeignNames(schema: GraphQLSchema, read: ElementReader): ForeignName {
  const linked = new Map<string, string>(ROUTER_NAMES.map((name) => [`federation__${name}`, name]));
  for (const use of read(schema).uses) addLinkedNames(use, linked);
  return (name) => linked.get(name) ?? byLowerCase.get(normalizeName(name));
}

const ROUTER_NAMES = ['authenticated', 'requiresScopes', 'policy'];

/**
 * `@link(url:, as:, import:)`, and `@core(feature:, as:)` before it, whatever they are called themselves: what counts is
 * that a feature of federation is named (link specification, sections on `Import` and namespacing).
 */
function addLinkedNames({ args }: Annotation, linked: Map<string, string>): void {
  const url = args['url'] ?? args['feature'];
  if (typeof url !== 'string') return;
  const feature = /([^/]+?)(?:\/v\d+(?:\.\d+)*)?\/?(?:[?#].*)?$/.exec(url)?.[1];
  if (feature !== 'federation' && !ROUTER_NAMES.some((name) => name === feature)) return;
  const namespace = typeof args['as'] === 'string' ? args['as'] : (feature ?? '');
  for (const name of ROUTER_NAMES) {
    linked.set(`${namespace}__${name}`, name);
    // A feature that is one directive has it under its own name.
    if (name === feature) linked.set(namespace, name);
  }
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
  return (
    `${printName(written)} is ${PRODUCTS.get(meant) ?? LIBRARY}, which nothing enforces here. Write @${ownName} instead, ` +
    `or name it if something else enforces it: authDirective({ enforcedElsewhere: [${print(meant)}] }).`
  );
}

/** A directive's name as the schema has it: with the `@` where it is one, as text where it is not. */
export function printName(name: string): string {
  return /^[_A-Za-z][_0-9A-Za-z]*$/.test(name) ? `@${name}` : `the directive ${print(name)}`;
}
