import { copyFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { INestApplication, Type } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, askWith, pool, start } from './server';

// As tsc compiled them, which is CommonJS.
const load = createRequire(__filename);
const compiled = (sample: string, module: string) =>
  (load(`./dist/samples/${sample}.js`) as Record<string, Type>)[module] as Type;

const everything = '{ motd me payroll { total } merger orders }';
const deleted = 'query ($deleted: Boolean) { literal: orders(deleted: true) variable: orders(deleted: $deleted) }';

describe.each([
  { kind: 'code-first', module: 'AppModule' },
  { kind: 'schema-first', module: 'SchemaFirstModule' },
])('the $kind recipe', ({ kind, module }) => {
  let app: INestApplication;
  let url: string;

  beforeAll(async () => {
    // The command in the page.
    copyFileSync('node_modules/apollo-cognito-auth/dist/auth.graphql', 'src/auth.graphql');
    ({ app, url } = await start(compiled(kind, module)));
  });
  afterAll(() => app.close());

  it('denies a caller without a token what has a rule', async () => {
    expect(await ask(url, undefined, everything)).toEqual({
      status: 200,
      data: { motd: 'hello', me: null, payroll: null, merger: null, orders: 7 },
      denied: ['me: missing', 'merger: missing', 'payroll: missing'],
    });
  });

  it('requires each use of a repeated directive', async () => {
    for (const [group, denied] of [
      ['admin', ['merger: group']],
      ['legal', ['merger: group', 'payroll: group']],
    ] as const) {
      expect(await ask(url, [group], everything)).toMatchObject({ status: 200, denied });
    }
    const me = kind === 'code-first' ? 'test-user' : 'me';
    expect(await ask(url, ['admin', 'legal'], everything)).toEqual({
      status: 200,
      data: { motd: 'hello', me, payroll: { total: 42 }, merger: 'secret', orders: 7 },
      denied: [],
    });
  });

  it('enforces the rule of an argument, in a literal and in a variable', async () => {
    expect(await ask(url, [], deleted, { deleted: true })).toEqual({
      status: 200,
      data: { literal: null, variable: null },
      denied: ['literal: group', 'variable: group'],
    });
    expect(await ask(url, ['admin'], deleted, { deleted: true })).toMatchObject({ denied: [] });
  });

  it('refuses the whole request of an expired token', async () => {
    expect(await askWith(url, pool.accessToken({ exp: 1 }), everything)).toMatchObject({
      status: 401,
      denied: ['undefined: expired'],
    });
  });
});

describe('the recipe of a subgraph', () => {
  let app: INestApplication;
  let url: string;

  beforeAll(async () => {
    ({ app, url } = await start(compiled('subgraph', 'SubgraphModule')));
  });
  afterAll(() => app.close());

  const entities = `{ _entities(representations: [{ __typename: "Person", id: "1" }]) { ... on Person { id salary } } }`;

  it('denies what has a rule, also where a gateway asks for it', async () => {
    expect(await ask(url, undefined, '{ me { id salary } }')).toEqual({
      status: 200,
      data: { me: null },
      denied: ['me: missing'],
    });
    expect(await ask(url, undefined, entities)).toMatchObject({
      data: { _entities: [null] },
      denied: ['_entities.0: missing'],
    });
    expect(await ask(url, ['support'], entities)).toEqual({
      status: 200,
      data: { _entities: [{ id: '1', salary: null }] },
      denied: ['_entities.0.salary: group'],
    });
    expect(await ask(url, ['hr'], entities)).toMatchObject({
      data: { _entities: [{ id: '1', salary: 42 }] },
      denied: [],
    });
  });
});
