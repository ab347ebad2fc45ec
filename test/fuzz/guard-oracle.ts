/**
 * The oracle: what GraphQL and the README's rules make of a request. It knows nothing of resolvers, promises or
 * graphql-js: it walks the selections over the data and writes down the whole answer.
 */
import { compositeOf, namedType, typeOf } from './guard-model.js';
import type {
  Composite,
  Field,
  FieldSelection,
  Json,
  Request,
  Rule,
  Selection,
  TypeRef,
  Value,
  Variables,
} from './guard-model.js';
import { asksPolicies, findDenial, rulesOfField, rulesOfType, toText } from './guard-oracle-rules.js';
import type { Denial } from './guard-oracle-rules.js';
import { coerceVariables } from './guard-oracle-values.js';

/** An error as one line: `path code reason`, or `path null` and `path throw` for those that are not the guard's. */
export type ErrorLine = string;

/**
 * A place that became null, with the errors that did it. Exactly one that reached the place is reported: which, where
 * several did, section 6.4.4 of the specification leaves open. Those below it may be reported or not, because the
 * siblings of what failed need not run.
 */
export interface Nulled {
  readonly oneOf: readonly ErrorLine[];
  readonly anyOf: readonly ErrorLine[];
}

interface Outcome {
  readonly nulled: readonly Nulled[];
  /** Paths of the resolvers that run; with a question mark, of the fields whose policies are asked. */
  readonly calls: readonly string[];
  /** Paths of the resolvers that may run, because what they give is thrown away. */
  readonly possibleCalls: readonly string[];
}

export interface Answer extends Outcome {
  readonly data: Json;
}

/** What was decided about rules at a time. */
export interface Decision {
  readonly rules: readonly Rule[];
  readonly at: number;
  readonly denial: Denial | undefined;
}

/** A subscription may be refused, with this error, before it has a source of events. */
export type Expectation = { readonly decisions: readonly Decision[] } & (
  | { readonly isRefused: true; readonly error: ErrorLine }
  | { readonly isRefused: false; readonly answers: readonly Answer[] }
);

export function expectAnswers(request: Request): Expectation {
  const { schema, operation, times } = request;
  const interpreter = new Interpreter(request, coerceVariables(schema, operation, request.variables));
  const { decisions } = interpreter;
  if (operation.kind !== 'subscription') {
    return { isRefused: false, answers: [interpreter.answer(times.start)], decisions };
  }
  // Rule 5: decided before the source is made, and again at each event.
  const error = interpreter.refusal(times.start);
  return error === undefined
    ? { isRefused: false, answers: times.events.map((at) => interpreter.answer(at)), decisions }
    : { isRefused: true, error, decisions };
}

type Path = readonly (string | number)[];
type Fields = ReadonlyMap<string, readonly FieldSelection[]>;

/** A value, or failures that go up to the next place that may be null. */
interface Completed extends Outcome {
  readonly value: Json;
  readonly failures: readonly ErrorLine[];
}

const NOTHING: Completed = { value: null, failures: [], nulled: [], calls: [], possibleCalls: [] };

class Interpreter {
  readonly #request: Request;
  readonly #variables: Variables;
  readonly decisions: Decision[] = [];
  /** When the execution began: what happens meanwhile does not matter (rules 5 and 14). */
  #at = 0;

  constructor(request: Request, variables: Variables) {
    this.#request = request;
    this.#variables = variables;
  }

  answer(at: number): Answer {
    this.#at = at;
    const { key, type, fields } = this.#start();
    const { value, nulled, calls, possibleCalls } = orNull(this.#completeFields(type, key, fields, []));
    return { data: value, nulled, calls, possibleCalls };
  }

  /** Of a subscription's one root field. */
  refusal(at: number): ErrorLine | undefined {
    this.#at = at;
    const { type, fields } = this.#start();
    const errors = Array.from(fields, ([key, nodes]) => {
      const denial = this.#decide(this.#rulesOf(type, nodes));
      return denial && toLine([key], denial);
    });
    return errors[0];
  }

  #decide(rules: readonly Rule[]): Denial | undefined {
    const at = this.#at;
    const denial = findDenial(this.#request.caller, rules, at);
    if (rules.length > 0) this.decisions.push({ rules, at, denial });
    return denial;
  }

  #start() {
    const { schema, data, operation } = this.#request;
    const key = data.roots[operation.kind] ?? '';
    const type = compositeOf(schema, schema.roots[operation.kind] ?? '');
    return { key, type, fields: this.#collect(type, operation.selections) };
  }

  #completeFields(type: Composite, key: string, fields: Fields, path: Path): Completed {
    const parts = Array.from(fields, ([name, nodes]): [string, Completed] => [
      name,
      this.#completeField(type, key, nodes, [...path, name]),
    ]);
    const value = Object.fromEntries(parts.map(([name, part]) => [name, part.value]));
    return together(
      parts.map(([, part]) => part),
      value,
    );
  }

