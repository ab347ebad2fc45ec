/** `npm test [-- FILTER...]`: the tests that need nothing but this project's own packages. */
import { spawnSync } from 'node:child_process';

const { status } = spawnSync('npx', ['vitest', 'run', ...process.argv.slice(2)], { stdio: 'inherit' });
console.log('Tests with Nest, gateways, clients and other large packages are apart: npm run test:consumers');
process.exitCode = status ?? 1;
