import { createRequire } from 'node:module';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: {
    // Node gives every importer the one CommonJS build of graphql; a bundler would give the sources another.
    alias: [{ find: /^graphql$/, replacement: createRequire(import.meta.url).resolve('graphql') }],
  },
  test: {
    include: ['test/**/*.test.ts', 'example-server/test/**/*.test.ts'],
    // Forked processes: the fault tests open sockets and inject clocks, and none of it may leak from file to file.
    pool: 'forks',
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
