/** Walks over what an operation selects, by the types that are certain before it runs. */
import {
  getDirectiveValues,
  getNamedType,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  isAbstractType,
  isInterfaceType,
  isObjectType,
  isUnionType,
  Kind,
} from 'graphql';
import type {
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

/** A place in the response: selections of the same response key below the same place share it. */
export interface Place {
  readonly key: string | undefined;
  readonly parent: Place | undefined;
  readonly children: Map<string, Place>;
}

/** Says of what is entered whether to look inside. */
export interface SelectionVisitor {
  readonly enterField: (
    type: FieldsType,
    field: GraphQLField<unknown, unknown>,
    node: FieldNode,
    place: Place,
  ) => boolean;
  /** A fragment that narrows an abstract type to this one. `node` is the field around it, if there is one. */
  readonly enterFragment: (type: FieldsType, place: Place, node: FieldNode | undefined) => boolean;
}

type Variables = Readonly<Record<string, unknown>>;

/** Without variables, what `@skip` and `@include` leave out is walked as well. */
export function walkOperation(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variableValues: Variables | undefined,
  visitor: SelectionVisitor,
): void {
  const root = schema.getRootType(operation.operation);
  if (!root) return;
  const fragments = new Map(
    document.definitions.flatMap((each): [string, FragmentDefinitionNode][] =>
      each.kind === Kind.FRAGMENT_DEFINITION ? [[each.name.value, each]] : [],
    ),
  );
  new Walk(schema, fragments, variableValues, visitor).selectionSet(
    operation.selectionSet,
    root,
    { key: undefined, parent: undefined, children: new Map() },
    undefined,
  );
}

class Walk {
  readonly #schema: GraphQLSchema;
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly #variableValues: Variables | undefined;
  readonly #visitor: SelectionVisitor;
  // A fragment holds the same rules wherever it is spread on the same type: once is enough, or a few lines of nested
  // fragments would cost more than any server has (each spreading the next one twice).
  readonly #walked = new Map<FragmentDefinitionNode, Set<GraphQLCompositeType>>();

  constructor(
    schema: GraphQLSchema,
    fragments: ReadonlyMap<string, FragmentDefinitionNode>,
    variableValues: Variables | undefined,
    visitor: SelectionVisitor,
  ) {
    this.#schema = schema;
    this.#fragments = fragments;
    this.#variableValues = variableValues;
    this.#visitor = visitor;
  }

  selectionSet(
    { selections }: SelectionSetNode,
    type: GraphQLCompositeType,
    place: Place,
    around: FieldNode | undefined,
  ): void {
    for (const selection of selections) {
      if (!this.#isIncluded(selection)) continue;
      if (selection.kind === Kind.FIELD) this.#field(selection, type, place);
      else if (selection.kind === Kind.INLINE_FRAGMENT) {
        this.#fragment(selection.selectionSet, selection.typeCondition?.name.value, type, place, around);
      } else this.#spread(selection.name.value, type, place, around);
    }
  }

  #field(node: FieldNode, type: GraphQLCompositeType, parent: Place): void {
    // A union has no fields but `__typename`, which has no rule of its own, and neither has introspection.
    const field = isUnionType(type) ? undefined : type.getFields()[node.name.value];
    if (field === undefined || isUnionType(type)) return;
    const key = (node.alias ?? node.name).value;
    let place = parent.children.get(key);
    if (place === undefined) parent.children.set(key, (place = { key, parent, children: new Map() }));
    if (!this.#visitor.enterField(type, field, node, place) || !node.selectionSet) return;
    const returned = getNamedType(field.type);
    if (isObjectType(returned) || isAbstractType(returned)) this.selectionSet(node.selectionSet, returned, place, node);
  }

  #spread(name: string, type: GraphQLCompositeType, place: Place, around: FieldNode | undefined): void {
    const fragment = this.#fragments.get(name);
    if (fragment === undefined) return;
    let types = this.#walked.get(fragment);
    if (types === undefined) this.#walked.set(fragment, (types = new Set()));
    if (types.has(type)) return;
    types.add(type);
    this.#fragment(fragment.selectionSet, fragment.typeCondition.name.value, type, place, around);
  }

  #fragment(
    selectionSet: SelectionSetNode,
    condition: string | undefined,
    type: GraphQLCompositeType,
    place: Place,
    around: FieldNode | undefined,
  ): void {
    const narrowed = condition === undefined ? type : this.#schema.getType(condition);
    if (isObjectType(type)) {
      // What is an object stays what it is: a fragment on an abstract type must not make its own rules invisible.
      const applies = narrowed === type || (isAbstractType(narrowed) && this.#schema.isSubType(narrowed, type));
      if (applies) this.selectionSet(selectionSet, type, place, around);
      return;
    }
    if (!isObjectType(narrowed) && !isAbstractType(narrowed)) return;
    const isCertain = narrowed !== type && (isObjectType(narrowed) || isInterfaceType(narrowed));
    if (!isCertain || this.#visitor.enterFragment(narrowed, place, around)) {
      this.selectionSet(selectionSet, narrowed, place, around);
    }
  }

  #isIncluded(node: SelectionNode): boolean {
    if (this.#variableValues === undefined || !node.directives?.length) return true;
    return (
      getDirectiveValues(GraphQLSkipDirective, node, this.#variableValues)?.['if'] !== true &&
      getDirectiveValues(GraphQLIncludeDirective, node, this.#variableValues)?.['if'] !== false
    );
  }
}
