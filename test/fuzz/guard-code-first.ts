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

export function moveDirectivesToExtensions(schema: GraphQLSchema): void {
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

function move(element: Element): void {
  const nodes = [...(element.astNode ? [element.astNode] : []), ...(element.extensionASTNodes ?? [])];
  const directives: Record<string, unknown[]> = {};
  for (const { name, arguments: args = [] } of nodes.flatMap((node) => node.directives ?? [])) {
    const values = args.map((arg) => [arg.name.value, valueFromASTUntyped(arg.value)] as const);
    (directives[name.value] ??= []).push(Object.fromEntries(values));
  }
  element.astNode = undefined;
  if (element.extensionASTNodes) element.extensionASTNodes = [];
  if (Object.keys(directives).length > 0) element.extensions = { ...element.extensions, directives };
}
