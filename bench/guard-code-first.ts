/** The schema of the guard's benchmark for libraries that make a schema by code: Pothos and type-graphql. */
import SchemaBuilder from '@pothos/core';
import ScopeAuthPlugin from '@pothos/plugin-scope-auth';
import type { GraphQLSchema } from 'graphql';
import { ALLOWED, data, leaves } from './guard-material.js';
import type { Caller, Item, Placement } from './guard-material.js';

interface Row {
  readonly id: string;
  readonly secret: string;
}

interface Node {
  readonly id: string;
}

export function pothosSchema(placement: Placement): GraphQLSchema {
  const builder = new SchemaBuilder<{
    Context: Caller;
    AuthScopes: { group: string };
  }>({
    plugins: [ScopeAuthPlugin],
    scopeAuth: {
      authScopes: (caller) => ({ group: (name) => caller.groups.includes(name) }),
      // The rule of a type where its values enter, instead of at each of its fields.
      runScopesOnType: true,
    },
  });
  const scopes = { authScopes: { group: ALLOWED } };
  const onField = placement === 'fields' ? scopes : {};
  const onType = placement === 'types' ? scopes : {};

  const item = builder.objectRef<Item>('Item');
  item.implement({
    ...onType,
    fields: (t) => ({
      a: t.exposeString('a', onField),
      b: t.exposeString('b', onField),
      c: t.exposeString('c', onField),
      d: t.exposeString('d', onField),
      e: t.exposeString('e', onField),
      next: t.field({ type: item, resolve: (source) => source.next }),
    }),
  });
  const row = builder.objectRef<Row>('Row').implement({
    fields: (t) => ({
      id: t.exposeID('id'),
      secret: t.exposeString('secret', { nullable: false, ...onField }),
    }),
  });
  const node = builder.interfaceRef<Node>('Node').implement({ fields: (t) => ({ id: t.exposeID('id') }) });
  builder.objectRef<Node>('Secret').implement({ interfaces: [node], isTypeOf: () => true, ...onType });
  const nullable = { list: true, items: true } as const;
  builder.queryType({
    fields: (t) => ({
      items: t.field({ type: [item], nullable, resolve: () => data.items }),
      first: t.field({ type: item, resolve: () => data.first }),
      rows: t.field({ type: [row], nullable, resolve: () => data.rows }),
      nodes: t.field({ type: [node], nullable, resolve: () => data.nodes }),
    }),
  });
  return builder.toSchema();
}

// type-graphql asks for the types that a compiler may leave with a class. Here every type is given, and none is left.
Object.assign(Reflect, { getMetadata: () => undefined });
const { Authorized, buildSchemaSync, Field, ID, ObjectType, Query, Resolver } = await import('type-graphql');

/** Decorators, called as the functions that they are: one set of classes for each schema. */
export function typeGraphqlSchema(placement: Placement): GraphQLSchema {
  class ItemType {
    declare readonly a: string;
  }
  class RowType {
    declare readonly secret: string;
  }
  class Queries {
    items() {
      return data.items;
    }
    first() {
      return data.first;
    }
    rows() {
      return data.rows;
    }
  }
  const guard = (prototype: object, name: string) => {
    if (placement === 'fields') Authorized(ALLOWED)(prototype, name);
  };
  for (const leaf of leaves) {
    Field(() => String, { nullable: true })(ItemType.prototype, leaf);
    guard(ItemType.prototype, leaf);
  }
  Field(() => ItemType, { nullable: true })(ItemType.prototype, 'next');
  ObjectType('Item')(ItemType);
  Field(() => ID, { nullable: true })(RowType.prototype, 'id');
  Field(() => String)(RowType.prototype, 'secret');
  guard(RowType.prototype, 'secret');
  ObjectType('Row')(RowType);

  Query(() => [ItemType], { nullable: 'itemsAndList' })(Queries.prototype, 'items', {});
  Query(() => ItemType, { nullable: true })(Queries.prototype, 'first', {});
  Query(() => [RowType], { nullable: 'itemsAndList' })(Queries.prototype, 'rows', {});
  Resolver()(Queries);

  return buildSchemaSync({
    resolvers: [Queries],
    validate: false,
    authChecker: ({ context }: { context: Caller }, groups: string[]) =>
      groups.some((group) => context.groups.includes(group)),
  });
}