  #completeField(type: Composite, key: string, nodes: readonly FieldSelection[], path: Path): Completed {
    const { schema, data } = this.#request;
    const name = nodes[0]?.name ?? '';
    if (name === '__typename') return { ...NOTHING, value: type.name };
    if (name === '__schema') return { ...NOTHING, value: { queryType: { name: schema.roots.query ?? null } } };
    const field = fieldOf(type, name);
    const rules = this.#rulesOf(type, nodes);
    const denial = this.#decide(rules);
    const asked = asksPolicies(rules, denial) ? [`${path.join('.')}?`] : [];
    // Rule 4: a denied field's resolver does not run.
    if (denial) return { ...unlessNonNull(field.type, fail(toLine(path, denial))), calls: asked };
    const value = data.instances.get(key)?.fields.get(name) ?? { kind: 'null' };
    const completed = this.#complete(field.type, value, nodes, path);
    return { ...completed, calls: [...asked, path.join('.'), ...completed.calls] };
  }

  #complete(type: TypeRef, value: Value, nodes: readonly FieldSelection[], path: Path): Completed {
    if (value.kind === 'throw') return unlessNonNull(type, fail(`${path.join('.')} throw`));
    if (type.kind !== 'nonNull') return orNull(this.#completeNullable(type, value, nodes, path));
    const completed = this.#completeNullable(type.of, value, nodes, path);
    const isNull = completed.failures.length === 0 && completed.value === null;
    return isNull ? fail(`${path.join('.')} null`) : completed;
  }

  #completeNullable(type: TypeRef, value: Value, nodes: readonly FieldSelection[], path: Path): Completed {
    const { schema, data } = this.#request;
    if (value.kind === 'null') return NOTHING;
    if (value.kind === 'leaf') return { ...NOTHING, value: value.value };
    if (value.kind === 'list' && type.kind === 'list') {
      const items = value.items.map((item, index) => this.#complete(type.of, item, nodes, [...path, index]));
      return together(
        items,
        items.map((item) => item.value),
      );
    }
    const instance = value.kind === 'object' ? data.instances.get(value.key) : undefined;
    if (value.kind !== 'object' || !instance) throw new Error(`The test has wrong data at ${path.join('.')}.`);
    const concrete = compositeOf(schema, instance.type);
    // Rule 3: behind an interface or a union, the moment when the concrete type is known.
    const isAbstract = ['interface', 'union'].includes(typeOf(schema, namedType(type)).kind);
    const denial = isAbstract ? this.#decide(rulesOfType(schema, concrete.name)) : undefined;
    if (denial) return fail(toLine(path, denial));
    const selections = nodes.flatMap((node) => node.selections);
    return this.#completeFields(concrete, value.key, this.#collect(concrete, selections), path);
  }

  #rulesOf(type: Composite, nodes: readonly FieldSelection[]): readonly Rule[] {
    const [node] = nodes;
    if (!node || node.name.startsWith('__')) return [];
    return rulesOfField(this.#request.schema, type, fieldOf(type, node.name), node.args, this.#variables);
  }

  /** CollectFields (section 6.3.2 of the specification). */
  #collect(type: Composite, selections: readonly Selection[]): Fields {
    const fields = new Map<string, FieldSelection[]>();
    const visit = (each: readonly Selection[]) => {
      for (const selection of each) {
        if (!this.#isIncluded(selection)) continue;
        if (selection.kind === 'field') {
          fields.set(selection.key, [...(fields.get(selection.key) ?? []), selection]);
          continue;
        }
        const { fragments } = this.#request.operation;
        const fragment = selection.kind === 'inline' ? selection : fragments.get(selection.fragment);
        if (fragment && (fragment.on === undefined || this.#isA(type, fragment.on))) visit(fragment.selections);
      }
    };
    visit(selections);
    return fields;
  }

  #isIncluded({ conditions }: Selection): boolean {
    return conditions.every(({ directive, value }) => {
      const isTrue = typeof value === 'boolean' ? value : this.#variables[value.variable] === true;
      return directive === 'include' ? isTrue : !isTrue;
    });
  }

  #isA(type: Composite, name: string): boolean {
    const other = typeOf(this.#request.schema, name);
    if (other.kind === 'union') return other.members.includes(type.name);
    return type.name === name || type.interfaces.includes(name);
  }
}

function fieldOf(type: Composite, name: string): Field {
  const field = type.fields.find((each) => each.name === name);
  if (!field) throw new Error(`The test selects ${type.name}.${name}, which does not exist.`);
  return field;
}

const toLine = (path: Path, denial: Denial): ErrorLine => `${path.join('.')} ${toText(denial)}`;

const fail = (line: ErrorLine): Completed => ({ ...NOTHING, failures: [line] });

const unlessNonNull = (type: TypeRef, completed: Completed) =>
  type.kind === 'nonNull' ? completed : orNull(completed);

/** Where a value may be null: failures below end here. */
function orNull(completed: Completed): Completed {
  const { failures, nulled, calls, possibleCalls } = completed;
  if (failures.length === 0) return completed;
  const anyOf = nulled.flatMap((below) => [...below.oneOf, ...below.anyOf]);
  return { ...NOTHING, nulled: [{ oneOf: failures, anyOf }], possibleCalls: [...calls, ...possibleCalls] };
}

function together(parts: readonly Completed[], value: Json): Completed {
  return {
    value,
    failures: parts.flatMap(({ failures }) => failures),
    nulled: parts.flatMap(({ nulled }) => nulled),
    calls: parts.flatMap(({ calls }) => calls),
    possibleCalls: parts.flatMap(({ possibleCalls }) => possibleCalls),
  };
}
