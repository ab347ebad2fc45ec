/** Random schemas, requests and callers: an operation is refused as a whole exactly for what the oracle says is denied. */
import fc from 'fast-check';
import { parse } from 'graphql';
import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { decideOperation } from '../../src/index.js';
import { randomCaller, randomTimes, seatOf } from './guard-callers.js';
import { Choices, tape } from './guard-choices.js';
import { Count, SIGN_IN_KINDS } from './guard-count.js';
import { randomData } from './guard-data.js';
import { VariableMaker } from './guard-inputs.js';
import type { Caller } from './guard-model.js';
import { randomOperation } from './guard-operation.js';
import { certainDenials } from './guard-oracle-operation.js';
import { toText } from './guard-oracle-rules.js';
import { randomSchema } from './guard-schema.js';
import { serve } from './guard-server.js';
import { printOperation, printSchema } from './guard-text.js';
import { seed } from './seed.js';

const SCHEMAS = 1_000;
const CALLERS = 5;
/** What has to turn up a hundred times at least. */
const SITUATIONS = [
  ...SIGN_IN_KINDS,
  'allowed before, denied now',
  'denied before, allowed now',
  'smallest age',
  'intersection of levels',
];
const REJECT = { query: 'reject', mutation: 'reject', subscription: 'reject' } as const;

const world = fc.record({
  schema: tape(900),
  data: tape(500),
  callers: tape(100),
  operations: fc.array(tape(250), { minLength: 1, maxLength: 9, size: 'max' }),
});

it(
  'an operation is refused exactly if the token denies one of its selections for certain, and for such selections alone',
  { timeout: 600_000 },
  () => {
    let [allowed, refused] = [0, 0];
    const count = new Count();
    const property = fc.property(world, (tapes) => {
      const schema = randomSchema(new Choices(tapes.schema));
      const server = serve(schema, randomData(new Choices(tapes.data), schema));
      if (server === undefined) return;
      const callerChoices = new Choices(tapes.callers);
      const callers = callerChoices.times(CALLERS, () => {
        const caller = randomCaller(callerChoices);
        return { caller, seat: seatOf(caller) };
      });
      for (const operationTape of tapes.operations) {
        const choices = new Choices(operationTape);
        const variableMaker = new VariableMaker(choices, schema.types);
        const operation = randomOperation(choices, schema, variableMaker);
        const document = parse(printOperation(operation));
        for (const { caller, seat } of callers) {
          const variables = variableMaker.send();
          const { start: at } = randomTimes(choices, 0);
          seat.clock.now = at;
          const errors = decideOperation({
            schema: server.schema,
            document,
            variableValues: variables,
            contextValue: seat.context,
            onInvalidToken: 'anonymous',
            onDenied: REJECT,
          });
          const found = errors.map(({ path, extensions: { code, reason, acrValues, maxAge, ...others } }) => ({
            path: path?.join('.') ?? 'whole',
            text: [toText({ code, reason, acrValues, maxAge }), ...Object.keys(others)].join(' '),
          }));
          const { denied, decisions } = certainDenials({ schema, operation, variables, caller, at });
          const unchecked = uncheckedReason(caller);
          const expected =
            unchecked === undefined ? denied : new Map([['whole', new Set([`AUTH_UNAVAILABLE ${unchecked}`])]]);
          if (found.length === 0) allowed += 1;
          else refused += 1;
          count.noteSignIn(caller, seat, decisions);
          // A fragment that is spread twice is listed once.
          const isExpected = found.every(({ path, text }) => expected.get(path)?.has(text));
          if (found.length > 0 === expected.size > 0 && isExpected) continue;
          const settings = JSON.stringify({ unannotated: schema.unannotated, variables, caller, at });
          throw new Error(
            [
              `expected ${inspect(expected)}; got ${inspect(found)}`,
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
    expect(SITUATIONS.filter((kind) => count.of(kind) < 100)).toEqual([]);
  },
);

/** What could not be checked is refused as a whole, with every option. */
function uncheckedReason(caller: Caller): string | undefined {
  return caller.kind === 'rejected' && caller.reason.endsWith('-unavailable') ? caller.reason : undefined;
}
