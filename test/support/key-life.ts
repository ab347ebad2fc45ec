/** A pool on AWS as seen from a test: its key sets are answered by a function, and the clock of the keys is moved by hand. */
import { createVerifier } from '../../src/token/verifier.js';
import type { CognitoVerifier, CognitoVerifierOptions } from '../../src/token/verifier.js';
import { createTestUserPool } from '../../src/testing/index.js';
import type { TestUserPool } from '../../src/testing/index.js';

type Answer = (signal: AbortSignal) => Response | Promise<Response>;

export interface KeyLife {
  readonly pool: TestUserPool;
  readonly verifier: CognitoVerifier;
  /** The URL of each fetch so far. */
  readonly fetches: readonly string[];
  /** What the endpoint answers from now on. Undefined: the pool's keys. */
  readonly answerWith: (answer: Answer | undefined) => void;
  /** Lets that many seconds pass on the clock by which keys age. */
  readonly pass: (seconds: number) => void;
}

export function createKeyLife(options: CognitoVerifierOptions = {}): KeyLife {
  const pool = createTestUserPool();
  const fetches: string[] = [];
  let now = 1_000_000;
  let answer: Answer | undefined;
  const fetch: typeof globalThis.fetch = async (input, init) => {
    fetches.push(input instanceof Request ? input.url : String(input));
    if (answer === undefined) return Response.json(pool.jwks);
    return answer(init?.signal ?? AbortSignal.abort());
  };
  const verifier = createVerifier(
    { userPoolId: pool.userPoolId, clientId: pool.clientId },
    { ...options, keys: { fetch, ...options.keys } },
    () => now,
  );
  return {
    pool,
    verifier,
    fetches,
    answerWith(next) {
      answer = next;
    },
    pass(seconds) {
      now += seconds * 1000;
    },
  };
}

export const down = (): Response => new Response('', { status: 500 });

/** An answer that comes when it is told to. */
export function later(): { readonly answer: () => Promise<Response>; readonly send: (response: Response) => void } {
  let send: (response: Response) => void = () => {};
  const answered = new Promise<Response>((resolve) => {
    send = resolve;
  });
  return { answer: () => answered, send };
}

/** Lets everything that is ready run. */
export async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 5));
}
