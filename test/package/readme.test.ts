import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import ts from 'typescript';
import { afterAll, describe, expect, it } from 'vitest';
import { createTestUserPool } from '../../src/testing/index.js';

const root = resolve(import.meta.dirname, '../..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const samples = [...readme.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = '']) => code);

// In the project, so that the samples find the packages that they import, this one by its name among them.
const folder = mkdtempSync(join(import.meta.dirname, '.readme-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function write(name: string, code: string): string {
  const path = join(folder, name);
  writeFileSync(path, code);
  return path;
}

describe('the README', () => {
  it('has a first program within 25 lines', () => {
    const before = readme.slice(0, readme.indexOf('```ts')).split('\n').length;
    expect(samples.length).toBeGreaterThan(3);
    expect(before).toBeLessThanOrEqual(25);
  });

  it('has samples that compile under the strictest settings', () => {
    const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path)) as {
      config: unknown;
    };
    const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
    const paths = samples.map((code, index) => write(`sample-${String(index)}.ts`, code));
    // A sample may define what the reader is to copy and not what uses it.
    const program = ts.createProgram(paths, { ...options, noUnusedLocals: false });
    const diagnostics = ts
      .getPreEmitDiagnostics(program)
      .map(({ file, messageText }) => `${file?.fileName ?? ''}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`);
    expect(diagnostics).toEqual([]);
  }, 120_000);

  it('has samples that run', () => {
    for (const [index, code] of samples.entries()) {
      if (code.includes('startStandaloneServer')) continue;
      const path = write(`run-${String(index)}.ts`, code);
      // Throws, with what the sample printed, when it does not end with 0.
      execFileSync(process.execPath, ['--import', 'tsx', path], { stdio: 'pipe' });
    }
  }, 120_000);

  it('has a first program that serves and enforces', async () => {
    const pool = createTestUserPool({ userPoolId: 'eu-west-1_AbCdEf123', clientId: 'web' });
    // The program fetches the keys of a pool at Amazon; here they come from this test.
    const preload = write(
      'keys.mjs',
      `globalThis.fetch = async () => new Response(${JSON.stringify(JSON.stringify(pool.jwks))});`,
    );
    const [first = ''] = samples;
    // The default port may be taken on the machine that runs the tests.
    const path = write('first.ts', first.replace('{ context:', '{ listen: { port: 0 }, context:'));
    const program = spawn(process.execPath, ['--import', preload, '--import', 'tsx', path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const [line] = (await once(createInterface(program.stdout), 'line')) as [string];
      const ask = async (headers: Record<string, string>) => {
        const response = await fetch(line.replace('Ready at ', ''), {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body: JSON.stringify({ query: '{ motd me }' }),
        });
        return [response.status, await response.json()];
      };
      expect(await ask({})).toMatchObject([200, { data: { motd: 'hello', me: null } }]);
      expect(await ask({ authorization: `Bearer ${pool.accessToken()}` })).toEqual([
        200,
        { data: { motd: 'hello', me: 'authenticated' } },
      ]);
      expect(await ask({ authorization: 'Bearer nonsense' })).toMatchObject([401, {}]);
    } finally {
      program.kill();
      await once(program, 'exit');
    }
  }, 60_000);
});
