/**
 * cognito-local put together from its parts: its own `createDefaultServer` reads PORT, HOST and the working directory,
 * and loads the AWS SDK 2, which prints a warning and takes half a second.
 */
import { createRequire } from 'node:module';
import { createServer } from 'cognito-local/lib/server/server.js';
import { DefaultConfig } from 'cognito-local/lib/server/config.js';
import type { Config } from 'cognito-local/lib/server/config.js';
import { Router } from 'cognito-local/lib/server/Router.js';
import { CognitoServiceFactoryImpl } from 'cognito-local/lib/services/cognitoService.js';
import { StormDBDataStoreFactory } from 'cognito-local/lib/services/dataStore/stormDb.js';
import type { Services } from 'cognito-local/lib/services/index.js';
import { otp } from 'cognito-local/lib/services/otp.js';
import { JwtTokenGenerator } from 'cognito-local/lib/services/tokenGenerator.js';
import { UserPoolServiceFactoryImpl } from 'cognito-local/lib/services/userPoolService.js';

type Logger = Parameters<typeof createServer>[1];

// The logger has to be of the pino that cognito-local itself uses.
const requireAsCognitoLocal = createRequire(createRequire(import.meta.url).resolve('cognito-local'));
// `pino` is the named export of the package of that name.
const { pino } = requireAsCognitoLocal('pino') as { pino: (options: { level: string }) => Logger };

export const quietLogger = pino({ level: 'silent' });

const notConfigured = (): Promise<never> => Promise.reject(new Error('This user pool has no Lambda triggers.'));

const triggers: Services['triggers'] = {
  enabled: () => false,
  customEmailSender: notConfigured,
  customMessage: notConfigured,
  postAuthentication: notConfigured,
  postConfirmation: notConfigured,
  preSignUp: notConfigured,
  preTokenGeneration: notConfigured,
  userMigration: notConfigured,
};

/** What cognito-local needs to sign people in: no AWS, no messages, no triggers. */
export async function createLocalServices(
  directory: string,
  origin: string,
  clock: Services['clock'],
): Promise<Services> {
  // Plain usernames: cognito-local's default takes e-mail addresses instead.
  const UserPoolDefaults: Config['UserPoolDefaults'] = { UsernameAttributes: [] };
  const dataStores = new StormDBDataStoreFactory(directory);
  const cognito = await new CognitoServiceFactoryImpl(
    directory,
    dataStores,
    new UserPoolServiceFactoryImpl(clock, dataStores),
  ).create({ logger: quietLogger }, UserPoolDefaults);
  const TokenConfig = { IssuerDomain: origin };
  return {
    clock,
    cognito,
    config: { ...DefaultConfig, UserPoolDefaults, TokenConfig },
    messages: { deliver: () => Promise.resolve() },
    otp,
    tokenGenerator: new JwtTokenGenerator(clock, triggers, TokenConfig),
    triggers,
  };
}

/** The Cognito API over these services, as a request handler. */
export function createLocalApi(services: Services): unknown {
  return createServer(Router(services), quietLogger, { development: false }, services).application;
}
