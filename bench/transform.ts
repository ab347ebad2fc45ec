/** What it costs to put the guards into a schema, once, when a server starts: by the size of the schema. */
import { makeExecutableSchema } from '@graphql-tools/schema';
import { mapSchema } from '@graphql-tools/utils';
import { authDirective } from 'apollo-cognito-auth';
import { anonymous } from 'apollo-cognito-auth/testing';
import { execute, parse } from 'graphql';
import type { GraphQLSchema } from 'graphql';
import { applyMiddleware } from 'graphql-middleware';
import { rule, shield } from 'graphql-shield';
import assert from 'node:assert/strict';
import { measure, printTable } from './measure.js';

const short = process.argv.includes('--short');
const rounds = short ? 1 : 15;
const sizes = short ? [1_000, 10_000] : [1_000, 2_500, 5_000, 10_000];
const FIELDS_PER_TYPE = 20;

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

/** A quarter of the fields has a rule of its own, a tenth of the types one that covers all that they hold. */
const hasRule = (index: number) => index % 4 === 0;
const isRuled = (type: number) => type % 10 === 0;
const RULE = '@auth(groups: ["admin", "support"])';

function typeDefs(fieldCount: number): string {
  const typeCount = fieldCount / FIELDS_PER_TYPE;
  const types = numbers(typeCount).map((type) => {
    const fields = numbers(FIELDS_PER_TYPE - 1).map(
      (field) => `f${String(field)}(first: Int): String ${hasRule(field) ? RULE : ''}`,
    );
    const next = `next: T${String((type + 1) % typeCount)}`;
    return `type T${String(type)} implements Node ${isRuled(type) ? RULE : ''} { ${[...fields, next].join('\n')} }`;
  });
  const interfaceFields = 'interface Node { f0(first: Int): String }';
  return `type Query { first: T1 } ${interfaceFields} ${types.join('\n')}`;
}

const { authDirectiveTypeDefs, authDirectiveTransformer } = authDirective();
const isAllowed = rule({ cache: 'contextual' })(() => false);

function shieldSchema(schema: GraphQLSchema, fieldCount: number): GraphQLSchema {
  const fields = Object.fromEntries(numbers(FIELDS_PER_TYPE - 1).map((field) => [`f${String(field)}`, isAllowed]));
  const some = Object.fromEntries(Object.entries(fields).filter((_, index) => hasRule(index)));
  const types: Record<string, typeof fields> = {};
  for (const type of numbers(fieldCount / FIELDS_PER_TYPE)) types[`T${String(type)}`] = isRuled(type) ? fields : some;
  return applyMiddleware(schema, shield(types));
}

const resolvers = { Query: { first: () => ({ f0: 'secret', f1: 'open' }) } };

/** Whether the guards are there: `T1.f0` has a rule and `T1.f1` has none. */
async function check(name: string, schema: GraphQLSchema, isGuarded: boolean): Promise<void> {
  const document = parse('{ first { f0 f1 } }');
  const { data, errors = [] } = await execute({ schema, document, contextValue: { auth: anonymous() } });
  const expected = { first: { f0: isGuarded ? null : 'secret', f1: 'open' } };
  assert.equal(JSON.stringify(data), JSON.stringify(expected), name);
  assert.equal(errors.length, isGuarded ? 1 : 0, name);
}

const results = new Map<number, ReadonlyMap<string, number>>();
const baseline = 'an empty mapSchema';
for (const size of sizes) {
  const schema = makeExecutableSchema({ typeDefs: [authDirectiveTypeDefs, typeDefs(size)], resolvers });
  const candidates = [
    { name: baseline, make: () => mapSchema(schema, {}), isGuarded: false },
    { name: 'apollo-cognito-auth', make: () => authDirectiveTransformer(schema), isGuarded: true },
    { name: 'graphql-shield', make: () => shieldSchema(schema, size), isGuarded: true },
  ];
  for (const { name, make, isGuarded } of candidates) await check(name, make(), isGuarded);
  results.set(
    size,
    await measure(
      candidates.map(({ name, make }) => ({ name, run: make })),
      { rounds, warmUp: short ? 1 : 3 },
    ),
  );
}

console.log(`Node ${process.version}, NODE_ENV=${process.env['NODE_ENV'] ?? ''}`);
if (short) console.log('A short run checks that the guards are there. Its one round says nothing about speed.');
console.log();
const [smallest = 0, largest = 0] = [sizes.at(0), sizes.at(-1)];
const of = (size: number, name: string) => results.get(size)?.get(name) ?? Number.NaN;
printTable(
  [
    'transformer',
    ...sizes.flatMap((size) => [`${size.toLocaleString('en')} fields, ms`, `of ${baseline}`]),
    `growth over ${String(largest / smallest)} times the fields`,
  ],
  [...(results.get(largest)?.keys() ?? [])].map((name) => [
    name,
    ...sizes.flatMap((size) => [of(size, name).toFixed(1), (of(size, name) / of(size, baseline)).toFixed(2)]),
    (of(largest, name) / of(smallest, name)).toFixed(1),
  ]),
);
