/**
 * The oracle's half about rules: which of them hold for a field, a type and what a request provides, and what a caller is
 * told. Written from the README's rules alone; slow, and with nothing taken from the code that it judges.
 */
import { compositeOf, namedType, typeOf } from './guard-model.js';
import type {
  Caller,
  Composite,
  Field,
  Input,
  Json,
  Literal,
  LiteralField,
  Rule,
  Schema,
  TypeRef,
  Variables,
} from './guard-model.js';
import { POLICIES } from './guard-schema.js';
import { coerceLiteral, isSame } from './guard-oracle-values.js';

const POLICIES_THAT_ALLOW = Object.keys(POLICIES).filter((name) => POLICIES[name]);

/** `code` and `reason` of a denial, and what sign-in a step-up asks for. */
export interface Denial {
  readonly code: string;
  readonly reason?: string;
  readonly acrValues?: readonly string[] | undefined;
  readonly maxAge?: number | undefined;
}

/** A denial as text, or the `extensions` of an error. */
export function toText(denial: { readonly [name in keyof Denial]: unknown }): string {
  const { code, reason = '-', acrValues, maxAge } = denial;
  const text = `${String(code)} ${String(reason)}`;
  return reason === 'step-up' ? `${text} ${JSON.stringify({ acrValues, maxAge })}` : text;
}

/**
 * What the caller is told at this time, or undefined if all rules hold. The order of reasons: credentials, pool, token use,
 * group, scope, step-up, policy.
 */
export function findDenial(caller: Caller, rules: readonly Rule[], at: number): Denial | undefined {
  if (rules.length === 0) return undefined;
  if (caller.kind === 'no-auth' || caller.kind === 'look-alike') return { code: 'INTERNAL_SERVER_ERROR' };
  if (caller.kind === 'anonymous') return { code: 'UNAUTHENTICATED', reason: 'missing' };
  if (caller.kind === 'rejected') {
    const { reason } = caller;
    return { code: reason.endsWith('-unavailable') ? 'AUTH_UNAVAILABLE' : 'UNAUTHENTICATED', reason };
  }
  const hasOneOf = (mine: readonly string[], asked: readonly string[] | undefined) =>
    asked === undefined || asked.some((name) => mine.includes(name));
  if (!rules.every(({ pools }) => hasOneOf([caller.pool], pools))) return forbidden('pool');
  if (!rules.every(({ tokenUse }) => tokenUse === undefined || tokenUse === caller.tokenUse))
    return forbidden('token-use');
  if (!rules.every(({ groups }) => hasOneOf(caller.groups, groups))) return forbidden('group');
  if (!rules.every(({ scopes }) => hasOneOf(caller.scopes, scopes))) return forbidden('scope');
  if (!hasLevel(caller, rules) || !isRecent(caller, rules, at)) return stepUp(rules);
  if (!rules.every(({ policies }) => hasOneOf(POLICIES_THAT_ALLOW, policies))) return forbidden('policy');
  return undefined;
}

type Authenticated = Extract<Caller, { readonly kind: 'authenticated' }>;

/** Rule 14: the level is in every list. */
export function hasLevel({ acr: level }: Authenticated, rules: readonly Rule[]): boolean {
  return rules.every(({ acr }) => acr === undefined || acr.some((each) => each === level));
}

/** Rule 14: the sign-in is not in the future (60 s of skew), and not too long ago for any rule. */
export function isRecent({ authTime, graceSeconds }: Authenticated, rules: readonly Rule[], at: number): boolean {
  return rules.every(({ maxAge }) => {
    if (maxAge === undefined) return true;
    if (typeof authTime !== 'number') return false;
    return authTime * 1000 <= at + 60_000 && at < (authTime + maxAge + graceSeconds) * 1000;
  });
}

/** What all lists have, in the order of the first one, and the smallest age; the first list if they have nothing in common. */
function stepUp(rules: readonly Rule[]): Denial {
  const lists = rules.flatMap(({ acr }) => (acr ? [acr] : []));
  const common = lists[0]?.filter((level) => lists.every((list) => list.includes(level))) ?? [];
  const [maxAge] = rules.flatMap((rule) => rule.maxAge ?? []).sort((one, other) => one - other);
  return { code: 'UNAUTHENTICATED', reason: 'step-up', acrValues: common.length > 0 ? common : lists[0], maxAge };
}

/** Rule 8: a policy is asked only if everything that is asked of the token holds. */
export function asksPolicies(rules: readonly Rule[], denial: Denial | undefined): boolean {
  return rules.some(({ policies }) => policies) && (denial === undefined || denial.reason === 'policy');
}

const forbidden = (reason: string): Denial => ({ code: 'FORBIDDEN', reason });

