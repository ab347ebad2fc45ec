/** Turns a schema that was built from SDL into one as it would have been built in code: with its directives in `extensions`. */
import { isEnumType, isInputObjectType, isInterfaceType, isObjectType, valueFromASTUntyped } from 'graphql';
import type { ConstDirectiveNode, GraphQLSchema } from 'graphql';

interface Element {
  astNode?: Node | null | undefined;
  extensionASTNodes?: readonly Node[];
  extensions: Readonly<Record<string, unknown>>;
}

interface Node {
  readonly directives?: readonly ConstDirectiveNode[] | undefined;
}

/** How frameworks write the uses of directives; each says the same. */
export const FORMS = [
  'uses by name',
  'one use by name',
  'args',
  'arguments',
  'pairs',
  'Map',
  'names',
  'nodes',
] as const;

export type Form = (typeof FORMS)[number];

type Args = Readonly<Record<string, unknown>>;
type Use = readonly [name: string, args: Args];

const writers: Readonly<Record<Form, (uses: readonly Use[], nodes: readonly ConstDirectiveNode[]) => unknown>> = {
  'uses by name': (uses) => byName(uses),
  'one use by name': (uses) =>
    Object.fromEntries(Object.entries(byName(uses)).map(([name, all]) => [name, all.length === 1 ? all[0] : all])),
  args: (uses) => uses.map(([name, args]) => ({ name, args })),
  arguments: (uses) => uses.map(([name, args]) => ({ name, arguments: args })),
  pairs: (uses) => uses,
  Map: (uses) => new Map(Object.entries(byName(uses))),
  names: (uses) => uses.map(([name, args]) => (Object.keys(args).length === 0 ? name : { name, args })),
  nodes: (_, nodes) => nodes,
};

function byName(uses: readonly Use[]): Record<string, Args[]> {
  const found: Record<string, Args[]> = {};
  for (const [name, args] of uses) (found[name] ??= []).push(args);
  return found;
}

export function moveDirectivesToExtensions(schema: GraphQLSchema, form: Form): void {
  const move = (element: Element) => {
    moveOne(element, form);
  };
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__')) continue;
    move(type);
    if (isEnumType(type)) type.getValues().forEach(move);
    if (isInputObjectType(type)) Object.values(type.getFields()).forEach(move);
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      move(field);
      field.args.forEach(move);
    }
  }
}

function moveOne(element: Element, form: Form): void {
  const nodes = [...(element.astNode ? [element.astNode] : []), ...(element.extensionASTNodes ?? [])];
  const directives = nodes.flatMap((node) => node.directives ?? []);
  const uses = directives.map(({ name, arguments: args = [] }): Use => {
    const values = args.map((arg) => [arg.name.value, valueFromASTUntyped(arg.value)] as const);
    return [name.value, Object.fromEntries(values)];
  });
  element.astNode = undefined;
  if (element.extensionASTNodes) element.extensionASTNodes = [];
  if (uses.length > 0) element.extensions = { ...element.extensions, directives: writers[form](uses, directives) };
}
