/** For `npm run mutation`: the unit tests alone, which Stryker runs for each fault that it plants. */
import { configDefaults, defineConfig } from 'vitest/config';
import config, { SYSTEM_BY_NAME, UNIT } from './vitest.config.js';

export default defineConfig({
  resolve: config.resolve ?? {},
  test: {
    include: UNIT,
    // What reads the source as text sees what Stryker writes into it.
    exclude: [...configDefaults.exclude, SYSTEM_BY_NAME, 'test/unit/imports.test.ts'],
  },
});
