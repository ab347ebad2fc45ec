import { buildSchema } from 'graphql';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { AuthConfigurationError } from '../../src/errors.js';
import { assertGraphqlVersion } from '../../src/directive/rules/own-graphql.js';

const sentence = (where: string, version: string) =>
  `${where}: Expected \`graphql\` to be version 16, got ${version}. Install graphql@16: with another version, rules on ` +
  'arguments and on whole operations are not enforced.';

describe('another major version of graphql', () => {
  afterEach(() => {
    vi.doUnmock('graphql');
    vi.resetModules();
  });

  it.each([15, 17, 18])('is refused: %i', (major) => {
    const assert = () => {
      assertGraphqlVersion('authDirectiveTransformer()', { major, minor: 1, patch: 0, preReleaseTag: null });
    };
    expect(assert).toThrow(AuthConfigurationError);
    expect(assert).toThrow(sentence('authDirectiveTransformer()', `${major}.1.0`));
  });

  it('is told from the installed one and any of the same major version', () => {
    assertGraphqlVersion('here');
    assertGraphqlVersion('here', { major: 16, minor: 0, patch: 0, preReleaseTag: 'rc.1' });
  });

  it('is refused by the transformer and by the plugin', async () => {
    vi.resetModules();
    vi.doMock('graphql', async (importOriginal) => ({
      ...(await importOriginal<object>()),
      versionInfo: { major: 17, minor: 1, patch: 0, preReleaseTag: null },
    }));
    const { authDirective, cognitoAuthPlugin } = await import('../../src/index.js');
    const { createTestUserPool } = await import('../../src/testing/index.js');
    expect(() => authDirective().authDirectiveTransformer(buildSchema('type Query { f: Int }'))).toThrow(
      sentence('authDirectiveTransformer()', '17.1.0'),
    );
    const verifier = createTestUserPool().verifier();
    expect(() => cognitoAuthPlugin({ verifier })).toThrow(sentence('cognitoAuthPlugin()', '17.1.0'));
  });
});
