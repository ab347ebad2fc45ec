import { bearerToken, cookieToken } from '../../src/token/source.js';
import { describeRejection } from '../../src/token/rejection.js';
import { describe, expect, it } from 'vitest';
import { ApolloServer } from '@apollo/server';
import type { ApolloServerPlugin } from '@apollo/server';
import { buildSchema } from 'graphql';
import {
  AuthConfigurationError,
  authDirective,
  cognitoAuthPlugin,
  createAuthContext,
  KeysUnavailableError,
  RevocationUnavailableError,
  TokenRejectedError,
} from '../../src/index.js';
import type { AuthContext } from '../../src/index.js';
import { withOutage } from '../../src/errors.js';
import { createFaultLog } from '../../src/server/fault-log.js';
import { createLineLimit } from '../../src/log.js';
import { createRejectionLog } from '../../src/server/rejection-log.js';
import { createTestUserPool, rejected } from '../../src/testing/index.js';

function loggerOf(lines: string[]) {
  const write = (line: string) => void lines.push(line);
  return { debug: write, warn: write, error: write };
}

function setUp() {
  const lines: string[] = [];
  let now = 0;
  const logFault = createFaultLog(() => now);
  return {
    lines,
    log: (fault: Error) => {
      logFault(fault, loggerOf(lines));
    },
    pass: (seconds: number) => {
      now += seconds * 1000;
    },
  };
}

describe('the log of faults', () => {
  it('writes one line for an outage, names the pool and the cause, and writes again for the next outage', () => {
    const { lines, log, pass } = setUp();
    const first = { userPoolId: 'eu-west-1_Orders' };
    for (let request = 0; request < 1_000; request += 1) {
      log(withOutage(new KeysUnavailableError(1, { cause: new Error(`try ${String(request)}`) }), first));
      pass(1);
    }
    log(withOutage(new KeysUnavailableError(1, { cause: new Error('again') }), { userPoolId: 'eu-west-1_Orders' }));
    expect(lines).toEqual(
      ['try 0', 'again'].map(
        (cause) =>
          'apollo-cognito-auth: cannot fetch the public keys of user pool eu-west-1_Orders. Requests with a token that ' +
          `needs them get 503 until this succeeds. ${cause}`,
      ),
    );
  });

  it('writes at most 20 outages a minute, with a count, however many pools a flood of forged tokens names', () => {
    const { lines, log, pass } = setUp();
    const outageOf = (index: number) =>
      withOutage(new KeysUnavailableError(1), { userPoolId: `eu-west-1_${String(index)}` });
    for (let index = 0; index < 1_000; index += 1) log(outageOf(index));
    expect(lines).toHaveLength(20);
    pass(60);
    log(outageOf(0));
    expect(lines).toHaveLength(21);
    expect(lines[20]).toMatch(/user pool eu-west-1_0\. .* \(980 more since the last line\)$/);
  });

  it('writes no line about one token too many of a flood', () => {
    const { lines, log } = setUp();
    for (let request = 0; request < 1_000; request += 1) log(new KeysUnavailableError(1));
    expect(lines).toEqual([]);
  });

  it('writes one line a minute of any other fault of a request, with a count', () => {
    const { lines, log, pass } = setUp();
    for (let request = 0; request < 1_200; request += 1) {
      log(new RevocationUnavailableError(5, { cause: new Error(`down, ${String(request)}`) }));
      log(new KeysUnavailableError(30, { cause: new TypeError('no RSA') }));
      pass(0.1);
    }
    const of = (what: string, cause: string, more = '') =>
      `apollo-cognito-auth: could not ${what}; its request got 503. ${cause}${more}`;
    const more = ' (599 more since the last line)';
    expect(lines).toEqual([
      of('ask `revocation` about a token', 'down, 0'),
      of('verify a token', 'no RSA'),
      of('ask `revocation` about a token', 'down, 600', more),
      of('verify a token', 'no RSA', more),
    ]);
  });

  it('writes a sentence of misuse once an hour, with a count, however many others come between', () => {
    const { lines, log, pass } = setUp();
    for (let minute = 0; minute < 120; minute += 1) {
      log(new AuthConfigurationError('The context has no auth.'));
      log(new AuthConfigurationError(`misuse ${String(minute)}`));
      pass(60);
    }
    expect(lines.filter((line) => line.includes('context'))).toEqual([
      'apollo-cognito-auth: The context has no auth.',
      'apollo-cognito-auth: The context has no auth. (59 more since the last line)',
    ]);
    expect(lines.filter((line) => !line.includes('context')).length).toBeGreaterThan(90);
  });

  it('stays bounded when each request makes a sentence of its own', () => {
    const { lines, log } = setUp();
    for (let request = 0; request < 10_000; request += 1) {
      log(new AuthConfigurationError(`misuse ${String(request)}`));
      log(new Error(`failure ${String(request)}`));
    }
    expect(lines.length).toBeLessThanOrEqual(202);
    expect(lines.slice(0, 2)).toEqual(['apollo-cognito-auth: misuse 0', 'apollo-cognito-auth: failure 0']);
  });

  it('writes a quoted response on one line, and never throws', () => {
    const { lines, log } = setUp();
    log(new Error('one\r\n[ERROR] forged\u2028line\u001b[31m'));
    log(new Error('x'.repeat(10_000)));
    const ring = new Error('ring');
    ring.cause = ring;
    log(ring);
    log(
      Object.defineProperty(new Error('unseen'), 'message', {
        get: () => {
          throw new Error('no');
        },
      }),
    );
    log(Object.assign(new Error('odd'), { message: Symbol('x') }));
    log(Proxy.revocable(new Error('gone'), {}).proxy);
    expect(lines.map((line) => line.slice('apollo-cognito-auth: '.length))).toEqual([
      'one [ERROR] forged line [31m',
      `${'x'.repeat(500)}…`,
      Array(6).fill('ring').join(' '),
      'an error that cannot be read was thrown',
      'something that is no error was thrown',
      'gone',
    ]);
  });
});

