import { Kind } from 'graphql';
import { describe, expect, it } from 'vitest';
import { authDirective } from '../../src/index.js';
import { anonymous, authenticatedAs } from '../../src/testing/index.js';
import { directiveNode, schemaWith } from '../support/coded-field.js';
import { denial, run } from '../support/run.js';

const admins = { groups: ['admin'] };

const { authDirectiveTransformer } = authDirective();

describe('rule 10: directives in code that have one meaning', () => {
  it.each<[string, unknown]>([
    ['arguments by name, as graphql-tools reads them', { auth: admins }],
    ['a list of arguments by name', { auth: [admins] }],
    ['a list of names and arguments, as Pothos and graphql-compose write them', [{ name: 'auth', args: admins }]],
    ['a list of names and `arguments`', [{ name: 'auth', arguments: admins }]],
    ['a list of pairs', [['auth', admins]]],
    ['a list of pairs with a list', [['auth', [admins]]]],
    ['a Map', new Map([['auth', admins]])],
    ['an object without a prototype', Object.assign(Object.create(null) as object, { auth: admins })],
    ['a property that is not listed', Object.defineProperty({}, 'auth', { value: admins })],
    ['one string for a list', { auth: { groups: 'admin' } }],
    ['a node', [directiveNode('@auth(groups: ["admin"])')]],
    ['a name and argument nodes', [{ name: 'auth', arguments: directiveNode('@auth(groups: "admin")').arguments }]],
    ['beside another directive', [{ name: 'deprecated', other: 1 }, { name: 'auth', args: admins }, ['key', 5]]],
  ])('are enforced: %s', async (_, directives) => {
    const schema = authDirectiveTransformer(schemaWith({ directives }));
    expect(await run(schema, '{ f }', authenticatedAs({ groups: ['admin'] }))).toEqual({ data: { f: 1 } });
    expect(await run(schema, '{ f }', authenticatedAs({ groups: ['other'] }))).toEqual({
      data: { f: null },
      errors: [denial('group', 'f')],
    });
  });

  it.each<[string, unknown]>([
    ['an empty object', { auth: {} }],
    ['true', { auth: true }],
    ['a name in a list', ['auth']],
    ['a name alone in a pair', [['auth']]],
    ['a name without arguments', [{ name: 'auth' }]],
    ['a name with undefined arguments', [{ name: 'auth', args: undefined }]],
  ])('ask for any verified token without arguments: %s', async (_, directives) => {
    const schema = authDirectiveTransformer(schemaWith({ directives }));
    expect(await run(schema, '{ f }', authenticatedAs())).toEqual({ data: { f: 1 } });
    expect(await run(schema, '{ f }', anonymous())).toEqual({ data: { f: null }, errors: [denial('missing', 'f')] });
  });

  it('are all enforced when there are several', async () => {
    const directives = { auth: [{ groups: ['a'] }, { groups: ['b'] }] };
    const schema = authDirectiveTransformer(schemaWith({ directives }));
    expect(await run(schema, '{ f }', authenticatedAs({ groups: ['a', 'b'] }))).toEqual({ data: { f: 1 } });
    expect(await run(schema, '{ f }', authenticatedAs({ groups: ['a'] }))).toEqual({
      data: { f: null },
      errors: [denial('group', 'f')],
    });
  });

  it('are enforced as Pothos keeps them, with or without its plugin for directives', async () => {
    const pothosOptions = { type: 'Int', directives: { auth: admins } };
    for (const extensions of [{ pothosOptions }, { pothosOptions, directives: [{ name: 'auth', args: admins }] }]) {
      const schema = authDirectiveTransformer(schemaWith(extensions));
      expect(await run(schema, '{ f }', authenticatedAs({ groups: ['admin'] }))).toEqual({ data: { f: 1 } });
      expect(await run(schema, '{ f }', authenticatedAs())).toEqual({
        data: { f: null },
        errors: [denial('group', 'f')],
      });
    }
  });

  it('count as they were when they were checked, if a value answers differently each time', async () => {
    let reads = 0;
    const groups = new Proxy(['admin'], {
      get: (target, key): unknown => (key === '0' ? (reads++ === 0 ? 'admin' : 'everyone') : Reflect.get(target, key)),
    });
    const schema = authDirectiveTransformer(schemaWith({ directives: { auth: { groups } } }));
    expect(await run(schema, '{ f }', authenticatedAs({ groups: ['everyone'] }))).toEqual({
      data: { f: null },
      errors: [denial('group', 'f')],
    });
  });
});

describe('rule 10: directives in the options of a framework', () => {
  it.each<[string, object]>([
    ['Nexus keeps what its plugin for directives would read', { nexus: { config: { directives: { auth: admins } } } }],
    ['Nexus, in an object of a class', { nexus: new (class { config = { directives: [{ name: 'auth', args: admins }] }; })() }], // prettier-ignore
    ['Pothos', { pothosOptions: { directives: { auth: admins } } }],
    ['a node whose name is text', { directives: [{ kind: Kind.DIRECTIVE, name: 'auth', arguments: directiveNode('@auth(groups: "admin")').arguments }] }], // prettier-ignore
  ])('are enforced: %s', async (_, extensions) => {
    const schema = authDirectiveTransformer(schemaWith(extensions));
    expect(await run(schema, '{ f }', authenticatedAs(admins))).toEqual({ data: { f: 1 } });
    expect(await run(schema, '{ f }', authenticatedAs())).toEqual({
      data: { f: null },
      errors: [denial('group', 'f')],
    });
  });
});
