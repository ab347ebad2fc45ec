/** Walks over the selections of an operation, with the types that are certain before it runs. */
import {
  getDirectiveValues,
  getNamedType,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  isAbstractType,
  isObjectType,
  isUnionType,
  Kind,
} from 'graphql';
import type {
  GraphQLDirective,
  DocumentNode,
  FieldNode,
  FragmentDefinitionNode,
  GraphQLCompositeType,
  GraphQLField,
  GraphQLInterfaceType,
  GraphQLObjectType,
  GraphQLSchema,
  OperationDefinitionNode,
  SelectionNode,
  SelectionSetNode,
} from 'graphql';

type FieldsType = GraphQLObjectType | GraphQLInterfaceType;

/** A position in the response: selections of the same response key below the same position share it. */
export interface ResponsePosition {
  readonly key: string | undefined;
  readonly parent: ResponsePosition | undefined;
  readonly children: Map<string, ResponsePosition>;
}

/** The response keys from the root to a position. */
export function pathOf(position: ResponsePosition): readonly string[] {
  const path: string[] = [];
  for (let at: ResponsePosition | undefined = position; at?.key !== undefined; at = at.parent) path.push(at.key);
  return path.reverse();
}

/** Is told of each selection on the way. What the `enter` functions return says whether to look inside. */
export interface SelectionVisitor {
  readonly enterField: (
    type: FieldsType,
    field: GraphQLField<unknown, unknown>,
    node: FieldNode,
    position: ResponsePosition,
    possible: PossibleTypes,
  ) => boolean;
  /** A fragment that narrows an abstract type to this one. `node` is the field around it, if there is one. */
  readonly enterFragment: (type: FieldsType, position: ResponsePosition, node: FieldNode | undefined) => boolean;
  /** Asked before each selection: whether to end the walk. Default: never. */
  readonly isOver?: () => boolean;
}

/** The object types that can turn up, where fragments have narrowed an interface; undefined for every type of it. */
export type PossibleTypes = readonly GraphQLObjectType[] | undefined;

type Variables = Readonly<Record<string, unknown>>;
/** The fragment of a name; undefined when the document has none. */
export type FragmentOf = (name: string) => FragmentDefinitionNode | undefined;

/** The fragments of a document, by name. */
export function fragmentsOf({ definitions }: DocumentNode): FragmentOf {
  const fragments = new Map(
    definitions.flatMap((each) => (each.kind === Kind.FRAGMENT_DEFINITION ? [[each.name.value, each]] : [])),
  );
  return (name) => fragments.get(name);
}

/** Walks over an operation. Without variables, selections that `@skip` and `@include` may leave out are walked too. */
export function walkOperation(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  fragmentOf: FragmentOf,
  variableValues: Variables | undefined,
  visitor: SelectionVisitor,
): void {
  const type = schema.getRootType(operation.operation);
  if (!type) return;
  walkSelections(schema, fragmentOf, type, operation.selectionSet, variableValues, visitor);
}

/** The same for the selections on a value of the type. */
export function walkSelections(
  schema: GraphQLSchema,
  fragmentOf: FragmentOf,
  type: GraphQLCompositeType,
  { selections }: SelectionSetNode,
  variableValues: Variables | undefined,
  visitor: SelectionVisitor,
): void {
  const walk = new Walk(schema, fragmentOf, variableValues, visitor);
  const position: ResponsePosition = { key: undefined, parent: undefined, children: new Map() };
  // A loop, not recursion: fragments can nest deeper than the call stack.
  const levels: Level[] = [{ selections, next: 0, type, possible: undefined, position, around: undefined }];
  for (let level = levels.at(-1); level && !visitor.isOver?.(); level = levels.at(-1)) {
    const selection = level.selections[level.next];
    level.next += 1;
    if (selection === undefined) levels.pop();
    else {
      const inner = walk.enter(selection, level);
      if (inner) levels.push(inner);
    }
  }
}

/** A selection set, and how far the walk has come in it. */
interface Level {
  readonly selections: readonly SelectionNode[];
  next: number;
  readonly type: GraphQLCompositeType;
  readonly possible: PossibleTypes;
  readonly position: ResponsePosition;
  /** The field that has the selection set, if it is not the operation's. */
  readonly around: FieldNode | undefined;
}

class Walk {
  readonly #schema: GraphQLSchema;
  readonly #fragmentOf: FragmentOf;
  readonly #variableValues: Variables | undefined;
  readonly #visitor: SelectionVisitor;
  // A fragment has the same rules wherever it is spread on the same types, so it is walked once for each type. Otherwise
  // nested fragments that each spread the next one twice would cost exponential time.
  readonly #walked = new Map<FragmentDefinitionNode, Set<GraphQLCompositeType | PossibleTypes>>();
  readonly #narrowed = new Map<GraphQLCompositeType | PossibleTypes, Map<GraphQLCompositeType, PossibleTypes>>();

