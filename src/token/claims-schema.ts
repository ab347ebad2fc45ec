/** Checks a token's claims with the `claimsSchema` of the options. Its verdict counts, and its output is dropped. */
import { AuthConfigurationError } from '../errors.js';
import { describe, messageOf } from '../settings.js';
import type { CognitoClaims } from './claims.js';
import { refusal } from './rejection.js';
import type { Refusal } from './rejection.js';

/**
 * A schema for the claims of your tokens, as valibot, zod, arktype and others make them: a Standard Schema, version 1
 * (https://standardschema.dev). `Claims` is what it accepts: its input, not its output.
 *
 * @example
 * const claimsSchema: ClaimsSchema<{ 'custom:tenant': string }> = v.object({ 'custom:tenant': v.string() });
 */
export interface ClaimsSchema<Claims = unknown> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => unknown;
    readonly types?: { readonly input: Claims; readonly output: unknown } | undefined;
  };
}

/** Why the claims are refused; undefined when they are not. */
export type CheckClaims = (claims: CognitoClaims) => Refusal | undefined;

/** @throws {AuthConfigurationError} when the option is there and is no Standard Schema. */
export function readClaimsSchema(settings: Record<string, unknown>): CheckClaims | undefined {
  // An explicit `undefined` can be an import that failed: it must not turn the check off.
  if (!('claimsSchema' in settings)) return undefined;
  const schema = settings['claimsSchema'] as ClaimsSchema | undefined | null;
  const standard = schema?.['~standard'];
  if (standard?.version !== 1 || typeof standard.validate !== 'function') {
    throw new AuthConfigurationError(
      `Expected \`options.claimsSchema\` to be a Standard Schema of version 1, got ${describe(schema)}. Write a schema of ` +
        'valibot, zod or another library with `~standard`, or leave it out.',
    );
  }
  return (claims) => check(standard, claims);
}

/** @throws {Error} when the schema gives no verdict, which is a fault of the server. */
function check(standard: ClaimsSchema['~standard'], claims: CognitoClaims): Refusal | undefined {
  let result: unknown;
  try {
    result = standard.validate(claims);
  } catch (cause) {
    throw new Error('`claimsSchema` threw.', { cause });
  }
  if (typeof result === 'object' && result !== null) {
    if ('then' in result) {
      // A promise that rejects would end the process.
      Promise.resolve(result).catch(() => {});
    } else if ('issues' in result && result.issues !== undefined) {
      return refusal('invalid', `The claims do not fit \`claimsSchema\`${pathsOf(result.issues)}.`);
    } else if ('value' in result) return undefined;
  }
  throw new AuthConfigurationError(
    `Expected \`options.claimsSchema\` to give its verdict at once, got ${describe(result)}. Write a schema without ` +
      'asynchronous checks.',
  );
}

interface Issue {
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

const MOST_PATHS = 5;

/** Where the issues are, such as at `custom:tenant`. What they say is left out, because it can quote claims. */
function pathsOf(issues: unknown): string {
  try {
    const named = (issues as readonly Issue[])
      .slice(0, MOST_PATHS)
      .map(({ path = [] }) => path.map((part) => String(typeof part === 'object' ? part.key : part)).join('.'));
    const paths = [...new Set(named)].filter((path) => path !== '');
    // On one line and of bounded length: a path can have names that only the token has.
    return paths.length === 0 ? '' : ` at ${messageOf(new Error(paths.join(', ')))}`;
  } catch {
    return '';
  }
}
