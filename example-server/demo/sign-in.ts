/** Signs a person in through the Cognito API, as an app does: AWS SDK, `USER_PASSWORD_AUTH`. */
import { CognitoIdentityProviderClient, InitiateAuthCommand } from '@aws-sdk/client-cognito-identity-provider';
import type { UserPool } from '../src/user-pool/user-pool.js';

export interface Tokens {
  readonly accessToken: string;
  readonly idToken: string;
}

/** @throws when the user pool does not know the person or the password. */
export async function signIn(
  { signInUrl, clientId }: Pick<UserPool, 'signInUrl' | 'clientId'>,
  { username, password }: { readonly username: string; readonly password: string },
): Promise<Tokens> {
  // The endpoint says where the pool is; the SDK wants a region all the same.
  const client = new CognitoIdentityProviderClient({ region: 'local', endpoint: signInUrl });
  try {
    const { AuthenticationResult } = await client.send(
      new InitiateAuthCommand({
        AuthFlow: 'USER_PASSWORD_AUTH',
        ClientId: clientId,
        AuthParameters: { USERNAME: username, PASSWORD: password },
      }),
    );
    const { AccessToken, IdToken } = AuthenticationResult ?? {};
    if (AccessToken === undefined || IdToken === undefined)
      throw new Error(`The sign-in of ${username} gave no tokens.`);
    return { accessToken: AccessToken, idToken: IdToken };
  } finally {
    client.destroy();
  }
}
