import { describe, expect, it } from 'vitest';
import { authDirective } from '../../src/index.js';
import { print } from '../../src/settings.js';
import { problemsOf } from '../support/refuse.js';

describe('rule 10: authDirective()', () => {
  it.each<[object, string]>([
    [
      { Name: 'auth' },
      'Unknown option `Name` in `options` of authDirective(). Known options: name, publicName, groups, policies, unannotated, enforcement, logger, fieldResolver, dialects, enforcedElsewhere.',
    ],
    [
      { name: '@auth' },
      'Expected `name` of authDirective() to be a name for a directive that is not taken (public, skip, include, deprecated, specifiedBy, oneOf), got "@auth". Write it without "@", or leave it out for the default.',
    ],
    [
      { name: 'public' },
      'Expected `name` of authDirective() to be a name for a directive that is not taken (public, skip, include, deprecated, specifiedBy, oneOf), got "public". Write it without "@", or leave it out for the default.',
    ],
    [
      { dialects: ['apollo'] },
      "Expected `dialects` of authDirective() to be a list of 'federation' or 'appsync', got [\"apollo\"]. Write dialects: ['federation'].",
    ],
    [
      { dialects: 'federation' },
      "Expected `dialects` of authDirective() to be a list of 'federation' or 'appsync', got \"federation\". Write dialects: ['federation'].",
    ],
    [
      { dialects: ['appsync'] },
      "Expected `unannotated` of authDirective() to be written beside dialects: ['appsync'], got undefined. Write unannotated: 'authenticated', as AppSync does by default, or 'public'.",
    ],
    [
      { groups: [] },
      'Expected `groups` of authDirective() to be a list of group names exactly as in Cognito, got []. Leave it out to allow any name.',
    ],
    [
      { unannotated: 'private' },
      "Expected `unannotated` of authDirective() to be 'public' or 'authenticated', got \"private\".",
    ],
    [{ enforcement: 'off' }, "Expected `enforcement` of authDirective() to be 'enforce' or 'report', got \"off\"."],
    [{ enforcement: null }, "Expected `enforcement` of authDirective() to be 'enforce' or 'report', got null."],
    [
      { policies: { p: true } },
      'Expected `policies["p"]` of authDirective() to be a function or { check, timeout }, got true. Write ({ auth, source }) => source.ownerId === auth.sub.',
    ],
    [
      { policies: { p: { check: () => true, timeout: 0 } } },
      'Expected `timeout` of policies["p"] to be a positive number, got 0. Write 5 for five seconds, or leave it out.',
    ],
    [
      { policies: { p: { check: () => true, timeOut: 1 } } },
      'Unknown option `timeOut` in `policies["p"]` of authDirective(). Known options: check, timeout.',
    ],
    [
      { policies: { p: Object.create({ check: () => true }) as object } },
      'Expected `policies["p"]` of authDirective() to be a plain object, got an object of a class. Write an object literal: { … }.',
    ],
    [
      { policies: null },
      'Expected `policies` of authDirective() to be an object of policies by name, got null. Write policies: { isOwner: ownerPolicy({ … }) }.',
    ],
    ...[[], [() => true], 'p', 7, true].map((policies): [object, string] => [
      { policies },
      `Expected \`policies\` of authDirective() to be an object of policies by name, got ${print(policies)}. Write policies: { isOwner: ownerPolicy({ … }) }.`,
    ]),
    [
      { policies: { p: null } },
      'Expected `policies["p"]` of authDirective() to be a function or { check, timeout }, got null. Write ({ auth, source }) => source.ownerId === auth.sub.',
    ],
    [
      { policies: { p: { check: () => true, timeout: '5' } } },
      'Expected `timeout` of policies["p"] to be a positive number, got "5". Write 5 for five seconds, or leave it out.',
    ],
    [
      { policies: new Map([['p', () => true]]) },
      'Expected `policies` of authDirective() to be an object of policies by name, got a Map. Write Object.fromEntries(map).',
    ],
    [
      { logger: {} },
      'Expected `logger` of authDirective() to be an object with the methods `warn` and `error`, got an object. Write logger: console.',
    ],
    [
      { logger: null },
      'Expected `logger` of authDirective() to be an object with the methods `warn` and `error`, got null. Write logger: console.',
    ],
    [
      { name: Symbol('auth') },
      'Expected `name` of authDirective() to be a name for a directive that is not taken (public, skip, include, deprecated, specifiedBy, oneOf), got a symbol. Write it without "@", or leave it out for the default.',
    ],
    [
      { publicName: 'skip' },
      'Expected `publicName` of authDirective() to be a name for a directive that is not taken (skip, include, deprecated, specifiedBy, oneOf), got "skip". Write it without "@", or leave it out for the default.',
    ],
    [
      { name: 'open', publicName: 'Open' },
      'Expected `publicName` of authDirective() to be another name than `open` and `auth`, got "Open". Write publicName: \'isPublic\'.',
    ],
    [
      { name: 'requiresAuth', publicName: 'auth' },
      'Expected `publicName` of authDirective() to be another name than `requiresAuth` and `auth`, got "auth". Write publicName: \'isPublic\'.',
    ],
  ])('refuses a wrong option: %j', (options, problem) => {
    expect(problemsOf(() => authDirective(options))).toEqual([problem]);
  });

  it('refuses an option that throws when it is read, with a sentence of its own', () => {
    const thrown = () => {
      throw new Error('postgres://secret');
    };
    const throwing = new Proxy({}, { ownKeys: thrown, get: thrown });
    expect(problemsOf(() => authDirective(throwing))).toEqual([
      'Expected `options` of authDirective() to be a plain object, got a value that cannot be read. Write an object literal: { … }.',
    ]);
    expect(problemsOf(() => authDirective({ policies: throwing }))).toEqual([
      'Expected `policies` of authDirective() to be an object of policies by name, got a value that cannot be read. ' +
        'Write policies: { isOwner: ownerPolicy({ … }) }.',
    ]);
    expect(problemsOf(() => authDirective({ policies: { p: throwing as never } }))).toEqual([
      'Expected `policies["p"]` of authDirective() to be a plain object, got a value that cannot be read. Write an object literal: { … }.',
    ]);
  });
});
