/** A use of a directive, as it is read from SDL and from code. */
import { print } from '../../settings.js';

export interface Annotation {
  /** As it is written: in code it may be any text. */
  readonly name: string;
  /** Strings, lists and plain values, without a prototype. A value of SDL that its argument cannot take is a `Literal`. */
  readonly args: Readonly<Record<string, unknown>>;
  readonly form: 'SDL' | 'code';
  /** Why the use has no clear meaning, a sentence each. Then no caller meets it, and the schema is not built. */
  readonly faults: readonly string[];
  /** Only a name in a list of names: its neighbours may have been meant as its arguments. */
  readonly isBare?: boolean;
}

/** All that can be read of an element. */
export interface Reading {
  readonly uses: readonly Annotation[];
  /** Uses in a place that nothing reads, such as `extensions.directive`. */
  readonly misplaced: readonly Misplaced[];
  /** Keys of `extensions` that are not for directives. */
  readonly otherKeys: readonly string[];
  /** What cannot be read at all, so that a rule may be in it; a sentence each. */
  readonly faults: readonly string[];
}

export interface Misplaced {
  readonly place: string;
  readonly use: Annotation;
}

/** A directive's name as the schema has it: with `@` where GraphQL allows the name, otherwise as text. */
export function printName(name: string): string {
  return /^[_A-Za-z][_0-9A-Za-z]*$/.test(name) ? `@${name}` : `the directive ${print(name)}`;
}

/** What to write in code instead of something that cannot be read. */
export function codeForm(name: string): string {
  return `Write \`extensions: { directives: { ${name}: { … } } }\`, with \`{}\` for no arguments.`;
}
