/** In a file of its own: the linter reads its configuration once in a process. */
import { ESLint } from 'eslint';
import type { Linter } from 'eslint';
import { expect, it } from 'vitest';
import sample from './samples/codegen-1.js';

// The types of the plugin are those of an older ESLint.
const config = sample as unknown as Linter.Config[];

it('knows no rule without the file of the package', async () => {
  const parserOptions = { graphQLConfig: { schema: 'schema/*.graphql' } };
  const overrideConfig = [...config, { files: ['**/*.graphql'], languageOptions: { parserOptions } }];
  const eslint = new ESLint({ overrideConfigFile: true, overrideConfig });
  const [result] = await eslint.lintFiles(['schema/*.graphql']);
  expect(result?.messages.map(({ message }) => message).join()).toContain('Unknown directive "@auth".');
});
