/** The oracle's half about input values: variables as resolvers see them (GraphQL specification, sections 3.10, 3.11 and 6.1.2). */
import { jsonOf } from './guard-model.js';
import type { Json, Literal, Operation, Schema, TypeRef, Variables } from './guard-model.js';

/** The variables that have a value: sent with the request, or a default that the operation writes. */
export function coerceVariables(schema: Schema, operation: Operation, sent: Variables): Variables {
  const values: Record<string, Json> = {};
  for (const { name, type, defaultValue } of operation.variables) {
    const value = sent[name];
    if (value !== undefined) values[name] = coerceValue(schema, type, value);
    else if (defaultValue !== undefined) values[name] = coerceLiteral(schema, type, defaultValue);
  }
  return values;
}

// A schema's default is one value: every request that leaves the field out gets the very same.
const coercedLiterals = new WeakMap<Literal, Json>();

export function coerceLiteral(schema: Schema, type: TypeRef, literal: Literal): Json {
  let value = coercedLiterals.get(literal);
  if (value === undefined) coercedLiterals.set(literal, (value = coerceValue(schema, type, jsonOf(literal))));
  return value;
}

/** What an opaque scalar makes of a value: it is known to be the same as itself alone. */
class Opaque {
  readonly kind = 'opaque';
}

function coerceValue(schema: Schema, type: TypeRef, value: Json): Json {
  if (value === null) return null;
  if (type.kind === 'nonNull') return coerceValue(schema, type.of, value);
  if (type.kind === 'list') {
    return (Array.isArray(value) ? value : [value]).map((item: Json) => coerceValue(schema, type.of, item));
  }
  const named = schema.types.get(type.name);
  // No JSON, and looked at by `isSame` alone.
  if (named?.kind === 'scalar' && schema.isScalarOpaque) return new Opaque() as unknown as Json;
  if (named?.kind !== 'input' || typeof value !== 'object' || Array.isArray(value)) return value;
  const fields: Record<string, Json> = {};
  for (const input of named.fields) {
    // `value` is neither null nor a list nor a scalar here, which leaves an object.
    const item = (value as Variables)[input.name];
    if (item !== undefined) fields[input.name] = coerceValue(schema, input.type, item);
    else if (input.defaultValue) fields[input.name] = coerceLiteral(schema, input.type, input.defaultValue);
  }
  return fields;
}

export function isSame(one: Json, other: Json): boolean {
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return one === other;
  if ([one, other].some((each) => (each as unknown) instanceof Opaque)) return one === other;
  const [left, right] = [Object.entries(one), new Map(Object.entries(other))];
  return (
    Array.isArray(one) === Array.isArray(other) &&
    left.length === right.size &&
    left.every(([name, value]) => right.has(name) && isSame(value, right.get(name) ?? null))
  );
}
