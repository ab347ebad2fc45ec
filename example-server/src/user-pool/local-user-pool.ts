/** The example's own user pool: cognito-local in this process, with real sign-in and real RS256 tokens. */
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Services } from 'cognito-local/lib/services/index.js';
import { createLocalApi, createLocalServices, quietLogger } from './local-services.js';
import { groups, people } from './people.js';
import type { UserPool } from './user-pool.js';

const USER_POOL_ID = 'local_Example';
const CLIENT_ID = 'example-web';

/** Another app of the same pool: its tokens are good, and not for this server. */
export const OTHER_CLIENT_ID = 'another-app';

/**
 * Starts a fresh user pool on a free port of loopback.
 *
 * @param now Milliseconds since the epoch: the pool's clock, by which tokens are issued.
 */
export async function startLocalUserPool(now: () => number = Date.now): Promise<UserPool> {
  // A new folder for each start: nothing that an earlier run left behind is read.
  const directory = await mkdtemp(join(tmpdir(), 'example-user-pool-'));
  const removeDirectory = (): void => {
    rmSync(directory, { recursive: true, force: true });
  };
  // Also when the process is told to end before the server has started.
  process.once('exit', removeDirectory);
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  // A TCP server that listens has an address with a port.
  const { port } = server.address() as AddressInfo;
  const endpoint = `http://127.0.0.1:${port}`;
  // The issuer is in each token, so the port has to be known before the services are made.
  const services = await createLocalServices(directory, endpoint, { get: () => new Date(now()) });
  await fill(services);
  // An express application is a request listener; cognito-local's types say `any`.
  server.on('request', createLocalApi(services) as RequestListener);

  return {
    userPoolId: USER_POOL_ID,
    clientId: CLIENT_ID,
    endpoint,
    signInUrl: `${endpoint}/`,
    people,
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      process.off('exit', removeDirectory);
      removeDirectory();
    },
  };
}

async function fill({ clock, cognito }: Services): Promise<void> {
  const context = { logger: quietLogger };
  const date = clock.get();
  await cognito.createUserPool(context, { Id: USER_POOL_ID, Name: 'example' });
  const pool = await cognito.getUserPool(context, USER_POOL_ID);
  for (const ClientId of [CLIENT_ID, OTHER_CLIENT_ID]) {
    await pool.saveAppClient(context, {
      UserPoolId: USER_POOL_ID,
      ClientId,
      ClientName: ClientId,
      ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
      AccessTokenValidity: 1,
      IdTokenValidity: 1,
      TokenValidityUnits: { AccessToken: 'hours', IdToken: 'hours' },
      CreationDate: date,
      LastModifiedDate: date,
    });
  }
  for (const GroupName of groups) {
    const members = people.filter((person) => person.groups.includes(GroupName)).map(({ username }) => username);
    await pool.saveGroup(context, { GroupName, members, CreationDate: date, LastModifiedDate: date });
  }
  for (const { username, password, email, sub } of people) {
    await pool.saveUser(context, {
      Username: username,
      Password: password,
      Attributes: [
        { Name: 'sub', Value: sub },
        { Name: 'email', Value: email },
        { Name: 'email_verified', Value: 'true' },
      ],
      Enabled: true,
      UserStatus: 'CONFIRMED',
      RefreshTokens: [],
      UserCreateDate: date,
      UserLastModifiedDate: date,
    });
  }
}
