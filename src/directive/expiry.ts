/** Whether a token has run out since its `Auth` was made: looked at once for each execution, not once for each field. */
import type { GraphQLResolveInfo } from 'graphql';
import { authStateOf, isExpired } from '../auth.js';
import type { AuthState } from '../auth.js';

// What was found good last. The coerced variables are made anew for each execution, and so for each event of a
// subscription. One place for all is enough: an execution's fields come in a row, and looking again now and then costs
// little, while a place in each `Auth` would keep somebody's large variables for as long as the `Auth` is kept.
let goodAuth: unknown;
let goodVariables: object | undefined;
let goodState: AuthState | undefined;

/**
 * The state behind an `Auth` whose token has not run out when the execution begins; undefined for a token that has, and
 * for anything that is no `Auth`. What has begun goes on to its end: a request is decided as it arrives. An `Auth` may
 * outlive its request, on a WebSocket for one, and its decisions are remembered.
 */
export function liveStateOf(
  auth: unknown,
  { variableValues }: Pick<GraphQLResolveInfo, 'variableValues'>,
): AuthState | undefined {
  if (auth === goodAuth && variableValues === goodVariables) return goodState;
  const state = authStateOf(auth);
  if (state === undefined || isExpired(state)) return undefined;
  goodAuth = auth;
  goodVariables = variableValues;
  goodState = state;
  return state;
}
