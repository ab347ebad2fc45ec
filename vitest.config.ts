import { createRequire } from 'node:module';
import { configDefaults, defineConfig } from 'vitest/config';

// Such a file replaces modules, or is slow: no unit test, in any folder.
export const SYSTEM_BY_NAME = 'test/**/*.system.test.ts';
export const UNIT = ['test/{unit,operations,misuse}/**/*.test.ts'];

export default defineConfig({
  resolve: {
    // Node gives every importer the one CommonJS build of graphql; a bundler would give the sources another.
    alias: [{ find: /^graphql$/, replacement: createRequire(import.meta.url).resolve('graphql') }],
  },
  test: {
    // Forked processes: the fault tests open sockets and inject clocks, and none of it may leak from file to file.
    pool: 'forks',
    testTimeout: 30_000,
    hookTimeout: 30_000,
    coverage: {
      provider: 'v8',
      include: ['src/token/**', 'src/directive/**'],
      reporter: ['text-summary', 'json-summary'],
      reportsDirectory: 'coverage',
      // A little below what they are.
      thresholds: {
        'src/token/**': { statements: 99, branches: 98, functions: 99, lines: 99 },
        'src/directive/**': { statements: 98, branches: 95, functions: 99, lines: 99 },
      },
    },
    projects: [
      {
        extends: true,
        test: {
          // Fast enough to run while one types. Files share a process, which saves loading every module again.
          name: 'unit',
          include: UNIT,
          exclude: [...configDefaults.exclude, SYSTEM_BY_NAME],
          isolate: false,
          // By default one core is left free, which on two cores is half of them.
          maxWorkers: '100%',
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'system',
          include: [
            'test/{http,websocket,faults,package,types}/**/*.test.ts',
            'example-server/test/**/*.test.ts',
            SYSTEM_BY_NAME,
          ],
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: { name: 'fuzz', include: ['test/fuzz/**/*.test.ts'], sequence: { groupOrder: 2 } },
      },
    ],
  },
});
