/** Puts over a resolver, in place, what tracing tools and careless helpers do: the answers stay what they were. */
import { isObjectType } from 'graphql';
import type { GraphQLSchema } from 'graphql';
import type { WrapperKind } from './guard-model.js';

const copies: Readonly<Record<WrapperKind, (list: readonly unknown[]) => readonly unknown[]>> = {
  sync: (list) => list,
  async: (list) => list,
  filter: (list) => list.filter((_, index) => index >= 0),
  loop: (list) => {
    const copy: unknown[] = [];
    for (const item of list) copy.push(item);
    return copy;
  },
  index: (list) => Array.from({ length: list.length }, (_, index) => list[index]),
};

export function wrapInPlace(schema: GraphQLSchema, coordinate: string, kind: WrapperKind): void {
  const [typeName = '', fieldName = ''] = coordinate.split('.');
  const type = schema.getType(typeName);
  const field = isObjectType(type) ? type.getFields()[fieldName] : undefined;
  // A field without a resolver has no guard, and tools leave it to the executor.
  if (!field?.resolve) return;
  const inner = field.resolve;
  const copy = (value: unknown) => (Array.isArray(value) ? copies[kind](value) : value);
  field.resolve =
    kind === 'sync'
      ? (...args) => inner(...args)
      : kind === 'async'
        ? async (...args) => inner(...args)
        : (...args) => {
            const value: unknown = inner(...args);
            return value instanceof Promise ? value.then(copy) : copy(value);
          };
}
