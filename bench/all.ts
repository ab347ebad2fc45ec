/** Runs every benchmark, or those that are named, one after the other, each in a process of its own, as production runs it. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const all = ['verify', 'http', 'websocket', 'guard', 'hostile', 'transform', 'import', 'cold-start', 'tenants'];
const named = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const unknown = named.find((name) => !all.includes(name));
if (unknown !== undefined) {
  console.error(`There is no benchmark "${unknown}". There are: ${all.join(', ')}.`);
  process.exit(2);
}

for (const name of named.length > 0 ? named : all) {
  console.log(`\n== ${name} ==\n`);
  const file = fileURLToPath(new URL(`${name}.ts`, import.meta.url));
  const { status } = spawnSync(
    process.execPath,
    ['--import', 'tsx', file, ...process.argv.slice(2).filter((argument) => argument.startsWith('--'))],
    {
      stdio: 'inherit',
      // graphql-js checks more than it has to when this is not set.
      env: { ...process.env, NODE_ENV: 'production' },
    },
  );
  if (status !== 0) process.exit(status ?? 1);
}
