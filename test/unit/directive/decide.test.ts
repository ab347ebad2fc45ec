import { describe, expect, it } from 'vitest';
import { authStateOf } from '../../../src/auth.js';
import { decide } from '../../../src/directive/decision/decide.js';
import { EMPTY_CLAUSE, requirementOf } from '../../../src/directive/rules/requirement.js';
import { countRules, internRule } from '../../../src/directive/rules/rule.js';
import type { Clause } from '../../../src/directive/rules/rule.js';
import { denials } from '../../../src/errors.js';
import { authenticatedAs } from '../../../src/testing/index.js';
import { guard } from '../../support/run.js';

function clause(fields: Partial<Clause>): Clause {
  return { ...EMPTY_CLAUSE, ...fields };
}

describe('a requirement', () => {
  it.each([{ maxAge: '60' }, { maxAge: 0 }, { tokenUse: 'id' }])(
    'that cannot be read is met by no caller: %j',
    (args) => {
      const requirement = requirementOf([{ name: 'auth', args, form: 'code', faults: [] }]);
      const state = authStateOf(authenticatedAs({ groups: ['a'] }));
      if (state === undefined || requirement === undefined) throw new Error('Both are there.');
      expect(decide(state, requirement.rule)).toBe(denials.group);
    },
  );
});

describe('a rule', () => {
  it('is the same for the same content in any order', () => {
    const one = internRule([clause({ groups: ['a', 'b'] }), clause({ tokenUse: 'id' })]);
    expect(internRule([clause({ tokenUse: 'id' }), clause({ groups: ['b', 'a', 'b'] })])).toBe(one);
    expect(internRule([clause({ scopes: ['a', 'b'] }), clause({ tokenUse: 'id' })])).not.toBe(one);
    expect(internRule([clause({ groups: ['a,b'] })])).not.toBe(internRule([clause({ groups: ['a', 'b'] })]));
  });

  it('gets no new number when a schema is built again', () => {
    const sdl =
      'type Query { f: Int @auth(groups: ["x1"]) @auth(scopes: ["x2"]) g: T } type T @auth(groups: ["x3"]) { h: Int }';
    guard(sdl);
    const before = countRules();
    for (let round = 0; round < 20; round += 1) guard(sdl);
    expect(countRules()).toBe(before);
  });

  it('is decided once for each Auth, and gives the same decision again', () => {
    const state = authStateOf(authenticatedAs({ groups: ['a'] }));
    if (state === undefined) throw new Error('An Auth has a state.');
    const allowed = internRule([clause({ groups: ['a'] })]);
    const later = Array.from({ length: 300 }, (_, index) => internRule([clause({ groups: [`later-${index}`] })]));
    expect(decide(state, allowed)).toBeUndefined();
    for (const rule of later) expect(decide(state, rule)).toBe(denials.group);
    expect(decide(state, allowed)).toBeUndefined();
    for (const rule of later) expect(decide(state, rule)).toBe(denials.group);
    expect(decide(state, internRule([clause({ tokenUse: 'id', groups: ['z'] })]))).toBe(denials['token-use']);
    expect(decide(state, internRule([clause({ groups: [] })]))).toBe(denials.group);
    expect(decide(state, internRule([clause({ groups: ['a'], scopes: ['s'] })]))).toEqual({
      ...denials.scope,
      demand: { scopes: [['s']], acrValues: undefined, maxAge: undefined },
    });
  });
});
