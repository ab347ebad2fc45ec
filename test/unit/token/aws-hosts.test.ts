/** The hosts of Cognito on AWS, which no `endpoint` of an emulator can have. */
import { describe, expect, it } from 'vitest';
import { createCognitoVerifier } from '../../../src/token/verifier.js';
import { isCognitoHost } from '../../../src/token/issuers.js';

describe('isCognitoHost()', () => {
  it.each([
    'cognito-idp.eu-west-1.amazonaws.com',
    'issuer-cognito-idp.eu-west-1.amazonaws.com',
    'cognito-idp-fips.us-gov-west-1.amazonaws.com',
    'COGNITO-IDP.eu-west-1.amazonaws.com.',
    'cognito-idp.eu-west-1.api.aws',
    'vpce-1.cognito-idp.eu-west-1.vpce.amazonaws.com',
    'cognito-idp.us-iso-east-1.c2s.ic.gov',
    'cognito-idp.cn-north-1.amazonaws.com.cn',
  ])('recognizes %s, which is refused as an emulator', (host) => {
    expect(isCognitoHost(host)).toBe(true);
    const endpoint = `http://${host}`;
    expect(() =>
      createCognitoVerifier({ userPoolId: 'eu-west-1_AbCdEf123', clientId: 'c', emulator: true, endpoint }),
    ).toThrow();
  });

  it.each(['cognito.example.com', 'cognito-idp.eu-west-1.amazonaws.com.evil.example', 'localhost', 'amazonaws.com'])(
    'does not recognize %s',
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

  it.each(['undefined-2', 'nullable', 'x'.repeat(128)])('can be %s', (clientId) => {
    expect(() => createCognitoVerifier({ userPoolId: 'eu-west-1_AbCdEf123', clientId })).not.toThrow();
  });

  it('cannot have characters that no id has, at any length', () => {
    const refused = (clientId: string) => () => createCognitoVerifier({ userPoolId: 'eu-west-1_AbCdEf123', clientId });
    expect(refused('*'.repeat(128))).toThrow('got characters that no id has');
    expect(refused('*'.repeat(129))).toThrow('got more than 128 characters');
  });
});
