// Fails when the generated files are not what `codegen.ts` makes of the schema and the operations today.
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { executeCodegen, loadContext } from '@graphql-codegen/cli';

const context = await loadContext('codegen.ts');
context.updateConfig({ silent: true });
const { result, error } = await executeCodegen(context);
if (error) throw error;

const expected = new Map(result.map(({ filename, content }) => [resolve(filename), content]));
const folders = new Set([...expected.keys()].map(dirname));
const present = new Map();
for (const folder of folders) {
  for (const name of await readdir(folder)) {
    const file = join(folder, name);
    present.set(file, await readFile(file, 'utf8'));
  }
}

const stale = [...new Set([...expected.keys(), ...present.keys()])].filter(
  (file) => expected.get(file) !== present.get(file),
);
if (stale.length > 0) {
  console.error(`Not what codegen.ts makes today: ${stale.join(', ')}. Run \`npm run codegen\` and commit the files.`);
  process.exitCode = 1;
}
