/**
 * The SDL that a subgraph gives to a gateway, without the rules of this package: they are enforced here, and composition has
 * no use for them. Directives of other products stay, because a router reads its rules there.
 */
import { Kind, parse, print, visit } from 'graphql';
import type { ASTNode, ConstDirectiveNode, ConstValueNode, DocumentNode } from 'graphql';
import { TOKEN_USE_TYPE } from './definition.js';

/**
 * The SDL without the directives of these names, their definitions and the type of `tokenUse`. A directive stays if
 * `@composeDirective` keeps it, and a definition if the schema's directives name it (`@link(import:)`). SDL without any of
 * them, and text that is no SDL, is returned as it is.
 */
export function leaveOutRules(sdl: string, names: readonly string[]): string {
  const document = parseSdl(sdl);
  if (document === undefined) return sdl;
  const onSchema = document.definitions.flatMap((node) =>
    node.kind === Kind.SCHEMA_DEFINITION || node.kind === Kind.SCHEMA_EXTENSION ? (node.directives ?? []) : [],
  );
  const unused = names.filter((name) => !onSchema.some((directive) => keeps(directive, name)));
  const undefinable = unused.filter((name) => !onSchema.some((directive) => mentions(directive, name)));
  const withoutRules = visit(document, {
    leave: (node) =>
      (node.kind === Kind.DIRECTIVE && unused.includes(node.name.value)) ||
      (node.kind === Kind.DIRECTIVE_DEFINITION && undefinable.includes(node.name.value)) ||
      isEmptyExtension(node)
        ? null
        : undefined,
  });
  if (withoutRules === document) return sdl;
  return print(isUsed(withoutRules, TOKEN_USE_TYPE) ? withoutRules : withoutType(withoutRules, TOKEN_USE_TYPE));
}

function parseSdl(sdl: string): DocumentNode | undefined {
  try {
    return parse(sdl, { noLocation: true });
  } catch {
    // The gateway says what is wrong with it.
    return undefined;
  }
}

/** `@composeDirective(name: "@auth")`, by any name that a `@link` gives it. */
function keeps({ arguments: args = [] }: ConstDirectiveNode, name: string): boolean {
  return args.some((arg) => arg.name.value === 'name' && isMention(arg.value, name));
}

function mentions({ arguments: args = [] }: ConstDirectiveNode, name: string): boolean {
  return args.some(({ value }) => isMention(value, name));
}

function isMention(value: ConstValueNode, name: string): boolean {
  if (value.kind === Kind.LIST) return value.values.some((each) => isMention(each, name));
  if (value.kind === Kind.OBJECT) return value.fields.some((field) => isMention(field.value, name));
  return value.kind === Kind.STRING && value.value === `@${name}`;
}

/** `extend type T @auth` without its directive is no SDL. */
function isEmptyExtension(node: ASTNode): boolean {
  if (!node.kind.endsWith('Extension')) return false;
  const parts: unknown[] = ['directives', 'interfaces', 'fields', 'values', 'types', 'operationTypes'].map(
    (part) => (node as unknown as Readonly<Record<string, unknown>>)[part],
  );
  return parts.every((part) => !Array.isArray(part) || part.length === 0);
}

function isUsed(document: DocumentNode, type: string): boolean {
  let answer = false;
  visit(document, {
    NamedType(node) {
      answer ||= node.name.value === type;
    },
  });
  return answer;
}

function withoutType({ definitions, ...document }: DocumentNode, type: string): DocumentNode {
  return {
    ...document,
    definitions: definitions.filter((node) => !(node.kind === Kind.ENUM_TYPE_DEFINITION && node.name.value === type)),
  };
}
