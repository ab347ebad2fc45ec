/** A project that has installed the packed package: what `npm install` would lay out, without a network. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');
const NAME = 'apollo-cognito-auth';

export interface Consumer {
  readonly folder: string;
  /** Where the files of the package are. */
  readonly installed: string;
  /** Writes a file of the project, and tells its path. */
  write(name: string, text: string): string;
  /** Runs a program of this text in a process of its own. Its output is JSON. */
  run(name: string, code: string): unknown;
  remove(): void;
}

interface ConsumerOptions {
  /** What the project has installed beside the package. Default: its dependencies and peers. */
  readonly packages?: readonly string[];
}

/**
 * The packed files, and beside them the package's dependencies and peers and nothing else, so that one that is not
 * declared is missed.
 */
export function createConsumer({ packages }: ConsumerOptions = {}): Consumer {
  const folder = mkdtempSync(join(tmpdir(), 'consumer-'));
  const installed = join(folder, 'node_modules', NAME);
  const [{ filename }] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
      cwd: root,
      encoding: 'utf8',
    }),
  ) as [{ readonly filename: string }];
  mkdirSync(installed, { recursive: true });
  execFileSync('tar', ['-xzf', join(folder, filename), '-C', installed, '--strip-components=1']);

  const { dependencies, peerDependencies } = manifestOf(installed);
  for (const name of packages ?? Object.keys({ ...dependencies, ...peerDependencies })) {
    const link = join(folder, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), link, 'dir');
  }

  const consumer: Consumer = {
    folder,
    installed,
    write(name, text) {
      const path = join(folder, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
      return path;
    },
    run(name, code) {
      const path = consumer.write(name, code);
      // What goes to the error stream is part of the message when the program fails.
      return JSON.parse(
        execFileSync(process.execPath, [path], { encoding: 'utf8', cwd: folder, stdio: 'pipe' }),
      ) as unknown;
    },
    remove() {
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return consumer;
}

interface Manifest {
  version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

export function manifestOf(installed: string): Manifest {
  return JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as Manifest;
}

/** Installs the package a second time, as another version that some other dependency of the project brings along. */
export function installAnotherVersion({ folder, installed }: Consumer): string {
  const owner = join(folder, 'node_modules/another-dependency');
  const copy = join(owner, 'node_modules', NAME);
  cpSync(installed, copy, { recursive: true });
  writeFileSync(join(copy, 'package.json'), JSON.stringify({ ...manifestOf(installed), version: '0.0.1' }));
  const other = join(owner, 'index.js');
  writeFileSync(join(owner, 'package.json'), JSON.stringify({ name: 'another-dependency', main: 'index.js' }));
  writeFileSync(
    other,
    `exports.main = require('${NAME}'); exports.testing = require('${NAME}/testing'); exports.verifier = require('${NAME}/verifier');`,
  );
  return other;
}
