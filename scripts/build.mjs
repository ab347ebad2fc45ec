// Builds `dist`: for each entry one file of ES modules, one of CommonJS and their types, the one file that all of them share,
// and the definition of the directives. What is installed beside the package stays an import.
import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { rolldown } from 'rolldown';
import { dts } from 'rolldown-plugin-dts';

const ENTRIES = {
  index: 'index',
  codegen: 'codegen',
  'graphql-ws': 'graphql-ws/index',
  testing: 'testing/index',
  verifier: 'verifier',
};

const root = resolve(import.meta.dirname, '..');
const source = join(root, 'src');
const dist = join(root, 'dist');
const isPackage = /^[^./]/;

/** The modules that exist once in a process, as `src/shared.ts` lists them. */
async function readShared() {
  const text = await readFile(join(source, 'shared.ts'), 'utf8');
  return [...text.matchAll(/^export \* from '(.+)\.js';$/gm)].map(([, path]) => join(source, `${path}.ts`));
}

/** Loads what is shared from the file that holds it, in whichever way a module names it. */
function loadShared(shared) {
  return {
    name: 'load-shared',
    resolveId(id, importer) {
      const path = importer && resolve(importer, '..', id.replace(/\.js$/, '.ts'));
      return shared.includes(path) ? { id: './shared.cjs', external: true } : undefined;
    },
  };
}

async function bundle(input, output) {
  const build = await rolldown({ platform: 'node', external: isPackage, ...input });
  await build.write({ minify: false, ...output });
  await build.close();
}

async function buildCode() {
  const plugins = [loadShared(await readShared())];
  // Readable, so that the line of a stack trace says something without a source map; what comments say is in `src`.
  const comments = { legal: true, annotation: true, jsdoc: false };
  const builds = Object.entries(ENTRIES).flatMap(([name, path]) =>
    [
      { format: 'esm', file: join(dist, `${name}.js`) },
      { format: 'cjs', file: join(dist, `${name}.cjs`) },
    ].map((output) => bundle({ input: join(source, `${path}.ts`), plugins }, { ...output, comments })),
  );
  const shared = { format: 'cjs', file: join(dist, 'shared.cjs'), comments };
  await Promise.all([bundle({ input: join(source, 'shared.ts') }, shared), ...builds]);
}

/** The types of both formats, from one declaration of each: an `Auth` of `./testing` is the `Auth` of `.`. */
async function buildTypes() {
  const folder = await mkdtemp(join(tmpdir(), 'types-'));
  try {
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    await promisify(execFile)(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--outDir', folder], { cwd: root });
    await bundle(
      {
        input: Object.fromEntries(Object.entries(ENTRIES).map(([name, path]) => [name, join(folder, `${path}.d.ts`)])),
        plugins: [dts({ dtsInput: true, tsconfig: false })],
      },
      {
        dir: dist,
        entryFileNames: '[name].d.cts',
        chunkFileNames: '[name].d.cts',
        minifyInternalExports: false,
        codeSplitting: { groups: [{ name: 'shared', minShareCount: 2 }] },
      },
    );
    // The same text: it has imports and exports by name alone.
    await Promise.all(
      Object.keys(ENTRIES).map((name) => copyFile(join(dist, `${name}.d.cts`), join(dist, `${name}.d.ts`))),
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The directives as a file, for tools that run no code: editors, linters, `.graphqlrc`. */
async function writeTypeDefs() {
  const { authDirective } = await import(pathToFileURL(join(dist, 'index.js')));
  await writeFile(join(dist, 'auth.graphql'), authDirective().authDirectiveTypeDefs);
}

await rm(dist, { recursive: true, force: true });
try {
  await Promise.all([buildCode().then(writeTypeDefs), buildTypes()]);
} catch (error) {
  // The compiler writes what is wrong to its standard output.
  console.error(error.stdout || error);
  process.exitCode = 1;
}
