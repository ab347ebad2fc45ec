/** Tenants with a user pool each, found at run time; the clock of look-ups and keys is moved by hand. */
import type { AuthEvent } from '../../src/events.js';
import { createTestUserPool } from '../../src/testing/index.js';
import type { TestUserPool } from '../../src/testing/index.js';
import { createVerifier } from '../../src/token/verifier.js';
import type {
  CognitoPool,
  CognitoPoolFinder,
  CognitoPoolRequest,
  CognitoVerifier,
  CognitoVerifierOptions,
} from '../../src/token/verifier.js';

type Find = CognitoPoolFinder['find'];

export interface Tenants {
  readonly verifier: CognitoVerifier;
  /** What `find` was asked for so far. */
  readonly asked: readonly CognitoPoolRequest[];
  /** The URL of each fetch of keys so far. */
  readonly fetches: readonly string[];
  readonly events: readonly AuthEvent[];
  /** The user pool of a new tenant. */
  readonly add: (settings?: Partial<CognitoPool>) => TestUserPool;
  /** What `find` returns for the pool from now on. */
  readonly set: (pool: TestUserPool, settings: CognitoPool | undefined) => void;
  /** What `find` does from now on. Undefined: what it does at first. */
  readonly findBy: (find: Find | undefined) => void;
  /** What the key endpoints answer from now on. Undefined: the keys of the tenant. */
  readonly answerWith: (answer: ((url: string) => Response | Promise<Response>) | undefined) => void;
  readonly pass: (seconds: number) => void;
}

export function createTenants(
  settings: Omit<CognitoPoolFinder, 'find'> = {},
  options: CognitoVerifierOptions = {},
): Tenants {
  const pools = new Map<string, TestUserPool>();
  const found = new Map<string, CognitoPool>();
  const asked: CognitoPoolRequest[] = [];
  const fetches: string[] = [];
  const events: AuthEvent[] = [];
  let now = 1_000_000;
  let find: Find | undefined;
  let answer: ((url: string) => Response | Promise<Response>) | undefined;
  const fetch: typeof globalThis.fetch = async (input) => {
    const url = input instanceof Request ? input.url : String(input);
    fetches.push(url);
    if (answer !== undefined) return answer(url);
    // As on AWS: a pool has no other issuer than its original one.
    const isUpdated = url.startsWith('https://issuer-');
    const pool = pools.get(new URL(url).pathname.split('/')[1] ?? '');
    return pool === undefined || isUpdated ? new Response('', { status: 403 }) : Response.json(pool.jwks);
  };
  const finder: CognitoPoolFinder = {
    ...settings,
    find(request) {
      asked.push(request);
      return find === undefined ? Promise.resolve(found.get(request.userPoolId)) : find(request);
    },
  };
  const verifier = createVerifier(
    finder,
    { onEvent: (event: AuthEvent) => events.push(event), ...options, keys: { fetch, ...options.keys } },
    () => now,
  );
  const tenants: Tenants = {
    verifier,
    asked,
    fetches,
    events,
    add(own = {}) {
      const pool = createTestUserPool();
      pools.set(pool.userPoolId, pool);
      tenants.set(pool, { userPoolId: pool.userPoolId, clientId: pool.clientId, ...own });
      return pool;
    },
    set({ userPoolId }, pool) {
      if (pool === undefined) found.delete(userPoolId);
      else found.set(userPoolId, pool);
    },
    findBy(next) {
      find = next;
    },
    answerWith(next) {
      answer = next;
    },
    pass(seconds) {
      now += seconds * 1000;
    },
  };
  return tenants;
}

const model = createTestUserPool();
const [modelHeader = '', modelPayload = ''] = model.accessToken().split('.');
const modelClaims = JSON.parse(Buffer.from(modelPayload, 'base64url').toString()) as object;

/** A token that looks like one of the pool, which did not sign it. Costs no signature. */
export function forge({ issuer }: Pick<TestUserPool, 'issuer'>, claims: Record<string, unknown> = {}): string {
  const payload = Buffer.from(JSON.stringify({ ...modelClaims, iss: issuer, ...claims })).toString('base64url');
  return `${modelHeader}.${payload}.${'A'.repeat(342)}`;
}