describe('a limit of lines', () => {
  it('counts the dropped lines of each kind, of 100 kinds at most', () => {
    let now = 0;
    const limit = createLineLimit({ lines: 2, windowMs: 10, now: () => now });
    expect([limit('a'), limit('a'), limit('a'), limit('a'), limit('b')]).toEqual([0, 0, undefined, undefined, 0]);
    now = 10;
    expect([limit('a'), limit('a'), limit('a')]).toEqual([2, 0, undefined]);
    const written = Array.from({ length: 10_000 }, (_, index) => limit(`kind ${String(index)}`));
    // `a` is one of the 100; `b` is forgotten, its window has passed. All that are too many share 2 lines.
    expect(written.filter((dropped) => dropped !== undefined)).toHaveLength(99 + 2);
  });
});

describe('the log of rejections', () => {
  it('has the reason and the cause, and a few lines of a flood with a count', () => {
    const lines: string[] = [];
    let now = 0;
    const tell = createRejectionLog(loggerOf(lines), () => now);
    const cause = new Error('foreign text with a claim');
    for (let request = 0; request < 10_000; request += 1) {
      tell({ type: 'token.rejected', reason: 'invalid', cause, durationMs: 0 });
    }
    tell({ type: 'token.rejected', reason: 'expired', cause, durationMs: 0 });
    now += 10_000;
    tell({ type: 'token.rejected', reason: 'invalid', cause, durationMs: 0 });
    const line = (reason: string) =>
      `apollo-cognito-auth: a token was rejected as ${reason}. The token source or the verifier gave no more detail.`;
    expect(lines).toEqual([
      ...Array<string>(5).fill(line('invalid')),
      line('expired'),
      `${line('invalid')} (9995 more since the last line)`,
    ]);
  });

  it('goes to the debug level of Apollo’s logger, and holds no claim', async () => {
    const pool = createTestUserPool({ clientId: 'secret-client' });
    const other = createTestUserPool();
    const lines: string[] = [];
    const unwanted = (line: string) => void lines.push(`unwanted: ${line}`);
    const logger = { debug: (line: string) => void lines.push(line), info: unwanted, warn: unwanted, error: unwanted };
    const verifier = pool.verifier();
    const server = new ApolloServer<AuthContext>({
      typeDefs: 'type Query { motd: String }',
      plugins: [cognitoAuthPlugin({ verifier })],
      logger,
    });
    await server.start();
    lines.length = 0;
    const context = createAuthContext({ verifier });
    const send = (authorization: string) => context({ req: { headers: { authorization } } });
    const good = pool.accessToken({ sub: 'secret-person' });
    const tokens = [
      'secret-garbage',
      pool.accessToken({ sub: 'secret-person', exp: Math.floor(Date.now() / 1000) - 1 }),
      `${good.slice(0, good.lastIndexOf('.'))}.${'A'.repeat(342)}`,
      pool.accessToken({ sub: 'secret-person', client_id: 'secret-other' }),
      other.accessToken({ sub: 'secret-person' }),
      good,
    ];
    for (const token of tokens) await send(`Bearer ${token}`);
    const source = createAuthContext({
      verifier,
      tokenSource: () => {
        throw new TokenRejectedError('malformed', { cause: new Error('secret-text') });
      },
    });
    await source({ req: { headers: {} } });
    expect(lines).toEqual([
      'apollo-cognito-auth: a token was rejected as malformed. The token does not have three parts.',
      'apollo-cognito-auth: a token was rejected as expired. The exp claim is in the past.',
      'apollo-cognito-auth: a token was rejected as invalid. The signature does not match the key that kid names.',
      'apollo-cognito-auth: a token was rejected as invalid. The app client is not a configured one.',
      'apollo-cognito-auth: a token was rejected as invalid. The iss claim is not a configured issuer.',
      'apollo-cognito-auth: a token was rejected as malformed. The token source or the verifier gave no more detail.',
    ]);
    await server.stop();
    await send('Bearer secret-garbage');
    expect(lines).toHaveLength(6);
  });

  it('is not written for a server that another plugin keeps from starting', async () => {
    const verifier = createTestUserPool().verifier();
    const lines: string[] = [];
    const plugin = cognitoAuthPlugin({ verifier });
    const create = (name: string, plugins: ApolloServerPlugin<AuthContext>[]) =>
      new ApolloServer<AuthContext>({
        typeDefs: 'type Query { motd: String }',
        plugins: [plugin, ...plugins],
        logger: { ...console, debug: () => void lines.push(name) },
      });
    const good = create('good', []);
    await good.start();
    const refuse = () => {
      throw new Error('not this schema');
    };
    for (const failing of [
      { serverWillStart: async () => refuse() },
      { serverWillStart: async () => ({ schemaDidLoadOrUpdate: refuse }) },
    ]) {
      await expect(create('failed', [failing]).start()).rejects.toThrow('not this schema');
    }
    await verifier.authenticate('garbage');
    expect(lines).toEqual(['good']);
    await good.stop();
  });
});

