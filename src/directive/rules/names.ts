/** The lists of names in rules: reads them, and finds what is wrong with them. */
import { Literal, print } from '../../settings.js';
import { isCognitoName } from './definition.js';
import { isScopeToken } from './demand.js';

/** One value counts as a list of it (GraphQL specification, section 3.11, input coercion of lists). */
export function toList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

/** Arguments whose values a challenge lists, separated by spaces (RFC 6750, section 3; RFC 9470, section 3). */
const OF_SCOPE_TOKENS = ['scopes', 'acr'];

/** What is wrong with the list of an argument; a sentence each. */
export function listProblems(key: string, list: readonly unknown[]): readonly string[] {
  const isScopeList = OF_SCOPE_TOKENS.includes(key);
  const isName = isScopeList ? isScopeToken : isCognitoName;
  const form = isScopeList
    ? 'printable ASCII without white space, quotation marks and backslashes'
    : 'a name without white space';
  if (list.length === 0) {
    return [
      `Expected \`${key}\` to be a list of names, got an empty list, which no caller meets. Name one, or leave it out.`,
    ];
  }
  return list
    .filter((each) => !isName(each))
    .map((each) =>
      each instanceof Literal
        ? `Expected each of \`${key}\` to be a string, got ${print(each)}. Write \`${key}: [${print(each.text)}]\`.`
        : `Expected each of \`${key}\` to be ${form}, got ${print(each)}. Correct it, or leave it out.`,
    );
}

/** The names that `authDirective()` was given. */
export interface KnownNames {
  /** Undefined when any group may be named. */
  readonly groups: ReadonlySet<string> | undefined;
  readonly policies: { has(name: string): boolean };
}

/** Names of an argument that `authDirective()` does not know. A value that is not a name has a problem of its own. */
export function unknownNames(
  key: string,
  option: 'groups' | 'policies',
  list: readonly unknown[],
  known: KnownNames,
): readonly string[] {
  const names = known[option];
  const expected = option === 'groups' ? 'one of authDirective({ groups })' : 'a key of authDirective({ policies })';
  return list
    .filter((name) => isCognitoName(name) && names !== undefined && !names.has(name))
    .map((name) => `Expected each of \`${key}\` to be ${expected}, got ${print(name)}. Correct it, or add it there.`);
}
