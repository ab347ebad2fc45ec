/** Links between the documents: each leads to a file and a heading that exist, in the repository and in the package. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

const documents = ['.', 'example-server', 'docs', 'docs/decisions'].flatMap((folder) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name)),
);

interface Link {
  readonly document: string;
  readonly target: string;
  /** The file that it leads to, from the root. */
  readonly file: string;
  readonly heading: string | undefined;
}

/** The Markdown of a document without its code, where brackets mean something else. */
function textOf(document: string): string {
  return readFileSync(join(root, document), 'utf8')
    .replace(/^```.*?^```$/gms, '')
    .replace(/`[^`\n]*`/g, (code) => code.replace(/[[\]()]/g, ''));
}

const links: readonly Link[] = documents.flatMap((document) =>
  [...textOf(document).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [path = '', heading] = target.split('#');
      const file = path === '' ? document : relative(root, resolve(root, dirname(document), path));
      return { document, target, file, heading };
    }),
);

/** The anchors of a document's headings, as GitHub and npm make them. */
function anchorsOf(document: string): readonly string[] {
  const headings = [
    ...readFileSync(join(root, document), 'utf8')
      .replace(/^```.*?^```$/gms, '')
      .matchAll(/^#+ (.*)$/gm),
  ];
  return headings.map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

describe('links between the documents', () => {
  it('are found', () => {
    expect(documents).toEqual(expect.arrayContaining(['README.md', 'docs/rules.md', 'SECURITY.md']));
    expect(links.length).toBeGreaterThan(50);
  });

  it('lead to files that exist', () => {
    expect(links.filter(({ file }) => !existsSync(join(root, file)))).toEqual([]);
  });

  it('lead to headings that exist', () => {
    const broken = links.filter(
      ({ file, heading }) => heading !== undefined && (!file.endsWith('.md') || !anchorsOf(file).includes(heading)),
    );
    expect(broken).toEqual([]);
  });

  it('lead from a packed document to a packed file', () => {
    const args = ['pack', '--dry-run', '--json', '--ignore-scripts'];
    const [packed] = JSON.parse(execFileSync('npm', args, { cwd: root, encoding: 'utf8', stdio: 'pipe' })) as {
      readonly files: readonly { readonly path: string }[];
    }[];
    const paths = new Set(packed?.files.map(({ path }) => path));
    expect(paths).toContain('docs/rules.md');
    expect(links.filter(({ document, file }) => paths.has(document) && !paths.has(file))).toEqual([]);
  });

  it('lead from the README to each page', () => {
    const pages = documents.filter((name) => /^docs\/(?!README|architecture)[^/]+$/.test(name));
    const linked = new Set(links.filter(({ document }) => document === 'README.md').map(({ file }) => file));
    expect(pages.filter((page) => !linked.has(page))).toEqual([]);
  });
});
