/**
 * `npm run test:consumers -- [--report FILE] [NAME...]`: the tests in test/consumers, each folder a project of its own with
 * the packed package installed. Default: all of them.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const root = resolve(import.meta.dirname, '..');
const source = join(root, 'test/consumers');
// What runs and compiles the tests is this project's; everything else is the consumer's own.
const TOOLS = ['vitest', 'typescript', 'tsx', '@types/node', 'cognito-local'];

const { values, positionals } = parseArgs({ options: { report: { type: 'string' } }, allowPositionals: true });
const all = readdirSync(source).filter((name) => existsSync(join(source, name, 'package.json')));
const unknown = positionals.find((name) => !all.includes(name));
if (unknown !== undefined) {
  console.error(`Expected one of ${all.join(', ')}, got ${unknown}.`);
  process.exit(2);
}
const names = (positionals.length > 0 ? positionals : all).filter((name) => {
  const { engines } = JSON.parse(readFileSync(join(source, name, 'package.json'), 'utf8'));
  const needed = Number(/^>=(\d+)$/.exec(engines?.node ?? '>=0')[1]);
  if (Number.parseInt(process.versions.node, 10) >= needed) return true;
  console.log(
    `${name}: skipped, because its packages ask for Node ${needed} or later, and this is ${process.version}.`,
  );
  return false;
});

// Outside the project, so that a consumer finds no package of ours by accident.
const work = mkdtempSync(join(tmpdir(), 'consumers-'));
const counts = { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0 };

function npm(folder, ...args) {
  execFileSync('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], { cwd: folder, stdio: 'inherit' });
}

/** The samples of the documents that are marked as this consumer's: ```ts consumer=NAME[,NAME...] [as=FILE]. */
function writeSamples(name, folder) {
  const documents = [
    'README.md',
    ...readdirSync(join(root, 'docs'))
      .filter((page) => page.endsWith('.md'))
      .map((page) => `docs/${page}`),
  ];
  for (const document of documents) {
    const text = readFileSync(join(root, document), 'utf8');
    const samples = [...text.matchAll(/^```ts consumer=(\S+)(?: as=(\S+))?\n(.*?)^```$/gms)];
    samples
      .filter(([, consumers]) => consumers.split(',').includes(name))
      .forEach(([, , file, code], index) => {
        const page = document.replace(/^docs\/|\.md$/g, '');
        const path = join(folder, 'samples', `${file ?? `${page}-${index + 1}`}.ts`);
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, code);
      });
  }
}

/** @returns whether it could be installed, compiles, and passed its tests. A consumer without a report is one failure. */
function test(name, tarball) {
  try {
    return run(name, tarball);
  } catch (error) {
    console.error(`${name}: ${error.message}`);
    counts.numFailedTests += 1;
    return false;
  }
}

function run(name, tarball) {
  const start = Date.now();
  const folder = join(work, name);
  cpSync(join(source, name), folder, { recursive: true, filter: (path) => !path.includes('node_modules') });
  cpSync(join(source, 'support'), join(folder, 'support'), { recursive: true });
  writeSamples(name, folder);
  npm(folder, 'ci');
  npm(folder, 'install', '--no-save', tarball);
  console.log(`\n${name}: installed in ${Math.round((Date.now() - start) / 1000)} s`);

  const node = (...args) => spawnSync(process.execPath, args, { cwd: folder, stdio: 'inherit' }).status === 0;
  const compiles =
    !existsSync(join(folder, 'tsconfig.json')) ||
    node(join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.json');
  const report = join(work, `${name}.json`);
  const passed = node(
    join(root, 'node_modules/vitest/vitest.mjs'),
    ...['run', '--root', folder, '--config', join(work, 'vitest.config.mjs')],
    ...['--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
  );
  for (const key of Object.keys(counts))
    counts[key] += existsSync(report) ? JSON.parse(readFileSync(report, 'utf8'))[key] : 0;
  return compiles && passed;
}

try {
  const [{ filename }] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', work], {
      cwd: root,
      encoding: 'utf8',
    }),
  );
  for (const tool of TOOLS) {
    mkdirSync(dirname(join(work, 'node_modules', tool)), { recursive: true });
    symlinkSync(join(root, 'node_modules', tool), join(work, 'node_modules', tool), 'dir');
  }
  for (const entry of readdirSync(source, { withFileTypes: true })) {
    if (!all.includes(entry.name)) cpSync(join(source, entry.name), join(work, entry.name), { recursive: true });
  }
  const failed = names.filter((name) => !test(name, join(work, filename)));
  if (values.report !== undefined) writeFileSync(values.report, JSON.stringify(counts));
  console.log(
    `\n${names.length - failed.length} of ${names.length} consumers passed${failed.length > 0 ? `; failed: ${failed.join(', ')}` : ''}`,
  );
  if (failed.length > 0) process.exitCode = 1;
} finally {
  rmSync(work, { recursive: true, force: true });
}
