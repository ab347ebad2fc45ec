import { describe, expect, it } from 'vitest';
import { schema as pothos } from './samples/pothos.js';
import { schema as typeGraphql } from './samples/type-graphql.js';
import { schema as nexus } from './samples/nexus.js';
import { schema as compose } from './samples/graphql-compose.js';
import { moduleContext, schema as modules } from './samples/graphql-modules.js';
import { ask } from './server.js';

const everything = '{ motd me payroll { total } merger orders }';
const deleted = 'query ($deleted: Boolean) { literal: orders(deleted: true) variable: orders(deleted: $deleted) }';

describe.each([
  { library: 'Pothos', schema: pothos },
  { library: 'TypeGraphQL', schema: typeGraphql },
  { library: 'Nexus', schema: nexus },
  { library: 'GraphQL Compose', schema: compose },
  { library: 'GraphQL Modules', schema: modules, extend: moduleContext },
])('the schema of $library', (source) => {
  it('denies a caller without a token what has a rule, over HTTP', async () => {
    expect(await ask(source, undefined, everything)).toEqual({
      status: 200,
      data: { motd: 'hello', me: null, payroll: null, merger: null, orders: 7 },
      denied: ['me: missing', 'merger: missing', 'payroll: missing'],
    });
  });

  it('requires each use of a repeated directive', async () => {
    expect(await ask(source, ['admin'], everything)).toEqual({
      status: 200,
      data: { motd: 'hello', me: 'me', payroll: { total: 42 }, merger: null, orders: 7 },
      denied: ['merger: group'],
    });
    expect(await ask(source, ['legal'], everything)).toEqual({
      status: 200,
      data: { motd: 'hello', me: 'me', payroll: null, merger: null, orders: 7 },
      denied: ['merger: group', 'payroll: group'],
    });
    expect(await ask(source, ['admin', 'legal'], everything)).toEqual({
      status: 200,
      data: { motd: 'hello', me: 'me', payroll: { total: 42 }, merger: 'secret', orders: 7 },
      denied: [],
    });
  });

  it('enforces the rule of an argument, in a literal and in a variable', async () => {
    expect(await ask(source, [], deleted, { deleted: true })).toEqual({
      status: 200,
      data: { literal: null, variable: null },
      denied: ['literal: group', 'variable: group'],
    });
    expect(await ask(source, undefined, deleted, {})).toEqual({
      status: 200,
      data: { literal: null, variable: 7 },
      denied: ['literal: missing'],
    });
    expect(await ask(source, ['admin'], deleted, { deleted: true })).toMatchObject({ denied: [] });
  });
});
