/** A use of a directive, as it is read from SDL and from code. */
import { print } from '../../settings.js';

/** One use of a directive. */
export interface Annotation {
  /** As it is written: in code it may be any text. */
  readonly name: string;
  /** Strings, lists and plain values, without a prototype. What SDL cannot mean here is a `Literal`. */
  readonly args: Readonly<Record<string, unknown>>;
  readonly form: 'SDL' | 'code';
  /** Why the use has no clear meaning, a sentence each. Then no caller meets it, and the schema is not built. */
  readonly faults: readonly string[];
  /** Only a name in a list of names: what stands beside it may have been meant for its arguments. */
  readonly isBare?: boolean;
}

/** All that can be read of an element. */
export interface Reading {
  readonly uses: readonly Annotation[];
  /** Uses in a place that no tool reads, such as `extensions.directive`, by the place. */
  readonly misplaced: readonly (readonly [place: string, use: Annotation])[];
  /** Keys of `extensions` that are not for directives. */
  readonly otherKeys: readonly string[];
  /** What cannot be read at all, so that a rule may be in it; a sentence each. */
  readonly faults: readonly string[];
}

/** A value in SDL of a kind that its argument cannot take: kept as text, so that it is never taken for a string. */
export class Literal {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A value of an annotation, for a message. */
export function show(value: unknown): string {
  return value instanceof Literal ? value.text : print(value);
}
