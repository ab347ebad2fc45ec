/** Lines for a shell that sign in and query, ready to copy: only curl and sed are needed. */
import type { UserPool } from './user-pool/user-pool.js';

export interface Sample {
  readonly title: string;
  readonly line: string;
}

export function createSamples(url: string, { signInUrl, clientId, people }: UserPool): readonly Sample[] {
  const support = people.find(({ groups }) => groups.includes('support'));
  const { username, password } = support ?? { username: 'USERNAME', password: 'PASSWORD' };
  return [
    {
      title: 'Without a token: the public field answers, the guarded one is UNAUTHENTICATED',
      line: query(url, '{ motd orders { id } }'),
    },
    {
      title: `Sign in as ${username}, and keep the access token`,
      line: `TOKEN=$(${signIn(signInUrl, clientId, username, password)} | sed 's/.*"AccessToken": *"\\([^"]*\\)".*/\\1/')`,
    },
    {
      title: 'What the groups admin and support may see',
      line: query(url, '{ orders { id cents customer { name } } }', '-H "authorization: Bearer $TOKEN" '),
    },
    {
      title: 'Payslips are for the group admin alone, also among the entries of the ledger: FORBIDDEN for support',
      line: query(url, '{ ledger { id cents } }', '-H "authorization: Bearer $TOKEN" '),
    },
    {
      title: 'A token that is not one: 401, and the reason in WWW-Authenticate',
      line: query(url, '{ motd }', '-i -H "authorization: Bearer nonsense" '),
    },
  ];
}

function query(url: string, document: string, options = ''): string {
  return `curl -s ${options}-H 'content-type: application/json' -d '${JSON.stringify({ query: document })}' ${url}/graphql`;
}

// The Cognito API's InitiateAuth, as the AWS SDK sends it; it asks for no AWS credentials.
function signIn(signInUrl: string, clientId: string, username: string, password: string): string {
  const body = {
    AuthFlow: 'USER_PASSWORD_AUTH',
    ClientId: clientId,
    AuthParameters: { USERNAME: username, PASSWORD: password },
  };
  return (
    `curl -s -H 'content-type: application/x-amz-json-1.1' ` +
    `-H 'x-amz-target: AWSCognitoIdentityProviderService.InitiateAuth' -d '${JSON.stringify(body)}' ${signInUrl}`
  );
}
