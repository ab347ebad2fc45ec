/** A test user pool with a key of its own: all others of a process sign with one key. */
import { createTestUserPool } from '../../src/testing/index.js';
import type { TestUserPool, TestUserPoolOptions } from '../../src/testing/index.js';

export function createForeignPool(options?: TestUserPoolOptions): TestUserPool {
  const pool = createTestUserPool(options);
  pool.rotateKeys({ withdraw: true });
  return pool;
}
