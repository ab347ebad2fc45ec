import { expect, it } from 'vitest';
import { ConfigurationError, readConfiguration } from '../src/configuration.js';

it('runs on its own parts at port 4000 by default', () => {
  const own = { port: 4000, userPool: undefined, databaseUrl: undefined };
  expect(readConfiguration({})).toEqual(own);
  expect(readConfiguration({ PORT: '', COGNITO_USER_POOL_ID: ' ', COGNITO_CLIENT_ID: '', DATABASE_URL: '' })).toEqual(
    own,
  );
});

it('takes the port, a user pool in AWS and a database from the environment', () => {
  expect(
    readConfiguration({
      PORT: '0',
      COGNITO_USER_POOL_ID: 'eu-west-1_AbCdEf123',
      COGNITO_CLIENT_ID: 'web',
      DATABASE_URL: 'postgres://localhost/shop',
    }),
  ).toEqual({
    port: 0,
    userPool: { userPoolId: 'eu-west-1_AbCdEf123', clientId: 'web' },
    databaseUrl: 'postgres://localhost/shop',
  });
});

it.each(['-1', '65536', '4000a', '1e3', '0x10'])('refuses the port %j', (PORT) => {
  expect(() => readConfiguration({ PORT })).toThrow(
    new ConfigurationError(`PORT must be a number from 0 to 65535, found "${PORT}".`),
  );
});

it.each([{ COGNITO_USER_POOL_ID: 'eu-west-1_AbCdEf123' }, { COGNITO_CLIENT_ID: 'web' }])(
  'refuses half a user pool rather than fall back to another: %j',
  (environment) => {
    expect(() => readConfiguration(environment)).toThrow(
      new ConfigurationError('A user pool in AWS needs both COGNITO_USER_POOL_ID and COGNITO_CLIENT_ID.'),
    );
  },
);
