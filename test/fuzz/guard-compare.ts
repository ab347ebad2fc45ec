/** Whether what happened is what the oracle expects: data, errors and resolvers. */
import { GraphQLError } from 'graphql';
import type { ExecutionResult } from 'graphql';
import { inspect, isDeepStrictEqual } from 'node:util';
import type { OperationKind } from './guard-model.js';
import type { Answer, ErrorLine, Expectation } from './guard-oracle.js';
import { toText } from './guard-oracle-rules.js';
import type { Executed, Execution } from './guard-server.js';

/** Whether a call is that of a policy, which may be asked before anything is refused. */
const isPolicy = (call: string) => call.endsWith('?');

/** Sentences about each difference; empty if there is none. */
export function findDifferences(
  expected: Expectation,
  { sources, executions, rejections }: Executed,
  kind: OperationKind,
): readonly string[] {
  if (rejections.length > 0) return [`Unhandled rejections: ${show(rejections)}.`];
  const hasSource = kind === 'subscription' && !expected.isRefused;
  if (sources.length !== (hasSource ? 1 : 0)) return [`The source of events was made ${sources.length} times.`];
  if (expected.isRefused) {
    const refusals = executions.filter(({ result, calls }) => !('data' in result) && calls.every(isPolicy));
    const lines = refusals.flatMap(({ result }) => linesOf(result));
    return refusals.length === executions.length && lines.length === 1 && lines[0] === expected.error
      ? []
      : [`The subscription was to be refused with ${expected.error}, and got ${show(executions)}.`];
  }
  if (executions.length !== expected.answers.length) {
    return [`${expected.answers.length} answers were expected, and there were ${show(executions)}.`];
  }
  return executions.flatMap((execution, index) => {
    const answer = expected.answers[index];
    return answer ? differencesOf(answer, execution) : [];
  });
}

function differencesOf(answer: Answer, { result, calls }: Execution): readonly string[] {
  const differences: string[] = [];
  // graphql-js makes objects without a prototype.
  const data: unknown = JSON.parse(JSON.stringify(result.data ?? null));
  if (!isDeepStrictEqual(data, answer.data)) differences.push(`data: expected ${show(answer.data)}, got ${show(data)}`);

  const errors = new Lines(linesOf(result));
  for (const { oneOf, anyOf } of answer.nulled) {
    if (oneOf.filter((line) => errors.take(line)).length !== 1) {
      differences.push(`errors: expected one of ${show(oneOf)}`);
    }
    for (const line of anyOf) errors.take(line);
  }
  if (errors.rest.length > 0) differences.push(`errors: not expected ${show(errors.rest)}`);

  const called = new Lines(calls);
  for (const path of answer.calls) if (!called.take(path)) differences.push(`${path}: its resolver did not run`);
  for (const path of answer.possibleCalls) called.take(path);
  for (const path of called.rest) differences.push(`${path}: its resolver ran`);
  return differences;
}

/** Lines to take away one by one. */
class Lines {
  readonly rest: string[];

  constructor(lines: readonly string[]) {
    this.rest = [...lines];
  }

  take(line: string): boolean {
    const index = this.rest.indexOf(line);
    if (index >= 0) this.rest.splice(index, 1);
    return index >= 0;
  }
}

/** The errors in the oracle's words. Anything that it has no word for is shown in full, and so matches nothing. */
function linesOf({ errors = [] }: ExecutionResult): readonly ErrorLine[] {
  return errors.map((error) => {
    const path = error.path?.join('.') ?? '(no path)';
    const { code, reason = '-', ...rest } = error.extensions;
    const { acrValues, maxAge, ...more } = rest;
    const others = reason === 'step-up' ? more : rest;
    const isPlain =
      error instanceof GraphQLError && (error.locations?.length ?? 0) > 0 && Object.keys(others).length === 0;
    if (!isPlain) return `${path} ${show(error)}`;
    if (code !== undefined) return `${path} ${toText({ code, reason, acrValues, maxAge })}`;
    if (error.message === 'throw') return `${path} throw`;
    return error.message.startsWith('Cannot return null for non-nullable field')
      ? `${path} null`
      : `${path} ${show(error)}`;
  });
}

const show = (value: unknown) => inspect(value, { depth: 12, breakLength: Infinity });
