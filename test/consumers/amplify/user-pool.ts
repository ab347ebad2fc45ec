/** cognito-local in a process of its own, with a user pool, an app client and a person in a group. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface LocalUserPool {
  readonly endpoint: string;
  readonly userPoolId: string;
  readonly clientId: string;
  readonly username: string;
  readonly password: string;
  stop(): Promise<void>;
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

export async function startUserPool(): Promise<LocalUserPool> {
  const port = await findFreePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const folder = mkdtempSync(join(tmpdir(), 'user-pool-'));
  mkdirSync(join(folder, '.cognito'));
  const config = { TokenConfig: { IssuerDomain: endpoint }, UserPoolDefaults: { UsernameAttributes: [] } };
  writeFileSync(join(folder, '.cognito/config.json'), JSON.stringify(config));
  const start = join(createRequire(import.meta.url).resolve('cognito-local/package.json'), '../lib/bin/start.js');
  const program = spawn(process.execPath, [start], {
    cwd: folder,
    env: { ...process.env, HOST: '127.0.0.1', PORT: String(port), AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const text of program.stdout) if (String(text).includes('Cognito Local running')) break;

  /** An action of the Cognito API. */
  async function call<Result>(action: string, input: object): Promise<Result> {
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': `AWSCognitoIdentityProviderService.${action}`,
      },
      body: JSON.stringify(input),
    });
    if (!response.ok) throw new Error(`${action}: ${await response.text()}`);
    return (await response.json()) as Result;
  }

  const { UserPool } = await call<{ UserPool: { Id: string } }>('CreateUserPool', { PoolName: 'shop' });
  const UserPoolId = UserPool.Id;
  const { UserPoolClient } = await call<{ UserPoolClient: { ClientId: string } }>('CreateUserPoolClient', {
    UserPoolId,
    ClientName: 'web',
    ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
  });
  const [Username, Password, GroupName] = ['anaya', 'anaya-Pass-1', 'admin'];
  await call('AdminCreateUser', { UserPoolId, Username, MessageAction: 'SUPPRESS' });
  await call('AdminSetUserPassword', { UserPoolId, Username, Password, Permanent: true });
  await call('CreateGroup', { UserPoolId, GroupName });
  await call('AdminAddUserToGroup', { UserPoolId, Username, GroupName });
  return {
    endpoint,
    userPoolId: UserPoolId,
    clientId: UserPoolClient.ClientId,
    username: Username,
    password: Password,
    async stop() {
      const closed = once(program, 'exit');
      program.kill();
      await closed;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
