/** Random callers, and the context value that each of them comes with. */
import { anonymous, authenticatedAs, rejected } from '../../src/testing/index.js';
import type { Choices } from './guard-choices.js';
import type { Caller } from './guard-model.js';
import { GROUPS, SCOPES } from './guard-schema.js';

const REASONS = ['expired', 'malformed', 'invalid', 'revoked', 'keys-unavailable', 'revocation-unavailable'] as const;

export function randomCaller(choices: Choices): Caller {
  const kind = choices.below(20);
  if (kind === 1) return { kind: 'no-auth' };
  if (kind === 2) return { kind: 'look-alike' };
  if (kind >= 3 && kind <= 5) return { kind: 'anonymous' };
  if (kind === 6 || kind === 7) return { kind: 'rejected', reason: choices.pick(REASONS) };
  const tokenUse = choices.pick(['ACCESS', 'ID', 'ACCESS'] as const);
  const scopes = tokenUse === 'ID' ? [] : choices.some(SCOPES, 0.6);
  return { kind: 'authenticated', tokenUse, groups: choices.some(GROUPS, 0.6), scopes };
}

export function contextOf(caller: Caller): { readonly auth?: unknown } {
  switch (caller.kind) {
    case 'no-auth':
      return {};
    case 'look-alike':
      // A spread copy has all that can be seen of an `Auth`.
      return { auth: { ...authenticatedAs({ groups: GROUPS, scopes: SCOPES }) } };
    case 'anonymous':
      return { auth: anonymous() };
    case 'rejected':
      return { auth: rejected(caller.reason) };
    case 'authenticated': {
      const { groups, scopes } = caller;
      return {
        auth:
          caller.tokenUse === 'ID' ? authenticatedAs({ tokenUse: 'id', groups }) : authenticatedAs({ groups, scopes }),
      };
    }
  }
}
