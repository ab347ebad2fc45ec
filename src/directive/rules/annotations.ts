/** Reads which directives stand on an element of a schema: in its SDL, in every `extend`, and in `extensions`. */
import type { ConstDirectiveNode } from 'graphql';
import type { Annotation, Reading } from './annotation.js';
import { readDirectiveNode } from './annotation-node.js';
import { readExtensions } from './extensions.js';
import { memoize } from './memoize.js';

interface Node {
  readonly directives?: readonly ConstDirectiveNode[] | undefined;
}

/** Any element of a schema on which a directive may stand. */
export interface SchemaElement {
  readonly astNode?: Node | null | undefined;
  readonly extensionASTNodes?: readonly Node[] | null | undefined;
  readonly extensions?: Readonly<Record<string, unknown>> | null | undefined;
}

const NOTHING: Reading = { uses: [], misplaced: [], otherKeys: [], faults: [] };

/** Whether the element may have a directive: most elements of a large schema have none. */
export function isAnnotated({ astNode, extensionASTNodes, extensions }: SchemaElement): boolean {
  return Boolean(
    astNode?.directives?.length ||
    (extensionASTNodes?.length && extensionASTNodes.some(({ directives }) => directives?.length)) ||
    (extensions && hasKeys(extensions)),
  );
}

// Makes no list of keys: this runs for every element of a schema, several times.
function hasKeys(value: object): boolean {
  for (const key in value) if (Object.hasOwn(value, key)) return true;
  return false;
}

export type ElementReader = (element: SchemaElement) => Reading;

/** Reads each element once: a value in code may answer differently when it is read again. */
export function createElementReader(): ElementReader {
  const readOnce = memoize(readElement);
  return (element) => (isAnnotated(element) ? readOnce(element) : NOTHING);
}

function readElement({ astNode, extensionASTNodes, extensions }: SchemaElement): Reading {
  const written = (astNode?.directives ?? []).map(readDirectiveNode);
  for (const node of extensionASTNodes ?? []) written.push(...(node.directives ?? []).map(readDirectiveNode));
  if (!extensions || !hasKeys(extensions)) return { ...NOTHING, uses: written };
  const coded = readExtensions(extensions);
  return { ...coded, uses: [...written, ...coded.uses] };
}

/** Each use of a directive with one of these names. */
export function usesOf({ uses }: Reading, names: ReadonlySet<string>): readonly Annotation[] {
  return uses.length === 0 ? uses : uses.filter(({ name }) => names.has(name));
}
