import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';
import { afterAll, describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path)) as {
  config: unknown;
};
const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);

interface Documented {
  readonly name: string;
  readonly text: string;
  readonly examples: readonly string[];
}

/** Each public name once, with its docstring. */
function readExports(): readonly Documented[] {
  const entries = ['index', 'graphql-ws/index', 'testing/index', 'verifier'].map((entry) =>
    join(root, `src/${entry}.ts`),
  );
  const program = ts.createProgram(entries, options);
  const checker = program.getTypeChecker();
  const exported = new Map<string, Documented>();
  for (const entry of entries) {
    const source = program.getSourceFile(entry);
    const module = source && checker.getSymbolAtLocation(source);
    for (const alias of module ? checker.getExportsOfModule(module) : []) {
      const symbol = checker.getAliasedSymbol(alias);
      const examples = symbol.getJsDocTags(checker).filter(({ name }) => name === 'example');
      exported.set(alias.name, {
        name: alias.name,
        text: ts.displayPartsToString(symbol.getDocumentationComment(checker)),
        examples: examples.map(({ text }) => ts.displayPartsToString(text)),
      });
    }
  }
  return [...exported.values()];
}

const exported = readExports();

const folder = mkdtempSync(join(import.meta.dirname, '.docstrings-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

// An example leaves out what the reader has already, such as a schema: a name that is not found is no mistake.
const NOT_FOUND = [2304, 2552, 2584, 18004];

describe('each public name', () => {
  it('has a docstring with an example', () => {
    expect(exported.length).toBeGreaterThan(60);
    const bare = exported.filter(({ text, examples }) => text === '' || examples.length === 0);
    expect(bare.map(({ name }) => name)).toEqual([]);
  });

  it('has examples that compile', () => {
    const names = exported.map(({ name }) => name).join(', ');
    const paths = exported.flatMap(({ name, examples }, order) =>
      examples.map((code, index) => {
        const path = join(folder, `${String(order)}-${name}-${String(index + 1)}.ts`);
        writeFileSync(path, `import { ${names} } from './all.js';\nexport async function example() {\n${code}\n}\n`);
        return path;
      }),
    );
    const all = join(folder, 'all.ts');
    const entries = ['index', 'graphql-ws/index', 'testing/index'];
    writeFileSync(all, entries.map((entry) => `export * from '../../../src/${entry}.js';\n`).join(''));
    const program = ts.createProgram(paths, {
      ...options,
      noUnusedLocals: false,
      noUnusedParameters: false,
      noImplicitReturns: false,
      verbatimModuleSyntax: false,
    });
    const mistakes = ts
      .getPreEmitDiagnostics(program)
      .filter(({ code }) => !NOT_FOUND.includes(code))
      .map(({ file, messageText }) => `${file?.fileName ?? ''}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`);
    expect(mistakes).toEqual([]);
  }, 120_000);
});
