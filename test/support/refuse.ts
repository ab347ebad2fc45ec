/** What is wrong with a schema or with options, a sentence each. */
import { AuthConfigurationError } from '../../src/errors.js';
import { createCognitoVerifier } from '../../src/token/verifier.js';

export function problemsOf(build: () => unknown): readonly string[] {
  try {
    build();
  } catch (error) {
    if (!(error instanceof AuthConfigurationError)) throw error;
    return error.problems;
  }
  return [];
}

/** What `createCognitoVerifier` says, for anything that TypeScript would have refused as well. */
export function complaintAbout(pools: unknown, ...options: unknown[]): string {
  const build: () => unknown = () => Reflect.apply(createCognitoVerifier, undefined, [pools, ...options]);
  const problems = problemsOf(build);
  return problems.length === 0 ? 'accepted' : problems.join('\n');
}

export const REMEDY =
  'Pass the schema through authDirectiveTransformer, as the last transformation, and give the server what it returns. ' +
  'If you do, `npm ls apollo-cognito-auth` has to show one copy: the guards of another copy do not count.';
