/** The check that every function with options makes: a misspelt option must not weaken anything. */
import { AuthConfigurationError } from './errors.js';

/** @throws {AuthConfigurationError} when the options have a name that is not known. */
export function refuseUnknownOptions(where: string, options: object, known: readonly string[]): void {
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new AuthConfigurationError(`${where}: unknown option \`${unknown}\`. The options are: ${known.join(', ')}.`);
}
