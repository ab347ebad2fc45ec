import { createRequire } from 'node:module';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

// The consumer's folder is the working directory.
const require = createRequire(join(process.cwd(), 'package.json'));

export default defineConfig({
  // Node gives every importer the one CommonJS build of graphql; vitest would give the tests another.
  resolve: { alias: [{ find: /^graphql$/, replacement: require.resolve('graphql') }] },
  test: {
    include: ['**/*.test.ts'],
    pool: 'forks',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    deps: { interopDefault: false },
  },
});
