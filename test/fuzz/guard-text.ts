/** Prints the model of a schema as SDL and that of an operation as a document. */
import type {
  AnyType,
  Condition,
  Field,
  Input,
  Literal,
  LiteralField,
  Operation,
  Rule,
  Schema,
  Selection,
  TypeRef,
} from './guard-model.js';

const KEYWORDS = {
  object: 'type',
  interface: 'interface',
  union: 'union',
  enum: 'enum',
  scalar: 'scalar',
  input: 'input',
};

export function printTypeRef(type: TypeRef): string {
  if (type.kind === 'named') return type.name;
  return type.kind === 'list' ? `[${printTypeRef(type.of)}]` : `${printTypeRef(type.of)}!`;
}

export function printLiteral(literal: Literal): string {
  if (literal.kind === 'null') return 'null';
  if (literal.kind === 'scalar') return literal.text;
  if (literal.kind === 'variable') return `$${literal.name}`;
  if (literal.kind === 'list') return `[${literal.items.map(printLiteral).join(', ')}]`;
  return `{ ${printLiteralFields(literal.fields)} }`;
}

const printLiteralFields = (fields: readonly LiteralField[]) =>
  fields.map(({ name, value }) => `${name}: ${printLiteral(value)}`).join(', ');

/** The SDL, without the definitions of the directives. */
export function printSchema(schema: Schema): string {
  const roots = Object.entries(schema.roots).map(([kind, name]) => `${kind}: ${name}`);
  const printer = new SchemaPrinter(schema.directive, schema.isInDialects);
  return [
    schema.isInDialects ? DIALECTS : '',
    `schema { ${roots.join(' ')} }`,
    ...Array.from(schema.types.values(), (type) => printer.printType(type, false)),
    ...Array.from(schema.types.values(), (type) => printer.printType(type, true)),
  ]
    .filter((text) => text !== '')
    .join('\n');
}

/** As the products define them, and repeatable. */
const DIALECTS = `
  directive @authenticated repeatable on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM
  directive @requiresScopes(scopes: [[String!]!]!) repeatable on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM
  directive @policy(policies: [[String!]!]!) repeatable on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM
  directive @aws_cognito_user_pools(cognito_groups: [String!]) repeatable on FIELD_DEFINITION | OBJECT
`;

/** The directive of another product that says the rule there; undefined when none does. */
function printInDialect(
  { tokenUse, groups, scopes, policies, ...others }: Rule,
  place: AnyType['kind'] | 'field',
): string | undefined {
  if (
    tokenUse ||
    Object.keys(others).length > 0 ||
    [groups, scopes, policies].filter(Boolean).length > 1 ||
    place === 'union' ||
    place === 'input'
  ) {
    return undefined;
  }
  if (scopes) return `@requiresScopes(scopes: ${printChoices(scopes)})`;
  if (policies) return `@policy(policies: ${printChoices(policies)})`;
  if (!groups) return '@authenticated';
  if (place !== 'object' && place !== 'field') return undefined;
  return `@aws_cognito_user_pools(cognito_groups: ${JSON.stringify(groups)})`;
}

/** One of the names: each by itself, and all of them, which adds nothing. */
function printChoices(names: readonly string[]): string {
  return JSON.stringify([...names.map((name) => [name]), names]);
}

class SchemaPrinter {
  readonly #directive: string;
  readonly #isInDialects: boolean;

  constructor(directive: string, isInDialects: boolean) {
    this.#directive = directive;
    this.#isInDialects = isInDialects;
  }

