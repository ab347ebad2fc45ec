/** What is wrong with a schema or with options, a sentence each. */
import { AuthConfigurationError } from '../../src/errors.js';

export function problemsOf(build: () => unknown): readonly string[] {
  try {
    build();
  } catch (error) {
    if (!(error instanceof AuthConfigurationError)) throw error;
    return error.problems;
  }
  return [];
}

export const REMEDY =
  'Pass the schema through authDirectiveTransformer, as the last transformation, and give the server what it returns.';
