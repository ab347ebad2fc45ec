import { makeExecutableSchema } from '@graphql-tools/schema';
import { getDirective, MapperKind, mapSchema } from '@graphql-tools/utils';
import { defaultFieldResolver, execute, parse } from 'graphql';
import { measure, printTable } from './measure.js';
import { authDirective } from '../src/directive/transformer.js';
import { anonymous, authenticatedAs } from '../src/testing/index.js';

const { authDirectiveTypeDefs, authDirectiveTransformer } = authDirective();
const rows = Array.from({ length: 1000 }, (_, i) => ({ __typename: 'Row', a: i, b: i, c: i, d: i, e: i }));
const build = (leaf: string, type = '', iface = '') =>
  makeExecutableSchema({
    typeDefs: [authDirectiveTypeDefs, `type Query { rows: [Row] nodes: [Node] } interface Node { a: Int } type Row implements Node ${type} { a: Int ${leaf} b: Int ${leaf} c: Int ${leaf} d: Int ${leaf} e: Int ${leaf} }`],
    resolvers: { Query: { rows: () => rows, nodes: () => rows } },
  });
const doc = parse('{ rows { a b c d e } }');
const doc4 = parse('{ rows { a b c d } }');
const nodes = parse('{ nodes { a } }');
const open = build('');
const leaf = authDirectiveTransformer(build('@auth(groups: ["g"])'));
const typed = authDirectiveTransformer(build('', '@auth(groups: ["g"])'));
const ok = { auth: authenticatedAs({ groups: ['g'] }) };
const no = { auth: authenticatedAs({ groups: [] }) };
const naive = mapSchema(build('@auth(groups: ["g"])'), {
  [MapperKind.OBJECT_FIELD]: (f, _n, _t, s) => {
    const d = getDirective(s, f, 'auth')?.[0];
    if (!d) return;
    const { resolve = defaultFieldResolver } = f;
    f.resolve = (a, b, c, i) => { if (!c.auth.groups.some((g: string) => d['groups'].includes(g))) throw new Error('x'); return resolve(a, b, c, i); };
    return f;
  },
});
const t = await measure([
  { name: 'open', run: () => execute({ schema: open, document: doc, contextValue: ok }) },
  { name: 'leaf', run: () => execute({ schema: leaf, document: doc, contextValue: ok }) },
  { name: 'typed', run: () => execute({ schema: typed, document: doc, contextValue: ok }) },
  { name: 'naive', run: () => execute({ schema: naive, document: doc, contextValue: ok }) },
  { name: 'open4', run: () => execute({ schema: open, document: doc4, contextValue: ok }) },
  { name: 'leaf4 ok', run: () => execute({ schema: leaf, document: doc4, contextValue: ok }) },
  { name: 'leaf4 denied', run: () => execute({ schema: leaf, document: doc4, contextValue: no }) },
  { name: 'leaf4 anon', run: () => execute({ schema: leaf, document: doc4, contextValue: { auth: anonymous() } }) },
  { name: 'leaf4 miscfg', run: () => execute({ schema: leaf, document: doc4, contextValue: {} }) },
  { name: 'nodes open', run: () => execute({ schema: open, document: nodes, contextValue: ok }) },
  { name: 'nodes ok', run: () => execute({ schema: typed, document: nodes, contextValue: ok }) },
  { name: 'nodes denied', run: () => execute({ schema: typed, document: nodes, contextValue: no }) },
], { rounds: 201, warmUp: 30 });
const base = t.get('open')!;
printTable(['name', 'ms', 'x open'], [...t].map(([n, ms]) => [n, ms.toFixed(3), (ms / base).toFixed(3)]));
