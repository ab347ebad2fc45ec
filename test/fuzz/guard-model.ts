/** The plain data that the differential test of the guard is made of: a schema, its data, a request and a caller. */
import type { Form } from './guard-code-first.js';

export interface Rule {
  readonly pools?: readonly string[];
  readonly tokenUse?: 'ID' | 'ACCESS';
  readonly groups?: readonly string[];
  readonly scopes?: readonly string[];
  readonly acr?: readonly string[];
  readonly maxAge?: number;
  /** On fields, arguments and input fields alone. */
  readonly policies?: readonly string[];
}

export type TypeRef =
  | { readonly kind: 'named'; readonly name: string }
  | { readonly kind: 'list'; readonly of: TypeRef }
  | { readonly kind: 'nonNull'; readonly of: TypeRef };

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** A value as a document writes it. `text` is a number, a boolean, a string in quotes or the name of an enum's value. */
export type Literal =
  | { readonly kind: 'null' }
  | { readonly kind: 'scalar'; readonly text: string; readonly value: boolean | number | string }
  | { readonly kind: 'list'; readonly items: readonly Literal[] }
  | { readonly kind: 'object'; readonly fields: readonly LiteralField[] }
  | { readonly kind: 'variable'; readonly name: string };

export interface LiteralField {
  readonly name: string;
  readonly value: Literal;
}

/** An argument or a field of an input object. */
export interface Input {
  readonly name: string;
  readonly type: TypeRef;
  readonly defaultValue: Literal | undefined;
  readonly rules: readonly Rule[];
  readonly isExtension: boolean;
}

export interface Field {
  readonly name: string;
  readonly type: TypeRef;
  readonly args: readonly Input[];
  readonly rules: readonly Rule[];
  readonly isPublic: boolean;
  /** Whether it stands in `extend type`. */
  readonly isExtension: boolean;
  /** Whether it has a resolver of its own; otherwise graphql-js's default one calls a method of the parent. */
  readonly hasResolver: boolean;
  /** Whether it gives a promise, of some objects. */
  readonly isAsync: boolean;
}

interface Type {
  readonly name: string;
  readonly rules: readonly Rule[];
  /** The rules that stand on `extend type`. */
  readonly extensionRules: readonly Rule[];
}

export interface Composite extends Type {
  readonly kind: 'object' | 'interface';
  /** With the interfaces of these interfaces, as GraphQL asks. */
  readonly interfaces: readonly string[];
  readonly implementsInExtension: boolean;
  readonly fields: readonly Field[];
  readonly isPublic: boolean;
}

export interface Union extends Type {
  readonly kind: 'union';
  readonly members: readonly string[];
}

export interface Leaf extends Type {
  readonly kind: 'scalar' | 'enum';
  readonly values: readonly string[];
}

export interface InputObject extends Type {
  readonly kind: 'input';
  readonly fields: readonly Input[];
}

export type AnyType = Composite | Union | Leaf | InputObject;
export type OperationKind = 'query' | 'mutation' | 'subscription';

/** What a tool puts over a resolver: it passes on the call, or copies the list that comes back. */
export type WrapperKind = 'sync' | 'async' | 'filter' | 'loop' | 'index';

export interface Schema {
  readonly directive: string;
  /** Whether rules are written in the directives of other products where these can say them. */
  readonly isInDialects: boolean;
  readonly unannotated: 'public' | 'authenticated';
  readonly roots: { readonly [kind in OperationKind]?: string };
  readonly types: ReadonlyMap<string, AnyType>;
  /** How graphql-js is told the concrete type behind an abstract one. */
  readonly typeResolution: 'typename' | 'resolveType' | 'isTypeOf';
  readonly isTypeResolutionAsync: boolean;
  /** From SDL by either library, or as a schema made in code has its directives: in `extensions`. */
  readonly builder: 'graphql-js' | 'graphql-tools' | 'code';
  /** How a schema made in code writes its directives. */
  readonly form: Form;
  /** Whether the custom scalar makes instances of a class with private state of its input. */
  readonly isScalarOpaque: boolean;
  /** What was put over a field's resolver in place once the schema was guarded, by coordinate. */
  readonly wrappers: ReadonlyMap<string, WrapperKind>;
}