describe('a logger that fails', () => {
  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('the log is full');
      },
    ],
    ['rejects', () => Promise.reject(new Error('the log is full'))],
  ])('loses no start and no request: it %s', async (_, fail) => {
    const pool = createTestUserPool();
    const verifier = pool.verifier();
    const { authDirectiveTypeDefs, authDirectiveTransformer } = authDirective();
    const server = new ApolloServer<AuthContext>({
      // A definition without a use is warned of at start.
      schema: authDirectiveTransformer(buildSchema(`${authDirectiveTypeDefs} type Query { motd: String }`)),
      plugins: [cognitoAuthPlugin({ verifier })],
      logger: { debug: fail, info: () => {}, warn: fail, error: fail },
    });
    await server.start();
    expect(await verifier.authenticate('garbage')).toEqual({ status: 'rejected', reason: 'malformed' });
    const { body } = await server.executeOperation(
      { query: '{ motd }' },
      { contextValue: { auth: rejected('keys-unavailable') } },
    );
    expect(body).toMatchObject({ singleResult: { errors: [{ extensions: { reason: 'keys-unavailable' } }] } });
    await server.stop();
  });
});

describe('a rejection by a token source of this package', () => {
  it('is logged as a constant sentence', () => {
    for (const [source, headers] of [
      [bearerToken(), { authorization: 'Basic a' }],
      [bearerToken(), { authorization: 'a.b.c' }],
      [cookieToken('t'), { cookie: 't=a.b.c' }],
    ] as const) {
      let cause: unknown;
      try {
        source({ header: (name) => Object.entries(headers).flatMap(([key, value]) => (key === name ? [value] : [])) });
      } catch (error) {
        cause = (error as Error).cause;
      }
      expect(describeRejection(cause)).toMatch(/^(?:The|A) .+\.$/);
    }
    expect(describeRejection(new Error('a claim'))).toBeUndefined();
  });
});
