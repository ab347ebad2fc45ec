/**
 * `npm run check:size`: no entry, minified without what is installed beside it, and no packed tarball grows past its limit. A
 * limit may be raised, in the commit that says why.
 */
import { build } from 'esbuild';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const KB = 1000;
const LIMITS = { index: 175 * KB, codegen: 40 * KB, 'graphql-ws': 75 * KB, verifier: 70 * KB, testing: 60 * KB };
const TARBALL_LIMIT = 490 * KB;

const root = resolve(import.meta.dirname, '..');
const { dependencies, peerDependencies } = JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8'));
const external = Object.keys({ ...dependencies, ...peerDependencies });
let isSmall = true;

function report(name, bytes, limit) {
  isSmall &&= bytes <= limit;
  const verdict = bytes <= limit ? 'ok     ' : 'TOO BIG';
  console.log(`${verdict} ${name}: ${(bytes / KB).toFixed(1)} of ${limit / KB} KB`);
}

for (const [entry, limit] of Object.entries(LIMITS)) {
  const { outputFiles } = await build({
    entryPoints: [resolve(root, `dist/${entry}.js`)],
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    external,
    write: false,
  });
  report(`${entry}, minified`, outputFiles[0].contents.byteLength, limit);
}
const [packed] = JSON.parse(
  execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: root, encoding: 'utf8' }),
);
report('the packed tarball', packed.size, TARBALL_LIMIT);
process.exitCode = isSmall ? 0 : 1;