/** What a resolver gives: `object` is the key of an `Instance`. */
export type Value =
  | { readonly kind: 'leaf'; readonly value: number | string }
  | { readonly kind: 'null' }
  | { readonly kind: 'throw' }
  | { readonly kind: 'list'; readonly items: readonly Value[] }
  | { readonly kind: 'object'; readonly key: string };

export interface Instance {
  readonly type: string;
  readonly fields: ReadonlyMap<string, Value>;
}

export interface Data {
  readonly instances: ReadonlyMap<string, Instance>;
  /** The root value of each kind of operation, as a key of `instances`. */
  readonly roots: { readonly [kind in OperationKind]?: string };
  /** How many events a subscription's source gives. */
  readonly events: number;
}

export interface Condition {
  readonly directive: 'skip' | 'include';
  readonly value: boolean | { readonly variable: string };
}

export type Selection = { readonly conditions: readonly Condition[] } & (
  | {
      readonly kind: 'field';
      readonly key: string;
      readonly name: string;
      readonly args: readonly LiteralField[];
      readonly selections: readonly Selection[];
    }
  | { readonly kind: 'inline'; readonly on: string | undefined; readonly selections: readonly Selection[] }
  | { readonly kind: 'spread'; readonly fragment: string }
);

export type FieldSelection = Extract<Selection, { kind: 'field' }>;

export interface Fragment {
  readonly name: string;
  readonly on: string;
  readonly selections: readonly Selection[];
}

export interface Variable {
  readonly name: string;
  readonly type: TypeRef;
  readonly defaultValue: Literal | undefined;
}

export interface Operation {
  readonly kind: OperationKind;
  readonly variables: readonly Variable[];
  readonly selections: readonly Selection[];
  readonly fragments: ReadonlyMap<string, Fragment>;
}

export type Variables = { readonly [name: string]: Json };

export type Caller =
  | { readonly kind: 'no-auth' }
  | { readonly kind: 'look-alike' }
  | { readonly kind: 'anonymous' }
  | {
      readonly kind: 'rejected';
      readonly reason: 'expired' | 'malformed' | 'invalid' | 'revoked' | 'keys-unavailable' | 'revocation-unavailable';
    }
  | {
      readonly kind: 'authenticated';
      readonly tokenUse: 'ID' | 'ACCESS';
      readonly groups: readonly string[];
      readonly scopes: readonly string[];
      readonly pool: string;
      /** Claims, of whatever type; undefined for a token without them. */
      readonly acr: Json | undefined;
      readonly authTime: Json | undefined;
      /** Of the verifier. */
      readonly graceSeconds: number;
    };

/** What the caller's clock shows, in milliseconds. */
export interface Times {
  /** As the execution begins, or the subscription is asked for. */
  readonly start: number;
  /** As each event of a subscription comes. */
  readonly events: readonly number[];
  /** From the moment on when the first ruled field of an execution was met; as before if undefined. */
  readonly later: number | undefined;
}

export interface Request {
  readonly schema: Schema;
  readonly data: Data;
  readonly operation: Operation;
  readonly variables: Variables;
  readonly caller: Caller;
  readonly times: Times;
}

export function namedType(type: TypeRef): string {
  return type.kind === 'named' ? type.name : namedType(type.of);
}

/** The type with this name. */
export function typeOf(schema: Schema, name: string): AnyType {
  const type = schema.types.get(name);
  if (!type) throw new Error(`The test has no type ${name}.`);
  return type;
}

/** The object or interface with this name. */
export function compositeOf(schema: Schema, name: string): Composite {
  const type = typeOf(schema, name);
  if (type.kind !== 'object' && type.kind !== 'interface') throw new Error(`The test selects fields of ${name}.`);
  return type;
}

/** What a literal without variables says. */
export function jsonOf(literal: Literal): Json {
  if (literal.kind === 'null') return null;
  if (literal.kind === 'scalar') return literal.value;
  if (literal.kind === 'list') return literal.items.map(jsonOf);
  if (literal.kind === 'variable') throw new Error(`The test has no value for $${literal.name}.`);
  return Object.fromEntries(literal.fields.map(({ name, value }) => [name, jsonOf(value)]));
}
