/**
 * The modules that exist once in a process, by name. The build makes one CommonJS file of them, `dist/shared.cjs`, which
 * every other file of the package loads, ES modules and CommonJS alike: a class, a private field or a `WeakMap` in two
 * copies would not know what the other one made.
 *
 * What is listed here may import neither `graphql` nor anything large: `apollo-cognito-auth/verifier` loads it too.
 */
export * from './auth.js';
export * from './errors.js';
export * from './once.js';
export * from './stamped.js';
