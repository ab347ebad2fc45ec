/** What every candidate of the guard's benchmark shares: types, data, documents and callers. */
import { parse } from 'graphql';
import type { DocumentNode, ExecutionResult } from 'graphql';

/** Where a schema has its rules: nowhere, on each guarded field, or on the type of the values. */
export type Placement = 'nowhere' | 'fields' | 'types';

/** Executes a document for a caller whose verified token names this group only. */
export type Answer = (document: DocumentNode, group: string) => PromiseLike<ExecutionResult> | ExecutionResult;

/** The same caller, as other libraries find it in their context. */
export interface Caller {
  readonly groups: readonly string[];
}

/** The group that every rule asks for, and one that none does. */
export const ALLOWED = 'admin';
export const DENIED = 'support';

/** The types with a rule, written as one directive, where the placement wants it. */
export function typeDefs(placement: Placement, rule = ''): string {
  const onField = placement === 'fields' ? rule : '';
  const onType = placement === 'types' ? rule : '';
  return /* GraphQL */ `
    type Query {
      items: [Item]
      first: Item
      rows: [Row]
      nodes: [Node]
    }
    type Item ${onType} {
      a: String ${onField}
      b: String ${onField}
      c: String ${onField}
      d: String ${onField}
      e: String ${onField}
      next: Item
    }
    type Row {
      id: ID
      secret: String! ${onField}
    }
    interface Node {
      id: ID
    }
    type Secret implements Node ${onType} {
      id: ID
    }
  `;
}

export const leaves = ['a', 'b', 'c', 'd', 'e'] as const;

export interface Item {
  readonly a: string;
  readonly b: string;
  readonly c: string;
  readonly d: string;
  readonly e: string;
  next?: Item;
}

const thousand = <T>(make: (index: number) => T): readonly T[] =>
  Array.from({ length: 1_000 }, (_, index) => make(index));

// Every guarded value says so: an answer that holds one by mistake is noticed at once.
export const SECRET = 'guarded';
const items = thousand((index): Item => {
  const text = `${SECRET} ${String(index)}`;
  const item: Item = { a: text, b: text, c: text, d: text, e: text };
  item.next = item;
  return item;
});
export const data = {
  items,
  first: items[0],
  rows: thousand((index) => ({ id: String(index), secret: `${SECRET} ${String(index)}` })),
  nodes: thousand((index) => ({ __typename: 'Secret', id: `${SECRET} ${String(index)}` })),
};

/** The same for every library that takes resolvers; the default resolver reads the other fields. */
export const resolvers = {
  Query: {
    items: () => data.items,
    first: () => data.first,
    rows: () => data.rows,
    nodes: () => data.nodes,
  },
};

/** One document, and what it is about. */
export interface Scenario {
  readonly title: string;
  readonly document: DocumentNode;
  readonly placement: Placement;
  /** Errors in the answer of a library that denies field by field. */
  readonly denials: number;
  /** Executions in one round: enough of a small document to be timed. */
  readonly times: number;
}

const ALIASES = 500;
const DEPTH = 200;
const LINES = 5_000;

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);
const aliases = numbers(ALIASES).map((index) => `a${String(index)}: a`);
const fragments = numbers(DEPTH).map((index) => {
  const next = index + 1 < DEPTH ? `next { ...F${String(index + 1)} }` : '';
  return `fragment F${String(index)} on Item { a ${next} }`;
});

export const fiveThousandLeaves = parse(`{ items { ${leaves.join(' ')} } }`);

export const scenarios: readonly Scenario[] = [
  {
    title: '4,000 leaves: 4 of each of 1,000 items',
    document: parse('{ items { a b c d } }'),
    placement: 'fields',
    denials: 4_000,
    times: 1,
  },
  {
    title: '1,000 items of an interface, whose concrete type has the rule',
    document: parse('{ nodes { id } }'),
    placement: 'types',
    denials: 1_000,
    times: 2,
  },
  {
    title: `Hostile: ${String(ALIASES)} aliases of one field`,
    document: parse(`{ first { ${aliases.join(' ')} } }`),
    placement: 'fields',
    denials: ALIASES,
    times: 3,
  },
  {
    // A location is a line and a column, and the lines before it have to be counted.
    title: `Hostile: the same after ${String(LINES)} empty lines`,
    document: parse(`${'\n'.repeat(LINES)} { first { ${aliases.join(' ')} } }`),
    placement: 'fields',
    denials: ALIASES,
    times: 1,
  },
  {
    title: `Hostile: fragments nested ${String(DEPTH)} deep, one field in each`,
    document: parse(`{ first { ...F0 } } ${fragments.join(' ')}`),
    placement: 'fields',
    denials: DEPTH,
    times: 3,
  },
  {
    title: 'Hostile: 1,000 rows, each lost to one non-null field',
    document: parse('{ rows { id secret } }'),
    placement: 'fields',
    denials: 1_000,
    times: 2,
  },
];
