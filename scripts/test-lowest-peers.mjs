/**
 * `npm run test:lowest`: runs the unit and HTTP tests with the lowest version of every dependency and peer that
 * package.json allows, in a copy of the project.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const { dependencies, peerDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const lowest = Object.entries({ ...dependencies, ...peerDependencies }).map(([name, range]) => ({
  name,
  version: /\d+\.\d+\.\d+/.exec(range)[0],
}));

const copy = mkdtempSync(join(tmpdir(), 'lowest-'));
try {
  const isCopied = (path) => !/[\\/](\.git|coverage|reports|\.stryker-tmp)([\\/]|$)/.test(path.slice(root.length));
  cpSync(root, copy, { recursive: true, verbatimSymlinks: true, filter: isCopied });
  const run = (command, ...args) => execFileSync(command, args, { cwd: copy, stdio: 'inherit' });
  // The workspaces pin versions of their own: without them, one version of each package is left.
  run(
    'npm',
    'install',
    '--silent',
    '--no-save',
    '--no-package-lock',
    '--workspaces=false',
    ...lowest.map(({ name, version }) => `${name}@${version}`),
  );
  for (const { name, version } of lowest) {
    const installed = JSON.parse(readFileSync(join(copy, 'node_modules', name, 'package.json'), 'utf8')).version;
    if (installed !== version) throw new Error(`${name} is ${installed} and not ${version}.`);
    console.log(`${name} ${version}`);
  }
  const tests = ['vitest', 'run', '--reporter', 'dot', 'test/unit', 'test/operations', 'test/misuse', 'test/http'];
  process.exitCode = spawnSync('npx', tests, { cwd: copy, stdio: 'inherit' }).status ?? 1;
} finally {
  rmSync(copy, { recursive: true, force: true });
}
