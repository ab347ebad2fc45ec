import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { parse, print } from 'graphql';
import ts from 'typescript';
import { afterAll, describe, expect, it } from 'vitest';
import { authDirective } from '../../src/index.js';
import { createTestUserPool } from '../../src/testing/index.js';

const root = resolve(import.meta.dirname, '../..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const pages = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'));

function blocks(markdown: string, language: string): readonly string[] {
  return [...markdown.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'gms'))].map(([, code = '']) => code);
}

const samples = ['README.md', ...pages.map((name) => `docs/${name}`)].flatMap((file) =>
  blocks(readFileSync(join(root, file), 'utf8'), 'ts').map((code, index) => ({
    title: `${file}, sample ${String(index + 1)}`,
    name: `${file.replace(/\W/g, '-')}-${String(index + 1)}.ts`,
    code,
  })),
);

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

describe('the samples of the README and the pages in docs/', () => {
  it('are found', () => {
    expect(pages.length).toBeGreaterThan(10);
    expect(samples.length).toBeGreaterThan(20);
  });

  it('compile under the strictest settings', () => {
    const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path)) as {
      config: unknown;
    };
    const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
    const paths = samples.map(({ name, code }) => write(name, code));
    // A sample may define what the reader is to copy and not what uses it.
    const program = ts.createProgram(paths, { ...options, noUnusedLocals: false });
    const diagnostics = ts
      .getPreEmitDiagnostics(program)
      .map(({ file, messageText }) => `${file?.fileName ?? ''}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`);
    expect(diagnostics).toEqual([]);
  }, 120_000);

  // The first program serves until it is stopped: it has a test of its own below.
  it.concurrent.each(samples.filter(({ code }) => !code.includes('startStandaloneServer')))(
    'run: $title',
    async ({ name, code }) => {
      // Rejects, with what the sample printed, when it does not end with 0.
      await promisify(execFile)(process.execPath, ['--import', 'tsx', write(`run-${name}`, code)]);
    },
    120_000,
  );
});

describe('the README', () => {
  it('has a first program within 25 lines', () => {
    const before = readme.slice(0, readme.indexOf('```ts')).split('\n').length;
    expect(before).toBeLessThanOrEqual(25);
  });

  it('has a first program that serves and enforces, and its first response', async () => {
    const pool = createTestUserPool({ userPoolId: 'eu-west-1_AbCdEf123', clientId: 'web' });
    // The program fetches the keys of a pool at Amazon; here they come from this test.
    const preload = write(
      'keys.mjs',
      `globalThis.fetch = async () => new Response(${JSON.stringify(JSON.stringify(pool.jwks))});`,
    );
    const [first] = samples;
    // The default port may be taken on the machine that runs the tests.
    const path = write('first.mts', first?.code.replace('{ context:', '{ listen: { port: 0 }, context:') ?? '');
    const program = spawn(process.execPath, ['--import', preload, '--import', 'tsx', path], {
      env: { ...process.env, NODE_ENV: 'production' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const [line] = (await once(createInterface(program.stdout), 'line')) as [string];
      const ask = async (query: string, headers: Record<string, string> = {}) => {
        const response = await fetch(line.replace('Ready at ', ''), {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body: JSON.stringify({ query }),
        });
        return [response.status, response.headers.get('www-authenticate'), await response.json()];
      };
      const [shown = ''] = blocks(readme, 'json');
      expect(await ask('{ motd me }')).toEqual([200, 'Bearer', JSON.parse(shown)]);
      const authorization = `Bearer ${pool.accessToken()}`;
      expect(await ask('{ motd me }', { authorization })).toEqual([
        200,
        null,
        { data: { motd: 'hello', me: 'test-user' } },
      ]);
      expect(await ask('{ payroll }', { authorization })).toMatchObject([200, null, { data: { payroll: null } }]);
      const admin = `Bearer ${pool.accessToken({ 'cognito:groups': ['admin'] })}`;
      expect(await ask('{ payroll }', { authorization: admin })).toEqual([200, null, { data: { payroll: 42 } }]);
      const refused = [401, 'Bearer error="invalid_token"', {}];
      expect(await ask('{ motd }', { authorization: 'Bearer nonsense' })).toMatchObject(refused);
      expect(await ask('{ motd }', { authorization: `Bearer ${pool.accessToken({ exp: 1 })}` })).toMatchObject(refused);
    } finally {
      program.kill();
      await once(program, 'exit');
    }
  }, 60_000);

  it('has a page on rules that shows the definition of the directives as it is', () => {
    const withoutDescriptions = authDirective().authDirectiveTypeDefs.replace(/"""[^]*?"""\n/g, '');
    const page = readFileSync(join(root, 'docs/rules.md'), 'utf8');
    const shown = blocks(page, 'graphql').find((block) => block.includes('directive @auth'));
    expect(print(parse(shown ?? ''))).toBe(print(parse(withoutDescriptions)));
  });

  it('has a page on tools that shows the .graphqlrc.yml that the linter is tested with', () => {
    const page = readFileSync(join(root, 'docs/codegen.md'), 'utf8');
    const tested = readFileSync(join(root, 'test/consumers/graphql-eslint/.graphqlrc.yml'), 'utf8');
    expect(blocks(page, 'yaml')).toEqual([tested]);
  });

  it('and the page on events name every type of event', () => {
    const source = readFileSync(join(root, 'src/events.ts'), 'utf8');
    const types = [...source.matchAll(/readonly type: '([^']+)'/g)].map(([, type = '']) => type);
    expect(types.length).toBeGreaterThan(5);
    const page = readFileSync(join(root, 'docs/events.md'), 'utf8');
    const missing = types.filter((type) => !readme.includes(`\`${type}\``) || !page.includes(`| \`${type}\``));
    expect(missing).toEqual([]);
  });
});
