/** What recognises this package's own objects exists once in a process: in the one file that all bundles load. */
import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const dist = resolve(import.meta.dirname, '../../dist');
const bundles = readdirSync(dist).filter((file) => /\.c?js$/.test(file) && file !== 'shared.cjs');

/** Caches: one that another copy does not see costs time alone. */
const CACHES = [
  'argsOf',
  'itemPaths',
  'dryRuns',
  'beginnings',
  'lineStartsOf',
  'lists',
  'misuses',
  'reaches',
  'readDirectiveNode',
  'readRequirement',
  'ruleMisuses',
  'verdicts',
];

/** Classes whose objects never leave the code that made them, or are never told by their class. */
const CLASSES = ['DenialError', 'NoKeySetError', 'Outermost', 'SignatureVerifier'];

interface Findings {
  /** Collections at the top of a module that begin empty, by the name of the variable. */
  readonly collections: string[];
  readonly subclasses: string[];
  /** The names given to `once`. */
  readonly instances: string[];
}

function find(file: string): Findings {
  const tree = ts.createSourceFile(file, readFileSync(join(dist, file), 'utf8'), ts.ScriptTarget.Latest, true);
  const found: Findings = { collections: [], subclasses: [], instances: [] };
  const visit = (node: ts.Node, variable: string): void => {
    if (ts.isFunctionLike(node)) return;
    if (ts.isCallExpression(node) && /\bonce\)?$/.test(node.expression.getText(tree))) {
      const [name] = node.arguments;
      found.instances.push(name && ts.isStringLiteral(name) ? name.text : '?');
      return;
    }
    if (ts.isNewExpression(node) && node.arguments?.length === 0) {
      // A set that stays empty may be part of a constant.
      const collection = ts.isVariableDeclaration(node.parent) ? /^(Weak)?(Map|Set)$/ : /^Weak(Map|Set)$/;
      if (collection.test(node.expression.getText(tree))) found.collections.push(variable);
    }
    if (ts.isClassLike(node)) {
      if (node.heritageClauses) found.subclasses.push(node.name?.text ?? variable);
      // A static field stands at the top of the module, too; one of an object does not.
      node.members.filter(isStatic).forEach((member) => {
        visit(member, variable);
      });
      return;
    }
    ts.forEachChild(node, (child) => {
      visit(child, ts.isVariableDeclaration(node) ? node.name.getText(tree).replace(/\$\d+$/, '') : variable);
    });
  };
  visit(tree, '');
  return found;
}

function isStatic(member: ts.ClassElement): boolean {
  return (
    ts.isClassStaticBlockDeclaration(member) ||
    (ts.isPropertyDeclaration(member) && (ts.getCombinedModifierFlags(member) & ts.ModifierFlags.Static) !== 0)
  );
}

describe.each(bundles)('dist/%s', (file) => {
  const { collections, subclasses, instances } = find(file);

  it('has no collection of its own but caches', () => {
    expect(collections.filter((name) => !CACHES.includes(name))).toEqual([]);
  });

  it('has no class of its own by which objects are told', () => {
    expect(subclasses.filter((name) => !CLASSES.includes(name))).toEqual([]);
  });

  it('names each instance that exists once one time', () => {
    expect(instances.length).toBeGreaterThan(0);
    expect(instances).toEqual([...new Set(instances)]);
  });

  it('loads what is shared and nothing of Apollo Server', () => {
    const code = readFileSync(join(dist, file), 'utf8');
    const loaded = [...code.matchAll(/^import .* from "(.+)";$|\brequire\("(.+)"\)/gm)].map(([, a, b]) => a ?? b);
    expect(loaded).toContain('./shared.cjs');
    expect(loaded.filter((name) => name?.startsWith('@apollo/'))).toEqual([]);
  });
});

describe('the caches and classes that are let off', () => {
  it('are all there', () => {
    const found = bundles.map(find);
    expect(CACHES.filter((name) => !found.some(({ collections }) => collections.includes(name)))).toEqual([]);
    expect(CLASSES.filter((name) => !found.some(({ subclasses }) => subclasses.includes(name)))).toEqual([]);
  });
});

describe('dist/shared.cjs', () => {
  it('loads nothing, so that every entry can load it', () => {
    expect(readFileSync(join(dist, 'shared.cjs'), 'utf8')).not.toMatch(/\brequire\(/);
  });
});
