/**
 * `npm run check`: format, lint, types and unit tests, side by side, in less than a minute. Lint and types remember what has
 * not changed; `.ci/run` checks everything anew.
 */
import { spawn } from 'node:child_process';

const cache = 'node_modules/.cache';
const checks = {
  format: 'prettier --check --log-level warn --cache .',
  lint: `eslint --cache --cache-strategy content --cache-location ${cache}/eslint/ .`,
  types: `tsc -p tsconfig.json --incremental --tsBuildInfoFile ${cache}/tsconfig.tsbuildinfo`,
  'unit tests': 'vitest run --project unit --reporter dot',
};

function run([name, command]) {
  const startedAt = performance.now();
  return new Promise((resolve) => {
    let output = '';
    const child = spawn(command, { shell: true, stdio: ['ignore', 'pipe', 'pipe'] });
    const keep = (chunk) => {
      output += chunk;
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('close', (code) => {
      const seconds = Math.round((performance.now() - startedAt) / 1000);
      console.log(`${code === 0 ? 'ok     ' : 'FAILED '} ${name} (${seconds} s)`);
      if (code !== 0) console.log(output);
      resolve(code === 0);
    });
  });
}

const results = await Promise.all(Object.entries(checks).map(run));
process.exitCode = results.every(Boolean) ? 0 : 1;
