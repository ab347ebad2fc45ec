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

/** Each use of a directive with one of these names on the element. */
export function annotationsOf(element: SchemaElement, names: ReadonlySet<string>): readonly Annotation[] {
  let found: Annotation[] | undefined;
  for (const node of element.astNode
    ? [element.astNode, ...(element.extensionASTNodes ?? [])]
    : (element.extensionASTNodes ?? NONE)) {
    for (const directive of (node as Node).directives ?? []) {
      if (names.has(directive.name.value)) (found ??= []).push(readNode(directive));
    }
  }
  const extended = element.extensions?.['directives'];
  if (typeof extended === 'object' && extended !== null) {
    for (const annotation of readExtensions(extended)) {
      if (names.has(annotation.name)) (found ??= []).push(annotation);
    }
  }
  return found ?? NONE;
}

function readNode({ name, arguments: args = [] }: ConstDirectiveNode): Annotation {
  return {
    name: name.value,
    args: Object.fromEntries(args.map((arg) => [arg.name.value, valueFromASTUntyped(arg.value)])),
  };
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