  printType(type: AnyType, isExtension: boolean): string {
    const marks = [...this.#printRules(isExtension ? type.extensionRules : type.rules, type.kind)];
    let rest = '';
    if (type.kind === 'object' || type.kind === 'interface') {
      if (type.implementsInExtension === isExtension && type.interfaces.length > 0) {
        marks.unshift(`implements ${type.interfaces.join(' & ')}`);
      }
      if (type.isPublic && !isExtension) marks.push('@public');
      rest = block(
        type.fields.filter((field) => field.isExtension === isExtension).map((field) => this.#printField(field)),
      );
    } else if (type.kind === 'input') {
      rest = block(
        type.fields.filter((field) => field.isExtension === isExtension).map((field) => this.#printInput(field)),
      );
    } else if (type.kind === 'union' && !isExtension) rest = `= ${type.members.join(' | ')}`;
    else if (type.kind === 'enum' && !isExtension) rest = block(type.values);
    if (isExtension && marks.length === 0 && rest === '') return '';
    return [isExtension ? 'extend' : '', KEYWORDS[type.kind], type.name, ...marks, rest].filter(Boolean).join(' ');
  }

  #printField({ name, args, type, rules, isPublic }: Field): string {
    const parameters = args.length === 0 ? '' : `(${args.map((arg) => this.#printInput(arg)).join(', ')})`;
    const marks = [...this.#printRules(rules, 'field'), ...(isPublic ? ['@public'] : [])];
    return [`${name}${parameters}: ${printTypeRef(type)}`, ...marks].join(' ');
  }

  #printInput({ name, type, defaultValue, rules }: Input): string {
    const standard = defaultValue === undefined ? [] : ['=', printLiteral(defaultValue)];
    return [`${name}: ${printTypeRef(type)}`, ...standard, ...this.#printRules(rules, 'input')].join(' ');
  }

  #printRules(rules: readonly Rule[], place: AnyType['kind'] | 'field'): readonly string[] {
    return rules.map((rule) => {
      const inDialect = this.#isInDialects ? printInDialect(rule, place) : undefined;
      if (inDialect !== undefined) return inDialect;
      const { pools, tokenUse, groups, scopes, acr, maxAge, policies } = rule;
      const args = [
        ...(tokenUse ? [`tokenUse: ${tokenUse}`] : []),
        ...(groups ? [`groups: ${JSON.stringify(groups)}`] : []),
        ...(scopes ? [`scopes: ${JSON.stringify(scopes)}`] : []),
        // One name is a list of it.
        ...(pools ? [`pools: ${JSON.stringify(pools.length === 1 ? pools[0] : pools)}`] : []),
        ...(acr ? [`acr: ${JSON.stringify(acr)}`] : []),
        ...(maxAge === undefined ? [] : [`maxAge: ${maxAge}`]),
        ...(policies ? [`policies: ${JSON.stringify(policies)}`] : []),
      ];
      return `@${this.#directive}${args.length === 0 ? '' : `(${args.join(', ')})`}`;
    });
  }
}

const block = (lines: readonly string[]) => (lines.length === 0 ? '' : `{\n  ${lines.join('\n  ')}\n}`);

export function printOperation({ kind, variables, selections, fragments }: Operation): string {
  const parameters = variables.map(({ name, type, defaultValue }) => {
    const standard = defaultValue === undefined ? '' : ` = ${printLiteral(defaultValue)}`;
    return `$${name}: ${printTypeRef(type)}${standard}`;
  });
  return [
    `${kind}${parameters.length === 0 ? '' : ` Q(${parameters.join(', ')})`} ${printSelections(selections)}`,
    ...Array.from(fragments.values(), (fragment) =>
      [`fragment ${fragment.name} on ${fragment.on}`, printSelections(fragment.selections)].join(' '),
    ),
  ].join('\n');
}

const printSelections = (selections: readonly Selection[]): string => `{ ${selections.map(printSelection).join(' ')} }`;

function printSelection(selection: Selection): string {
  const conditions = selection.conditions.map(printCondition);
  if (selection.kind === 'spread') return [`...${selection.fragment}`, ...conditions].join(' ');
  if (selection.kind === 'inline') {
    const on = selection.on === undefined ? [] : [`on ${selection.on}`];
    return ['...', ...on, ...conditions, printSelections(selection.selections)].join(' ');
  }
  const { key, name, args, selections } = selection;
  const head = `${key === name ? '' : `${key}: `}${name}${args.length === 0 ? '' : `(${printLiteralFields(args)})`}`;
  return [head, ...conditions, ...(selections.length === 0 ? [] : [printSelections(selections)])].join(' ');
}

function printCondition({ directive, value }: Condition): string {
  return `@${directive}(if: ${typeof value === 'boolean' ? String(value) : `$${value.variable}`})`;
}