  constructor(
    schema: GraphQLSchema,
    fragmentOf: FragmentOf,
    variableValues: Variables | undefined,
    visitor: SelectionVisitor,
  ) {
    this.#schema = schema;
    this.#fragmentOf = fragmentOf;
    this.#variableValues = variableValues;
    this.#visitor = visitor;
  }

  /** The selection set inside the selection, if the walk goes on there. */
  enter(selection: SelectionNode, level: Level): Level | undefined {
    if (!this.#isIncluded(selection)) return undefined;
    if (selection.kind === Kind.FIELD) return this.#field(selection, level);
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      return this.#fragment(selection.selectionSet, selection.typeCondition?.name.value, level);
    }
    return this.#spread(selection.name.value, level);
  }

  #field(node: FieldNode, { type, possible, position: parent }: Level): Level | undefined {
    // A union's only field, `__typename`, has no rule; neither has introspection.
    const field = isUnionType(type) ? undefined : type.getFields()[node.name.value];
    if (field === undefined || isUnionType(type)) return undefined;
    const key = (node.alias ?? node.name).value;
    let position = parent.children.get(key);
    if (position === undefined) parent.children.set(key, (position = { key, parent, children: new Map() }));
    if (!this.#visitor.enterField(type, field, node, position, possible) || !node.selectionSet) return undefined;
    const returned = getNamedType(field.type);
    if (!isObjectType(returned) && !isAbstractType(returned)) return undefined;
    const { selections } = node.selectionSet;
    return { selections, next: 0, type: returned, possible: undefined, position, around: node };
  }

  #spread(name: string, level: Level): Level | undefined {
    const fragment = this.#fragmentOf(name);
    if (fragment === undefined) return undefined;
    let types = this.#walked.get(fragment);
    if (types === undefined) this.#walked.set(fragment, (types = new Set()));
    const place = level.possible ?? level.type;
    if (types.has(place)) return undefined;
    types.add(place);
    return this.#fragment(fragment.selectionSet, fragment.typeCondition.name.value, level);
  }

  #fragment({ selections }: SelectionSetNode, condition: string | undefined, level: Level): Level | undefined {
    const { type, position, around } = level;
    const narrowed = condition === undefined ? type : this.#schema.getType(condition);
    if (isObjectType(type)) {
      // The object's type stays known: a fragment on an abstract type must not hide the object's own rules.
      const applies = narrowed === type || (isAbstractType(narrowed) && this.#schema.isSubType(narrowed, type));
      return applies ? { ...level, selections, next: 0 } : undefined;
    }
    if (!isObjectType(narrowed) && !isAbstractType(narrowed)) return undefined;
    if (narrowed === type) return { ...level, selections, next: 0 };
    const possible = this.#narrow(level, narrowed);
    // No value is of all the types around.
    if (possible?.length === 0) return undefined;
    if (!isUnionType(narrowed) && !this.#visitor.enterFragment(narrowed, position, around)) return undefined;
    return { selections, next: 0, type: narrowed, possible, position, around };
  }

  /** The types that can turn up in a fragment on `to`. A list is the same as before if none is left out. */
  #narrow({ type, possible }: Level, to: GraphQLCompositeType): PossibleTypes {
    const from = possible ?? type;
    let known = this.#narrowed.get(from);
    if (known === undefined) this.#narrowed.set(from, (known = new Map<GraphQLCompositeType, PossibleTypes>()));
    if (known.has(to)) return known.get(to);
    const before = possible ?? this.#possibleTypesOf(type);
    const all = this.#possibleTypesOf(to);
    const both = before.filter((each) => all.includes(each));
    const narrowed = both.length === all.length ? undefined : both.length === before.length ? before : both;
    known.set(to, narrowed);
    return narrowed;
  }

  #possibleTypesOf(type: GraphQLCompositeType): readonly GraphQLObjectType[] {
    return isObjectType(type) ? [type] : this.#schema.getPossibleTypes(type);
  }

  #isIncluded(node: SelectionNode): boolean {
    if (this.#variableValues === undefined || !node.directives?.length) return true;
    return (
      readCondition(GraphQLSkipDirective, node, this.#variableValues) !== true &&
      readCondition(GraphQLIncludeDirective, node, this.#variableValues) !== false
    );
  }
}

/** Undefined when the condition has no value (a variable that is null): graphql-js then fails the selection. */
function readCondition(directive: GraphQLDirective, node: SelectionNode, variableValues: Variables): unknown {
  try {
    return getDirectiveValues(directive, node, variableValues)?.['if'];
  } catch {
    return undefined;
  }
}
