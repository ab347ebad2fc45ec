/** Runs every benchmark, one after the other, each in a process of its own, as production runs it. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

for (const name of ['verify', 'http', 'guard', 'transform']) {
  console.log(`\n== ${name} ==\n`);
  const file = fileURLToPath(new URL(`${name}.ts`, import.meta.url));
  const { status } = spawnSync(process.execPath, ['--import', 'tsx', file, ...process.argv.slice(2)], {
    stdio: 'inherit',
    // graphql-js checks more than it has to when this is not set.
    env: { ...process.env, NODE_ENV: 'production' },
  });
  if (status !== 0) process.exit(status ?? 1);
}
