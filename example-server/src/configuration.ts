/** The environment, read and checked once. */

export interface Configuration {
  readonly port: number;
  /** A user pool in AWS; undefined for the example's own. */
  readonly userPool: { readonly userPoolId: string; readonly clientId: string } | undefined;
  /** A Postgres; undefined for the one in this process. */
  readonly databaseUrl: string | undefined;
}

/** A setting that cannot be used. The message says which, and what to write. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/** @throws {ConfigurationError} */
export function readConfiguration(environment: Readonly<Record<string, string | undefined>>): Configuration {
  // An empty variable counts as none: that is how a shell or a compose file takes one away.
  const read = (name: string): string | undefined => environment[name]?.trim() || undefined;
  return { port: readPort(read('PORT')), userPool: readUserPool(read), databaseUrl: read('DATABASE_URL') };
}

function readPort(value = '4000'): number {
  const port = /^\d{1,5}$/.test(value) ? Number(value) : Infinity;
  if (port <= 65_535) return port;
  throw new ConfigurationError(`PORT must be a number from 0 to 65535, found ${JSON.stringify(value)}.`);
}

function readUserPool(read: (name: string) => string | undefined): Configuration['userPool'] {
  const userPoolId = read('COGNITO_USER_POOL_ID');
  const clientId = read('COGNITO_CLIENT_ID');
  if (userPoolId !== undefined && clientId !== undefined) return { userPoolId, clientId };
  if (userPoolId === undefined && clientId === undefined) return undefined;
  // Half of it must not silently mean the embedded pool: tokens of the wrong pool would be accepted.
  throw new ConfigurationError('A user pool in AWS needs both COGNITO_USER_POOL_ID and COGNITO_CLIENT_ID.');
}
