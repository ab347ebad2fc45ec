/** `apollo-cognito-auth/auth.graphql` under the linter of schemas, configured as in docs/codegen.md. */
import { ESLint } from 'eslint';
import type { Linter } from 'eslint';
import { expect, it } from 'vitest';
import sample from './samples/codegen-1.js';

// The types of the plugin are those of an older ESLint.
const config = sample as unknown as Linter.Config[];
const eslint = new ESLint({ overrideConfigFile: true, overrideConfig: config });

async function lint(code: string): Promise<readonly (readonly [rule: string | null, message: string])[]> {
  const [result] = await eslint.lintText(code, { filePath: 'schema/shop.graphql' });
  return (result?.messages ?? []).map(({ ruleId, message }) => [ruleId, message]);
}

it('finds nothing wrong with rules, which it knows from the file of the package', async () => {
  const [result] = await eslint.lintFiles(['schema/*.graphql']);
  expect([result?.filePath.endsWith('shop.graphql'), result?.messages]).toEqual([true, []]);
});

it.each([
  ['orders: ID @Auth', 'Unknown directive "@Auth".'],
  ['orders: ID @auth(group: ["admin"])', 'Unknown argument "group" on directive "@auth".'],
  ['orders: ID @public @public', 'The directive "@public" can only be used once at this location.'],
])('finds what is wrong with `%s`', async (field, message) => {
  const messages = await lint(`type Query {\n  "Orders."\n  ${field}\n}\n`);
  expect(messages.map(([, text]) => text).join()).toContain(message);
});
