/** SECURITY.md names the tests that hold each promise: they must be there. */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const rows = readFileSync(resolve(root, 'SECURITY.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| (promise|-+) /.test(line))
  .map((line) => line.split('|').slice(1, 3));

describe('SECURITY.md', () => {
  it('has promises', () => {
    expect(rows.length).toBeGreaterThan(15);
  });

  it.each(rows)('names tests that exist for:%s', (_, tests = '') => {
    const names = [...tests.matchAll(/`([^`]+)`/g)].map(([, name]) => name);
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((name) => !existsSync(resolve(root, `test/${String(name)}.test.ts`)))).toEqual([]);
  });
});