/** Rule 3: a type's own rules, `extend type` included, and those of its interfaces. */
export function rulesOfType(schema: Schema, name: string): readonly Rule[] {
  const type = schema.types.get(name);
  if (!type) return []; // Int, String
  const owners = type.kind === 'object' || type.kind === 'interface' ? withInterfaces(schema, type) : [type];
  return owners.flatMap(({ rules, extensionRules }) => [...rules, ...extensionRules]);
}

/**
 * Rule 2 and rule 9: all that `parent.field` asks when the request provides these arguments. The field's own rules come
 * first, then those of its type, of its interfaces, and of the arguments, each before what its value holds.
 */
export function rulesOfField(
  schema: Schema,
  parent: Composite,
  field: Field,
  args: readonly LiteralField[],
  variables: Variables,
): readonly Rule[] {
  const declarations = declarationsOf(schema, parent, field);
  const isRoot = Object.values(schema.roots).includes(parent.name);
  const isOpen = schema.unannotated === 'public' || field.isPublic || parent.isPublic;
  return [
    ...declarations.flatMap(({ rules, type }) => [...rules, ...rulesOfType(schema, namedType(type))]),
    ...(isRoot ? rulesOfType(schema, parent.name) : []),
    ...(isOpen ? [] : [{}]),
    ...field.args.flatMap(({ name, type }) => {
      const value = args.find((arg) => arg.name === name)?.value;
      if (value === undefined || isAbsent(value, variables)) return [];
      return [...rulesOfArgument(schema, parent, field, name), ...rulesInLiteral(schema, type, value, variables)];
    }),
  ];
}

/** What the argument asks when it is provided, aside from what its value holds. */
export function rulesOfArgument(schema: Schema, parent: Composite, field: Field, name: string): readonly Rule[] {
  return declarationsOf(schema, parent, field).flatMap(({ args }) =>
    args.filter((arg) => arg.name === name).flatMap((arg) => rulesOfInput(schema, arg)),
  );
}

/** The field itself, and the same field of each interface. */
function declarationsOf(schema: Schema, parent: Composite, { name }: Field): readonly Field[] {
  return withInterfaces(schema, parent).flatMap(({ fields }) => fields.filter((each) => each.name === name));
}

function withInterfaces(schema: Schema, type: Composite): readonly Composite[] {
  return [type, ...type.interfaces.map((name) => compositeOf(schema, name))];
}

/** Of what a document writes for arguments or for the fields of an input object. */
function rulesOfProvided(
  schema: Schema,
  inputs: readonly Input[],
  provided: readonly LiteralField[],
  variables: Variables,
): readonly Rule[] {
  return provided.flatMap(({ name, value }) => {
    const input = inputs.find((each) => each.name === name);
    if (!input || isAbsent(value, variables)) return [];
    return [...rulesOfInput(schema, input), ...rulesInLiteral(schema, input.type, value, variables)];
  });
}

/** As where a type is returned, list and non-null wrappers do not matter: null and an empty list are provided too. */
export function rulesOfInput(schema: Schema, { type, rules }: Input): readonly Rule[] {
  return [...rules, ...rulesOfType(schema, namedType(type))];
}

/** A variable without a value is as if nothing had been written (GraphQL specification, section 6.4.1). */
const isAbsent = (value: Literal, variables: Variables) =>
  value.kind === 'variable' && variables[value.name] === undefined;

/** Of the input objects in a literal. */
function rulesInLiteral(schema: Schema, type: TypeRef, literal: Literal, variables: Variables): readonly Rule[] {
  if (literal.kind === 'variable') return rulesInValue(schema, type, variables[literal.name] ?? null);
  if (literal.kind === 'object') {
    return rulesOfProvided(schema, inputFieldsOf(schema, namedType(type)), literal.fields, variables);
  }
  if (literal.kind !== 'list') return [];
  return literal.items.flatMap((item) => rulesInLiteral(schema, type, item, variables));
}

/**
 * Of the input objects in a variable's value, in the form in which a resolver sees it: defaults of input fields are filled
 * in, and one cannot be told from the same value in the request. It changes nothing, so it counts as not provided.
 */
function rulesInValue(schema: Schema, type: TypeRef, value: Json): readonly Rule[] {
  if (value === null || typeof value !== 'object' || schema.types.get(namedType(type))?.kind !== 'input') return [];
  if (Array.isArray(value)) return value.flatMap((item: Json) => rulesInValue(schema, type, item));
  return Object.entries(value).flatMap(([name, item]: [string, Json]) => {
    const input = inputFieldsOf(schema, namedType(type)).find((each) => each.name === name);
    if (!input) return [];
    const isDefault = input.defaultValue && isSame(coerceLiteral(schema, input.type, input.defaultValue), item);
    return isDefault ? [] : [...rulesOfInput(schema, input), ...rulesInValue(schema, input.type, item)];
  });
}

function inputFieldsOf(schema: Schema, name: string): readonly Input[] {
  const type = typeOf(schema, name);
  return type.kind === 'input' ? type.fields : [];
}
