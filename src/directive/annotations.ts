/** Reads which directives stand on an element of a schema: in its SDL, in every `extend`, and in `extensions`. */
import { valueFromASTUntyped } from 'graphql';
import type { ConstDirectiveNode } from 'graphql';

interface Node {
  readonly directives?: readonly ConstDirectiveNode[] | undefined;
}

/** Any element of a schema on which a directive may stand. */
export interface SchemaElement {
  readonly astNode?: Node | null | undefined;
  readonly extensionASTNodes?: readonly Node[] | null | undefined;
  readonly extensions?: Readonly<Record<string, unknown>> | null | undefined;
}

/** One use of a directive. */
export interface Annotation {
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
}

const NONE: readonly Annotation[] = [];

/** Whether any directive stands on the element: on most of a large schema's none does. */
export function isAnnotated({ astNode, extensionASTNodes, extensions }: SchemaElement): boolean {
  return Boolean(
    astNode?.directives?.length ||
    (extensionASTNodes?.length && extensionASTNodes.some(({ directives }) => directives?.length)) ||
    extensions?.['directives'],
  );
}

/** Each use of a directive with one of these names on the element. */
export function annotationsOf(element: SchemaElement, names: ReadonlySet<string>): readonly Annotation[] {
  if (!isAnnotated(element)) return NONE;
  const nodes = [element.astNode, ...(element.extensionASTNodes ?? [])];
  const written = nodes.flatMap((node) =>
    (node?.directives ?? []).filter(({ name }) => names.has(name.value)).map(readNode),
  );
  const extended = element.extensions?.['directives'];
  if (typeof extended !== 'object' || extended === null) return written;
  return [...written, ...readExtensions(extended).filter(({ name }) => names.has(name))];
}

// A use is read by those who look for problems and by those who look for rules.
const readNodes = new WeakMap<ConstDirectiveNode, Annotation>();

function readNode(node: ConstDirectiveNode): Annotation {
  let annotation = readNodes.get(node);
  if (annotation === undefined) {
    const args = (node.arguments ?? []).map(({ name, value }) => [name.value, valueFromASTUntyped(value)]);
    annotation = { name: node.name.value, args: Object.fromEntries(args) as Annotation['args'] };
    readNodes.set(node, annotation);
  }
  return annotation;
}

// The forms that schemas built in code use: { auth: { groups: [...] } }, { auth: [{ ... }, { ... }] } as graphql-tools
// reads them, and [{ name: 'auth', args: { ... } }] as it used to and Pothos writes them.
function readExtensions(directives: object): readonly Annotation[] {
  if (Array.isArray(directives)) {
    return directives.flatMap((each: unknown) =>
      isRecord(each) && typeof each['name'] === 'string' ? [{ name: each['name'], args: toArgs(each['args']) }] : [],
    );
  }
  return Object.entries(directives).flatMap(([name, uses]: [string, unknown]) =>
    (Array.isArray(uses) ? uses : [uses]).map((use: unknown) => ({ name, args: toArgs(use) })),
  );
}

function toArgs(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {};
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
