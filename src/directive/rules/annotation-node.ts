/**
 * Reads a directive's node. graphql checks that arguments exist and not what their values are: `groups: ADMIN` and
 * `tokenUse: "ACCESS"`, which the specification forbids (section 5.6.1), pass its validation of a schema.
 */
import { Kind, print } from 'graphql';
import type { ConstArgumentNode, ConstDirectiveNode, ValueNode } from 'graphql';
import { Literal } from './annotation.js';
import type { Annotation } from './annotation.js';

// A use is read by those who look for problems and by those who look for rules.
const readNodes = new WeakMap<ConstDirectiveNode, Annotation>();

export function readDirectiveNode(node: ConstDirectiveNode): Annotation {
  let annotation = readNodes.get(node);
  if (annotation === undefined) {
    annotation = { name: nameOf(node), form: 'SDL', ...readArgumentNodes(node.arguments ?? []) };
    readNodes.set(node, annotation);
  }
  return annotation;
}

function nameOf({ name }: ConstDirectiveNode): string {
  // Tools that make nodes by hand may leave anything out, or write the name as text.
  const written: unknown = name;
  return typeof written === 'string' ? written : String((written as { readonly value?: unknown } | undefined)?.value);
}

export function readArgumentNodes(nodes: readonly ConstArgumentNode[]): Pick<Annotation, 'args' | 'faults'> {
  const args = Object.create(null) as Record<string, unknown>;
  const faults: string[] = [];
  try {
    for (const { name, value } of nodes) {
      if (Object.hasOwn(args, name.value)) faults.push(`\`${name.value}\` is given twice. Keep one of them.`);
      args[name.value] = name.value === 'tokenUse' ? toEnumValue(value) : toValue(value);
    }
  } catch {
    faults.push('its arguments are no argument nodes of graphql. Write the directive in SDL.');
  }
  return { args, faults };
}

function toEnumValue(value: ValueNode): unknown {
  if (value.kind === Kind.ENUM) return value.value;
  return value.kind === Kind.STRING ? new Literal(print(value)) : toValue(value);
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
