/** Random schemas, data, requests and callers: the guarded schema answers what the oracle says, and runs nothing else. */
import fc from 'fast-check';
import { parse, validate } from 'graphql';
import { expect, it } from 'vitest';
import { contextOf, randomCaller } from './guard-callers.js';
import { Choices, tape } from './guard-choices.js';
import { findDifferences } from './guard-compare.js';
import { Count } from './guard-count.js';
import { randomData } from './guard-data.js';
import { VariableMaker } from './guard-inputs.js';
import type { Caller, Request } from './guard-model.js';
import { randomOperation } from './guard-operation.js';
import { expectAnswers } from './guard-oracle.js';
import { randomSchema } from './guard-schema.js';
import { GuardServer } from './guard-server.js';
import { printOperation, printSchema } from './guard-text.js';
import { seed } from './seed.js';

const SCHEMAS = 1_800;
/** Callers, each with variables of his own, for one document. */
const CALLERS = 3;
/** Kinds of answer and of operation; each has to turn up in five runs of a thousand at least. */
const COMMON = [
  'query',
  'mutation',
  'subscription',
  'refused subscription',
  'resolvers',
  'no error',
  'several errors for one null',
  'UNAUTHENTICATED missing',
  'FORBIDDEN token-use',
  'FORBIDDEN group',
  'FORBIDDEN scope',
  'FORBIDDEN policy',
  'INTERNAL_SERVER_ERROR -',
  'null',
  'throw',
];
/** In one of a thousand. */
const RARE = [
  ...['expired', 'malformed', 'invalid', 'revoked'].map((reason) => `UNAUTHENTICATED ${reason}`),
  'AUTH_UNAVAILABLE keys-unavailable',
];

const world = fc.record({
  schema: tape(900),
  data: tape(500),
  callers: tape(40),
  operations: fc.array(tape(250), { minLength: 1, maxLength: 9, size: 'max' }),
});

it(
  'a guarded schema answers every operation as the rules say, and runs no resolver that they forbid',
  { timeout: 600_000 },
  async () => {
    const count = new Count();
    const property = fc.asyncProperty(world, async (tapes) => {
      const schema = randomSchema(new Choices(tapes.schema));
      const data = randomData(new Choices(tapes.data), schema);
      const server = new GuardServer(schema, data);
      const callerChoices = new Choices(tapes.callers);
      const callers = callerChoices.times(CALLERS, () => {
        const caller = randomCaller(callerChoices);
        return { caller, context: callerChoices.chance(0.5) ? contextOf(caller) : returning(caller) };
      });
      for (const operationTape of tapes.operations) {
        const choices = new Choices(operationTape);
        const variableMaker = new VariableMaker(choices, schema.types);
        const operation = randomOperation(choices, schema, variableMaker);
        const document = parse(printOperation(operation));
        const problems = validate(server.schema, document).map(({ message }) => message);
        for (const { caller, context } of callers) {
          const request = { schema, data, operation, variables: variableMaker.send(), caller };
          const expected = expectAnswers(request);
          const executed = await server.run(operation.kind, document, request.variables, context);
          const differences = [...problems, ...findDifferences(expected, executed, operation.kind)];
          count.add(operation.kind, expected, differences.length > 0);
          if (differences.length > 0) throw new Error(describe(request, differences));
        }
      }
    });
    const details = await fc.check(property, { seed, numRuns: SCHEMAS, interruptAfterTimeLimit: 500_000 });
    // fast-check's own report would be the tapes: thousands of numbers that say nothing.
    if (details.errorInstance instanceof Error) {
      const { errorInstance, numShrinks } = details;
      expect.fail(
        `FUZZ_SEED=${seed}, operation ${count.firstDifference}, made smaller ${numShrinks} times:\n${errorInstance.message}`,
      );
    }
    expect(details.interrupted).toBe(false);
    expect(count.operations).toBeGreaterThanOrEqual(10_000);
    // What the generators no longer make is no longer tested.
    expect(COMMON.filter((kind) => count.of(kind) < count.operations / 200)).toEqual([]);
    expect(RARE.filter((kind) => count.of(kind) < count.operations / 1_000)).toEqual([]);
  },
);

// An `Auth` keeps what was decided about it, for whichever schema: some come again and again.
const known = new Map<string, object>();

function returning(caller: Caller): object {
  const key = JSON.stringify(caller);
  const context = known.get(key) ?? contextOf(caller);
  known.set(key, context);
  return context;
}

function describe({ schema, operation, variables, caller }: Request, differences: readonly string[]): string {
  const { unannotated, isInDialects, typeResolution, isTypeResolutionAsync, builder, form, isScalarOpaque } = schema;
  const wrappers = Object.fromEntries(schema.wrappers);
  const settings = {
    unannotated,
    isInDialects,
    typeResolution,
    isTypeResolutionAsync,
    builder,
    form,
    isScalarOpaque,
    wrappers,
    variables,
    caller,
  };
  return [...differences, printSchema(schema), printOperation(operation), JSON.stringify(settings)].join('\n\n');
}
