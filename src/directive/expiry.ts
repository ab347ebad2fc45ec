/** Whether a token has run out since its `Auth` was made: looked at once for each execution, not once for each field. */
import type { GraphQLResolveInfo } from 'graphql';
import { isExpired } from '../auth.js';
import type { AuthState } from '../auth.js';

// What was found good last. The coerced variables are made anew for each execution, and so for each event of a
// subscription. One place for all is enough: an execution's fields come in a row, and reading a clock now and then costs
// little, while a place in each `Auth` would keep somebody's large variables for as long as the `Auth` is kept.
let goodVariables: object | undefined;
let goodState: AuthState | undefined;

/**
 * Whether the token has run out, for an execution that begins. What has begun goes on to its end: a request is decided as
 * it arrives. An `Auth` may outlive its request, on a WebSocket for one, and its decisions are remembered.
 */
export function isOver(state: AuthState, { variableValues }: Pick<GraphQLResolveInfo, 'variableValues'>): boolean {
  if (variableValues === goodVariables && state === goodState) return false;
  if (isExpired(state)) return true;
  goodVariables = variableValues;
  goodState = state;
  return false;
}
