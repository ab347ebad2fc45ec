import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const source = resolve(import.meta.dirname, '../../src');

/**
 * The floors of the source, lowest first. A file may import from its own floor and from floors below it, types included.
 * Rooms of one floor do not know each other.
 */
const FLOORS: readonly (readonly string[])[] = [
  [''],
  ['token/keys', 'directive/rules'],
  ['token', 'directive/decision'],
  ['directive/operation', 'testing'],
  ['directive/guard'],
  ['directive'],
  ['server'],
  ['graphql-ws'],
];

/** Rooms that do not know each other although one is on a floor above the other. */
const STRANGERS: readonly (readonly [room: string, other: string])[] = [
  ['token', 'directive'],
  ['testing', 'directive'],
];

/** The entries of the package: they name what stands elsewhere. `testing/index.ts` and `graphql-ws/index.ts` are the entries of their rooms. */
const ENTRIES = ['index.ts', 'verifier.ts', 'codegen.ts'];

/** Which packages may be imported, and where. */
const PACKAGES: readonly (readonly [name: RegExp, allowedIn: RegExp])[] = [
  [/^aws-jwt-verify/, /^token\//],
  [/^dataloader$/, /^directive\/decision\//],
  [/^@graphql-tools\//, /^directive\/guard\//],
  [/^graphql$/, /^(?!token\/|testing\/|errors\.ts|verifier\.ts)/],
  [/^@apollo\/server/, /^server\//],
  [/^graphql-ws$/, /^graphql-ws\//],
  [/^node:/, /./],
];

interface Import {
  readonly file: string;
  /** A path in `src`, or the name of a package. */
  readonly target: string;
  readonly isTypeOnly: boolean;
}

const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));

function importsOf(file: string): readonly Import[] {
  const tree = ts.createSourceFile(file, readFileSync(join(source, file), 'utf8'), ts.ScriptTarget.Latest);
  const imports: Import[] = [];
  const add = (specifier: ts.Expression | undefined, isTypeOnly: boolean) => {
    if (specifier === undefined || !ts.isStringLiteral(specifier)) return;
    const { text } = specifier;
    const path = relative(source, resolve(source, dirname(file), text)).replace(/\.js$/, '.ts');
    imports.push({ file, target: text.startsWith('.') ? path : text, isTypeOnly });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node))
      add(node.moduleSpecifier, node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword);
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      add(node.arguments[0], false);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return imports;
}

const imports = files.flatMap(importsOf);
const within = imports.filter(({ target }) => files.includes(target));

function roomOf(file: string): string {
  const folder = dirname(file);
  return folder === '.' ? '' : folder;
}

function floorOf(file: string): number {
  return FLOORS.findIndex((rooms) => rooms.includes(roomOf(file)));
}

function isAllowed({ file, target }: Import): boolean {
  if (ENTRIES.includes(file)) return true;
  const [from, to] = [roomOf(file), roomOf(target)];
  if (from === to) return true;
  const areStrangers = STRANGERS.some(([one, other]) =>
    [
      [from, to],
      [to, from],
    ].some(([a = '', b = '']) => isIn(a, one) && isIn(b, other)),
  );
  return !areStrangers && floorOf(target) < floorOf(file);
}

function isIn(room: string, other: string): boolean {
  return room === other || room.startsWith(`${other}/`);
}

/** A way from a file back to itself, if there is one. */
function findCircle(): readonly string[] | undefined {
  const targets = new Map(
    files.map((file) => [file, within.filter((each) => each.file === file).map(({ target }) => target)]),
  );
  const done = new Set<string>();
  const visit = (file: string, way: readonly string[]): readonly string[] | undefined => {
    if (way.includes(file)) return [...way.slice(way.indexOf(file)), file];
    if (done.has(file)) return undefined;
    done.add(file);
    for (const target of targets.get(file) ?? []) {
      const circle = visit(target, [...way, file]);
      if (circle) return circle;
    }
    return undefined;
  };
  for (const file of files) {
    const circle = visit(file, []);
    if (circle) return circle;
  }
  return undefined;
}

const show = ({ file, target }: Import) => `${file} imports ${target}`;

describe('the floors of the source', () => {
  it('are found', () => {
    expect(within.length).toBeGreaterThan(200);
  });

  it('hold every file', () => {
    expect(files.filter((file) => floorOf(file) === -1)).toEqual([]);
  });

  it('are imported from above alone, types included', () => {
    expect(within.filter((each) => !isAllowed(each)).map(show)).toEqual([]);
  });

  it('have no circle, types included', () => {
    expect(findCircle()).toBeUndefined();
  });
});

describe('packages', () => {
  const outside = imports.filter(({ target }) => !target.endsWith('.ts'));

  it('are imported only in the rooms that own them', () => {
    const allowed = ({ file, target }: Import) =>
      PACKAGES.some(([name, allowedIn]) => name.test(target) && allowedIn.test(file));
    expect(outside.filter((each) => !allowed(each)).map(show)).toEqual([]);
  });

  it('include Apollo Server for its types alone', () => {
    expect(outside.filter(({ target, isTypeOnly }) => /^@apollo/.test(target) && !isTypeOnly).map(show)).toEqual([]);
  });

  it('are dependencies, peers or parts of Node', () => {
    const manifest = JSON.parse(readFileSync(resolve(source, '../package.json'), 'utf8')) as Record<string, object>;
    const known = Object.keys({ ...manifest['dependencies'], ...manifest['peerDependencies'] });
    const isKnown = ({ target }: Import) =>
      target.startsWith('node:') || known.some((name) => target === name || target.startsWith(`${name}/`));
    expect(outside.filter((each) => !isKnown(each)).map(show)).toEqual([]);
  });
});

describe('the source', () => {
  it('has nothing ambient: no console, no environment, no timer at import', () => {
    // An example in a docstring is the user's code.
    const codeOf = (file: string) => readFileSync(join(source, file), 'utf8').replace(/\/\*\*.*?\*\//gs, '');
    const ambient = files.filter((file) => /\bconsole\.\w|\bprocess\.\w|^set(Timeout|Interval)\(/m.test(codeOf(file)));
    expect(ambient).toEqual([]);
  });

  it('has no file of more than 250 lines', () => {
    const isLong = (file: string) => readFileSync(join(source, file), 'utf8').split('\n').length > 251;
    expect(files.filter(isLong)).toEqual([]);
  });
});
