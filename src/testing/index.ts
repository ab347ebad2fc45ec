/** For tests of programs that use this package: a user pool in memory, and `Auth` values without a token. */
export { anonymous, authenticatedAs, rejected } from './auth.js';
export type { AuthenticatedAsOptions } from './auth.js';
export type { TestKeyServer } from './key-server.js';
export type { SignedPart } from './signing-key.js';
export { createTestUserPool } from './user-pool.js';
export type { TestClaims, TestUserPool, TestUserPoolOptions } from './user-pool.js';
