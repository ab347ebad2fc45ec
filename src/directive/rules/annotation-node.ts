/**
 * Reads a directive's node. graphql checks that arguments exist, but not their values: `groups: ADMIN` and
 * `tokenUse: "ACCESS"`, which the specification forbids (section 5.6.1), pass its validation of a schema.
 */
import { Kind, print } from 'graphql';
import type { ConstArgumentNode, ConstDirectiveNode, ValueNode } from 'graphql';
import { Literal } from '../../settings.js';
import { printName } from './annotation.js';
import type { Annotation } from './annotation.js';
import { memoize } from './memoize.js';

// The transformer, the checks at start and the operations read each node: without this the transformer takes 1.56 instead
// of 1.45 of an empty mapSchema (10,000 fields, `npm run bench -- transform`).
export const readDirectiveNode = memoize(
  (node) => readNamedNodes(nameOf(node), node.arguments ?? []),
  new WeakMap<ConstDirectiveNode, Annotation>(),
);

function nameOf({ name }: ConstDirectiveNode): string {
  // Tools that make nodes by hand may leave anything out, or write the name as text.
  const written: unknown = name;
  return typeof written === 'string' ? written : String((written as { readonly value?: unknown } | undefined)?.value);
}

/** A use with this name and these arguments. */
export function readNamedNodes(directive: string, nodes: readonly ConstArgumentNode[]): Annotation {
  const args = Object.create(null) as Record<string, unknown>;
  const faults: string[] = [];
  try {
    for (const { name, value } of nodes) {
      if (Object.hasOwn(args, name.value)) {
        faults.push(`${printName(directive)} has \`${name.value}\` twice. Keep one of them.`);
      }
      args[name.value] = valueOf(name.value, value);
    }
  } catch {
    faults.push(
      `Expected the arguments of ${printName(directive)} to be argument nodes of graphql, got something else. Write the ` +
        'directive in SDL.',
    );
  }
  return { name: directive, args, form: 'SDL', faults };
}

function valueOf(argument: string, value: ValueNode): unknown {
  if (argument === 'tokenUse') {
    const isTokenUse = value.kind === Kind.ENUM && (value.value === 'ID' || value.value === 'ACCESS');
    return isTokenUse ? value.value : new Literal(print(value));
  }
  // GraphQL specification, section 3.5.1: a literal with a fraction is no Int, not even 60.0.
  return argument === 'maxAge' && value.kind !== Kind.INT ? new Literal(print(value)) : toValue(value);
}

function toValue(value: ValueNode): unknown {
  switch (value.kind) {
    case Kind.STRING:
    case Kind.BOOLEAN:
      return value.value;
    case Kind.NULL:
      return null;
    case Kind.LIST:
      return value.values.map(toValue);
    case Kind.OBJECT: {
      const fields = Object.create(null) as Record<string, unknown>;
      for (const field of value.fields) fields[field.name.value] = toValue(field.value);
      return fields;
    }
    case Kind.INT:
    case Kind.FLOAT:
      return Number(value.value);
    default:
      return new Literal(print(value));
  }
}
