import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const source = resolve(import.meta.dirname, '../../src');

interface Import {
  readonly file: string;
  /** A path in `src`, or the name of a package. */
  readonly target: string;
}

const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));

const imports: readonly Import[] = files.flatMap((file) => {
  const { importedFiles } = ts.preProcessFile(readFileSync(join(source, file), 'utf8'));
  return importedFiles.map(({ fileName }) => ({
    file,
    target: fileName.startsWith('.') ? relative(source, resolve(source, dirname(file), fileName)) : fileName,
  }));
});

function offenders(allowedIn: RegExp, target: RegExp): readonly string[] {
  return imports
    .filter((each) => target.test(each.target) && !allowedIn.test(each.file))
    .map((each) => `${each.file} imports ${each.target}`);
}

describe('imports', () => {
  it('are found', () => {
    expect(imports.length).toBeGreaterThan(20);
  });

  it.each([
    ['token/ stands on the core alone', /^(token|testing|server|index)/, /^token\//],
    ['directive/ stands on the core alone', /^(directive|server|index)/, /^directive\//],
    ['server/ is for adapters', /^(server|index)/, /^server\//],
    ['nothing uses testing/', /^testing/, /^testing\//],
    [
      'the core stands on itself',
      /^(?!(auth|errors|denial-error|events|options|stamped)\.ts$)/,
      /^(?!auth|errors|denial-error|events|options|stamped).*\.js$/,
    ],
    ['graphql is for all but token/', /^(?!token\/|errors\.ts)/, /^graphql/],
    ['aws-jwt-verify is for token/', /^token\//, /^aws-jwt-verify/],
    ['@apollo/server is for server/', /^server\//, /^@apollo\/server/],
    ['@graphql-tools is for directive/', /^directive\//, /^@graphql-tools\//],
  ])('%s', (_, allowedIn, target) => {
    expect(offenders(allowedIn, target)).toEqual([]);
  });

  it('name no package that is not a dependency, a peer or part of Node', () => {
    const manifest = JSON.parse(readFileSync(resolve(source, '../package.json'), 'utf8')) as Record<string, object>;
    const known = Object.keys({ ...manifest['dependencies'], ...manifest['peerDependencies'] });
    const packages = imports.map(({ target }) => target).filter((target) => !target.endsWith('.js'));
    const unknown = packages.filter(
      (target) =>
        !target.startsWith('node:') && !known.some((name) => target === name || target.startsWith(`${name}/`)),
    );
    expect(unknown).toEqual([]);
  });
});

describe('the source', () => {
  it('has nothing ambient: no console, no environment, no timer at import', () => {
    const ambient = files.filter((file) =>
      /\bconsole\.\w|\bprocess\.\w|^set(Timeout|Interval)\(/m.test(readFileSync(join(source, file), 'utf8')),
    );
    expect(ambient).toEqual([]);
  });
});
