import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'example-server/test/**/*.test.ts'],
    // Forked processes: the fault tests open sockets and inject clocks, and none of it may leak from file to file.
    pool: 'forks',
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
