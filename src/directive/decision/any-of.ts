/** `anyOf()`: several policies and token rules in one policy, of which one has to allow. */
import { authStateOf } from '../../auth.js';
import { AuthConfigurationError } from '../../errors.js';
import { print } from '../../settings.js';
import { listProblems } from '../rules/names.js';
import { createAskPolicy } from './ask-policies.js';
import { readAuthRule } from './auth-rule.js';
import type { AuthRule } from './auth-rule.js';
import { noteCombination, readAlternatives } from './policies.js';
import type { Alternatives, Policy, PolicyCheck } from './policies.js';

/**
 * A policy that allows if one of its members does: "an admin or the owner" in one name. A member is a policy, or a rule about
 * the token, in the words of `requireAuth()`. If the token meets a rule, no policy is asked. If it meets none, all policies
 * are asked at once, each within its time, and only `true` allows; one that throws keeps no other one from allowing.
 *
 * The other arguments of the same `@auth` still have to hold beside it. A denial has the reason `policy`, whichever rule was
 * not met: it asks for no other sign-in.
 *
 * @example
 * const { authDirectiveTransformer } = authDirective({
 *   policies: { adminOrOwner: anyOf({ groups: ['admin'] }, ownerPolicy({ field: 'ownerId' })) },
 * });
 *
 * @throws {AuthConfigurationError} without a member; on one that is neither a policy nor a rule; and on a rule that any token
 *   meets, or none.
 */
export function anyOf(...members: readonly (Policy | AuthRule)[]): PolicyCheck {
  if (members.length === 0) {
    throw new AuthConfigurationError(
      'Expected `members` of anyOf() to be at least one policy or rule, got none. ' +
        "Write anyOf({ groups: ['admin'] }, ownerPolicy({ … })).",
    );
  }
  const read = members.map((member, index) => readMember(`members[${index}]`, member));
  const alternatives: Alternatives = {
    clauses: read.flatMap(({ clauses }) => clauses),
    checks: read.flatMap(({ checks }) => checks),
  };
  const ask = createAskPolicy();
  // `@auth` asks the alternatives themselves, under the name of the policy; this is for code that calls the policy.
  const check: PolicyCheck = (request) => {
    const state = authStateOf(request.auth);
    return state !== undefined && ask('anyOf', alternatives, request, state);
  };
  noteCombination(check, alternatives);
  return check;
}

function readMember(where: string, member: unknown): Alternatives {
  if (typeof member === 'function' || (typeof member === 'object' && member !== null && 'check' in member)) {
    return readAlternatives('anyOf()', where, member);
  }
  // A copy: the lists are the author's, who may change them later.
  const clause = structuredClone(readAuthRule(member));
  const expected = `Expected \`${where}\` of anyOf() to be`;
  if (typeof clause === 'string') {
    throw new AuthConfigurationError(
      `${expected} a policy, or a rule with tokenUse, groups, scopes, pools, acr or maxAge, got ${clause}: ${print(member)}. ` +
        "Write anyOf({ groups: ['admin'] }, ownerPolicy({ … })).",
    );
  }
  if (Object.values(clause).every((each) => each === undefined)) {
    throw new AuthConfigurationError(
      `${expected} a rule that asks for something, got {}, which every caller with a token meets. Write what it asks for, or leave out the policy.`,
    );
  }
  const [problem] = [
    ...Object.entries(clause).flatMap(([key, value]) => (Array.isArray(value) ? listProblems(key, value) : [])),
    ...(clause.tokenUse === 'id' && clause.scopes
      ? ['An ID token has no scopes. Leave out `scopes` or `tokenUse`.']
      : []),
  ];
  if (problem !== undefined) throw new AuthConfigurationError(`anyOf(): ${where}: ${problem}`);
  return { clauses: [clause], checks: [] };
}
