/**
 * What a hostile document costs: large, anonymous, and with more paths through it than lines. By Apollo
 * Server in process, parsing and validation included, beside the same document on the same schema without rules.
 */
import { ApolloServer } from '@apollo/server';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { authDirective, cognitoAuthPlugin } from 'apollo-cognito-auth';
import { anonymous, authenticatedAs, createTestUserPool } from 'apollo-cognito-auth/testing';
import assert from 'node:assert/strict';
import type { AuthContext } from 'apollo-cognito-auth';
import { measure, printTable } from './measure.js';

const short = process.argv.includes('--short');

/** The most that rules may cost, as a multiple of the same document without them. */
const BUDGET = 3;

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

interface Hostile {
  readonly title: string;
  readonly implementers: number;
  readonly document: string;
}

const aliases = (count: number, field: string) =>
  numbers(count)
    .map((index) => `a${String(index)}: ${field}`)
    .join(' ');

/** Fragments on the interface, each spread twice in the one before it, and the first on every type. */
function nested(types: number, depth: number, width: number): string {
  const spreads = numbers(types).map((index) => `... on T${String(index)} { ...F0 }`);
  const fragments = numbers(depth).map((index) => {
    const next = index + 1 < depth ? `...F${String(index + 1)} next { ...F${String(index + 1)} }` : '';
    return `fragment F${String(index)} on Node { ${aliases(width, 'id')} b${String(index)}: secret ${next} }`;
  });
  return `{ nodes { ${spreads.join(' ')} } } ${fragments.join(' ')}`;
}

const documents: readonly Hostile[] = [
  {
    title: '20,000 selections on an interface with 200 implementers (query)',
    implementers: 200,
    document: `{ nodes { ${aliases(20_000, 'secret')} } }`,
  },
  {
    title: 'the same as a mutation',
    implementers: 200,
    document: `mutation { change { ${aliases(20_000, 'secret')} } }`,
  },
  {
    title: 'a fragment of 10,000 selections, spread on 500 types',
    implementers: 500,
    document: nested(500, 1, 10_000),
  },
  {
    title: 'the same as a mutation',
    implementers: 500,
    document: nested(500, 1, 10_000).replace('{ nodes', 'mutation { change'),
  },
  {
    title: '30 fragments nested in each other, on 200 types',
    implementers: 200,
    document: nested(200, 30, 100),
  },
  {
    title: '700 aliases of a list with a guarded non-null field',
    implementers: 200,
    document: `{ ${aliases(700, 'nodes { id needed secret next { needed next { needed } } }')} }`,
  },
];

const SECRET = 'guarded';

function schemaOf(implementers: number, rule: (index: number) => string, isGuarded: boolean) {
  const fields = 'id: ID secret: String';
  const types = numbers(implementers).map(
    (index) =>
      `type T${String(index)} implements Node { id: ID secret: String ${rule(index)} needed: Int! ${rule(index)} next: Node }`,
  );
  const typeDefs = `
    interface Node { ${fields} needed: Int! next: Node }
    type Query { nodes: [Node!] open: Int }
    type Mutation { change: [Node!] }
    ${types.join('\n')}`;
  const item = (index: number) => ({ __typename: `T${String(index)}`, id: '1', secret: SECRET, needed: 1, next: null });
  const nodes = numbers(3).map(item);
  const resolvers = { Query: { nodes: () => nodes }, Mutation: { change: () => nodes } };
  if (!isGuarded) return makeExecutableSchema({ typeDefs, resolvers });
  const { authDirectiveTypeDefs, authDirectiveTransformer } = authDirective();
  return authDirectiveTransformer(makeExecutableSchema({ typeDefs: [authDirectiveTypeDefs, typeDefs], resolvers }));
}

const verifier = createTestUserPool().verifier();
const callers = { anonymous: anonymous(), 'in a group': authenticatedAs({ groups: ['g1'] }) };

const rows: string[][] = [];
const tooSlow: string[] = [];
for (const { title, implementers, document } of documents) {
  // Without a document store: every request is the first one with its document.
  const options = { documentStore: null, includeStacktraceInErrorResponses: false } as const;
  const open = new ApolloServer<AuthContext>({ ...options, schema: schemaOf(implementers, () => '', false) });
  const guarded = new ApolloServer<AuthContext>({
    ...options,
    schema: schemaOf(implementers, (index) => `@auth(groups: ["g${String(index)}"])`, true),
    plugins: [cognitoAuthPlugin({ verifier })],
  });
  const answer = async (server: ApolloServer<AuthContext>, auth: AuthContext['auth']) => {
    const { body } = await server.executeOperation({ query: document }, { contextValue: { auth } });
    return JSON.stringify(body);
  };
  for (const [name, auth] of Object.entries(callers)) {
    assert(!(await answer(open, auth)).includes('"errors"'), `${title}: no rules, no errors`);
    assert((await answer(guarded, auth)).includes('"errors"'), `${title}: something is denied`);
    if (name === 'anonymous') assert(!(await answer(guarded, auth)).includes(SECRET), `${title}: nothing guarded`);
    const times = await measure(
      [
        { name: 'open', run: () => answer(open, auth) },
        { name: 'guarded', run: () => answer(guarded, auth) },
      ],
      { rounds: short ? 1 : 11, warmUp: short ? 0 : 1 },
    );
    const [base = Number.NaN, ours = Number.NaN] = [times.get('open'), times.get('guarded')];
    const size = `${String(Math.round(document.length / 1024))} KB`;
    rows.push([title, size, name, base.toFixed(0), ours.toFixed(0), (ours / base).toFixed(2)]);
    if (ours > BUDGET * base) tooSlow.push(`${title} (${name})`);
  }
  await Promise.all([open.stop(), guarded.stop()]);
}
console.log(`Node ${process.version}, NODE_ENV=${process.env['NODE_ENV'] ?? ''}\n`);
printTable(['document', 'size', 'caller', 'no rules, ms', 'guarded, ms', 'ratio'], rows);
if (!short)
  console.log(
    tooSlow.length > 0 ? `\nOver ${String(BUDGET)}: ${tooSlow.join('; ')}.` : `\nAll within ${String(BUDGET)}.`,
  );
