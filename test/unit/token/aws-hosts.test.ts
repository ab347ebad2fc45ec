/** Where AWS answers for Cognito: no emulator, whatever the address of the endpoint looks like. */
import { describe, expect, it } from 'vitest';
import { createCognitoVerifier } from '../../../src/token/verifier.js';
import { isCognitoHost } from '../../../src/token/issuers.js';

describe('a host of AWS', () => {
  it.each([
    'cognito-idp.eu-west-1.amazonaws.com',
    'issuer-cognito-idp.eu-west-1.amazonaws.com',
    'cognito-idp-fips.us-gov-west-1.amazonaws.com',
    'COGNITO-IDP.eu-west-1.amazonaws.com.',
    'cognito-idp.eu-west-1.api.aws',
    'vpce-1.cognito-idp.eu-west-1.vpce.amazonaws.com',
    'cognito-idp.us-iso-east-1.c2s.ic.gov',
    'cognito-idp.cn-north-1.amazonaws.com.cn',
  ])('is known: %s', (host) => {
    expect(isCognitoHost(host)).toBe(true);
    const endpoint = `http://${host}`;
    expect(() =>
      createCognitoVerifier({ userPoolId: 'eu-west-1_AbCdEf123', clientId: 'c', emulator: true, endpoint }),
    ).toThrow();
  });

  it.each(['cognito.example.com', 'cognito-idp.eu-west-1.amazonaws.com.evil.example', 'localhost', 'amazonaws.com'])(
    'is not every other one: %s',
    (host) => {
      expect(isCognitoHost(host)).toBe(false);
    },
  );
});

describe('a client id', () => {
  it.each(['undefined', 'null', '[object Object]'])('cannot be the text of a missing value: %s', (clientId) => {
    expect(() => createCognitoVerifier({ userPoolId: 'eu-west-1_AbCdEf123', clientId })).toThrow(
      'got the text of a missing value',
    );
  });
});
