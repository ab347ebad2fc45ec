/** Reads which directives stand on an element of a schema: in its SDL, in every `extend`, and in `extensions`. */
import type { ConstDirectiveNode } from 'graphql';
import type { Annotation, Reading } from './annotation.js';
import { readDirectiveNode } from './annotation-node.js';
import { readExtensions } from './extensions.js';

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

/** Whether anything is written on the element that could be a directive: on most of a large schema nothing is. */
export function isAnnotated({ astNode, extensionASTNodes, extensions }: SchemaElement): boolean {
  return Boolean(
    astNode?.directives?.length ||
    (extensionASTNodes?.length && extensionASTNodes.some(({ directives }) => directives?.length)) ||
    (extensions && hasKeys(extensions)),
  );
}

// Without a list of the keys: this is asked of every element of a schema, several times.
function hasKeys(value: object): boolean {
  for (const key in value) if (Object.hasOwn(value, key)) return true;
  return false;
}

/** Reads elements, each once: code may answer differently when it is asked again. */
export type ElementReader = (element: SchemaElement) => Reading;

export function createElementReader(): ElementReader {
  const readings = new Map<SchemaElement, Reading>();
  return (element) => {
    if (!isAnnotated(element)) return NOTHING;
    let reading = readings.get(element);
    if (reading === undefined) readings.set(element, (reading = readElement(element)));
    return reading;
  };
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
