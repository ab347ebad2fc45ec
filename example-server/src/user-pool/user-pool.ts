/** Where people sign in: the example's own user pool, or one in AWS. */
import type { Person } from './people.js';

export interface UserPool {
  readonly userPoolId: string;
  readonly clientId: string;
  /** Where an emulator answers; undefined when the pool is in AWS. */
  readonly endpoint: string | undefined;
  /** The URL of the Cognito API, which signs people in. */
  readonly signInUrl: string;
  /** The people whose passwords may be shown; empty for a pool in AWS. */
  readonly people: readonly Person[];
  stop(): Promise<void>;
}

/** A user pool in AWS. `userPoolId` is such as `eu-west-1_AbCdEf123`: its region comes first. */
export function awsUserPool(userPoolId: string, clientId: string): UserPool {
  const [region = ''] = userPoolId.split('_');
  return {
    userPoolId,
    clientId,
    endpoint: undefined,
    signInUrl: `https://cognito-idp.${region}.amazonaws.com/`,
    people: [],
    stop: () => Promise.resolve(),
  };
}
