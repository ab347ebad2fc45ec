/** Random schemas, requests and callers: an operation is refused as a whole exactly for what the oracle says is denied. */
import fc from 'fast-check';
import { parse } from 'graphql';
import { expect, it } from 'vitest';
import { decideOperation } from '../../src/index.js';
import { contextOf, randomCaller } from './guard-callers.js';
import { Choices, tape } from './guard-choices.js';
import { randomData } from './guard-data.js';
import { VariableMaker } from './guard-inputs.js';
import type { Caller } from './guard-model.js';
import { randomOperation } from './guard-operation.js';
import { certainDenials } from './guard-oracle-operation.js';
import { randomSchema } from './guard-schema.js';
import { GuardServer } from './guard-server.js';
import { printOperation, printSchema } from './guard-text.js';
import { seed } from './seed.js';

const SCHEMAS = 1_000;
const CALLERS = 5;
const REJECT = { query: 'reject', mutation: 'reject', subscription: 'reject' } as const;

const world = fc.record({
  schema: tape(900),
  data: tape(500),
  callers: tape(60),
  operations: fc.array(tape(250), { minLength: 1, maxLength: 9, size: 'max' }),
});

it(
  'an operation is refused exactly if the token denies one of its selections for certain, and for such selections alone',
  { timeout: 600_000 },
  () => {
    let [allowed, refused] = [0, 0];
    const property = fc.property(world, (tapes) => {
      const schema = randomSchema(new Choices(tapes.schema));
      const server = new GuardServer(schema, randomData(new Choices(tapes.data), schema));
      const callers = new Choices(tapes.callers);
      for (const operationTape of tapes.operations) {
        const choices = new Choices(operationTape);
        const variableMaker = new VariableMaker(choices, schema.types);
        const operation = randomOperation(choices, schema, variableMaker);
        const document = parse(printOperation(operation));
        for (let index = 0; index < CALLERS; index += 1) {
          const caller = randomCaller(callers);
          const variables = variableMaker.send();
          const errors = decideOperation({
            schema: server.schema,
            document,
            variableValues: variables,
            contextValue: contextOf(caller),
            onInvalidToken: 'anonymous',
            onDenied: REJECT,
          });
          const paths = errors.map(({ path }) => path?.join('.') ?? 'whole');
          const expected = isUnchecked(caller) ? ['whole'] : certainDenials({ schema, operation, variables, caller });
          if (paths.length === 0) allowed += 1;
          else refused += 1;
          // A fragment that is spread twice is listed once.
          if (paths.length > 0 === expected.length > 0 && paths.every((path) => expected.includes(path))) continue;
          const settings = JSON.stringify({ unannotated: schema.unannotated, variables, caller });
          throw new Error(
            [
              `expected ${String(expected)}; got ${String(paths)}`,
              printSchema(schema),
              printOperation(operation),
              settings,
            ].join('\n\n'),
          );
        }
      }
    });
    const { errorInstance, interrupted } = fc.check(property, {
      seed,
      numRuns: SCHEMAS,
      interruptAfterTimeLimit: 500_000,
    });
    if (errorInstance instanceof Error) expect.fail(`FUZZ_SEED=${seed}: ${errorInstance.message}`);
    expect(interrupted).toBe(false);
    // A test of one half only would prove nothing of the other.
    expect(Math.min(allowed, refused)).toBeGreaterThan(5_000);
  },
);

/** What could not be checked is refused as a whole, with every option. */
function isUnchecked(caller: Caller): boolean {
  return caller.kind === 'rejected' && caller.reason.endsWith('-unavailable');
}
